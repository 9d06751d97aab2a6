"""May this text be shown to a member? The last look at every reply, whoever wrote it."""

from __future__ import annotations

import re
from enum import Enum


class Fault(str, Enum):
    """Why a text may not be shown."""

    EMPTY = "EMPTY"
    UNFILLED = "UNFILLED"
    PRINTED_NONE = "PRINTED_NONE"
    DETERMINATION = "DETERMINATION"


# "None of the hospitals …" is English; any other None is a value that was missing.
_PRINTED_NONE = re.compile(r"\bNone\b(?! of\b)")

# Only the plan decides on coverage, and only a clinician on candidacy: the assistant never says either.
_DETERMINATION = re.compile(
    r"\b(?:you(?:'re| are| have been| were|'ve been)(?: now| already| also| fully)? "
    r"(?:covered|approved|pre-?approved|qualified|eligible)"
    r"|you(?: do| already| also|'ll| will)? qualify"
    r"|(?:your|this|the) (?:request|treatment|therapy|claim|infusion) (?:is|was|has been|will be) "
    r"(?:covered|approved))\b",
    re.IGNORECASE,
)

# "This does not mean that you are covered", "ask if you qualify": what comes before takes the claim back.
_TAKEN_BACK = re.compile(
    r"\b(?:if|whether|unless|until|not|never|no one|nobody|cannot|only|before|once|when|why|how|does|who)\b|n't\b",
    re.IGNORECASE,
)

_SENTENCE_END = re.compile(r"(?<=[.!?:;])\s+|\n+")


def find_fault(text: str) -> Fault | None:
    """The first reason not to show this text, or None when it may be shown."""
    if not text.strip():
        return Fault.EMPTY
    if "{" in text:
        return Fault.UNFILLED
    if _PRINTED_NONE.search(text):
        return Fault.PRINTED_NONE
    if any(_determines(sentence) for sentence in _SENTENCE_END.split(text.replace("\u2019", "'"))):
        return Fault.DETERMINATION
    return None


def _determines(sentence: str) -> bool:
    found = _DETERMINATION.search(sentence)
    return found is not None and _TAKEN_BACK.search(sentence[: found.start()]) is None
