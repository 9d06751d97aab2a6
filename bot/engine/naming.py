"""Does a message only name something, and ask nothing of its own beside it: "and for hemophilia?", "no, Ohio"?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.engine.entities.people import ROLES

# One sign for each thing that is named.
SIGN = "§"
_CLASS = (
    r"car[\s-]?t(?:s|\scells?|\stherap(?:y|ies))?|crispr|t[\s-]?cell\stherap(?:y|ies)|(?:gene|cell|genetic)\s"
    r"(?:therap(?:y|ies)|editing)"
)
# Each takes some words that add nothing of their own to what is named. The longer ones come first.
_PIECE = re.compile(
    r"(?:what|wat|how|hows|whats|wbu|hbu)(?:\s+(?:about|abt|bout|if|of)|\s+would\s+change\s+(?:with|for))"
    r"|is\s+it\s+(?:any\s+)?(?:the\s+same|different)|(?:the\s+)?same(?:\s+(?:question|thing|q|here))?"
    r"|does\s+(?:that|this|it)(?:\s+also)?\s+(?:go|apply|hold|count|work)|what\s+changes"
    r"|(?:i|we)\s+(?:meant|mean|ment|said|say|was\s+asking|am\s+asking|wanted\s+to\s+ask|asked)|i\s*['’]?m\s+asking"
    r"|(?:i\s+)?(?:typed|wrote|put)(?:\s+(?:it|that)(?:\s+wrong)?)?|(?:that\s+was\s+)?(?:a\s+|my\s+)?(?:typo|bad|mistake)"
    r"|(?:make|change|try|use)\s+(?:it|that)(?:\s+to)?|(?:try|use)"
    r"|(?:it|that|he|she|this)(?:\s*['’]?s|\s+is|\s+was|\s+has)|(?:i|we)(?:\s*['’]?(?:m|re|ve)|\s+(?:am|are|have|was|live))"
    r"|(?:zip|code|plan|insurance|state|age|name|" + SIGN + r")(?:\s+is|\s*['’]s|\s+was|\s+has)"
    r"|(?:he|she|they|who)\s+(?:lives?|stays?|turned)|has|have|had|gets|hes|shes|got|lives?|living|there|here|those\s+two"
    r"|" + "|".join(ROLES.values()) + r"|me|him|them|us"
    r"|my|our|his|her|their|the(?:\s+other)?|an?|question|to\s+ask|zip|code|plan|one"
    r"|and|n|an|or|but|so|ok|okay|k|well|oh|hmm|um|uh|then|also|too|please|pls|plz|thx|thanks|thank\s+you|hey|hi"
    r"|no|nope|nah|not|yes|yeah|yep|wait|sorry|oops|whoops|actually|correction|instead(?:\s+of)?|rather(?:\s+than)?"
    r"|though|tho|lol|btw|fyi"
    r"|for|with|in|on|at|to|under|about|abt|by|as|if|from|near|around|of|only|just|now"
    r"|(?:someone|somebody|people|those)(?:\s+who)?"
    r"|" + _CLASS + r"|" + SIGN,
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,.;:!?\"'’()&/*…+-]*")
_CLASS_WORDS = re.compile(rf"\b(?:{_CLASS})\b", re.IGNORECASE)


def find_class(text: str) -> list[re.Match[str]]:
    """Where the text names a kind of therapy: "CAR-T", "gene therapy"."""
    return list(_CLASS_WORDS.finditer(text))


def adds_nothing(rest: str) -> bool:
    """True for words that ask nothing beside what is named: "and for §?", "no, §", "sorry I meant §"."""
    at = _end_of_gap(rest, 0)
    while at < len(rest):
        piece = _PIECE.match(rest, at)
        if piece is None or (piece.end() < len(rest) and rest[piece.end()].isalnum() and piece[0] != SIGN):
            # A shorter piece may end at the word's end where the longest does not.
            piece = _whole_piece(rest, at)
        if piece is None:
            return False
        at = _end_of_gap(rest, piece.end())
    return True


def _whole_piece(rest: str, at: int) -> re.Match[str] | None:
    end = at
    while end < len(rest) and (rest[end].isalnum() or rest[end] == SIGN):
        end += 1
    return _PIECE.fullmatch(rest, at, end) if end > at else None


def _end_of_gap(rest: str, at: int) -> int:
    gap = _BETWEEN.match(rest, at)
    return gap.end() if gap else at


def blank(text: str, entities: Iterable[Mapping[str, Any]]) -> str:
    """The text with a sign in the place of each entity, as long as it was: the places in it stay."""
    for each in entities:
        start, end = int(each.get("start") or 0), int(each.get("end") or 0)
        if end > start:
            text = f"{text[:start]}{SIGN:{end - start}}{text[end:]}"
    return text
