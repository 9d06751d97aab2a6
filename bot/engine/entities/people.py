"""For whom does a member ask, and is that an adult or a child?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.engine.entities.found import Found, without_overlaps

_ADULT_FROM_YEARS = 18
_OLDEST_YEARS = 120
_SMALL_NUMBERS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_NUMBER_WORDS = {word: number for number, word in enumerate(_SMALL_NUMBERS, start=1)}
_NUMBER = r"(?P<number>\d{1,3}|" + "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True)) + r")"
_YEARS = r"(?P<years>years?|yrs?|y|años?)"
_MONTHS_OR_LESS = r"(?P<small>months?|mos?|mths?|meses|weeks?|wks?|semanas|days?|días)"

# "4 yo", "4 y/o", "26 month old", "two-year-old": always an age.
_AGE_WITH_OLD = re.compile(
    rf"(?<![\w.]){_NUMBER}[\s-]*(?:{_YEARS}|{_MONTHS_OR_LESS})(?:[\s-]*olds?|\s*/?\s*o)(?!\w)", re.IGNORECASE
)
# "26 months": an age unless the words around make it a span of time; weeks and days are ages only with "old".
_AGE_WITHOUT_OLD = re.compile(
    r"(?<!for )(?<!in )(?<!every )(?<!within )(?<!after )(?<!last )(?<!past )(?<!next )(?<!takes )(?<!take )"
    r"(?<!least )(?<!about )(?<!over )(?<!than )(?<!first )(?<!of )(?<!per )(?<!waiting )(?<![\w.$])"
    rf"{_NUMBER}[\s-]*(?:{_YEARS}|(?P<small>months?|mos?|mths?|meses))"
    r"(?!\w|\s+(?:ago|later|after|before|from|of|for|in|or|between|apart|long|now|out|down|since))",
    re.IGNORECASE,
)
# "age 4", "I'm 45", "she is 12": a number that no unit claims.
_AGE_AFTER_WORD = re.compile(
    r"(?<!\w)(?:aged?(?:\s+is|:)?|i['’]?m|i\s+am|is|he['’]?s|she['’]?s|turned|turning|turns)\s+"
    r"(?P<number>\d{1,3})(?![\w/%:-]|[.,]\d|\s*(?:percent|min|hour|mile|day|week|month|dollar|pound|lb|kg|a\.?m|p\.?m|"
    r"points?|st\b|people|members|other))",
    re.IGNORECASE,
)
_AGE_LIMIT = re.compile(
    r"(?<!\w)(?:over|under)\s+(?:age\s+|the\s+age\s+of\s+)?" + _NUMBER + r"(?=\s*(?:[?.,!]|$))", re.IGNORECASE
)
_ADULT_WORD = re.compile(r"(?<!\w)(?:adults?|grown[\s-]?ups?|adultos?)(?!\w)", re.IGNORECASE)
# Not "Children's", which is a hospital.
_CHILD_WORD = re.compile(
    r"(?<!\w)(?:pa?ediatrics?|child|children|kids?|kiddos?|bab(?:y|ies)|infants?|newborns?|toddlers?|teens?|teenage(?:rs?)?|"
    r"minors?|niñ[oa]s?|bebés?)(?!\w|['’])",
    re.IGNORECASE,
)

# The speaker's own child, or anyone else; the speaker is found by other words.
_ROLES = {
    "child": r"sons?|dau\w{0,4}er|daughters|child(?:ren)?|kids?|kiddos?|bab(?:y|ies)|boys?|girls?|toddlers?|newborns?|"
    r"infants?|teens?|teenagers?|twins?|hij[oa]s?|niñ[oa]s?|bebé",
    "other": r"husband|wife|spouse|partner|boyfriend|girlfriend|fianc[eé]e?|hubby|mom|mommy|mother|mum|mama|dad|daddy|"
    r"father|papa|parents?|brothers?|sisters?|siblings?|friends?|aunts?|uncles?|cousins?|nephews?|nieces?|neices?|neighbors?|"
    r"grand(?:mother|father|son|daughter|child|children|ma|pa|parents?|kids?)|espos[oa]|marido|mujer|mamá|papá|madre|padre|"
    r"herman[oa]s?|abuel[oa]|amig[oa]",
}
_OWNER = r"(?:my|our|mi|mis|nuestr[oa])"
# "my son", "my little 4 yo boy": up to three words may stand between.
_ROLE_OF_MINE = {
    role: re.compile(rf"(?<!\w){_OWNER}\s+(?:[\w'’/-]+\s+){{0,3}}?(?P<role>{words})(?!\w)", re.IGNORECASE)
    for role, words in _ROLES.items()
}
# A bare answer to "who is it for?": "son", "for a child", "it's my wife".
_ROLE_ALONE = {
    role: re.compile(rf"\W*(?:it['’]?s\s+)?(?:for\s+)?(?:an?\s+|the\s+|para\s+)?(?P<role>{words})\W*", re.IGNORECASE)
    for role, words in _ROLES.items()
}
_SELF = re.compile(
    r"(?<!\w)(?P<role>(?:for|about)\s+me|(?:for\s+|about\s+)?myself|para\s+m[ií]|i\s*(?:['’]?m|am)\s+the\s+(?:patient|one))"
    r"(?!\w)",
    re.IGNORECASE,
)
_SELF_ALONE = re.compile(r"\W*(?:it['’]?s\s+)?(?:just\s+)?(?P<role>me|myself|self|i\s+am|yo)\W*", re.IGNORECASE)
# "I have", "my" right before a condition.
_OWN_CONDITION = re.compile(
    r"(?<!\w)(?:i(?:['’]?ve|\s+have|\s+got|\s+was\s+diagnosed\s+with)(?:\s+(?:got|had|severe|a|the))?|my)\s+$",
    re.IGNORECASE,
)
_MINE_BY_AGE = re.compile(rf"(?<!\w){_OWNER}\s+$", re.IGNORECASE)


def read_people(text: str, taken: tuple[Found, ...]) -> tuple[Found, ...]:
    """`age_group` (adult, pediatric) and `for_whom` (self, child, other), outside of `taken`.

    A stated age decides the group; a word such as "kid" only where no age is stated.
    """
    ages = without_overlaps(_ages(text), taken)
    groups = ages or without_overlaps(_group_words(text), taken)
    roles = without_overlaps([*_roles(text), *_own_children(text, ages)], taken)
    return (*groups, *roles, *(_own_conditions(text, taken) if not roles else ()))


def _ages(text: str) -> Iterator[Found]:
    for pattern in (_AGE_WITH_OLD, _AGE_WITHOUT_OLD, _AGE_AFTER_WORD, _AGE_LIMIT):
        for match in pattern.finditer(text):
            number = _NUMBER_WORDS.get(match["number"].lower()) or int(match["number"])
            if match.groupdict().get("small"):
                number = number // 12 if match["small"].lower().startswith("m") else 0
            if number <= _OLDEST_YEARS:
                yield Found("age_group", "adult" if number >= _ADULT_FROM_YEARS else "pediatric", *match.span())


def _group_words(text: str) -> Iterator[Found]:
    for group, pattern in (("adult", _ADULT_WORD), ("pediatric", _CHILD_WORD)):
        for match in pattern.finditer(text):
            yield Found("age_group", group, *match.span())


def _roles(text: str) -> Iterator[Found]:
    for role in _ROLES:
        for match in (*_ROLE_OF_MINE[role].finditer(text), *_whole(_ROLE_ALONE[role], text)):
            yield Found("for_whom", role, *match.span("role"))
    for match in (*_SELF.finditer(text), *_whole(_SELF_ALONE, text)):
        yield Found("for_whom", "self", *match.span("role"))


def _own_children(text: str, ages: tuple[Found, ...]) -> Iterator[Found]:
    """ "my 4 yo" is somebody's child even without the word."""
    for age in ages:
        if age.value == "pediatric" and _MINE_BY_AGE.search(text[: age.start]):
            yield Found("for_whom", "child", age.start, age.end)


def _own_conditions(text: str, taken: tuple[Found, ...]) -> tuple[Found, ...]:
    """ "I have hemophilia" says for whom, where nobody else is named."""
    for found in taken:
        match = _OWN_CONDITION.search(text[: found.start]) if found.entity == "condition" else None
        if match is not None:
            return (Found("for_whom", "self", match.start(), match.end() - 1),)
    return ()


def _whole(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str], ...]:
    match = pattern.fullmatch(text)
    return (match,) if match else ()
