"""One pipeline is trained on four fifths of the examples and asked the others, by Rasa itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmark.nlu_engine import main

_ROOT = Path(__file__).parents[2]


def test_a_pipeline_is_trained_on_some_and_asked_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(_ROOT)
    monkeypatch.setenv("RASA_CACHE_DIRECTORY", str(tmp_path / "cache"))
    said = {"greet": "hello good morning to you number {}", "thank": "thanks a lot for your help number {}"}
    examples = {
        intent: "\n".join(f"      - {text.format(number)}" for number in range(10)) for intent, text in said.items()
    }
    intents = "\n".join(f"  - intent: {intent}\n    examples: |\n{lines}" for intent, lines in examples.items())
    (tmp_path / "nlu").mkdir()
    (tmp_path / "nlu/nlu.yml").write_text(f'version: "3.1"\nnlu:\n{intents}\n', encoding="utf-8")

    measured = main("tests/benchmark/nlu_logistic.yml", str(tmp_path / "nlu"), 0, None)

    assert measured["trained_on"] == 16
    assert [(row["topic"], row["guess"]) for row in measured["read"]] == [("greet", "greet")] * 2 + [
        ("thank", "thank")
    ] * 2
    assert measured["training_cpu_s"] > 0
