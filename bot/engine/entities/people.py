"""For whom does a member ask, and is that an adult or a child?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.engine.entities.ages import Age, read_ages
from bot.engine.entities.found import Found, without_overlaps

_ADULT_WORD = re.compile(
    r"(?<!\w)(?:adults?|grown[\s-]?(?:ups?|man|woman|men|women)|elderly|seniors?|adultos?)(?!\w)", re.IGNORECASE
)
# Not "Children's", which is a hospital.
_CHILD_WORD = re.compile(
    r"(?<!\w)(?:pa?ediatrics?|peds|child|children|childhood|kids?|kiddos?|bab(?:y|ies)|infants?|newborns?|preemies?|"
    r"toddlers?|teens?|"
    r"teenage(?:rs?)?|preteens?|minors?|little\s+(?:girls?|boys?|one|guy)|(?:pre|pre-)?schoolers?|kindergart\w+|"
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth)[\s-]graders?|(?:middle|elementary|grade|"
    r"high)\s*school(?:ers?)?|niñ[oa]s?|bebés?)(?!\w|['’])",
    re.IGNORECASE,
)

# The speaker's own child, or anyone else; the speaker is found by other words.
ROLES = {
    "child": r"sons?|dau\w{0,4}er|daughters|child(?:ren)?|kids?|kiddos?|bab(?:y|ies)|boys?|girls?|toddlers?|"
    r"newborns?|preemie|"
    r"infants?|teens?|teenagers?|twins?|triplets|stepson|stepdaughter|little\s+(?:guy|man|one)|lo|"
    r"kindergart\w+|(?:pre)?schoolers?|hij[oa]s?|niñ[oa]s?|"
    r"bebé",
    "other": r"husband|bf|gf|significant\s+other|better\s+half|wife|spouse|partner|boyfriend|girlfriend|"
    r"fianc[eé]e?|hubby|mom|mommy|mother|mum|mama|dad|daddy|"
    r"father|papa|parents?|brothers?|sisters?|sis|bro|siblings?|friends?|aunts?|auntie|uncles?|cousins?|nephews?|"
    r"nieces?|neices?|"
    r"neighbors?|grand(?:mother|father|son|daughter|child|children|ma|pa|parents?|kids?|baby)|granny|coworker|boss|"
    r"(?:mother|father|sister|brother|son|daughter)[\s-]in[\s-]law|god(?:son|daughter|child)|espos[oa]|marido|mujer|"
    r"mamá|papá|"
    r"madre|padre|herman[oa]s?|abuel[oa]|amig[oa]",
}
_OWNER = r"(?:my|our|mi|mis|nuestr[oa])"
# What is said of a patient.
_PATIENT_AFTER = (
    r"\s+(?:just\s+|recently\s+|also\s+|now\s+)?(?:has|have|had|needs?|was|were|is|got|gets|takes|w|turned|turns|with|"
    r"w/|who|tests?|tested|"
    r"suffers?|lives\s+with|qualif\w+|been|could\s+get|can\s+get|age[ds]?|\d{1,3})"
)
_ROLE_OF_MINE = {
    role: re.compile(
        rf"(?<!\w){_OWNER}\s+(?!(?:[\w'’/-]+\s+){{0,2}}(?:who|that|told|"
        rf"said)\b)(?:[\w'’/-]+\s+){{0,3}}?(?P<role>{words})(?=(?:['’]?s)?(?!\w))",
        re.IGNORECASE,
    )
    for role, words in ROLES.items()
}
# "son has sma", "hubby needs carvykti", "for a grandson": as thumbs type it, without "my".
_ROLE_BARE = {
    role: re.compile(
        rf"(?:(?:^|[.,;!?]\s*|\b(?:and|but|hi|hello|hey|so|if|because|for|care\s+of|caring\s+for|have|about)\s+)"
        rf"(?:(?:the|a|an|two|three)\s+)?(?P<role>{words})(?:['’]s\b|(?={_PATIENT_AFTER}\b)|(?=\s*$)|(?=\s*,\s*\d)))",
        re.IGNORECASE,
    )
    for role, words in ROLES.items()
}
# "wife, myeloma", "mantle cell. brother.": a fragment, where a therapy or an illness is named, too.
_ROLE_FRAGMENT = {
    role: re.compile(
        rf"(?:^|[.,;:!?/\n]\s*)(?!(?:bro|sis|friend|boss|neighbor|mama|papa|boy|girl|\w*[^s]s)\b)"
        rf"(?P<role>{words})(?=\s*[.,;:/])",
        re.IGNORECASE,
    )
    for role, words in ROLES.items()
}
_ROLE_ALONE = {
    role: re.compile(rf"\W*(?:it['’]?s\s+)?(?:for\s+)?(?:an?\s+|the\s+|para\s+)?(?P<role>{words})\W*", re.IGNORECASE)
    for role, words in ROLES.items()
}
_SELF = re.compile(
    r"(?<!\w)(?P<role>(?:for|about)\s+me|(?:for\s+|about\s+)?myself|para\s+m[ií]|i\s*(?:['’]?m|"
    r"am)\s+the\s+(?:patient|one)|"
    r"i\s+(?:was|got|am|have\s+been|['’]ve\s+been)\s+(?:just\s+|recently\s+|newly\s+)?diagnosed)"
    r"(?!\w)",
    re.IGNORECASE,
)
_SELF_ALONE = re.compile(
    r"\W*(?:(?:no|nope|oh|wait|sorry|actually|just|it['’]?s|that['’]?s|for|i\s+meant?)\W+)*(?P<role>me|myself|self|i\s+am|yo)"
    r"(?:\W+(?:actually|sorry|instead|tho|though|lol|please|pls))*\W*",
    re.IGNORECASE,
)
_SELF_NOT_OTHER = re.compile(r"^\W*(?P<role>me)\s*,?\s+not\b", re.IGNORECASE)
# "I have", "my" right before a condition.
_OWN_CONDITION = re.compile(
    r"(?<!\w)(?:i(?:['’]?ve|\s+have|\s+got|\s+was\s+diagnosed\s+with|['’]?m\s+a|\s+am\s+a)"
    r"(?:\s+(?:got|had|severe|a|the|advanced|relapsed|bad))*|my(?:\s+own)?)\s+$",
    re.IGNORECASE,
)
_OWN_AGE = re.compile(r"i['’]?m|i\s+am", re.IGNORECASE)
_OWN_SAID = re.compile(r"(?<!\w)my\s+own\s+(?:treatment|therapy|infusion|disease|case|care)(?!\w)", re.IGNORECASE)
# "not for me", "not my kid": named to be ruled out.
_DENIED_BEFORE = re.compile(r"\b(?:not|isn['’]?t|never)\s+(?:(?:for|about|just|my|our|the)\s+)*$", re.IGNORECASE)
# "my sister's baby": somebody else's child.
_RELATIVES_CHILD = re.compile(
    rf"(?<!\w){_OWNER}\s+(?:\w+\s+)?(?P<role>(?:{ROLES['other']})(?:['’]?s)?\s+(?:{ROLES['child']}))(?!\w)",
    re.IGNORECASE,
)
_OWNER_BEFORE = re.compile(rf"{_OWNER}\s+(?:\w+\s+)?$", re.IGNORECASE)
_AUXILIARIES = frozenset(["can", "could", "may", "should", "will", "does"])
_PATIENT_SAID = re.compile(rf"['’]s|{_PATIENT_AFTER}\b", re.IGNORECASE)
_MINE_BY_AGE = re.compile(rf"(?<!\w){_OWNER}\s+$", re.IGNORECASE)
# Somebody who is mentioned and is no patient: who told it, whose plan it is, who drives.
_MENTIONED_AFTER = re.compile(
    r"(?:['’]?s)?\s+(?:job|employer|work|company)\b|\s+(?:said|says|told|thinks?|thought|asked|mentioned|heard|read|"
    r"found\s+(?:this|out|it)|wants?\s+(?:to\s+know|me)|drives?|will\s+drive|works|sent|recommended|"
    r"keeps?\s+(?:asking|saying)|is\s+(?:a\s+nurse|asking|worried|wondering|the\s+(?:policy\s?holder|subscriber))|"
    r"(?:and|&)\s+i\b|handles|signed|lost\s+(?:his|her)\s+job|died|passed)",
    re.IGNORECASE,
)
_MENTIONED_BEFORE = re.compile(
    r"\b(?:(?:can|could|may|should|will|does)|on|under|through|thru|via|(?:me|i)\s+and|with|from|asked|told|tell|ask|"
    r"called|lost)\s+$",
    re.IGNORECASE,
)
# "on my husband's plan": who asks is covered by it, and asks for somebody else.
_PLAN_AFTER = re.compile(r"(?:['’]?s)?\s+(?:insurance|plan|policy|coverage)\b", re.IGNORECASE)
_PLAN_BEFORE = re.compile(r"\b(?:on|under|through|thru|via|have|by)\s+$", re.IGNORECASE)
_COMES_ALONG = re.compile(
    r"\s+(?:stay|come|visit|be\s+(?:there|with|a\s+donor)|drive|donate|sleep|go\s+(?:along|with))\b", re.IGNORECASE
)
_SUBJECTS = frozenset({"therapy", "condition"})
_LOOK_BACK = 40


def read_people(text: str, taken: tuple[Found, ...]) -> tuple[Found, ...]:
    """`age` ("26 months"), `age_group` (adult, pediatric) and `for_whom` (self, child, other), outside of `taken`.

    A stated age decides the group; a word such as "kid" only where no age is stated.
    """
    ages = _distinct(read_ages(text), taken)
    said = [Found("age", age.said, age.start, age.end) for age in ages if age.is_somebodys]
    by_age = tuple(Found("age_group", age.group, age.start, age.end) for age in ages)
    groups = by_age or without_overlaps(_group_words(text), taken)
    fragments = _fragments(text) if any(each.entity in _SUBJECTS for each in taken) else ()
    roles = without_overlaps([*_roles(text), *fragments, *_own_children(text, by_age)], taken)
    roles = _patients(text, roles)
    # The group first: it stands for the age where a text is masked.
    return (*groups, *said, *roles, *(_own(text, taken, said) if not roles else ()))


def _distinct(ages: tuple[Age, ...], taken: tuple[Found, ...]) -> list[Age]:
    by_span = {(age.start, age.end): age for age in reversed(ages)}
    kept = without_overlaps([Found("age", "", *span) for span in by_span], taken)
    return [by_span[each.start, each.end] for each in kept]


def _group_words(text: str) -> Iterator[Found]:
    for group, pattern in (("adult", _ADULT_WORD), ("pediatric", _CHILD_WORD)):
        for match in pattern.finditer(text):
            yield Found("age_group", group, *match.span())


def _roles(text: str) -> Iterator[Found]:
    for role in ROLES:
        for match in (
            *_ROLE_OF_MINE[role].finditer(text),
            *_ROLE_BARE[role].finditer(text),
            *_whole(_ROLE_ALONE[role], text),
        ):
            yield Found("for_whom", role, *match.span("role"))
    for match in (*_SELF.finditer(text), *_SELF_NOT_OTHER.finditer(text), *_whole(_SELF_ALONE, text)):
        yield Found("for_whom", "self", *match.span("role"))


def _fragments(text: str) -> Iterator[Found]:
    for role, pattern in _ROLE_FRAGMENT.items():
        for match in pattern.finditer(text):
            yield Found("for_whom", role, *match.span("role"))


def _patients(text: str, roles: tuple[Found, ...]) -> tuple[Found, ...]:
    """Without those who are only mentioned or ruled out: "my mom said", "on my husband's plan", "not for me".

    Where the speaker's own child is named, other relatives are company.
    """
    others = tuple(Found("for_whom", "other", *match.span("role")) for match in _RELATIVES_CHILD.finditer(text))
    kept = [*others, *without_overlaps(roles, others)]
    kept = [role for role in kept if not _DENIED_BEFORE.search(text[max(0, role.start - _LOOK_BACK) : role.start])]
    kept = [role for role in kept if role.value == "self" or not _is_mentioned(text, role)]
    if any(role.value == "child" for role in kept):
        kept = [role for role in kept if role.value == "child"]
    return tuple(kept)


def _is_mentioned(text: str, role: Found) -> bool:
    if _MENTIONED_AFTER.match(text, role.end):
        return True
    before = _OWNER_BEFORE.sub("", text[max(0, role.start - _LOOK_BACK) : role.start])
    if _PLAN_AFTER.match(text, role.end):
        return _PLAN_BEFORE.search(before) is not None
    led = _MENTIONED_BEFORE.search(before)
    if led is None:
        return False
    if led[0].split()[0].lower() in _AUXILIARIES:
        return _COMES_ALONG.match(text, role.end) is not None
    # "someone with my son's condition" is about the son.
    return role.value == "other" and not _PATIENT_SAID.match(text, role.end)


def _own_children(text: str, ages: tuple[Found, ...]) -> Iterator[Found]:
    """ "my 4 yo" is somebody's child even without the word."""
    for age in ages:
        if age.value == "pediatric" and _MINE_BY_AGE.search(text[: age.start]):
            yield Found("for_whom", "child", age.start, age.end)


def _own(text: str, taken: tuple[Found, ...], ages: list[Found]) -> tuple[Found, ...]:
    """ "I have hemophilia", "I'm 34" say for whom, where nobody else is named."""
    for age in ages:
        match = _OWN_AGE.match(text, age.start)
        if match is not None:
            return (Found("for_whom", "self", *match.span()),)
    for found in taken:
        before = text[max(0, found.start - _LOOK_BACK) : found.start]
        match = _OWN_CONDITION.search(before) if found.entity == "condition" else None
        if match is not None:
            return (Found("for_whom", "self", found.start - len(match[0]), found.start - 1),)
    return tuple(Found("for_whom", "self", *match.span()) for match in _OWN_SAID.finditer(text))


def _whole(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str], ...]:
    match = pattern.fullmatch(text)
    return (match,) if match else ()
