"""Which questions does one message ask? Several only where that is clear: a wrong split is worse than none."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.engine.clauses import Clause, Named, cut_clauses
from bot.engine.understood import TOPICS

Reading = Mapping[str, Any]

DANGERS = frozenset({"emergency", "crisis"})
# What these say needs no answer of its own beside a question.
_COURTESIES = frozenset({"greeting", "thanks_goodbye", "affirm", "deny", "sms_stop", "sms_help", "gibberish"})
_QUESTIONS = TOPICS - DANGERS - _COURTESIES
# From this confidence on a clause is taken for a question of its own. Where a message asks one thing in two ways ("why
# was it denied, can I fight it"), the second way was seen to be read as something else with less.
SURE = 0.7
# Reading a clause takes milliseconds; a pasted page has a hundred of them. So many that ask are read, and so many
# that tell something.
_MOST_READ = 6
# A question that was not understood and has fewer words belongs to its neighbour: "what now?".
_WORDS_OF_OWN = 5
_SUBJECTS = frozenset({"therapy", "condition", "plan", "facility", "for_whom"})
_ABOUT = frozenset({"therapy", "condition"})
_PLACE_TOPIC = "facility_search"
# A field that a form asks for, and the entities that answer it.
_ANSWERS = {
    "zip_code": {"zip_code"},
    "plan": {"plan"},
    "member_id": {"member_id", "date", "date_of_birth"},
    "date_of_birth": {"member_id", "date", "date_of_birth"},
}
# Beside a member number, and where one is asked for, a day is when somebody was born.
_PROOF = frozenset({"member_id", "date_of_birth"})
_NOT_UNDERSTOOD = "nlu_fallback"
_GOES_ON = re.compile(r"\W*(?:and |ok |so )?(?:what|how) about\b", re.IGNORECASE)
_POINTS = re.compile(r"\b(?:it|its|it's|this|that|these|those|them|they)\b", re.IGNORECASE)
_BIRTH = re.compile(r"\b(?:born|birth\w*|dob|b-?day)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """One question out of a message: its words with what was said around it, and how they are read.

    `topic` is what Rasa takes it for; `intent`, `entities` and the rest of the reading are as Rasa's parse data.
    """

    text: str
    reading: Reading

    @property
    def topic(self) -> str:
        """Rasa's intent."""
        return str((self.reading.get("intent") or {}).get("name") or "")

    def values(self, *entities: str) -> set[str]:
        """What it names of these kinds."""
        return {str(each["value"]) for each in self.reading["entities"] if each["entity"] in entities}


@dataclass(frozen=True)
class _Part:
    clauses: tuple[Clause, ...]
    reading: Reading
    is_sure: bool


async def find_questions(
    text: str,
    whole: Reading,
    parse: Callable[[str], Awaitable[Reading]],
    *,
    asked_for: str | None = None,
    is_about: bool = False,
) -> tuple[Question, ...]:
    """The message's questions in order; empty where it is to be taken as one.

    `whole` is the reading of the whole text, `parse` reads a part of it, `asked_for` is the field that an open form
    asks for, and `is_about` says that the dialogue has been about a therapy or condition. A danger stands alone.
    """
    named = [Named(each["start"], each["end"], each["entity"] in _SUBJECTS) for each in whole.get("entities") or ()]
    clauses = cut_clauses(text, named)
    answering = [_answers(clause, whole, asked_for) for clause in clauses]
    if sum(clause.asks for clause in clauses) + any(answering) < 2 or _topic(whole) in DANGERS:
        return ()
    readings = await _read(clauses, parse)
    dangers = [each for each in readings if each and _topic(each) in DANGERS]
    if dangers:
        # However unsure: whoever is asked in vain loses less than who is not asked.
        return (Question(text, {**whole, "intent": max(dangers, key=_confidence)["intent"]}),)
    parts = _merge(_group(clauses, readings, answering, whole), whole)
    if sum(part.is_sure for part in parts) < 2:
        return ()
    is_birth = asked_for in _PROOF or any(each["entity"] in _PROOF for each in whole["entities"])
    lends_day = not is_birth and not _BIRTH.search(text)
    return _lend([_as_question(part, whole) for part in parts], is_about=is_about, lends_day=lends_day)


async def _read(clauses: Sequence[Clause], parse: Callable[[str], Awaitable[Reading]]) -> list[Reading | None]:
    """What each clause means; of very many only the first that ask, and the first that tell something."""
    left = {True: _MOST_READ, False: _MOST_READ}
    readings: list[Reading | None] = []
    for clause in clauses:
        left[clause.asks] -= 1
        readings.append(await parse(clause.text) if left[clause.asks] >= 0 else None)
    return readings


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
        is_sure = answers or (clause.asks and (_is_question(reading) or _goes_on(clause, whole)))
        is_unclear = _topic(reading) in (*_QUESTIONS, _NOT_UNDERSTOOD)
        is_own = clause.asks and is_unclear and len(clause.text.split()) >= _WORDS_OF_OWN
        if is_sure or is_own:
            parts.append(_Part(tuple(told), reading, is_sure))
            told = []
    if parts and told:
        parts[-1] = _Part((*parts[-1].clauses, *told), parts[-1].reading, parts[-1].is_sure)
    return parts


def _merge(parts: Sequence[_Part], whole: Reading) -> list[_Part]:
    """Two clauses on one topic are one question, unless each names another therapy or condition."""
    merged: list[_Part] = []
    for part in parts:
        about = _about(part, whole)
        for at, other in enumerate(merged):
            is_same = part.is_sure and other.is_sure and _topic(part.reading) == _topic(other.reading)
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


def _lend(questions: Sequence[Question], *, is_about: bool, lends_day: bool) -> tuple[Question, ...]:
    """What one part names and holds for another: the plan, the state, the place, the day, and what "it" is.

    The dialogue remembers what an earlier part named; here it is what a later one names, and what nobody remembers.
    A birth date is no day that anything is asked about.
    """
    lent = []
    for at, question in enumerate(questions):
        later = questions[at + 1 :]
        given = [] if question.values("plan") else _single("plan", later)
        if question.topic != _PLACE_TOPIC and not question.values("state"):
            given += _single("state", [each for each in later if each.topic != _PLACE_TOPIC])
        if question.topic == _PLACE_TOPIC and not question.values("zip_code", "city", "state"):
            others = [each for each in questions if each is not question]
            given += _single("zip_code", others) or _single("city", others)
        if lends_day and not question.values("date"):
            given += _single("date", [each for each in questions if each is not question])
        earlier = is_about or any(each.values(*_ABOUT) for each in questions[: at + 1])
        if not earlier and _POINTS.search(question.text):
            given += _single("therapy", later) or _single("condition", later)
        entities = [*question.reading["entities"], *({**each, "start": 0, "end": 0} for each in given)]
        lent.append(Question(question.text, {**question.reading, "entities": entities}))
    return tuple(lent)


def _single(entity: str, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """The one value of this kind that these questions name; nothing where they name none or several."""
    found = [dict(each) for question in questions for each in question.reading["entities"] if each["entity"] == entity]
    return found[:1] if len({str(each["value"]) for each in found}) == 1 else []


def _answers(clause: Clause, whole: Reading, asked_for: str | None) -> bool:
    wanted = _ANSWERS.get(asked_for or "", set())
    return not clause.asks and any(each["entity"] in wanted for each in _named(clause, whole))


def _named(clause: Clause, whole: Reading) -> list[Mapping[str, Any]]:
    found = whole.get("entities") or ()
    return [each for each in found if clause.start <= each["start"] and each["end"] <= clause.end]


def _about(part: _Part, whole: Reading) -> set[str]:
    return {str(each["value"]) for clause in part.clauses for each in _named(clause, whole) if each["entity"] in _ABOUT}


def _goes_on(clause: Clause, whole: Reading) -> bool:
    """ "What about Casgevy?": the question before it, on something else."""
    names = any(each["entity"] in _ABOUT for each in _named(clause, whole))
    return names and bool(_GOES_ON.match(clause.text))


def _is_question(reading: Reading) -> bool:
    return _topic(reading) in _QUESTIONS and _is_sure(reading)


def _is_sure(reading: Reading) -> bool:
    return _confidence(reading) >= SURE


def _confidence(reading: Reading) -> float:
    return float((reading.get("intent") or {}).get("confidence") or 0.0)


def _topic(reading: Reading) -> str:
    return str((reading.get("intent") or {}).get("name") or "")
