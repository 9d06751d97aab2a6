"""The gate hears danger in plain words, and does not cry wolf at idioms, questions and history."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety import gate as gate_module
from bot.safety.gate import READ_UP_TO, SafetyGate, SafetyLevel
from bot.safety.lexicon import load_gate

LEXICON = Path(gate_module.__file__).with_name("lexicon")
MESSAGES: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("messages.yml").read_text(encoding="utf-8"))
GATE = load_gate()


@pytest.mark.parametrize(("level", "text"), [(level, text) for level, texts in MESSAGES.items() for text in texts])
def test_each_message_is_heard_for_what_it_is(level: str, text: str) -> None:
    assert GATE.check(text).level.value == level


@pytest.mark.parametrize("text", ["", "   ", "\x00\ud800", "\u200b", "…" * 100])
def test_what_has_no_words_has_no_danger(text: str) -> None:
    assert GATE.check(text).level is SafetyLevel.NONE


@pytest.mark.parametrize("text", MESSAGES["emergency"] + MESSAGES["crisis"])
@pytest.mark.parametrize(
    "beside",
    ["what are the side effects, {}", "Is zolgensma covered? {}", "{}. Also, is my plan ok", "{}!!!", "pls: {}"],
)
def test_a_question_beside_danger_does_not_hide_it(text: str, beside: str) -> None:
    assert GATE.check(beside.format(text)).level is not SafetyLevel.NONE


def test_an_emergency_comes_before_a_crisis() -> None:
    assert GATE.check("I took too many pills because I want to die").level is SafetyLevel.EMERGENCY


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("this wait is killing me", True),
        ("can car-t cause seizures?", True),
        ("he had a seizure last year", True),
        ("is zolgensma covered", False),
        ("and my son?", False),
    ],
)
def test_the_gate_tells_what_it_read_as_harmless_from_what_it_did_not_hear(text: str, harmless: bool) -> None:
    assert GATE.check(text).harmless is harmless


def test_a_long_text_is_read_to_a_limit() -> None:
    assert GATE.check("a " * 1500 + "i can't breathe").level is SafetyLevel.EMERGENCY
    assert GATE.check("a" * READ_UP_TO + " i can't breathe").level is SafetyLevel.NONE


@given(st.text(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_the_gate_takes_any_text(text: str) -> None:
    assert GATE.check(text) == GATE.check(text)


def test_the_gate_never_raises() -> None:
    class Broken:
        def search(self, text: str) -> None:
            raise RuntimeError

    entry = gate_module.Entry("broken", SafetyLevel.CRISIS, "en", "a test", Broken())  # type: ignore[arg-type]
    assert SafetyGate((entry,), (), GATE._contexts).check("hello").level is SafetyLevel.NONE


def test_looking_for_pieces_first_changes_nothing() -> None:
    plain = SafetyGate(tuple(replace(entry, needs=("",)) for entry in GATE._entries), GATE._idioms, GATE._contexts)
    for texts in MESSAGES.values():
        assert [GATE.check(text) for text in texts] == [plain.check(text) for text in texts]


@pytest.mark.parametrize(
    "word",
    ["a", "is ", "fever ", "can ", "my son ", "i want to ", "car-t infusion today fever ", "risk of ", "?", "no "],
)
def test_the_longest_message_takes_milliseconds(word: str) -> None:
    text = (word * 2000)[:2000]
    GATE.check(text)
    taken = []
    for _ in range(5):
        started = time.thread_time()
        GATE.check(text)
        taken.append(time.thread_time() - started)
    # 5 ms is the promise; own time and the smallest of five keep a busy machine out of the measurement.
    assert min(taken) < 0.005


@pytest.mark.parametrize("name", ["emergency", "crisis", "idioms"])
def test_every_entry_of_the_lexicon_says_why_it_is_there(name: str) -> None:
    rows = yaml.safe_load((LEXICON / f"{name}.yml").read_text(encoding="utf-8"))
    assert rows
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert row["reason"].strip()
        assert all(pattern.strip() for pattern in row["says"])
        assert name == "idioms" or row["language"] in ("en", "es")


@pytest.mark.parametrize("pattern", ["(", "<nobody_named_this>"])
def test_a_broken_entry_stops_the_start(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "words.yml").write_text("a: b", encoding="utf-8")
    for name in ("emergency", "crisis", "idioms"):
        row = f"[{{id: broken, language: en, reason: a, says: ['{pattern}']}}]"
        (tmp_path / f"{name}.yml").write_text(row, encoding="utf-8")
    with pytest.raises(ValueError, match="broken"):
        load_gate(tmp_path)
