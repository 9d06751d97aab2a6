"""Which member numbers, policy numbers and ZIP codes does a text contain?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.engine.entities.found import Found, without_overlaps

# Two letters and seven digits, with single spaces or dashes anywhere: "GG1000001", "gg 1000 001", "G G 1 0 0 0 0 0 1".
MEMBER_NUMBER = re.compile(r"(?<!\w)g[\s-]?g[\s-]?(?P<digits>\d(?:[\s-]?\d){6})(?!\w|[/.]\d)", re.IGNORECASE)
# "MP-AD-1623", and as Independence numbers its policies: "08.01.50b", "MA08.102", "ma 08.102".
_POLICY_NUMBER = re.compile(
    r"(?<![\w.-])(?:(?P<letters>mp[\s-]?ad|[a-z]{2}-[a-z]{2})[\s-]?(?P<digits>\d{4})"
    r"|(?P<prefix>ma)[\s-]?(?P<rest>\d{2}\.\d{2,3}[a-z]?)"
    r"|(?P<dotted>\d{2}\.\d{2}\.\d{2,3}[a-z]?))"
    r"(?![\w-]|\.\d)",
    re.IGNORECASE,
)
# Said to be a number, it may have other signs and fewer digits: "policy number 8-1-50b".
_NAMED_NUMBER = re.compile(
    r"(?<!\w)(?:policy|bulletin)\s*(?:number|num|no\.?|nr\.?|#)\s*(?:is|:)?\s*"
    r"(?P<number>(?P<first>\d{1,2})[-_/\s.](?P<second>\d{1,2})[-_/\s.](?P<third>\d{2,3}[a-z]?))(?![\w-]|[./]\d)",
    re.IGNORECASE,
)
# What may also be a day written with points ("04.30.26"); what tells that it is a policy, and what that it is a day.
_LIKE_DAY = re.compile(r"(?P<month>\d{2})\.(?P<day>\d{2})\.(?P<year>\d{2})")
_BEFORE_POLICY = re.compile(
    r"(?:\b(?:(?:polic(?:y|ies)|bulletins?)(?:\s*(?:numbers?|num|no|nr)\b\.?)?|numbers?|what\s+is|what['’]?s|does|look\s+up)|#)"
    r"\s*(?:is\b|:)?\s*$",
    re.IGNORECASE,
)
_AFTER_POLICY = re.compile(
    r"\s+(?:polic(?:y|ies)|bulletins?|says?|covers?|mentions?|requires?|allows?)\b", re.IGNORECASE
)
_BEFORE_DAY = re.compile(
    r"(?<!\w)(?:on|as\s+of|by|since|from|until|till|before|after|through|between|and|to|for|at|effective|date|dated|day|el|"
    r"in\s+force|in\s+effect|valid|active|current)\s+(?:the\s+|day\s+|date\s+)?$",
    re.IGNORECASE,
)
BIRTH_WORD = re.compile(r"\b(?:born|birth\w*|dob|naci\w*)\b", re.IGNORECASE)
# A number that something else claims is no ZIP code: "$19104", "claim 19104", "CPT 38225".
_ZIP_CODE = re.compile(
    r"(?<![\w$#.,/-])(?<!code )(?<!cpt )(?<!hcpcs )(?<!claim )(?<!number )(?P<zip>\d{5})(?:-\d{4})?(?![\w/%]|[.,-]\d)",
    re.IGNORECASE,
)
_ZIP_CODE_AFTER_WORD = re.compile(
    r"(?<!\w)(?:zip|postal)\s*(?:code)?\s*(?:is|:)?\s*(?P<zip>\d{5})(?!\d)", re.IGNORECASE
)


def read_numbers(text: str, dates: tuple[Found, ...]) -> tuple[Found, ...]:
    """Member numbers (`GG1000001`), policy numbers (`MP-AD-1623`) and ZIP codes (five digits), none inside a date."""
    identifiers = without_overlaps([*_member_numbers(_blank(text, dates)), *read_policy_numbers(text)], dates)
    return without_overlaps([*identifiers, *_zip_codes(text)], dates)


def read_policy_numbers(text: str) -> tuple[Found, ...]:
    """Policy numbers as they stand on file, but for capitals: `MP-AD-1623`, `08.01.50b`, `MA08.102`.

    Two digits, three times, with points between them are a day where they make one, unless the words beside them speak
    of a policy and nothing else does: a birth date taken for a number would be looked up and shown.
    """
    found = [Found("policy_number", _plain_number(match), *match.span()) for match in _POLICY_NUMBER.finditer(text)]
    numbers = [each for each in found if not _makes_day(each.value)]
    if not (numbers or BIRTH_WORD.search(text) or MEMBER_NUMBER.search(text)):
        numbers = [each for each in found if _names_policy(text, each)]
    for match in _NAMED_NUMBER.finditer(text):
        value = f"{match['first']:0>2}.{match['second']:0>2}.{match['third']}"
        numbers.append(Found("policy_number", value, *match.span("number")))
    return without_overlaps(dict.fromkeys(numbers))


def _plain_number(match: re.Match[str]) -> str:
    if match["dotted"]:
        return match["dotted"]
    if match["prefix"]:
        return f"{match['prefix'].upper()}{match['rest']}"
    letters = re.sub(r"\W", "", match["letters"]).upper()
    return f"{letters[:2]}-{letters[2:]}-{match['digits']}"


def _makes_day(number: str) -> bool:
    parts = _LIKE_DAY.fullmatch(number)
    if parts is None:
        return False
    try:
        # 2000 is a leap year.
        date(2000, int(parts["month"]), int(parts["day"]))
    except ValueError:
        return False
    return True


def _names_policy(text: str, found: Found) -> bool:
    before, after = text[: found.start], text[found.end :]
    is_named = _BEFORE_POLICY.search(before) or _AFTER_POLICY.match(after)
    return bool(is_named) and not _BEFORE_DAY.search(before)


def _member_numbers(text: str) -> Iterator[Found]:
    for match in MEMBER_NUMBER.finditer(text):
        digits = re.sub(r"\D", "", match["digits"])
        yield Found("member_id", f"GG{digits}", *match.span())


def _zip_codes(text: str) -> Iterator[Found]:
    for pattern in (_ZIP_CODE, _ZIP_CODE_AFTER_WORD):
        for match in pattern.finditer(text):
            yield Found("zip_code", match["zip"], match.start("zip"), match.end("zip"))


def _blank(text: str, found: tuple[Found, ...]) -> str:
    """The text with what was found replaced by a sign that joins nothing, so that a date's digits stay its own."""
    for each in found:
        text = text[: each.start] + ";" * (each.end - each.start) + text[each.end :]
    return text
