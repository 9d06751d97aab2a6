"""What do words say to a form's question besides its answer: that it is not known, or that the last one was wrong?"""

from __future__ import annotations

import re

# Read without apostrophes.
_APOSTROPHES = re.compile("['’`]")
_CANNOT = r"(?:dont|didnt|cant|cannot|couldnt|wont|wouldnt|do not|did not|can not|could not|will not|would not|aint)"
_THING = r"(?:it|that|this|one|(?:(?:my|the|his|her|our|any|an?) )?(?:\w+ ){0,2}?(?:card|number|num|id|plan|zip|code))"
_NO_ANSWER = re.compile(
    rf"\b(?:i|we) (?:\w+ ){{0,2}}?{_CANNOT} (?:\w+ )??(?:have|know|remember|recall|find|got|see|tell|say|give|share)\b"
    rf"(?: (?:you|u))?(?: {_THING})?(?: (?:right )?now| yet| with me| on me| here| sorry)*\W*$"
    r"|^\W*(?:\w+ )?(?:cant|cannot|wont|couldnt) (?:tell|say|give|share|find|remember)\b"
    r"|^\W*(?:(?:sorry|um+|hm+|well|honestly|i|im|we|have|got) )*(?:idk|dunno|dont know|do not know|no (?:idea|clue)|"
    r"not (?:sure|certain)|unsure|rather not|prefer not|not (?:now|yet|at hand|handy))\b"
    r"(?! (?:if|what|how|when|whether|why))"
    rf"|\b(?:lost|forgot|misplaced|left) {_THING}\b"
    rf"|\b{_THING}(?: is|s) (?:at home|in the car|not (?:here|with me|on me)|lost|upstairs|somewhere)\b"
    r"|\b(?:not|nothing) (?:with|on) me\b|\b(?:have|need) to (?:look|check|find) (?:it|that|for)\b"
    r"|\bnone of your business\b|^\W*(?:maybe )?(?:later|some other time)\W*$",
    re.IGNORECASE,
)
_CARD = r"(?:card|member number|member id|number|id)"
_NO_PROOF = re.compile(
    rf"\b(?:{_CANNOT} (?:have|know|remember|find|got)|no|without|lost|forgot|misplaced|left)\b"
    rf"(?: \w+){{0,3}}? {_CARD}\b"
    rf"|\b{_CARD}(?: is|s) (?:at home|in the car|not (?:here|with me|on me)|lost|upstairs|somewhere)\b",
    re.IGNORECASE,
)
# A longer message has a question of its own.
_MOST_WORDS = 12
_WRONG = r"(?:wrong|incorrect|mis-?typed|typo|bad|not (?:right|correct)|messed up|mixed up)"
_NUMBER = r"(?:number|num|id|card)"
_BIRTH = r"(?:birth ?(?:day|date)|date|dob|year|month|day)"


def has_no_answer(text: str) -> bool:
    """True where the member cannot or will not say what was asked for: "can't tell you now", "no idea"."""
    return _says(_NO_ANSWER, text)


def has_no_card(text: str) -> bool:
    """True for "I don't have my card with me", whatever else it could be about."""
    return _says(_NO_PROOF, text)


def takes_back_number(text: str) -> bool:
    """True for "I typed the wrong member number", with or without the right one."""
    return _is_wrong(text, _NUMBER)


def takes_back_birth_date(text: str) -> bool:
    """True for "that birthday was wrong", with or without the right one."""
    return _is_wrong(text, _BIRTH)


def _says(pattern: re.Pattern[str], text: str) -> bool:
    words = _APOSTROPHES.sub("", text).split()
    return len(words) <= _MOST_WORDS and bool(pattern.search(" ".join(words)))


def _is_wrong(text: str, what: str) -> bool:
    near = rf"\b{_WRONG}\b[^.?!]{{0,24}}?\b{what}\b|\b{what}\b[^.?!]{{0,24}}?\b{_WRONG}\b"
    return bool(re.search(near, text, re.IGNORECASE))
