"""Which member numbers, policy numbers and ZIP codes does a text contain?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.engine.entities.found import Found, without_overlaps

# Two letters and seven digits, with single spaces or dashes anywhere: "GG1000001", "gg 1000 001", "G G 1 0 0 0 0 0 1".
MEMBER_NUMBER = re.compile(r"(?<!\w)g[\s-]?g[\s-]?(?P<digits>\d(?:[\s-]?\d){6})(?!\w|[/.]\d)", re.IGNORECASE)
_POLICY_NUMBER = re.compile(
    r"(?<![\w-])(?:(?P<letters>mp[\s-]?ad|[a-z]{2}-[a-z]{2})[\s-]?(?P<digits>\d{4})|(?P<dotted>\d{2}\.\d{2}\.\d{2,3}[a-z]?))"
    r"(?![\w-])",
    re.IGNORECASE,
)
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
    identifiers = without_overlaps([*_member_numbers(_blank(text, dates)), *_policy_numbers(text)], dates)
    return without_overlaps([*identifiers, *_zip_codes(text)], dates)


def _member_numbers(text: str) -> Iterator[Found]:
    for match in MEMBER_NUMBER.finditer(text):
        digits = re.sub(r"\D", "", match["digits"])
        yield Found("member_id", f"GG{digits}", *match.span())


def _policy_numbers(text: str) -> Iterator[Found]:
    for match in _POLICY_NUMBER.finditer(text):
        if match["dotted"]:
            value = match["dotted"]
        else:
            letters = re.sub(r"\W", "", match["letters"]).upper()
            value = f"{letters[:2]}-{letters[2:]}-{match['digits']}"
        yield Found("policy_number", value, *match.span())


def _zip_codes(text: str) -> Iterator[Found]:
    for pattern in (_ZIP_CODE, _ZIP_CODE_AFTER_WORD):
        for match in pattern.finditer(text):
            yield Found("zip_code", match["zip"], match.start("zip"), match.end("zip"))


def _blank(text: str, found: tuple[Found, ...]) -> str:
    """The text with what was found replaced by a sign that joins nothing, so that a date's digits stay its own."""
    for each in found:
        text = text[: each.start] + ";" * (each.end - each.start) + text[each.end :]
    return text
