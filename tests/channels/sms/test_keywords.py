"""STOP, START, HELP and COACH are heard in the carriers' words and in free ones, and nowhere else."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.sms.keywords import Keyword, Keywords, load_keywords

TEXTS = yaml.safe_load(Path(__file__).with_name("texts_about_texting.yml").read_text("utf-8"))


@cache
def keywords() -> Keywords:
    return load_keywords()


def find(text: str, *, is_opted_out: bool = False) -> Keyword | None:
    found = keywords().find(text, is_opted_out=is_opted_out)
    return found.keyword if found else None


@pytest.mark.parametrize("text", TEXTS["opt_out"])
def test_this_is_an_opt_out(text: str) -> None:
    assert find(text) is Keyword.OPT_OUT
    assert find(text, is_opted_out=True) is Keyword.OPT_OUT


@pytest.mark.parametrize("text", TEXTS["not_opt_out"])
def test_this_is_no_opt_out(text: str) -> None:
    assert find(text) is not Keyword.OPT_OUT


@pytest.mark.parametrize("text", TEXTS["opt_in"])
def test_this_is_an_opt_in_from_who_stopped_and_from_nobody_else(text: str) -> None:
    assert find(text, is_opted_out=True) is Keyword.OPT_IN
    assert find(text) is None


@pytest.mark.parametrize("text", TEXTS["not_opt_in"])
def test_this_is_no_opt_in(text: str) -> None:
    assert find(text, is_opted_out=True) is not Keyword.OPT_IN


@pytest.mark.parametrize("text", TEXTS["help"])
def test_this_asks_about_the_texts(text: str) -> None:
    assert find(text) is Keyword.HELP


@pytest.mark.parametrize("text", TEXTS["not_help"])
def test_this_asks_about_something_else(text: str) -> None:
    assert find(text) is not Keyword.HELP


# https://help.twilio.com/articles/223134027, and the words of 47 CFR 64.1200(a)(10).
@pytest.mark.parametrize(
    "word", ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT"]
)
@pytest.mark.parametrize("shape", ["{}", " {} ", "{}.", "{}!!", '"{}"', "{}\n", "🛑 {}"])
def test_a_carriers_word_is_an_opt_out_in_any_shape(word: str, shape: str) -> None:
    for text in (word, word.lower(), word.title()):
        assert find(shape.format(text)) is Keyword.OPT_OUT


@pytest.mark.parametrize("text", ["START", "start", "Unstop!", "INICIAR"])
def test_an_opt_in_word_is_one_whoever_sends_it(text: str) -> None:
    assert find(text) is Keyword.OPT_IN
    assert find(text, is_opted_out=True) is Keyword.OPT_IN


@pytest.mark.parametrize(
    "text",
    ["YES", "Yes!", "sí", "resume", "text me again", "please start texting me again", "you can text me again",
     "I want to get your messages again", "sign me back up", "subscribe", "I didn't mean to unsubscribe",
     "quiero recibir mensajes otra vez", "reanudar"],
)  # fmt: skip
def test_free_consent_counts_only_from_who_stopped(text: str) -> None:
    assert find(text) is None
    assert find(text, is_opted_out=True) is Keyword.OPT_IN


@pytest.mark.parametrize(
    "text", ["no", "don't start texting me", "never text me again", "what is covered?", "hello", "why?"]
)
def test_these_are_no_consent(text: str) -> None:
    assert find(text, is_opted_out=True) is not Keyword.OPT_IN


@pytest.mark.parametrize(
    "text", ["HELP", "help!", "Info", "Help please", "I need help", "AYUDA", "why am I getting these texts?"]
)
def test_help_is_heard(text: str) -> None:
    assert find(text) is Keyword.HELP


@pytest.mark.parametrize(
    "text", ["help my son with school", "can you help me find a hospital", "does insurance help", "info on Zolgensma"]
)
def test_a_question_with_the_word_help_is_a_question(text: str) -> None:
    assert find(text) is None


@pytest.mark.parametrize("text", ["COACH", "coach please", "Nurse", "ASESOR", "enfermera", "talk to a nurse"])
def test_the_word_for_a_person_is_heard(text: str) -> None:
    assert find(text) is Keyword.COACH


def test_the_language_of_the_words_is_known() -> None:
    for text, language in (("STOP", "en"), ("ALTO", "es"), ("no me manden más mensajes", "es"), ("info", "en")):
        found = keywords().find(text, is_opted_out=False)
        assert found is not None
        assert found.language == language


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_read(text: str) -> None:
    keywords().find(text, is_opted_out=True)


@pytest.mark.parametrize(
    "piece",
    ["please ", "stop and no these the your all ", "(", ", ", "i do not want to ", "no me mande ya ", "de ", "la ",
     ". to text i ", "i want to get the ", "stop the "],
)  # fmt: skip
def test_a_text_made_to_be_slow_is_read_at_once(piece: str) -> None:
    keywords()
    # The best of three: other tests take their time from this one.
    times = []
    for _ in range(3):
        started = time.perf_counter()
        keywords().find((piece * 1600)[:1600], is_opted_out=True)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.02


def test_what_stands_at_the_end_of_a_long_text_is_read() -> None:
    long = "My son has had three infusions and each of them was denied at first. " * 12
    assert find(f"{long}Please stop texting me.") is Keyword.OPT_OUT
    assert find(f"Please stop texting me. {long}") is Keyword.OPT_OUT
    assert find(long) is None


@pytest.mark.parametrize(
    ("text", "is_certain"),
    [("STOP", True), ("please stop", True), ("Parar", True), ("stop texting me", True), ("leave me alone", True),
     ("cancel", True), ("please cancel", False), ("no more", False), ("ya no", False), ("basta", False),
     ("el dolor sigue, basta", False), ("go away", False), ("block", False), ("HELP", True), ("who is this", False),
     ("why am I getting these texts?", False)],
)  # fmt: skip
def test_what_may_answer_a_coach_is_not_certain(text: str, is_certain: bool) -> None:
    found = keywords().find(text, is_opted_out=False)
    assert found is not None
    assert found.is_certain is is_certain


def test_a_pattern_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "keywords.yml"
    sections = "opt_out: {}\nopt_in: {words_when_out: {}, entries_when_out: []}\nhelp: {}\ncoach: {}\n"
    path.write_text("parts: {}\nharmless: [{id: broken, says: ['(']}]\ncall_instead: []\n" + sections)
    with pytest.raises(ValueError, match="broken"):
        load_keywords(path)
