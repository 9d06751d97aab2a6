"""What does a question about hospitals ask for besides the nearest: one by its name, all of them, those of a town?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from actions.spoken import say_state
from knowledge.facilities.model import Facility, FacilityId
from knowledge.facilities.places import is_city

# "is Jefferson in network", "the phone number of Temple": about one hospital, whoever it is.
_ABOUT_ONE = re.compile(
    r"\b(?:is|are|does|do)\s+(?!there\b|it\b|this\b|that\b|an?\b|any\b|the\s+hospitals?\b)"
    r"(?P<inside>(?=\w)(?:(?!\b(?:i|we|you|u(?!\s+(?:of|penn))|y['’]?all|they|them|these|those|know|sure)\b)[\w\s'’.,&/-])+?)"
    r"\s(?:in|on|part\s+of|belong\s+to)\s+(?:(?:the|your|my|our|this)\s+)?(?:plan\S*\s+)?(?:advanced\s+)?(?:network|list)\b"
    r"|\b(?:phone|telephone|number|address)\b[\w\s]*\b(?:of|for)\s+(?!the\s+(?:nearest|closest)|an?\b|gene\b|my\b|it\b)(?P<reached>\w[\w\s'’.,&/-]*)",
    re.IGNORECASE,
)
# Names given together.
_AND = re.compile(r"\s+(?:and|or)\s+|[,/]", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?\b")
_WORD = re.compile(r"[^\W_]+")
# Said of any hospital: they neither name one nor tell two of one name apart.
_OF_ANY = frozenset(
    ["the", "of", "at", "in", "hospital", "hospitals", "medicine", "medical", "med", "center", "centre"]
)
# In the names of many: they tell hospitals apart and name none.
_OF_MANY = _OF_ANY | frozenset(["university", "children", "childrens", "health", "state", "saint", "general", "cancer"])
_NEAREST = re.compile(r"\b(?:near\w*|clos\w+|around|miles?)\b", re.IGNORECASE)
_ALL = re.compile(
    r"\b(?:what|which|list|show|name|all|whole|every)\b[\w\s'’,]*\b(?:hospitals?|facilit(?:y|ies)|centers?)\b"
    r"[\w\s'’]*\b(?:in|on|of|have|has)\b[\w\s]*\b(?:networks?|list|you|there)\b"
    r"|\blist\s+(?:of\s+)?(?:the\s+|all\s+|your\s+)*(?:network\s+)?(?:hospitals|facilities|centers)\b"
    r"|\b(?:all|whole)\s+(?:the\s+)?(?:hospitals?(?:\s+list)?|list)\b"
    r"|\b(?:what|which)\s+hospitals\s+(?:do\s+you\s+have|are\s+there)\b"
    r"|\bhow\s+many\b[\w\s'’]*\b(?:hospitals?|facilit(?:y|ies)|centers?|places)\b",
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
_LONGEST_NAME = 60


def asks_about_one(text: str) -> bool:
    """True for a question about a certain hospital: whether it is in the network, or how to reach it."""
    return bool(_ABOUT_ONE.search(text)) and not _NEAREST.search(text)


def find_asked_name(text: str) -> str | None:
    """The hospital that such a question is about, as the member wrote it."""
    found = _ABOUT_ONE.search(text)
    name = (found["inside"] or found["reached"] or "").strip(" .,!?") if found else ""
    return name if 0 < len(name) <= _LONGEST_NAME else None


def find_named(text: str, facilities: Iterable[Facility]) -> frozenset[FacilityId]:
    """The hospitals that a question about certain ones surely means, by a part of a name or alias.

    Every word given must be of that hospital ("Penn State" is not Penn Medicine), one must be of no other on the list,
    and no name of its place will do.
    """
    asked = _ABOUT_ONE.search(text)
    if asked is None:
        return frozenset()
    known = [(facility, _words_of(facility)) for facility in facilities]
    found = set()
    for part in _AND.split(asked["inside"] or asked["reached"] or ""):
        given = _split(part)
        meant = [facility for facility, words in known if given <= words | _OF_ANY and _name_one(given, facility)]
        found |= {facility.id for facility in meant if len(meant) == 1}
    return frozenset(found)


def _words_of(facility: Facility) -> frozenset[str]:
    return _split(" ".join((facility.name, *facility.names, *facility.aliases))) | _place_of(facility)


def _place_of(facility: Facility) -> frozenset[str]:
    return _split(f"{facility.city} {facility.state} {say_state(facility.state)}")


def _name_one(given: frozenset[str], facility: Facility) -> bool:
    return bool(given - _OF_MANY - _place_of(facility))


def _split(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_POSSESSIVE.sub("", name.casefold())))


def asks_for_all(text: str) -> bool:
    """True for the whole list, wherever the hospitals are."""
    return bool(_ALL.search(text)) and not _NEAREST.search(text)


def has_no_zip_code(text: str) -> bool:
    """True where the member says that there is no ZIP code to give."""
    return bool(_NO_ZIP_CODE.search(text))


def is_town(text: str) -> bool:
    """True for a few words that are the name of a town and nothing else."""
    name = text.strip(" .,!?")
    return len(name.split()) <= _MOST_WORDS and name.casefold() not in _ORDINARY and is_city(name)


def find_town(text: str) -> str | None:
    """The town in "near pittsburgh", as it is written on a map."""
    for match in _PLACE.finditer(text):
        words = match["words"].split()
        for count in range(min(len(words), _MOST_WORDS), 0, -1):
            name = " ".join(words[:count]).rstrip(".'’-")
            if name.casefold() not in _ORDINARY and is_city(name):
                return name.title()
    return None
