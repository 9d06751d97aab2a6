"""For whom does a member ask, and is that an adult or a child?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.engine.entities.found import Found, without_overlaps

_ADULT_FROM_YEARS = 18
_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ],
        start=1,
    )
}
_NUMBER = r"(?P<number>\d{1,3}|" + "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True)) + r")"
_YEARS = r"(?P<years>years?|yrs?|y|años?)"
_MONTHS_OR_LESS = r"(?P<small>months?|mos?|mths?|meses|weeks?|wks?|semanas|days?|días)"

# "4 yo", "4 y/o", "26 month old", "two-year-old": always an age.
_AGE_WITH_OLD = re.compile(
    rf"(?<![\w.]){_NUMBER}[\s-]*(?:{_YEARS}|{_MONTHS_OR_LESS})(?:[\s-]*olds?|\s*/?\s*o)(?!\w)", re.IGNORECASE
)
# "26 months": an age unless the words around make it a span of time.
_AGE_WITHOUT_OLD = re.compile(
    r"(?<!for )(?<!in )(?<!every )(?<!within )(?<!after )(?<!last )(?<!past )(?<!next )(?<!takes )(?<!take )"
    r"(?<!least )(?<!about )(?<!over )(?<!than )(?<!first )(?<!of )(?<!per )(?<![\w.$])"
    rf"{_NUMBER}[\s-]*(?:{_YEARS}|{_MONTHS_OR_LESS})(?!\w|\s+(?:ago|later|after|before|from|of|for|in|or|between|apart|long|now))",
    re.IGNORECASE,
)
# "age 4", "I'm 45", "she is 12": a number that no unit claims.
_AGE_AFTER_WORD = re.compile(
    r"(?<!\w)(?:aged?(?:\s+is|:)?|i['’]?m|i\s+am|is|he['’]?s|she['’]?s|turned|turning|turns)\s+"
    r"(?P<number>\d{1,3})(?![\w/%:-]|[.,]\d|\s*(?:percent|min|hour|mile|day|week|month|dollar|pound|lb|kg|a\.?m|p\.?m|points?|st\b|people|members|other))",
    re.IGNORECASE,
)
_ADULT_WORD = re.compile(r"(?<!\w)(?:adults?|grown[\s-]?ups?|adultos?)(?!\w)", re.IGNORECASE)
_CHILD_WORD = re.compile(
    r"(?<!\w)(?:pa?ediatrics?|child|children|kids?|bab(?:y|ies)|infants?|newborns?|toddlers?|teens?|teenagers?|minors?|"
    r"niñ[oa]s?|bebés?)(?!\w|['’]s?\s+hosp|\s+hosp)",
    re.IGNORECASE,
)

_ROLES = {
    "child": r"sons?|daughters?|child(?:ren)?|kids?|kiddos?|bab(?:y|ies)|boys?|girls?|toddlers?|newborns?|infants?|"
    r"teens?|teenagers?|twins?|hij[oa]s?|niñ[oa]s?|bebé",
    "spouse": r"husband|wife|spouse|partner|fianc[eé]e?|hubby|espos[oa]|marido|mujer",
    "parent": r"mom|mommy|mother|mum|mama|mamá|dad|daddy|father|papa|papá|parents?|madre|padre",
    "other": r"brothers?|sisters?|siblings?|friends?|aunts?|uncles?|cousins?|nephews?|nieces?|neighbors?|"
    r"grand(?:mother|father|son|daughter|child|children|ma|pa|parents?|kids?)|herman[oa]s?|abuel[oa]|amig[oa]",
}
_OWNER = r"(?:my|our|mi|mis|nuestr[oa])"
# "my son", "my little 4 yo boy": up to three words may stand between.
_ROLE_OF_MINE = {
    role: re.compile(rf"(?<!\w){_OWNER}\s+(?:[\w'’/-]+\s+){{0,3}}?(?:{words})(?!\w)", re.IGNORECASE)
    for role, words in _ROLES.items()
}
# A bare answer to "who is it for?": "son", "for a child", "it's my wife".
_ROLE_ALONE = {
    role: re.compile(rf"\W*(?:it['’]?s\s+)?(?:for\s+)?(?:an?\s+|the\s+|para\s+)?(?:{words})\W*", re.IGNORECASE)
    for role, words in _ROLES.items()
}
_SELF = re.compile(
    r"(?<!\w)(?:(?:for|about)\s+me|(?:for\s+|about\s+)?myself|para\s+m[ií]|i\s*(?:['’]m|am)\s+the\s+(?:patient|member|one))(?!\w)",
    re.IGNORECASE,
)
_SELF_ALONE = re.compile(r"\W*(?:it['’]?s\s+)?(?:just\s+)?(?:me|myself|self|i\s+am|yo)\W*", re.IGNORECASE)
_MINE_BY_AGE = re.compile(rf"(?<!\w){_OWNER}\s+$", re.IGNORECASE)


def read_people(text: str, taken: tuple[Found, ...]) -> tuple[Found, ...]:
    """`age_group` (adult, pediatric) and `for_whom` (self, child, spouse, parent, other), outside of `taken`.

    A stated age decides the group; a word such as "kid" only where no age is stated.
    """
    ages = without_overlaps(_ages(text), taken)
    groups = ages or without_overlaps(_group_words(text), taken)
    return (*groups, *without_overlaps([*_roles(text), *_own_children(text, ages)], taken))


def _ages(text: str) -> Iterator[Found]:
    for pattern in (_AGE_WITH_OLD, _AGE_WITHOUT_OLD, _AGE_AFTER_WORD):
        for match in pattern.finditer(text):
            number = _NUMBER_WORDS.get(match["number"].lower()) or int(match["number"])
            if match.groupdict().get("small"):
                unit = match["small"].lower()
                number = number // 12 if unit.startswith("m") else 0
            if number <= 120:
                yield Found("age_group", "adult" if number >= _ADULT_FROM_YEARS else "pediatric", *match.span())


def _group_words(text: str) -> Iterator[Found]:
    for group, pattern in (("adult", _ADULT_WORD), ("pediatric", _CHILD_WORD)):
        for match in pattern.finditer(text):
            yield Found("age_group", group, *match.span())


def _roles(text: str) -> Iterator[Found]:
    for role in _ROLES:
        for match in (*_ROLE_OF_MINE[role].finditer(text), *_whole(_ROLE_ALONE[role], text)):
            yield Found("for_whom", role, *match.span())
    for match in (*_SELF.finditer(text), *_whole(_SELF_ALONE, text)):
        yield Found("for_whom", "self", *match.span())


def _own_children(text: str, ages: tuple[Found, ...]) -> Iterator[Found]:
    """ "my 4 yo" is somebody's child even without the word."""
    for age in ages:
        if age.value == "pediatric" and _MINE_BY_AGE.search(text[: age.start]):
            yield Found("for_whom", "child", age.start, age.end)


def _whole(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str], ...]:
    match = pattern.fullmatch(text)
    return (match,) if match else ()
