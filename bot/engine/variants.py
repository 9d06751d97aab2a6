"""Which kind of an illness does a mark alone pick: "B", "type 2 i think", "the follicular one"?

A word that names several illnesses ("hemophilia") leaves them all in the slot `condition`, whether or not it was asked
which is meant; one that names no illness on file by itself ("lymphoma") stands in the last question.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from bot.engine.naming import SIGN, adds_nothing, blank
from bot.engine.references import ORDINALS

_SUBJECTS = frozenset({"therapy", "condition"})
# How members say which kind they mean.
_FILE = files("knowledge") / "content" / "kinds.yml"
# With one of these before it a mark is that of a kind; a number without it may be a place in a list or an answer.
_TYPE = r"(?:type|tpye|typ|kind|form|stage|group|mps|sma)\s*[-#]?\s*"
_NUMBER = re.compile(r"\d|iv|i{1,3}|one|two|three|four", re.IGNORECASE)
# What is said around a mark of how sure one is, and of whom it is the illness.
_UNSURE = re.compile(
    r"\b(?:(?:i|we)\s+(?:think|thnk|guess|believe|suppose|bet)|(?:i['’]?m|we['’]?re)?\s*(?:pretty|fairly|almost|not)\s+sure"
    r"|probably|prob|prolly|maybe|mayb|likely|idk|i\s+have|(?:he|she|they|we)\s+(?:has|have|had)|hes|shes|mine|ours"
    r"|doctor\s+says?|doc\s+says?|says|say|type|kind|form|version|ones?|diagnosed|confirmed|severe|mild)\b",
    re.IGNORECASE,
)
_ARTICLE_BEFORE = re.compile(
    r"\s+(?!(?:ones?|type|kind|form|i|for|pls|please|probably|maybe|prob|thanks|thx|is|then)\b)\w"
)
_MARKS_PLACE = re.compile(rf"\b(?P<word>{'|'.join(ORDINALS)})\b(?:\s+(?:one|kind|type|form))?", re.IGNORECASE)


_EXISTS = re.compile(
    r"\b(?:(?:is|are)\s+there|there(?:['’]?s|\s+is)|do\s+(?:you|u|they|we)\s+have|any(?:thing|one)?|some(?:thing)?|one|1|exists?)\b",
    re.IGNORECASE,
)
_BEFORE_MARK = re.compile(r"\b(?:for|4|with|w|in|of)\s+(?:the\s+|a\s+)?(?:type|kind|form)?\s*$", re.IGNORECASE)


def find_variant(
    text: str,
    entities: Sequence[Mapping[str, Any]],
    slots: Mapping[str, Any],
) -> dict[str, Any] | None:
    """The entity `condition` that a mark in the text picks; None where the text picks none or says more.

    `entities` are the text's own, `slots` those before the message.
    """
    kinds = _find_kinds(slots)
    if not kinds or _SUBJECTS & {each["entity"] for each in entities}:
        return None
    rest = blank(text, entities)
    is_asked = bool(slots.get("requested_slot"))
    for value, words in kinds.items():
        for found in re.finditer(rf"\b(?P<type>{_TYPE})?(?P<mark>{words})(?!\w)", rest, re.IGNORECASE):
            is_number = _NUMBER.fullmatch(found["mark"]) and not found["type"]
            if is_number and (is_asked or slots.get("last_shown") or not found["mark"].isdigit()):
                continue
            if found["mark"].lower() == "a" and not found["type"] and _ARTICLE_BEFORE.match(rest, found.end()):
                continue
            if _says_only(rest, found):
                return _condition(value, found)
    place = _MARKS_PLACE.search(rest) if len(kinds) == 2 and not is_asked and not slots.get("last_shown") else None
    at = ORDINALS[place["word"].lower()] if place else 0
    if place and at < len(kinds) and _says_only(rest, place):
        return _condition(list(kinds)[at], place)
    return None


@dataclass(frozen=True)
class _Illness:
    """An illness of several kinds: the words for all of them, and for each condition's id those for it alone."""

    called: re.Pattern[str]
    kinds: Mapping[str, str]


@functools.cache
def _illnesses() -> tuple[_Illness, ...]:
    return tuple(
        _Illness(
            re.compile(rf"\b(?:{_as_pattern(each['called'])})\b", re.IGNORECASE),
            {condition: _as_pattern(words) for condition, words in each["kinds"].items()},
        )
        for each in yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    )


def _as_pattern(words: Sequence[str]) -> str:
    """The longest first; between two words a space or a hyphen, or nothing."""
    return "|".join(r"[\s-]?".join(map(re.escape, each.split())) for each in sorted(words, key=len, reverse=True))


def _find_kinds(slots: Mapping[str, Any]) -> Mapping[str, str]:
    """The kinds of the illness talked about, by the illness's id, in the order in which they are told."""
    named = slots.get("condition")
    values: Sequence[str] = named if isinstance(named, list) else [named] if isinstance(named, str) else []
    if values:
        return next((each.kinds for each in _illnesses() if set(values) <= each.kinds.keys()), {})
    text = " ".join(filter(None, (_question(slots.get("last_question")), slots.get("unclear_question"))))
    return next((each.kinds for each in _illnesses() if each.called.search(text)), {})


def _question(written: object) -> str:
    try:
        return str(json.loads(written)["text"]) if isinstance(written, str) else ""
    except (ValueError, TypeError, KeyError):
        return ""


def asks_what_exists(text: str) -> bool:
    """True for "is there one for A too?", which asks more than to go on for another kind."""
    return bool(_EXISTS.search(text))


def _says_only(text: str, found: re.Match[str]) -> bool:
    before, behind = text[: found.start()], text[found.end() :]
    if _BEFORE_MARK.search(before):
        before = _EXISTS.sub(" ", before)
    around = (_UNSURE.sub(" ", before), _UNSURE.sub(" ", behind))
    return adds_nothing(f"{around[0]} {SIGN} {around[1]}")


def _condition(value: str, found: re.Match[str]) -> dict[str, Any]:
    return {"entity": "condition", "value": value, "start": found.start(), "end": found.end()}


def known_conditions() -> frozenset[str]:
    """The ids of all conditions that a mark can pick."""
    return frozenset(value for each in _illnesses() for value in each.kinds)
