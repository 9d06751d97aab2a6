"""Which kind of an illness does a mark alone pick: "B", "type 2 i think", "the follicular one"?

A word that names several illnesses ("hemophilia") leaves them all in the slot `condition`, whether or not it was asked
which is meant; one that names no illness on file by itself ("lymphoma") stands in the last question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# One sign for each thing that is named.
SIGN = "§"
_SUBJECTS = frozenset({"therapy", "condition"})
# Illnesses that differ by a mark, by the words for all of them: each with what is said of it alone.
_KINDS: Mapping[str, Mapping[str, str]] = {
    r"ha?emophilia": {"hemophilia_a": r"a", "hemophilia_b": r"b"},
    r"mps|mucopolysaccharidosis": {
        "mps_ii": r"2|ii|two|hunters?(?:\s+syndrome)?",
        "mps_iiia": r"3\s?a|iii\s?a|three\s?a|sanfilippo(?:\s+a)?",
    },
    r"(?:spinal|muscular)\s+\w+|sma": {"sma": r"[0-4]|one|two|three|four|iv|i{1,3}"},
    r"thal+as+emia": {"beta_thalassemia": r"beta|b|β"},
    r"(?:non[\s-]?hodgkin\w*\s+)?lymphoma": {
        "large_b_cell_lymphoma": r"large(?:\s+b)?(?:[\s-]cell)?|diffuse(?:\s+large(?:\s+b)?(?:[\s-]cell)?)?",
        "follicular_lymphoma": r"follicular|fl",
        "mantle_cell_lymphoma": r"mantle(?:[\s-]cell)?|mcl",
        "marginal_zone_lymphoma": r"marginal(?:[\s-]zone)?|mzl",
    },
}
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
_MARKS_PLACE = re.compile(
    r"\b(?P<word>first|second|1st|2nd|former|latter)\b(?:\s+(?:one|kind|type|form))?", re.IGNORECASE
)
_PLACE = {"first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "latter": 1}


def find_variant(
    text: str,
    entities: Sequence[Mapping[str, Any]],
    slots: Mapping[str, Any],
    adds_nothing: Callable[[str], bool],
) -> dict[str, Any] | None:
    """The entity `condition` that a mark in the text picks; None where the text picks none or says more.

    `entities` are the text's own, `slots` those before the message; `adds_nothing` judges words with `SIGN` in the
    place of each thing that is named.
    """
    kinds = _find_kinds(slots)
    if not kinds or _SUBJECTS & {each["entity"] for each in entities}:
        return None
    rest = _blank(text, entities)
    is_asked = bool(slots.get("requested_slot"))
    for value, words in kinds.items():
        for found in re.finditer(rf"\b(?P<type>{_TYPE})?(?P<mark>{words})(?!\w)", rest, re.IGNORECASE):
            is_number = _NUMBER.fullmatch(found["mark"]) and not found["type"]
            if is_number and (is_asked or slots.get("last_shown") or not found["mark"].isdigit()):
                continue
            if found["mark"].lower() == "a" and not found["type"] and _ARTICLE_BEFORE.match(rest, found.end()):
                continue
            if _says_only(rest, found, adds_nothing):
                return _condition(value, found)
    place = _MARKS_PLACE.search(rest) if len(kinds) == 2 and not is_asked and not slots.get("last_shown") else None
    if place and _says_only(rest, place, adds_nothing):
        return _condition(list(kinds)[_PLACE[place["word"].lower()]], place)
    return None


def _find_kinds(slots: Mapping[str, Any]) -> Mapping[str, str]:
    """The kinds of the illness talked about, by the illness's id, in the order in which they are told."""
    named = slots.get("condition")
    values: Sequence[str] = named if isinstance(named, list) else [named] if isinstance(named, str) else []
    if values:
        return next((kinds for kinds in _KINDS.values() if set(values) <= kinds.keys()), {})
    text = " ".join(filter(None, (_question(slots.get("last_question")), slots.get("unclear_question"))))
    return next((kinds for name, kinds in _KINDS.items() if re.search(rf"\b(?:{name})\b", text, re.IGNORECASE)), {})


def _blank(text: str, entities: Sequence[Mapping[str, Any]]) -> str:
    """The text with a sign for each entity, as long as it was: the places in it stay."""
    for each in entities:
        start, end = int(each.get("start") or 0), int(each.get("end") or 0)
        if end > start:
            text = f"{text[:start]}{SIGN:{end - start}}{text[end:]}"
    return text


def _question(written: object) -> str:
    try:
        return str(json.loads(written)["text"]) if isinstance(written, str) else ""
    except (ValueError, TypeError, KeyError):
        return ""


def _says_only(text: str, found: re.Match[str], adds_nothing: Callable[[str], bool]) -> bool:
    around = (_UNSURE.sub(" ", text[: found.start()]), _UNSURE.sub(" ", text[found.end() :]))
    return adds_nothing(f"{around[0]} {SIGN} {around[1]}")


def _condition(value: str, found: re.Match[str]) -> dict[str, Any]:
    return {"entity": "condition", "value": value, "start": found.start(), "end": found.end()}


def known_conditions() -> frozenset[str]:
    """The ids of all conditions that a mark can pick."""
    return frozenset(value for kinds in _KINDS.values() for value in kinds)
