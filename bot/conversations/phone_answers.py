"""Which phone number did the member type, if any?

Numbers are read by their form: `phonenumbers` says whether the number is possible, and the form of the North American
plan (https://www.nationalnanpa.com/area_codes/) is checked here. Whether a number is assigned is not asked: such a list
is out of date as soon as a new area code opens, and the fictional numbers 555-0100 to 555-0199 must work.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import phonenumbers

# Why a number cannot be called: too few or too many digits or a form that no number has, a country that we do not
# call, more than one number, or one with an extension that there is no place for.
Fault = Literal["form", "abroad", "several", "extension"]

# A number in a longer text is one that the text is about, not an answer.
_MAX_WORDS = 15
_FEWEST_DIGITS = 7

_DAY = re.compile(r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d{2}))(?!\d|[-/.]\d)")
_ZIP_CODE = re.compile(r"\d{5}(?:-\d{4}| \d{4})?")
_NUMBER = re.compile(r"(?<![\w$#+.,])(?:\+ ?)?\(?\d(?:[ ().\-/]{0,3}\d)+(?!(?!x ?\d)[\w$%])", re.IGNORECASE)
# "GG 1000001": letters and seven digits are the number on a membership card.
_MEMBER_NUMBER = re.compile(r"(?<!\w)[A-Z]{2,3}[ -]\d{7}(?!\d|[ -]\d)")
_EXTENSION = re.compile(r"\s*,?\s*(?:x|ext|extension|extensi[oó]n)\.?\s*\d", re.IGNORECASE)
# Area code and exchange begin with 2 to 9 and are no service code (211, 911); area codes with a 9 in the middle are
# kept for longer numbers, and calls to area code 900 cost the caller a premium.
_NORTH_AMERICAN = re.compile(r"(?!900)[2-9](?!11|9)\d\d[2-9](?!11)\d{6}")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


@dataclass(frozen=True)
class Phone:
    """A number that can be called, in E.164: "+12155550100"."""

    e164: str = field(repr=False)


@dataclass(frozen=True)
class InvalidPhone:
    """Something was meant as a phone number, and cannot be called; `fault` says why."""

    fault: Fault


def read_phone(text: str) -> Phone | InvalidPhone | None:
    """The phone number in a short answer; None where nothing looks like one, or the text is long.

    A member number, a ZIP code and a birth date are not phone numbers.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    if len(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", plain)) > _MAX_WORDS:
        return None
    plain = _MEMBER_NUMBER.sub(" ; ", _DAY.sub(" ; ", plain))
    # These may stand before a number without a space.
    plain = re.sub(r"(?i)\btel[.:]?|#", " ", plain)
    found = {_check(number, plain[match.end() :]) for match in _NUMBER.finditer(plain) for number in _split(match)}
    if len(found) > 1:
        return InvalidPhone("several")
    return found.pop() if found else None


def _split(match: re.Match[str]) -> list[str]:
    """The number that was found, or what is left of it without the ZIP code before or after it."""
    whole = match.group()
    if len(_digits(whole)) in (10, 11) and not whole.startswith("+"):
        return [whole]
    rest = re.sub(rf"(?<![\d+(-])(?<!\d\.)(?:{_ZIP_CODE.pattern})(?![\d-])", ";", whole)
    parts = [part.strip(" ().-/") for part in rest.split(";")] if rest != whole else [whole]
    return [part for part in parts if _is_like_phone(part)]


def _is_like_phone(text: str) -> bool:
    digits = _digits(text)
    if len(digits) == 8 and _is_day(digits):
        return False
    return len(digits) >= _FEWEST_DIGITS or (text.startswith("+") and len(digits) > 1)


def _is_day(digits: str) -> bool:
    for year, month, day in (
        (digits[4:], digits[:2], digits[2:4]),
        (digits[4:], digits[2:4], digits[:2]),
        (digits[:4], digits[4:6], digits[6:]),
    ):
        try:
            if 1900 <= date(int(year), int(month), int(day)).year <= 2100:
                return True
        except ValueError:
            continue
    return False


def _check(number: str, after: str) -> Phone | InvalidPhone:
    digits = _digits(number)
    if number.startswith("+") and not digits.startswith("1"):
        return InvalidPhone("abroad")
    national = digits[1:] if digits.startswith("1") else digits
    if not _NORTH_AMERICAN.fullmatch(national):
        return InvalidPhone("form")
    parsed = phonenumbers.parse(f"+1{national}")
    if not phonenumbers.is_possible_number(parsed):
        return InvalidPhone("form")
    if _EXTENSION.match(after):
        return InvalidPhone("extension")
    return Phone(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)
