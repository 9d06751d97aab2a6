"""Which questions does one message ask? Several only where that is clear: a wrong split is worse than none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.engine.clause_reading import (
    DANGERS,
    QUESTIONS,
    Parse,
    confidence_of,
    is_question,
    read_clause,
    read_clauses,
    topic_of,
)
from bot.engine.clauses import Clause, Named, cut_clauses
from bot.engine.each_place import ask_for_each_place
from bot.engine.ending import calls_off
from bot.engine.entities.found import PROOF
from bot.engine.lending import lend
from bot.engine.naming import find_class
from bot.engine.question import ABOUT, Question, Reading

# A question that was not understood and has fewer words belongs to its neighbour: "what now?".
_WORDS_OF_OWN = 5
_SUBJECTS = frozenset({"therapy", "condition", "plan", "facility", "for_whom"})
# Where each of two clauses names another of these, they ask for two places.
_PLACES = ("zip_code", "city", "state")
# A field that a form asks for, and the entities that answer it.
_ANSWERS = {
    "zip_code": {"zip_code"},
    "plan": {"plan"},
    "member_id": {"member_id", "date", "date_of_birth"},
    "date_of_birth": {"member_id", "date", "date_of_birth"},
}
_NOT_UNDERSTOOD = "nlu_fallback"
_GOES_ON = re.compile(r"\W*(?:and |ok |so )?(?:what|how) about\b", re.IGNORECASE)
# Where approval or an appeal was just asked about, it is that which takes long.
_WAITED_FOR = frozenset({"precertification", "appeal_denial"})
_HOW_LONG = re.compile(
    r"\W*(?:and |so )?(?:how (?:long|soon|fast)|when) (?:does|do|did|will|would|is|can) "
    r"(?:(?:it|that|this|they)\b[\w ]*|(?:i|we) (?:have|got|wait)(?: for \w+ \w+)?)\W*$",
    re.IGNORECASE,
)
_BIRTH = re.compile(r"\b(?:born|birth\w*|dob|b-?day)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Part:
    clauses: tuple[Clause, ...]
    reading: Reading
    is_sure: bool


async def find_questions(
    text: str,
    whole: Reading,
    parse: Parse,
    *,
    asked_for: str | None = None,
    about: str | None = None,
) -> tuple[Question, ...]:
    """The message's questions in order; empty where it is to be taken as it is read as a whole.

    `whole` is the reading of the whole text, `parse` reads a part of it, `asked_for` is the field that an open form
    asks for, and `about` names the therapy or condition that the dialogue has been about. A danger stands alone.
    """
    named = [Named(each["start"], each["end"], each["entity"] in _SUBJECTS) for each in whole.get("entities") or ()]
    named += [Named(*found.span(), is_subject=True) for found in find_class(text)]
    clauses = cut_clauses(text, named)
    answering = [_answers(clause, whole, asked_for) for clause in clauses]
    if topic_of(whole) in DANGERS:
        return ()
    if sum(clause.asks for clause in clauses) + any(answering) < 2:
        return await _find_lone(text, whole, clauses, parse, about)
    readings = await read_clauses(clauses, whole, parse, about)
    dangers = [each for each in readings if each and topic_of(each) in DANGERS]
    if dangers:
        # However unsure: whoever is asked in vain loses less than who is not asked.
        return (Question(text, {**whole, "intent": max(dangers, key=confidence_of)["intent"]}),)
    parts = _merge(_group(clauses, readings, answering, whole), whole)
    if sum(part.is_sure for part in parts) < 2:
        if len(parts) == 1 and parts[0].is_sure and confidence_of(parts[0].reading) > confidence_of(whole):
            return (_read_as(parts[0].reading, text, whole),)
        return _for_each_place(Question(text, whole))
    # Beside a member number, and where one is asked for, a day is when somebody was born.
    is_birth = asked_for in PROOF or any(each["entity"] in PROOF for each in whole["entities"])
    lends_day = not is_birth and not _BIRTH.search(text)
    questions = lend([_as_question(part, whole) for part in parts], is_about=about is not None, lends_day=lends_day)
    return tuple(each for question in questions for each in ask_for_each_place(question))


async def _find_lone(
    text: str, whole: Reading, clauses: Sequence[Clause], parse: Parse, about: str | None
) -> tuple[Question, ...]:
    """The one question of a message that tells more than it asks, and whose whole is read as no question at all."""
    asking = [clause for clause in clauses if clause.asks]
    ends = any(calls_off(clause.text) for clause in clauses if not clause.asks)
    may_be_danger = any(each["name"] in DANGERS for each in (whole.get("intent_ranking") or ())[:2])
    if topic_of(whole) in QUESTIONS or not asking or len(clauses) == 1 or ends or may_be_danger:
        return _for_each_place(Question(text, whole))
    asked = await read_clause(asking[0], whole, parse, about)
    likeliest = next((each["name"] for each in whole.get("intent_ranking") or ()), None)
    agrees = topic_of(asked) in QUESTIONS and topic_of(asked) == likeliest
    if not is_question(asked) and not agrees and topic_of(asked) not in DANGERS:
        return ()
    return (_read_as(asked, text, whole),)


def _read_as(asked: Reading, text: str, whole: Reading) -> Question:
    return Question(text, {**whole, "intent": asked["intent"], "intent_ranking": [asked["intent"]]})


def _for_each_place(question: Question) -> tuple[Question, ...]:
    each = ask_for_each_place(question) if is_question(question.reading) else ()
    return each if len(each) > 1 else ()


def _group(
    clauses: Sequence[Clause], readings: Sequence[Reading | None], answering: Sequence[bool], whole: Reading
) -> list[_Part]:
    """A part for each question; what only tells something belongs to the question after it, else to the last one."""
    parts: list[_Part] = []
    told: list[Clause] = []
    for clause, reading, answers in zip(clauses, readings, answering, strict=True):
        told.append(clause)
        if reading is None:
            continue
        if parts and topic_of(parts[-1].reading) in _WAITED_FOR and _HOW_LONG.match(clause.text):
            parts[-1] = replace(parts[-1], clauses=(*parts[-1].clauses, *told))
            told = []
            continue
        is_sure = answers or (clause.asks and (is_question(reading) or _goes_on(clause, whole)))
        is_unclear = topic_of(reading) in (*QUESTIONS, _NOT_UNDERSTOOD)
        is_own = clause.asks and is_unclear and len(clause.text.split()) >= _WORDS_OF_OWN
        if is_sure or is_own:
            parts.append(_Part(tuple(told), reading, is_sure))
            told = []
    if parts and told:
        parts[-1] = replace(parts[-1], clauses=(*parts[-1].clauses, *told))
    return parts


def _merge(parts: Sequence[_Part], whole: Reading) -> list[_Part]:
    """Two clauses on one topic are one question, unless each names another therapy, condition or place."""
    merged: list[_Part] = []
    for part in parts:
        about = _about(part, whole)
        for at, other in enumerate(merged):
            is_same = (part.is_sure or other.is_sure) and topic_of(part.reading) == topic_of(other.reading)
            is_same = is_same and not _names_other_place(part, other, whole)
            if is_same and (not about or about <= _about(other, whole)):
                merged[at] = _Part((*other.clauses, *part.clauses), other.reading, is_sure=True)
                break
        else:
            merged.append(part)
    return merged


def _as_question(part: _Part, whole: Reading) -> Question:
    """The part's words, with the names in them at their places there."""
    entities, text = [], ""
    for clause in part.clauses:
        text = f"{text} {clause.text}".lstrip()
        shift = len(text) - clause.end
        entities += [
            {**each, "start": each["start"] + shift, "end": each["end"] + shift} for each in _named(clause, whole)
        ]
    return Question(text, {**part.reading, "text": text, "entities": entities})


def _answers(clause: Clause, whole: Reading, asked_for: str | None) -> bool:
    wanted = _ANSWERS.get(asked_for or "", set())
    return not clause.asks and any(each["entity"] in wanted for each in _named(clause, whole))


def _named(clause: Clause, whole: Reading) -> list[Mapping[str, Any]]:
    found = whole.get("entities") or ()
    return [each for each in found if clause.start <= each["start"] and each["end"] <= clause.end]


def _about(part: _Part, whole: Reading) -> set[str]:
    return {str(each["value"]) for clause in part.clauses for each in _named(clause, whole) if each["entity"] in ABOUT}


def _names_other_place(part: _Part, other: _Part, whole: Reading) -> bool:
    def values(one: _Part, kind: str) -> set[str]:
        named = (each for clause in one.clauses for each in _named(clause, whole))
        return {str(each["value"]) for each in named if each["entity"] == kind}

    return any(values(other, kind) and values(part, kind) - values(other, kind) for kind in _PLACES)


def _goes_on(clause: Clause, whole: Reading) -> bool:
    """ "What about Casgevy?": the question before it, on something else."""
    names = any(each["entity"] in ABOUT for each in _named(clause, whole))
    return names and bool(_GOES_ON.match(clause.text))
