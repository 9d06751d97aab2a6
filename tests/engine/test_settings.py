"""What the engine's settings refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.engine.settings import SettingsError, read_settings

COMPLETE = {
    "GENE_GUIDE_ENGINE_PORT": "5005",
    "GENE_GUIDE_ENGINE_SECRET": "one",
    "GENE_GUIDE_ACTIONS_URL": "http://127.0.0.1:5055/webhook",
    "GENE_GUIDE_ACTIONS_SECRET": "two",
    "GENE_GUIDE_DATABASE_URL": "postgresql://name:password@host/base",
}


def test_what_is_not_set_has_a_safe_value() -> None:
    settings = read_settings(COMPLETE)
    assert (settings.host, settings.model, settings.log_level) == ("127.0.0.1", Path("models"), "INFO")


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_what_is_missing_is_named(name: str) -> None:
    for value in (None, "", "  "):
        environment = {**COMPLETE, name: value} if value is not None else {**COMPLETE}
        if value is None:
            del environment[name]
        with pytest.raises(SettingsError, match=name):
            read_settings({key: each for key, each in environment.items() if each is not None})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GENE_GUIDE_ENGINE_PORT", "many"),
        ("GENE_GUIDE_ENGINE_PORT", "70000"),
        ("GENE_GUIDE_ENGINE_SECRET", "${GENE_GUIDE_ENGINE_SECRET}"),
        ("GENE_GUIDE_ACTIONS_SECRET", "${SECRET}"),
        ("GENE_GUIDE_ACTIONS_URL", "127.0.0.1:5055"),
        ("GENE_GUIDE_ACTIONS_URL", "file:///etc/passwd"),
        ("GENE_GUIDE_LOG_LEVEL", "LOUD"),
    ],
)
def test_what_makes_no_sense_is_named_without_its_value(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as refusal:
        read_settings({**COMPLETE, name: value})
    assert value not in str(refusal.value)


def test_secrets_do_not_show() -> None:
    shown = repr(read_settings(COMPLETE))
    assert "one" not in shown.replace("None", "")
    assert "password" not in shown
