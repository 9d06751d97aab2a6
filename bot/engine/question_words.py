"""With which words does a question open, in all their forms and usual spellings? Patterns, for any case."""

from __future__ import annotations

import re

AUX = (
    r"(?:am|is|are|r|was|were|do|does|did|can|could|will|would|should|isn'?t|doesn'?t|don'?t|won'?t|can'?t|must|shall)"
)
# What stands behind a question word; by itself it often is no question ("he has it", "one dose").
DID = rf"(?:{AUX}|has|have|had|may|might|dose|duz)"
PRONOUN = r"(?:i|you|u|we|he|she|it|they|there|this|that|these|those)"
# "Were" is none: it is a verb more often than "where".
WHAT, HOW, WHERE = r"(?:what|wat|wut|wht|wot|waht|whut)", r"(?:how|hw)", r"(?:where|wher|whre|whr)"
WHO, WHEN, WHY = r"(?:whom?)", r"(?:when|wen|whn)", rf"(?:why|wy|y(?= {DID}\b))"
WHICH, WHOSE = r"(?:which|wich|whch|whitch)", r"(?:whose|whos)"
TO = r"(?:to|with|for|from|by|at|in|on|of|about|through|under|until)"

ANY = rf"(?:{WHAT}|{HOW}|{WHERE}|{WHO}|{WHEN}|{WHY}|{WHICH}|{WHOSE})"
# "How long", "which hospital": a word of what is asked for may stand behind them.
ANY_OF = rf"(?:{WHAT}|{HOW}|{WHICH}|{WHOSE})"
ANY_IS = rf"(?:(?:{WHAT}|{HOW}|{WHERE}|who)'?[sz])"

_USUAL = {"what": WHAT, "how": HOW, "where": WHERE, "when": WHEN, "why": WHY, "which": WHICH}
_SPELLINGS = [(usual, re.compile(rf"\b{words}(?=(?:'?[sz])?\b)", re.IGNORECASE)) for usual, words in _USUAL.items()]
_TO_WHOM = re.compile(rf"\b(?P<to>{TO}) whom? (?P<asked>{DID} \w+ \w+)", re.IGNORECASE)


def spell_out(text: str) -> str:
    """The text with its question words as they are usually written: "wut is it", "with whom can I talk"."""
    for usual, words in _SPELLINGS:
        text = words.sub(usual, text)
    return _TO_WHOM.sub(r"who \g<asked> \g<to>", text)
