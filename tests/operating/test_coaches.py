"""The commands for coaches, and settings for coaches and texts that cannot be used: one sentence each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.product import ROOT


def run(tmp_path: Path, *arguments: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "GENE_GUIDE_DATABASE_URL": f"sqlite:///{tmp_path / 'gene-guide.sqlite'}",
        **{f"GENE_GUIDE_{name.upper()}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "bot.cli", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, input=given, capture_output=True, text=True, timeout=60, check=False
    )


def test_coaches_are_added_listed_and_disabled(tmp_path: Path) -> None:
    added = run(tmp_path, "coaches", "add", "anna", "--name", "Anna B., RN", given="a long enough password\n")
    assert (added.returncode, added.stderr) == (0, "")
    changed = run(tmp_path, "coaches", "password", "anna", given="another long password\n")
    assert changed.returncode == 0
    assert run(tmp_path, "coaches", "disable", "anna").returncode == 0
    listed = run(tmp_path, "coaches", "list").stdout
    assert listed.split()[:3] == ["anna", "coach", "disabled"]
    assert "password" not in (added.stdout + changed.stdout).replace("has a new password", "")


@pytest.mark.parametrize(
    ("arguments", "given", "named"),
    [
        (("add", "anna", "--name", "Anna"), "short\n", "12"),
        (("add", "Anna B", "--name", "Anna"), "a long enough password\n", "user name"),
        (("disable", "nobody"), "", "nobody"),
        (("password", "nobody"), "a long enough password\n", "nobody"),
    ],
)
def test_an_account_that_cannot_be_made_is_one_clear_sentence(
    tmp_path: Path, arguments: tuple[str, ...], given: str, named: str
) -> None:
    refused = run(tmp_path, "coaches", *arguments, given=given)
    assert refused.returncode == 1
    # Beside the log's lines of a start and a stop, one sentence.
    (sentence,) = [line for line in refused.stderr.splitlines() if not line.startswith("{")]
    assert named in sentence
    if len(given.strip()) > 6:
        assert given.strip() not in refused.stderr


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"sms_account_sid": f"AC{'0' * 32}"}, "sms_auth_token"),
        (
            {
                "sms_account_sid": f"AC{'0' * 32}",
                "sms_auth_token": "t",
                "sms_numbers": "+12155550190",
                "public_url": "https://chat.plan.example",
            },
            "GENE_GUIDE_SMS_NUMBERS",
        ),
        ({"coach_hours": "nowhere.yml"}, "nowhere.yml"),
    ],
)
def test_settings_for_texts_and_coaches_that_cannot_be_used_stop_the_start(
    tmp_path: Path, settings: dict[str, str], named: str
) -> None:
    refused = run(tmp_path, "gateway", engine_url="http://127.0.0.1:1", engine_secret="s", port="0", **settings)
    assert refused.returncode == 1
    # Beside the log's lines of a start and a stop, one sentence.
    (sentence,) = [line for line in refused.stderr.splitlines() if not line.startswith("{")]
    assert named in sentence
