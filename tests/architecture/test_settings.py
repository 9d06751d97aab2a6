"""What the settings refuse, so that nobody starts something dangerous by mistake."""

from __future__ import annotations

import pytest

from bot.settings import SettingsError, is_loopback, read_settings


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_demo_mode_listens_on_loopback(host: str) -> None:
    assert read_settings(demo=True, host=host).demo


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org", ""])
def test_demo_mode_refuses_any_other_address(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(SettingsError, match="loopback"):
        read_settings(demo=True, host=host)


def test_a_setting_that_makes_no_sense_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENE_GUIDE_PORT", "hunter2")
    with pytest.raises(SettingsError, match="GENE_GUIDE_PORT") as refusal:
        read_settings()
    assert "hunter2" not in str(refusal.value)


def test_an_engine_elsewhere_needs_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENE_GUIDE_ENGINE_URL", "http://127.0.0.1:5005")
    with pytest.raises(SettingsError, match="engine_secret"):
        read_settings()
