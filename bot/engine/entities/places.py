"""Which states and cities does a text name?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.engine.entities.catalogue import Name
from bot.engine.entities.found import Found, without_overlaps
from bot.engine.entities.words import split_words

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan",
    "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina",
    "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania",
    "PR": "Puerto Rico", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee",
    "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia",
    "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
_CODES = "|".join(STATES)
_CODE = re.compile(rf"(?<![\w'’-])(?P<code>{_CODES})(?![\w'’-])", re.IGNORECASE)
# Codes that mean something else as often, even in capitals: "CT scan", "member ID", "PA for a drug", "MS", "MD".
_AMBIGUOUS = frozenset("AL CO CT DC DE HI ID IN LA MA MD ME MI MO MS MT NE OK OR PA SC VA".split())  # noqa: SIM905
_SIGNS = " ,.!?"
# So many signs before a state can say that it is one; whoever looked at all of them would, for each of a thousand.
_LOOK_BACK = 80
# In small letters these are words and nothing else.
_WORDS = frozenset(["HI", "ID", "IN", "ME", "OK", "OR"])
_GREETINGS = frozenset(["HI", "OK"])
_BEFORE_A_STATE = re.compile(
    r"(?:\b(?:in|from|of|near|to)|,|\bstate(?:\s+is)?|\b(?:in|from|near|around)\s+[a-z][\w.'’]+(?:\s+[a-z][\w.'’]+)?)\s*$",
    re.IGNORECASE,
)
_AFTER_A_STATE = re.compile(r"[\s,.]*(?:\d{5}\b|plan\b|marketplace\b|members?\b)", re.IGNORECASE)
# "Columbus, OH", "Fort Wayne IN": capitalised words before a state.
_CITY_BEFORE = re.compile(r"(?P<city>[A-Z][\w.'’]*(?:[ -][A-Z][\w.'’]*){0,2}),?\s+$")
_CITY_LEAD_INS = frozenset(["i", "im", "in", "near", "from", "around", "hi", "hello", "state", "zip", "my", "we"])


def state_names() -> tuple[Name, ...]:
    """The states' full names, for the catalogue; the value is the two-letter code."""
    names = [Name("state", code, tuple(word.text for word in split_words(name))) for code, name in STATES.items()]
    return (*names, Name("state", "DC", ("washington", "dc")))


def read_places(text: str, taken: tuple[Found, ...]) -> tuple[Found, ...]:
    """States written as codes, and cities written before a state; full state names come from the catalogue."""
    codes = without_overlaps(_codes(text, taken), taken)
    states = [*codes, *(found for found in taken if found.entity == "state")]
    return (*codes, *without_overlaps(_cities(text, states), [*taken, *codes]))


def _codes(text: str, taken: tuple[Found, ...]) -> Iterator[Found]:
    begins, ends = len(text) - len(text.lstrip(_SIGNS)), len(text.rstrip(_SIGNS))
    is_shouted = text.isupper()
    name_ends = {found.end for found in taken if found.entity in ("city", "plan")}
    for match in _CODE.finditer(text):
        written, code = match["code"], match["code"].upper()
        if match.start() <= begins and match.end() >= ends:
            counts = code not in _WORDS or (written == code and code not in _GREETINGS)
        elif written == code and code not in _AMBIGUOUS and not is_shouted:
            counts = True
        elif code in _WORDS and (written != code or is_shouted):
            counts = False
        else:
            counts = _follows(text, match.start(), name_ends) or _is_led(text, *match.span())
        if counts:
            yield Found("state", code, *match.span())


def _follows(text: str, start: int, name_ends: set[int]) -> bool:
    """A name ends before this place, with nothing but spaces and commas between."""
    while start not in name_ends and start > 0 and text[start - 1] in " ,":
        start -= 1
    return start in name_ends


def _is_led(text: str, start: int, end: int) -> bool:
    before = _BEFORE_A_STATE.search(text, max(0, start - _LOOK_BACK), start)
    return before is not None or _AFTER_A_STATE.match(text, end) is not None


def _cities(text: str, states: list[Found]) -> Iterator[Found]:
    if text.isupper():
        return
    for state in states:
        match = _CITY_BEFORE.search(text, max(0, state.start - _LOOK_BACK), state.start)
        if match is None:
            continue
        words = re.split(r"([ -])", match["city"])
        while words and words[0].lower().replace("'", "") in _CITY_LEAD_INS:
            words = words[2:]
        city = "".join(words)
        if len(city) > 2:
            start = match.end("city") - len(city)
            yield Found("city", city, start, start + len(city))
