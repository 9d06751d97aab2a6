"""What does a question about hospitals ask for besides the nearest: one by its name, all of them, those of a town?"""

from __future__ import annotations

import re

from knowledge.facilities.places import is_city

# "is Jefferson in network", "the phone number of Temple": about one hospital, whoever it is.
_ABOUT_ONE = re.compile(
    r"\b(?:is|are|does|do)\s+(?!there\b|it\b|this\b|that\b|they\b|an?\b|any\b|the\s+hospitals?\b|you\b|i\b|we\b)\w[\w\s'’.&-]*?"
    r"\s(?:in|on|part\s+of|belong\s+to)\s+(?:(?:the|your|my|our|this)\s+)?(?:plan\S*\s+)?(?:advanced\s+)?(?:network|list)\b"
    r"|\b(?:phone|telephone|number|address)\b[\w\s]*\b(?:of|for)\s+(?!the\s+(?:nearest|closest)|an?\b|gene\b|my\b|it\b)\w",
    re.IGNORECASE,
)
_NEAREST = re.compile(r"\b(?:near\w*|clos\w+|around|miles?)\b", re.IGNORECASE)
_ALL = re.compile(
    r"\b(?:what|which|list|show|name|all|whole|every)\b[\w\s'’,]*\b(?:hospitals?|facilit(?:y|ies)|centers?)\b"
    r"[\w\s'’]*\b(?:in|on|of|have|has)\b[\w\s]*\b(?:networks?|list|you|there)\b"
    r"|\blist\s+(?:of\s+)?(?:the\s+|all\s+|your\s+)*(?:network\s+)?(?:hospitals|facilities|centers)\b"
    r"|\b(?:all|whole)\s+(?:the\s+)?(?:hospitals?(?:\s+list)?|list)\b"
    r"|\b(?:what|which)\s+hospitals\s+(?:do\s+you\s+have|are\s+there)\b",
    re.IGNORECASE,
)
_NO_ZIP_CODE = re.compile(
    r"\b(?:do\s*n['’]?o?t|no|without|forgot|can['’]?t|not\s+sure)\b[\w\s'’]*\b(?:zip|postal)\b|\bno\s+zip\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:in|near|around|close\s+to)\s+(?P<words>[a-z][a-z.'’-]*(?:\s+[a-z][a-z.'’-]*){0,2})", re.IGNORECASE
)
# Names of post offices that are ordinary words after "in" and "near".
_ORDINARY = frozenset(
    [
        "advance",
        "enterprise",
        "home",
        "may",
        "spring",
        "winter",
        "fall",
        "christmas",
        "english",
        "spanish",
        "day",
        "need",
        "general",
        "network",
        "me",
        "my",
        "our",
        "the",
        "this",
        "that",
        "a",
        "an",
        "pa",
        "oh",
    ]
)
_MOST_WORDS = 3


def asks_about_one(text: str) -> bool:
    """True for a question about a certain hospital: whether it is in the network, or how to reach it."""
    return bool(_ABOUT_ONE.search(text)) and not _NEAREST.search(text)


def asks_for_all(text: str) -> bool:
    """True for the whole list, wherever the hospitals are."""
    return bool(_ALL.search(text)) and not _NEAREST.search(text)


def has_no_zip_code(text: str) -> bool:
    """True where the member says that there is no ZIP code to give."""
    return bool(_NO_ZIP_CODE.search(text))


def find_town(text: str) -> str | None:
    """The town in "near pittsburgh", as it is written on a map."""
    for match in _PLACE.finditer(text):
        words = match["words"].split()
        for count in range(min(len(words), _MOST_WORDS), 0, -1):
            name = " ".join(words[:count]).rstrip(".'’-")
            if name.casefold() not in _ORDINARY and is_city(name):
                return name.title()
    return None
