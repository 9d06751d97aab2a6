"""It stays a normal Rasa project: Rasa's own commands work at its root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def root(project: Path, model: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    shutil.copytree(project, folder, symlinks=True)
    return folder


def rasa(root: Path, *arguments: str, said: str = "") -> str:
    environment = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "LOG_LEVEL": "WARNING",
        "GENE_GUIDE_ACTIONS_SECRET": "x",
    }
    environment["GENE_GUIDE_ACTIONS_URL"] = "http://127.0.0.1:9/webhook"
    done = subprocess.run(
        [sys.executable, "-m", "rasa", *arguments],
        cwd=root,
        env=environment,
        input=said,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_rasa_train_makes_a_model(root: Path) -> None:
    rasa(root, "train", "--fixed-model-name", "by-hand")
    assert (root / "models/by-hand.tar.gz").is_file()


def test_rasa_data_validate_passes(root: Path) -> None:
    rasa(root, "data", "validate")


def test_rasa_test_nlu_reports(root: Path) -> None:
    rasa(root, "test", "nlu", "--nlu", "data/nlu", "--no-plot", "--out", "results")
    assert (root / "results/intent_report.json").is_file()


def test_rasa_shell_talks_with_our_wording(root: Path) -> None:
    # Without buttons: for those the shell wants a real terminal.
    said = rasa(root, "shell", said="is my coverage active\n/stop\n")
    assert "What is your member number?" in said
