"""Are all pipelines asked the same, and is what they get right counted alike? On made-up readings: nothing is timed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import yaml

from tests.benchmark.nlu import CONFIGURATIONS, DOCUMENT
from tests.benchmark.nlu_figures import DIET, LOGISTIC, OURS, Figures, judge, read_figures, render_figures
from tests.benchmark.nlu_split import split
from tests.benchmark.report import write_between_marks

ROWS = [("cost", str(number)) for number in range(100)] + [("deny", str(number)) for number in range(10)]


def _read(topic: str, taken_as: str, guess: str = "", words: int = 5, ms: float = 2.0) -> dict[str, Any]:
    return {"topic": topic, "taken_as": taken_as, "guess": guess or taken_as, "words": words, "ms": ms, "cpu_ms": 1.0}


MEASURED = {
    "read": [
        _read("cost", "cost"),
        _read("cost", "nlu_fallback", "cost"),
        _read("deny", "cost", words=60, ms=500.0),
        _read("out_of_scope", "cost"),
        _read("out_of_scope", "nlu_fallback", "cost"),
        _read("out_of_scope_far", "out_of_scope"),
    ],
    "training_s": 20.0,
    "training_cpu_s": 10.0,
    "trained_mb": 600.0,
    "model_mb": 5.0,
}
FIGURES = read_figures(MEASURED)


def test_of_every_topic_a_fifth_is_asked_and_never_trained_on() -> None:
    trained_on, asked = split(ROWS, 0)
    assert Counter(topic for topic, _ in asked) == {"cost": 20, "deny": 2}
    assert sorted(trained_on + asked) == sorted(ROWS)
    assert split(ROWS, 0) == (trained_on, asked)
    assert split(ROWS, 1)[1] != asked


def test_fewer_examples_are_taken_evenly_of_every_topic() -> None:
    trained_on, asked = split(ROWS, 0, 55)
    assert Counter(topic for topic, _ in trained_on + asked) == {"cost": 50, "deny": 5}


def test_none_is_wrong_in_scope_and_right_for_what_is_not_ours() -> None:
    assert (FIGURES.guessed_in_scope, FIGURES.right_in_scope) == (2 / 3, 1 / 3)
    assert (FIGURES.guessed, FIGURES.right) == (2 / 6, 1 / 6)
    assert (FIGURES.near_taken, FIGURES.far_taken) == (0.5, 0.0)


def test_only_messages_of_a_usual_length_are_timed() -> None:
    assert FIGURES.p95_ms == 2.0


def test_each_bar_fails_where_ours_is_worse() -> None:
    diet = replace(FIGURES, training_cpu_s=100.0)
    assert _failed(FIGURES, diet) == []
    assert _failed(replace(FIGURES, guessed=0.1), diet) == [0]
    assert _failed(replace(FIGURES, right_in_scope=0.1), diet) == [1]
    assert _failed(replace(FIGURES, training_cpu_s=10.1), diet) == [2]
    assert _failed(replace(FIGURES, training_s=90.0), diet) == [3]
    assert _failed(replace(FIGURES, p95_ms=12.0), diet) == [4]


def test_the_table_tells_how_many_times_ours_each_peer_is() -> None:
    peers = {
        OURS: FIGURES,
        LOGISTIC: replace(FIGURES, training_cpu_s=30.0),
        DIET: replace(FIGURES, training_cpu_s=500.0),
    }
    assert "| training (s of CPU) | 10.0 | 30.0 | 500.0 | 3.00 | 50.00 |" in render_figures(peers)


def test_the_peers_are_what_rasa_has_and_read_topics_alone() -> None:
    diet, logistic = (yaml.safe_load(CONFIGURATIONS[name].read_text(encoding="utf-8")) for name in (DIET, LOGISTIC))
    assert next(each for each in diet["pipeline"] if each["name"] == "DIETClassifier")["epochs"] == 100
    assert "LogisticRegressionClassifier" in [each["name"] for each in logistic["pipeline"]]
    # A component of ours has its module in its name.
    assert not any("." in each["name"] for pipeline in (diet, logistic) for each in pipeline["pipeline"])


def test_the_document_has_a_place_for_the_figures(tmp_path: Any) -> None:
    copy = tmp_path / "performance.md"
    copy.write_text(DOCUMENT.read_text(encoding="utf-8"), encoding="utf-8")
    write_between_marks(copy, "nlu", "the figures")
    assert "the figures" in copy.read_text(encoding="utf-8")


def _failed(ours: Figures, diet: Figures) -> list[int]:
    return [number for number, bar in enumerate(judge({OURS: ours, DIET: diet})) if not bar.passed]
