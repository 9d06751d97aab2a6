"""Which member numbers, policy numbers, ZIP codes and phone numbers does a text contain?"""

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
    r"(?:\b(?:(?:polic(?:y|ies)|bulletins?)(?:\s*(?:numbers?|num|no|nr)\b\.?)?|numbers?|what\s+is|what['’]?s|does|"
    r"look\s+up)|#)"
    r"\s*(?:is\b|:)?\s*$",
    re.IGNORECASE,
)
_AFTER_POLICY = re.compile(
    r"\s+(?:polic(?:y|ies)|bulletins?|says?|covers?|mentions?|requires?|allows?)\b", re.IGNORECASE
)
_BEFORE_DAY = re.compile(
    r"(?<!\w)(?:on|as\s+of|by|since|from|until|till|before|after|through|between|and|to|for|at|effective|date|dated|"
    r"day|el|in\s+force|in\s+effect|valid|active|current)\s+(?:the\s+|day\s+|date\s+)?$",
    re.IGNORECASE,
)
BIRTH_WORD = re.compile(r"\b(?:born|birth\w*|dob|naci\w*)\b", re.IGNORECASE)
# A number that something else claims is no ZIP code: "$19104", "claim 19104", "12500 dollars", "12345 Main St".
_ZIP_CODE = re.compile(
    r"(?<![\w$#.,/-])(?P<zip>\d{5})(?:-\d{4})?(?![\w/%]|[.,-]\d|"
    r"\s*(?:dollars?|bucks|usd|people|patients?|members?|steps|cells?|units?|miles|births?|babies|kids|children|"
    r"cases|points?|"
    r"mg|ml|copies|women|men|families|times|yearly|annually|combined|gross|before\s+tax\w*|after\s+tax\w*|"
    r"in\s+(?:debt|savings|income|bills))\b|\s+(?:a|an|per)\s+(?:year|month|week|hour)\b(?!\s+(?:ago|or|and))"
    r"|\s+(?:[nsew]\.?\s+)?(?:\w+\s+){1,2}(?:st|street|ave|avenue|rd|road|blvd|ln|lane|drive|pike|court|ct|way|"
    r"hwy)\b(?!\s+louis))",
    re.IGNORECASE,
)
_BEFORE_OTHER_NUMBER = re.compile(
    r"(?:\b(?:code|cpt|hcpcs|icd|claim|case|number|num|no\.?|ref(?:erence)?|order|invoice|account|acct|"
    r"auth(?:orization)?|"
    r"confirmation|ticket|pin|policy|group|npi|id|bill|owe[sd]?|pay|paid|cost[s]?|charged?|over|almost|nearly|than|"
    r"box|\d\s+(?:in|of|out\s+of)|1\s*:)\s*(?:number|num|no\.?|code|is|was|me|us|#|:)*\s*[#:]?|\$|#)\s*$",
    re.IGNORECASE,
)
# "I make about 52500", "my rent is 19104", "a loan for 19104": money.
_BEFORE_AMOUNT = re.compile(
    r"\b(?:make|makes|made|making|earn(?:s|ed|ing)?|incomes?|salary|wages?|rent|mortgage|savings|saved|deductible|"
    r"premium|co-?pay|(?:max(?:imum)?)|balance|billed|bills?|costs?|price[ds]?|spent|spend|debts?|raised|loans?|budget|"
    r"worth|"
    r"total|fees?|payments?|paycheck|pension|benefits?|grant)"
    r"(?:\s+(?:is|are|was|were|of|about|around|roughly|approximately|like|just|only|at\s+least|up\s+to|me|us|for|"
    r"comes\s+to|now))*\s*:?\s*$",
    re.IGNORECASE,
)
_BEFORE_ZIP_CODE = re.compile(
    r"\b(?:zip|postal|area)\s*(?:code|number)?\s*(?:is|:|=|was|of|in)?\s*$|\b(?:live|living|am|near|i['’]?m)\s+in\s*$",
    re.IGNORECASE,
)
_ZIP_CODE_AFTER_WORD = re.compile(
    r"(?<!\w)(?:zip|postal)\s*(?:code)?\s*(?:is|:)?\s*(?P<zip>\d{5})(?!\d)", re.IGNORECASE
)
# "215-555-0143", "(215) 555 0143", "+1 215.555.0143": ten digits as the North American numbering plan has them.
_PHONE = re.compile(
    r"(?<![\w.-])(?:\+?1[\s.-]*)?(?:\((?P<area>[2-9]\d{2})\)|(?P<plain_area>[2-9]\d{2}))[\s./-]*"
    r"(?P<exchange>[2-9]\d{2})[\s.-]*(?P<line>\d{4})(?!(?!x\d|ext)[\w%]|[.-]\d)",
)
_NO_PHONE_BEFORE = re.compile(
    r"\b(?:claim|case|ref(?:erence)?|order|invoice|account|acct|auth(?:orization)?|confirmation|ticket|npi|member|"
    r"group|"
    r"policy|id|tracking|isbn|medicaid|medicare|ssn)\s*(?:id|number|num|no\.?|code)?\s*(?:is|was|#|:)?\s*[#:]?\s*$",
    re.IGNORECASE,
)
_LOOK_BACK = 40


def read_numbers(text: str, dates: tuple[Found, ...]) -> tuple[Found, ...]:
    """Member numbers (`GG1000001`), policy numbers (`MP-AD-1623`) and ZIP codes (five digits), none inside a date."""
    identifiers = without_overlaps([*_member_numbers(_blank(text, dates)), *read_policy_numbers(text)], dates)
    return without_overlaps([*identifiers, *_zip_codes(text)], dates)


def read_phones(text: str) -> tuple[Found, ...]:
    """US phone numbers as `+1` and ten digits, however they are written; claim and member numbers are none."""
    found = []
    for match in _PHONE.finditer(text):
        if not _NO_PHONE_BEFORE.search(text, max(0, match.start() - _LOOK_BACK), match.start()):
            area = match["area"] or match["plain_area"]
            found.append(Found("phone", f"+1{area}{match['exchange']}{match['line']}", *match.span()))
    return tuple(found)


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
    for match in _ZIP_CODE.finditer(text):
        before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
        # Round numbers are amounts; no ZIP code of a street ends in three zeros.
        claims_other = (
            _BEFORE_OTHER_NUMBER.search(before) or _BEFORE_AMOUNT.search(before) or match["zip"].endswith("000")
        )
        if not claims_other or _BEFORE_ZIP_CODE.search(before):
            yield Found("zip_code", match["zip"], match.start("zip"), match.end("zip"))
    for match in _ZIP_CODE_AFTER_WORD.finditer(text):
        yield Found("zip_code", match["zip"], match.start("zip"), match.end("zip"))


def _blank(text: str, found: tuple[Found, ...]) -> str:
    """The text with what was found replaced by a sign that joins nothing, so that a date's digits stay its own."""
    for each in found:
        text = text[: each.start] + ";" * (each.end - each.start) + text[each.end :]
    return text
