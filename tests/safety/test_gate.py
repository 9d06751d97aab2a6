"""The gate hears danger in plain words, and does not cry wolf at idioms and general questions."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety import gate as gate_module
from bot.safety.gate import SafetyGate, SafetyLevel, load_gate

LEXICON = Path(gate_module.__file__).with_name("lexicon")
GATE = load_gate()

EMERGENCIES = [
    "I have chest pain",
    "chest pain",
    "My chest hurts",
    "crushing chest pain",
    "i cant breathe",
    "I CAN\u2019T BREATHE!!!",
    "trouble breathing",
    "he is not breathing",
    "my son is unconscious",
    "she won't wake up",
    "she is having a seizure right now",
    "my daughter is seizing",
    "he just had a seizure",
    "my baby is turning blue",
    "his face is drooping and his speech is slurred",
    "i think i'm having a stroke",
    "he's having a heart attack",
    "the bleeding won't stop",
    "I took too many pills",
    "my brother overdosed",
    "her throat is swelling shut",
    "I have a fever and feel confused after my CAR-T infusion today",
    "my dad had his infusion 3 days ago and has a fever of 103",
    "this is an emergency",
    "we need an ambulance",
    "is zolgensma covered? also my child is not breathing",
    "no puedo respirar",
    "mi beb\u00e9 no respira",
    "tengo dolor en el pecho",
    "mi hijo est\u00e1 inconsciente",
]

CRISES = [
    "i want to kill myself",
    "I want to kil my self",
    "I want to die",
    "i wanna die",
    "im suicidal",
    "thinking about sucide",
    "kms",
    "I don't want to live anymore",
    "i dont want to be here anymore",
    "everyone would be better off without me",
    "i feel like hurting myself",
    "my wife says she wants to end her life",
    "my son wants to kill himself",
    "there is no reason to live",
    "quiero morir",
    "quiero matarme",
    "no quiero vivir",
]

HARMLESS = [
    "",
    "   ",
    "is zolgensma covered",
    "this wait is killing me",
    "dying to know the answer",
    "I got a heart attack of a bill",
    "I almost had a heart attack when I saw the bill",
    "what a stroke of luck",
    "can CAR-T cause seizures?",
    "does zolgensma cause chest pain?",
    "what are the signs of a stroke?",
    "Is trouble breathing a known side effect?",
    "can gene therapy cause severe bleeding",
    "is suicide a side effect of this drug?",
    "does my plan cover suicide prevention",
    "what is a suicide gene",
    "my dad had a stroke in 2019",
    "my son has seizures, is he a candidate?",
    "hemophilia bleeding treatment",
    "I'm not having chest pain",
    "Independence Blue Cross",
    "is the emergency room covered",
    "I don't want to die waiting for approval",
    "19104",
    "/restart",
    "\x00\ud800",
]


@pytest.mark.parametrize("text", EMERGENCIES)
def test_a_present_emergency_is_heard(text: str) -> None:
    assert GATE.check(text).level is SafetyLevel.EMERGENCY


@pytest.mark.parametrize("text", CRISES)
def test_a_wish_to_die_is_heard(text: str) -> None:
    assert GATE.check(text).level is SafetyLevel.CRISIS


@pytest.mark.parametrize("text", HARMLESS)
def test_idioms_and_general_questions_are_not_danger(text: str) -> None:
    assert GATE.check(text).level is SafetyLevel.NONE


def test_an_emergency_comes_before_a_crisis() -> None:
    assert GATE.check("I took too many pills because I want to die").level is SafetyLevel.EMERGENCY


@given(st.text(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_the_gate_takes_any_text(text: str) -> None:
    assert GATE.check(text) == GATE.check(text)


def test_the_gate_never_raises() -> None:
    class Broken:
        def search(self, text: str) -> None:
            raise RuntimeError

    entry = gate_module.Entry("broken", SafetyLevel.CRISIS, "en", "a test", Broken())  # type: ignore[arg-type]
    assert SafetyGate((entry,), ()).check("hello").level is SafetyLevel.NONE


@pytest.mark.parametrize(
    "word", ["a", "is ", "fever ", "can ", "i want to ", "car-t infusion today fever ", "risk of "]
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
        assert row["pattern"].strip()
        assert name == "idioms" or row["language"] in ("en", "es")


def test_a_broken_entry_stops_the_start(tmp_path: Path) -> None:
    for name in ("emergency", "crisis", "idioms"):
        (tmp_path / f"{name}.yml").write_text("[{id: broken, language: en, reason: a, pattern: '('}]", encoding="utf-8")
    with pytest.raises(ValueError, match="broken"):
        load_gate(tmp_path)
