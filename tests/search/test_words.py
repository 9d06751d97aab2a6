"""What a question asks for: its words, what means the same, slips put right, and the kind of answer that it wants."""

from __future__ import annotations

import pytest

from knowledge.search.asked import read_asked
from knowledge.search.entries import split_sentences
from knowledge.search.spelling import Spelling
from knowledge.search.words import Lexicon

LEXICON = Lexicon({"zolgensma": ("Zolgensma", "zolgensa"), "sma": ("spinal muscular atrophy", "SMA")})


def heavy(question: str) -> list[str]:
    return [unit.written for unit in LEXICON.read(question) if not unit.is_light]


def test_only_what_tells_something_is_asked_for() -> None:
    assert heavy("So what do you guys do about the apheresis?") == ["apheresis"]


def test_a_name_is_one_thing_however_it_is_written() -> None:
    terms = {unit.terms for text in ("Zolgensma", "zolgensa") for unit in LEXICON.read(text)}
    assert terms == {("@zolgensma",)}
    assert [unit.terms for unit in LEXICON.read("spinal muscular atrophy")] == [("@sma",)]


@pytest.mark.parametrize("phrase", ["prior auth", "sign off", "precert", "pre-approval", "green light"])
def test_words_for_the_plans_yes_are_one_group(phrase: str) -> None:
    assert "=approval_first" in LEXICON.read(phrase)[0].terms


def test_my_son_says_nothing_and_kids_do() -> None:
    assert heavy("can my son get it") == []
    assert heavy("do you treat kids") == ["kids"]


def test_a_degree_is_asked_for_after_how_alone() -> None:
    assert heavy("how big is it") == ["big"]
    assert heavy("a big one") == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("aphresis", "apheresis"),
        ("prcertificatoin", "precertification"),
        ("dental", "dental"),
        ("denials", "denials"),
        ("cat", "cat"),
    ],
)
def test_a_slip_is_put_right_and_a_real_word_is_left(written: str, meant: str) -> None:
    spelling = Spelling(["apheresis", "precertification", "denial", "cats"], ["dental"], LEXICON.stem)
    assert spelling.correct(written) == meant


@pytest.mark.parametrize(
    ("question", "text", "counts"),
    [
        ("how many references are listed", "The policy lists 24 sources.", True),
        ("how many months do I have", "You have four months to ask.", True),
        ("how many coaches are there", "Coaches help at 3 steps.", False),
        ("how many hospitals are in the network", "It has a network of hospitals.", False),
    ],
)
def test_a_count_wants_a_number_of_what_is_counted(question: str, text: str, counts: bool) -> None:
    assert read_asked(question, LEXICON).counts(text, LEXICON) is counts


@pytest.mark.parametrize(
    ("question", "is_own"),
    [
        ("what is the status of my appeal", True),
        ("has my prior auth been approved", True),
        ("what is my deductible", True),
        ("where do i mail my appeal", False),
        ("what is a deductible", False),
    ],
)
def test_the_members_own_case_is_told_from_a_question_on_the_rules(question: str, is_own: bool) -> None:
    assert read_asked(question, LEXICON).is_own_case is is_own


def test_a_kind_of_answer_is_missing_where_the_text_holds_none() -> None:
    asked = read_asked("what phone number do i call", LEXICON)
    assert asked.missing("Ask your plan.") == 1
    assert asked.missing("Call 1-800-555-0100.") == 0


def test_sentences_are_found_where_they_stand_in_the_text() -> None:
    text = 'Mail it to P.O. Box 19, Dayton. Write "Attn: Appeals" on it.\n\n- A list item\n- Another one'
    parts = [text[slice(*span)].strip() for span in split_sentences(text)]
    assert parts[:2] == ["Mail it to P.O. Box 19, Dayton.", 'Write "Attn: Appeals" on it.']
    assert parts[2:] == ["- A list item", "- Another one"]


def test_a_sentence_without_end_is_cut() -> None:
    spans = split_sentences("word " * 500)
    assert len(spans) > 5
    assert max(end - start for start, end in spans) <= 400
