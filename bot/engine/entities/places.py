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
# Codes that are words too: in small letters they count only where nothing but a state can stand.
_WORDS_TOO = frozenset(["AL", "DE", "HI", "ID", "IN", "LA", "MA", "ME", "OH", "OK", "OR", "PA"])
_CODE = re.compile(rf"(?<![\w'’-])(?P<code>{_CODES})(?![\w'’-])", re.IGNORECASE)
_LIVES_BEFORE = re.compile(r"(?:\b(?:in|from|of|near|to)|,|\bstate(?:\s+is)?|^\W*)\s*$", re.IGNORECASE)
# "Columbus, OH", "Fort Wayne IN": capitalised words before a state.
_CITY_BEFORE = re.compile(r"(?P<city>[A-Z][\w.'’]*(?:[ -][A-Z][\w.'’]*){0,2}),?\s+$")
_CITY_LEAD_INS = frozenset(["i", "im", "in", "near", "from", "around", "hi", "hello", "state", "zip", "my", "we"])


def state_names() -> tuple[Name, ...]:
    """The states' full names, for the catalogue; the value is the two-letter code."""
    names = [Name("state", code, tuple(word.text for word in split_words(name))) for code, name in STATES.items()]
    return (*names, Name("state", "DC", ("washington", "dc")))


def read_places(text: str, taken: tuple[Found, ...]) -> tuple[Found, ...]:
    """States written as codes, and cities written before a state; full state names come from the catalogue."""
    codes = without_overlaps(_codes(text), taken)
    states = [*codes, *(found for found in taken if found.entity == "state")]
    return (*codes, *without_overlaps(_cities(text, states), [*taken, *codes]))


def _codes(text: str) -> Iterator[Found]:
    shouting = text.isupper()
    for match in _CODE.finditer(text):
        written, code = match["code"], match["code"].upper()
        before, after = text[: match.start()], text[match.end() :]
        stands_for_state = bool(_LIVES_BEFORE.search(before)) or bool(re.match(r"[\s,.]*\d{5}\b", after))
        alone = not before.strip(" ,.!?") and not after.strip(" ,.!?")
        if written == code and not shouting:
            counts = code not in {"OK", "HI"} or (stands_for_state and not alone)
        elif code in _WORDS_TOO:
            # "oh" and "pa" alone answer "which state?"; "ok", "hi", "me", "in", "or" alone are what they look like.
            counts = code in {"OH", "PA", "DE", "AL", "LA", "MA", "ID"} and (alone or stands_for_state and bool(before))
        else:
            counts = alone or stands_for_state
        if counts:
            yield Found("state", code, *match.span())


def _cities(text: str, states: list[Found]) -> Iterator[Found]:
    for state in states:
        match = _CITY_BEFORE.search(text[: state.start])
        if match is None:
            continue
        words = re.split(r"([ -])", match["city"])
        while words and words[0].lower().replace("'", "") in _CITY_LEAD_INS:
            words = words[2:]
        city = "".join(words)
        if len(city) > 2:
            start = match.end("city") - len(city)
            yield Found("city", city, start, start + len(city))
