"""Which of the things that were just shown do "the second one", "both" or "that hospital" point at?"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

# "One" and what can be in a list; "dose", "time" and "opinion" are no such things, and "the first therapy for it" asks
# something else. What is nearest or best is looked for, not picked from a list.
_THING = (
    r"(?:ones?|hospitals?|options?|places?|choices?|therap(?:y|ies)|drugs?|products?|medicines?|meds?|facilit(?:y|ies)|"
    r"centers?|polic(?:y|ies)|list(?:ed)?)"
)
_ONE_THING = (
    r"(?:one|hospital|option|place|choice|therapy|drug|product|medicine|med|facility|center|policy|list(?:ed)?)"
)
ORDINALS = {
    "first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "last": -1, "latter": -1,
}  # fmt: skip
_NUMBERS = {"1": 0, "one": 0, "2": 1, "two": 1, "3": 2, "three": 2, "4": 3, "four": 3}
_WORD = "|".join(ORDINALS)
_NUMBER = "|".join(_NUMBERS)
_PLACE_IN_LIST = re.compile(
    rf"\b(?:the\s+)?(?P<word>{_WORD})\s+{_ONE_THING}\b(?:\s+(?:on|in|of)\s+(?:the|that|your)\s+list)?"
    rf"|\bthe\s+(?P<alone>first|second|third|former|latter|1st|2nd|3rd)(?=\W*$)"
    rf"|\b(?:number|option|choice|hospital)\s*(?P<number>{_NUMBER})(?!\w)"
    r"|(?:\bno\.\s*|#\s*)(?P<digit>[1-4])(?!\w)",
    re.IGNORECASE,
)
# "Is this the first therapy for it" asks about the world.
_SAYS_OF_IT = re.compile(r"\b(?:this|it|that|there)(?:['’]s|\s+is|\s+was)?\s+$", re.IGNORECASE)
_BARE_PLACE = re.compile(r"^\W*(?:(?P<word>first|second|third|1st|2nd|3rd|last)|(?P<number>[1-4]))\W*$", re.IGNORECASE)
_OTHER = re.compile(rf"\bthe\s+other\s+{_THING}\b|\bthe\s+other(?=\W*$)", re.IGNORECASE)
_ALL = re.compile(
    r"\bboth(?:\s+of\s+(?:them|these|those))?\b|\b(?:all|any|either)\s+of\s+(?:th?em|(?:these|those)(?!\s+\w+s\b)|the\s+two)\b"
    r"|\beither(?:\s+one)?(?=\W*$)|\ball\s+(?:three|3|two|2)\b",
    re.IGNORECASE,
)
_THAT = re.compile(rf"\b(?:that|this|the\s+same)\s+{_THING}\b", re.IGNORECASE)
_THERE = re.compile(r"\bthere(?!\s+(?:is|are|was|were|any|a\b|an\b|be)\b)(?!['’]s)\b", re.IGNORECASE)
_THERE_AS_SUBJECT = re.compile(
    r"\b(?:is|are|was|were|will|would|isn['’]?t|aren['’]?t|hi|hey|hello)\s+there\b", re.IGNORECASE
)
_BOTH = re.compile(r"\bboth(?:\s+of\s+(?:them|these|those|em))?\b|\b(?:either|the)\s+(?:two|2)\b", re.IGNORECASE)
_TWO = 2
# More than so many are never meant by "both" and the like.
_MOST_TOGETHER = 3


@dataclass(frozen=True)
class Shown:
    """What was shown last: its kind (`facility`, `therapy`, `policy`, `choice`), the value that choosing each sends,
    and which of them was told of since."""

    kind: str
    values: tuple[str, ...]
    told: int | None


@dataclass(frozen=True)
class Reference:
    """The values that a message points at, and its words without those that do."""

    values: tuple[str, ...]
    rest: str


def read_shown(written: object) -> Shown | None:
    """What an action wrote down as shown; None for nothing, and for what cannot be read."""
    if not isinstance(written, str):
        return None
    try:
        found = json.loads(written)
        values = tuple(str(each) for each in found["values"])
        told = found.get("told")
        return Shown(str(found["kind"]), values, told if isinstance(told, int) and told < len(values) else None)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def find_reference(text: str, shown: Shown | None, named: Sequence[str] = ()) -> Reference | None:
    """What of it the text points at; None where it points at nothing in it.

    `named` are the choices for the products that the member has named, the latest last: of more or fewer than two that
    were shown, "both" are the two that were named last.
    """
    of_products = shown is None or shown.kind == "therapy"
    if of_products and len(named) >= _TWO and (found := _BOTH.search(text)):
        values = shown.values if shown is not None and len(shown.values) == _TWO else tuple(named[-_TWO:])
        return _point(text, found, values)
    if of_products and len(named) >= _TWO and (shown is None or len(shown.values) < _TWO):
        # Of one alone nothing is the first: what the member named one after the other is meant.
        shown = Shown("therapy", tuple(named), len(named) - 1)
    if shown is None or not shown.values:
        return None
    if found := _OTHER.search(text):
        return _point(text, found, _others(shown))
    if found := _ALL.search(text):
        return _point(text, found, shown.values if 1 < len(shown.values) <= _MOST_TOGETHER else ())
    if found := _PLACE_IN_LIST.search(text) or _BARE_PLACE.match(text):
        if _SAYS_OF_IT.search(text[: found.start()]):
            return None
        return _point(text, found, _at(found, shown.values))
    found = _THAT.search(text)
    if found is None and shown.kind == "facility" and not _THERE_AS_SUBJECT.search(text):
        found = _THERE.search(text)
    if found and shown.kind != "choice" and shown.told is not None:
        return _point(text, found, (shown.values[shown.told],))
    return None


def _point(text: str, found: re.Match[str], values: tuple[str, ...]) -> Reference | None:
    return Reference(values, f"{text[: found.start()]} {text[found.end() :]}") if values else None


def _others(shown: Shown) -> tuple[str, ...]:
    if len(shown.values) != 2:
        return ()
    # Where none was told of since, the second is the one that stands further from the member's eye.
    return (shown.values[1 - (shown.told or 0)],)


def _at(found: re.Match[str], values: tuple[str, ...]) -> tuple[str, ...]:
    groups = found.groupdict()
    word, number = groups.get("word") or groups.get("alone"), groups.get("number") or groups.get("digit")
    place = ORDINALS[word.lower()] if word else _NUMBERS[(number or "").lower()]
    return (values[place],) if place < len(values) else ()
