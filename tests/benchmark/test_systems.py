"""Is what is compared made anew when it must be: both trainings, and the starter? With stand-ins for the programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmark import starter
from tests.benchmark.systems import train_product

# Trains only where it finds neither a model nor a cache, as the product's training does.
_ENGINE = """#!/bin/sh
[ -e "$GENE_GUIDE_MODEL" ] || [ -e "$RASA_CACHE_DIRECTORY" ] || echo trained >> {log}
mkdir -p "$GENE_GUIDE_MODEL" "$RASA_CACHE_DIRECTORY"
"""
# Makes what is then changed; trains only where it finds no cache.
_RASA = """#!/bin/sh
if [ "$1" = init ]; then
    echo made >> {log}
    mkdir -p actions data models
    echo "nlu:" > data/nlu.yml
    echo "rules:" > data/rules.yml
    echo "intents:" > domain.yml
fi
[ -e "$RASA_CACHE_DIRECTORY" ] || echo trained >> {log}
mkdir -p "$RASA_CACHE_DIRECTORY"
"""


def _write_program(folder: Path, source: str) -> tuple[Path, Path]:
    program, log = folder / "program", folder / "log"
    program.write_text(source.format(log=log), encoding="utf-8")
    program.chmod(0o755)
    return program, log


def test_every_training_begins_with_nothing_and_leaves_the_served_model_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = tmp_path / "models"
    served.mkdir()
    monkeypatch.setenv("GENE_GUIDE_MODEL", str(served))
    program, log = _write_program(tmp_path, _ENGINE)
    for _ in range(2):
        train_product(program)
    assert log.read_text(encoding="utf-8").split() == ["trained", "trained"]
    assert [*served.iterdir()] == []


def test_the_starter_is_made_once_and_again_when_what_it_is_made_from_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, log = _write_program(tmp_path, _RASA)
    monkeypatch.setattr(starter, "RASA", program)
    folder = tmp_path / "starter"
    for _ in range(2):
        starter.make_starter(folder)
    # `rasa init` trains what it made, and that is trained again with the action.
    assert log.read_text(encoding="utf-8").split() == ["made", "trained", "trained"]
    assert starter.STOCK_QUESTIONS[0] in (folder / "data/nlu.yml").read_text(encoding="utf-8")
    monkeypatch.setattr(starter, "STOCK_QUESTIONS", ("will another thing be paid",))
    starter.make_starter(folder)
    assert log.read_text(encoding="utf-8").split().count("made") == 2
    assert "another thing" in (folder / "data/nlu.yml").read_text(encoding="utf-8")


def test_every_training_of_the_starter_begins_with_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, log = _write_program(tmp_path, _RASA)
    monkeypatch.setattr(starter, "RASA", program)
    for _ in range(2):
        starter.train_stock(tmp_path, tmp_path / "trained")
    assert log.read_text(encoding="utf-8").split() == ["trained", "trained"]
