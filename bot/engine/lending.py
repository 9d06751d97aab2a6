"""What does one part of a message name that holds for another part, too?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.engine.question import ABOUT, Question

_PLACES = "facility_search"
_POINTS = re.compile(r"\b(?:it|its|it's|this|that|these|those|them|they)\b", re.IGNORECASE)


def lend(questions: Sequence[Question], *, is_about: bool, lends_day: bool) -> tuple[Question, ...]:
    """What one part names and holds for another: the plan, the state, the place, the day, and what "it" is.

    The dialogue remembers what an earlier part named; here it is what a later one names, and what nobody remembers.
    A birth date is no day that anything is asked about.
    """
    lent = []
    for at, question in enumerate(questions):
        later = questions[at + 1 :]
        given = [] if question.values("plan") else _single("plan", later)
        if question.topic != _PLACES and not question.values("state"):
            given += _single("state", [each for each in later if each.topic != _PLACES])
        if question.topic == _PLACES and not question.values("zip_code", "city", "state"):
            others = [each for each in questions if each is not question]
            given += _single("zip_code", others) or _single("city", others)
        if lends_day and not question.values("date"):
            given += _single("date", [each for each in questions if each is not question])
        earlier = is_about or any(each.values(*ABOUT) for each in questions[: at + 1])
        if not earlier and _POINTS.search(question.text):
            given += _single("therapy", later) or _single("condition", later)
        entities = [*question.reading["entities"], *({**each, "start": 0, "end": 0} for each in given)]
        lent.append(Question(question.text, {**question.reading, "entities": entities}))
    return tuple(lent)


def _single(entity: str, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """The one value of this kind that these questions name; nothing where they name none or several."""
    found = [dict(each) for question in questions for each in question.reading["entities"] if each["entity"] == entity]
    return found[:1] if len({str(each["value"]) for each in found}) == 1 else []
