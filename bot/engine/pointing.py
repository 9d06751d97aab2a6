"""What does a clause ask whose "it" stands for what is named elsewhere: "what even is that", "who sees it"?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.engine.naming import find_class

_SUBJECTS = frozenset({"therapy", "condition"})
# "That" is no pointer in "the hospital that does it", and none to a therapy in "that hospital".
_POINTER = re.compile(
    r"\b(?:it|(?:this|that)(?:\s+(?:one|stuff|thing|drug|shot|treatment|therapy|medicine))?)"
    r"(?!['’]|\s+(?:hospitals?|places?|numbers?|letters?|polic(?:y|ies)|plans?|doctors?|nurses?|forms?|papers?)\b)\b",
    re.IGNORECASE,
)
_ALL_POINTER = re.compile(r"\b(?:them|these|those|both|the\s+(?:two|2|three|3))\b", re.IGNORECASE)
# "Explain it again": what was said, not what it was about.
_AGAIN = re.compile(r"\bagain\b", re.IGNORECASE)
# What a member is asked for, and may not want to give.
_PERSONAL = re.compile(
    r"\b(?:my|her|his|our|their)\s+(?:\w+\s+){0,2}?(?:birth\s?days?|birth\s?dates?|date\s+of\s+birth|dob|b-?day|numbers?|id|zip"
    r"|names?|address|phone|info\w*|social|ssn)\b",
    re.IGNORECASE,
)


def say_what_is_meant(
    text: str, start: int, end: int, entities: Sequence[Mapping[str, Any]], about: str | None
) -> str | None:
    """The clause from `start` to `end` of a text, with the thing meant in the place of its pronoun.

    That is what stands nearest before it in the text; else what the dialogue is about; else what comes first after it.
    None for a clause that points at nothing.
    """
    clause = text[start:end]
    pointer = _POINTER.search(clause) or _ALL_POINTER.search(clause)
    if pointer is None or _AGAIN.search(clause):
        return None
    at = start + pointer.start()
    named = [(int(each["start"]), int(each["end"])) for each in entities if each["entity"] in _SUBJECTS]
    named += [found.span() for found in (*find_class(text), *_PERSONAL.finditer(text))]
    before, after = [span for span in named if span[1] <= at], [span for span in named if span[0] > at]
    nearest = sorted(before)[-2:] if pointer.re is _ALL_POINTER else sorted(before)[-1:]
    meant = " and ".join(text[slice(*span)] for span in nearest) or about
    if meant is None and after:
        meant = text[slice(*min(after))]
    return f"{clause[: pointer.start()]}{meant}{clause[pointer.end() :]}" if meant else None
