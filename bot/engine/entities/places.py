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
_OTHER_SPELLINGS = {
    "PA": ("Penna", "Pensylvania", "Pennslyvania", "Pennsilvania"),
    "WV": ("W.Va.", "W.V.", "W Virginia", "West Va", "Wst Virginia", "Wes Virginia", "Wets Virginia"),
    "NJ": ("N.J.", "South Jersey", "North Jersey", "Central Jersey", "N Jersey", "New Yersey"),
    "NY": ("N.Y.", "upstate NY", "NY state", "New York State"),
    "NC": ("N.C.", "N Carolina"),
    "SC": ("S.C.", "S Carolina"),
    "NH": ("N.H.",),
    "NM": ("N.M.",),
    "RI": ("R.I.",),
    "DC": ("D.C.",),
    "IN": ("Indianna",),
    "MA": ("Massachusets", "Massachussetts"),
    "CT": ("Conneticut",),
}
_CODES = "|".join(STATES)
# "in CT scan now" is no state.
_CODE = re.compile(rf"(?<![\w'’-])(?P<code>{_CODES})(?![\w'’-]|\s+(?:scan|angio|imag)\w*)", re.IGNORECASE)
# Codes that mean something else as often, even in capitals: "CT scan", "member ID", "PA for a drug", "MS", "MD".
_AMBIGUOUS = frozenset("AL CO CT DC DE HI ID IN LA MA MD ME MI MO MS MT NE OK OR PA SC VA".split())  # noqa: SIM905
_SIGNS = " ,.!?"
# So many signs before a state can say that it is one; whoever looked at all of them would, for each of a thousand.
_LOOK_BACK = 80
# In small letters these are words and nothing else.
_WORDS = frozenset(["HI", "ID", "IN", "ME", "OK", "OR"])
_GREETINGS = frozenset(["HI", "OK"])
_BEFORE_A_STATE = re.compile(
    r"(?:\b(?:in|from|near|around|mov\w+\s+to|back\s+to|(?:state|parts?|out|side)\s+of|resident\s+of)|(?-i:[A-Z][a-z.'’]+),|(?:north|south|east|west)\w*|central|"
    r"\bstate(?:\s+is)?|\bzip\s+\d{5}|"
    r"\b(?:in|from|near|around)\s+(?!(?:my|the|a|an|our|his|her|any|your|this|that|need|network|"
    r"person)\b)[a-z][\w.'’]+(?:\s+[a-z][\w.'’]+)?)\s*$",
    re.IGNORECASE,
)
_AFTER_A_STATE = re.compile(r"[\s,.]*\d{5}\b", re.IGNORECASE)
_MEMBER_AFTER = re.compile(r"\s+(?:plan|marketplace|members?|residents?)\b", re.IGNORECASE)
# "MA plan" is Medicare Advantage, "VA" the veterans' hospitals, "ID" a number: with these words they are no states.
_NO_PLANS = frozenset(["MA", "VA", "ID", "ME", "OR", "IN", "OK", "HI", "DC", "LA"])
# "cerca de 19104": in small letters these are words of Spanish, and of haste.
_SPANISH = frozenset(["al", "co", "de", "la", "ma", "me", "mi"])
# "PA approved", "need a PA": what the plan calls a prior authorization.
_NO_STATE_BEFORE = re.compile(
    r"\b(?:my|the|a|an|our|his|her|your|need|needs|new|this|that|dr\.?|doctor|prior)\s+$", re.IGNORECASE
)
# "near altoona pa": in small letters, two words at most.
_SMALL_CITY_BEFORE = re.compile(
    r"\b(?:in|near|from|around|outside)\s+(?!(?:my|the|a|an|our|his|her|any|your|this|that|network|person|north|"
    r"south|east|west)\b)"
    r"(?P<city>[a-z][a-z.'’]{2,}(?:\s+[a-z][a-z.'’]{2,})?),?\s+$",
    re.IGNORECASE,
)
# "Columbus, OH", "Fort Wayne IN": capitalised words before a state.
_CITY_BEFORE = re.compile(r"(?P<city>[A-Z][\w.'’]*(?:[ -][A-Z][\w.'’]*){0,2}),?\s+$")
# Towns that are called like another state.
_LIKE_A_STATE = re.compile(
    r"(?<!\w)(?:(?:(?i:indiana|california|washington))(?=,?\s+(?:PA|pa|Pa|Penna)\b)"
    r"|(?:(?i:washington))(?=,?\s+(?i:d\.?c\b))"
    r"|(?:(?i:delaware|wyoming|nevada))(?=,?\s+(?:OH|oh|(?i:ohio))\b))"
)
_IN_LA = re.compile(r"\b(?i:in|near|from|around|to)\s+(?P<la>LA|L\.A\.)(?![\w.])(?!\s+\d{5})")
_CITY_LEAD_INS = frozenset(
    [
        "i",
        "im",
        "in",
        "miss",
        "north",
        "south",
        "east",
        "west",
        "northeast",
        "northwest",
        "southeast",
        "southwest",
        "central",
        "western",
        "eastern",
        "southern",
        "northern",
        "upstate",
        "rural",
        "downtown",
        "near",
        "from",
        "around",
        "hi",
        "hello",
        "state",
        "zip",
        "my",
        "we",
    ]
)


def state_names() -> tuple[Name, ...]:
    """The states' full names, for the catalogue; the value is the two-letter code."""
    names = [Name("state", code, tuple(word.text for word in split_words(name))) for code, name in STATES.items()]
    others = [
        Name("state", code, tuple(word.text for word in split_words(name)))
        for code, spellings in _OTHER_SPELLINGS.items()
        for name in spellings
    ]
    return (*names, *others)


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
        if _follows(text, match.start(), name_ends) and (
            code not in _WORDS or written == code or _comma(text, match.start())
        ):
            counts = True
        elif _is_other(text, code, *match.span()) or (written in _SPANISH and not _comma(text, match.start())):
            counts = False
        elif match.start() <= begins and match.end() >= ends:
            counts = code not in _WORDS or (written == code and code not in _GREETINGS)
        elif written == code and code not in _AMBIGUOUS and not is_shouted:
            counts = True
        elif code in _WORDS and (written != code or is_shouted):
            counts = False
        else:
            counts = _is_led(text, code, *match.span())
        if counts:
            yield Found("state", code, *match.span())


def _follows(text: str, start: int, name_ends: set[int]) -> bool:
    """A name ends before this place, with nothing but spaces and commas between."""
    while start not in name_ends and start > 0 and text[start - 1] in " ,":
        start -= 1
    return start in name_ends


def _comma(text: str, start: int) -> bool:
    return text[:start].rstrip().endswith(",")


def _is_other(text: str, code: str, start: int, end: int) -> bool:
    """A code that stands for something else here, whatever its letters: "my PA", "in LA", "CA 125"."""
    if _AFTER_A_STATE.match(text, end):
        return False
    is_owned = _NO_STATE_BEFORE.search(text, max(0, start - _LOOK_BACK), start)
    # "In LA" is the city.
    return bool(is_owned) or (code == "LA" and not _comma(text, start) and text.strip(_SIGNS).casefold() != "la")


def _is_led(text: str, code: str, start: int, end: int) -> bool:
    before = _BEFORE_A_STATE.search(text, max(0, start - _LOOK_BACK), start)
    is_plans = code not in _NO_PLANS and _MEMBER_AFTER.match(text, end)
    return before is not None or bool(is_plans) or _AFTER_A_STATE.match(text, end) is not None


def _cities(text: str, states: list[Found]) -> Iterator[Found]:
    for state in states:
        before = max(0, state.start - _LOOK_BACK)
        match = None if text.isupper() else _CITY_BEFORE.search(text, before, state.start)
        small = None if match else _SMALL_CITY_BEFORE.search(text, before, state.start)
        if small is not None and not small["city"].lower().endswith("ern"):
            yield Found("city", small["city"].title(), *small.span("city"))
        if match is None:
            continue
        words = re.split(r"([ -])", match["city"])
        while words and words[0].lower().replace("'", "") in _CITY_LEAD_INS:
            words = words[2:]
        city = "".join(words)
        if len(city) > 2:
            start = match.end("city") - len(city)
            yield Found("city", city, start, start + len(city))


def read_special_cities(text: str) -> tuple[Found, ...]:
    """Cities named like a state, and those that two capitals stand for: "Indiana, PA", "Washington DC", "in LA"."""
    found = [Found("city", match[0].title(), *match.span()) for match in _LIKE_A_STATE.finditer(text)]
    found += [Found("city", "Los Angeles", *match.span("la")) for match in _IN_LA.finditer(text)]
    return tuple(found)
