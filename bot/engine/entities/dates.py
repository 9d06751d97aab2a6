"""Which calendar days does a text name? "April 30, 2026", "4/30/26", "2026-04-30", "30 apr 2026" are one day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.engine.entities.found import Found, without_overlaps
from bot.engine.entities.numbers import BIRTH_WORD, MEMBER_NUMBER, read_policy_numbers

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan", "enero", "ene"),
            ("february", "feb", "febrero"),
            ("march", "mar", "marzo"),
            ("april", "apr", "abril", "abr"),
            ("may", "mayo"),
            ("june", "jun", "junio"),
            ("july", "jul", "julio"),
            ("august", "aug", "agosto", "ago"),
            ("september", "sept", "sep", "septiembre"),
            ("october", "oct", "octubre"),
            ("november", "nov", "noviembre"),
            ("december", "dec", "diciembre", "dic"),
        ),
        start=1,
    )
    for name in names
}
# As they are often mistyped.
_MONTHS |= {
    "janurary": 1, "januray": 1, "janaury": 1, "febuary": 2, "feburary": 2, "februrary": 2, "febrary": 2, "marh": 3,
    "apirl": 4, "aprl": 4, "arpil": 4, "agust": 8, "augst": 8, "auguest": 8, "setember": 9,
    "sepember": 9, "septmber": 9, "septemer": 9, "septembre": 9, "ocotber": 10, "octuber": 10, "octber": 10,
    "novemeber": 11, "novmber": 11, "noverber": 11, "decemeber": 12, "decmber": 12, "desember": 12, "dicember": 12,
}  # fmt: skip
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_UNITS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_DAY_WORDS = {
    word: number
    for number, word in enumerate(
        (
            *_UNITS, "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
            "seventeenth", "eighteenth", "nineteenth", "twentieth", *(f"twenty {unit}" for unit in _UNITS),
            "thirtieth", "thirty first",
        ),
        start=1,
    )
}  # fmt: skip
_DAY_WORD = "|".join(word.replace(" ", r"[\s-]") for word in sorted(_DAY_WORDS, key=len, reverse=True))
_DAY = rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th)?|{_DAY_WORD})"
_YEAR = r"(?P<year>\d{4}|'?\d{2})"
_EDGE = r"(?<![\w/.-])"
_END = r"(?![\w/]|[.-]\d)"
_FORMS = tuple(
    re.compile(_EDGE + form + _END, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})",
        r"(?P<first>\d{1,2})\s?(?P<sign>[-/.])\s?(?P<second>\d{1,2})\s?(?P=sign)\s?(?P<year>\d{4}|'?\d{2})",
        rf"{_MONTH}[\s-]*(?:the\s+)?{_DAY}\s*(?:,\s*of|,|of|,?\s|-)\s*(?:in\s+)?{_YEAR}",
        rf"{_DAY}[\s-]*(?:of\s+|de\s+|day\s+of\s+)?{_MONTH}[\s,-]*(?:of\s+|in\s+|de\s+|del\s+)?{_YEAR}",
        rf"(?P<year>(?:19|20)\d{{2}}),?[\s-]+{_MONTH}[\s-]*{_DAY}",
        r"(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])",
    )
)
_EIGHT_DIGITS = re.compile(r"\s*(?P<first>\d{2})(?P<second>\d{2})(?P<year>\d{4})\s*")
# "8 8 79": only as the whole message, or beside a member number and words that speak of a birth.
_SPACED = re.compile(
    r"(?:\W|\b(?:and|born|on|dob|i|was|my|birthday|birthdate|date|of|birth|is|it|its|member|number|id)\b)*"
    r"(?<!\d)(?P<first>\d{1,2})\s+(?P<second>\d{1,2})\s+(?P<year>\d{4}|\d{2})\W*",
    re.IGNORECASE,
)
# "on 4/30", "as of 4/30": a fraction is written the same way, so a word must say that it is a day.
_LEAD_IN = (
    r"(?:on|as\s+of|by|since|from|until|till|before|after|through|effective|(?:what|how)\s+about|and)\s+(?:the\s+)?"
)
_WITHOUT_YEAR = tuple(
    re.compile(form + r"(?![\w/%]|[.-]\d|,?\s+'?\d|\s+(?:of|percent|pills?|dos\w+|tablets?)\b)", re.IGNORECASE)
    for form in (
        rf"(?<!\w){_LEAD_IN}(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})",
        rf"{_EDGE}{_MONTH}\s*(?:the\s+)?{_DAY}",
        rf"{_EDGE}{_DAY}\s*(?:of\s+|de\s+)?{_MONTH}",
    )
)
_EARLIEST, _LATEST = 1900, 2100


def read_dates(text: str, this_year: int) -> tuple[Found, ...]:
    """The days named in the text, as ISO dates; what is no day of the calendar is left out.

    Month first, as in the US, unless only the other order makes a day. A year of two digits is the one that is not
    more than five years ahead. A day without a year is this year's, unless it may be half of a birth date: beside a
    member number, a word of birth, or as a whole message that asks nothing.
    """
    found = [*_candidates(text, this_year), *_without_year(text, this_year)]
    return without_overlaps(found, read_policy_numbers(text))


def _candidates(text: str, this_year: int) -> Iterator[Found]:
    # A member number's digits belong to no date.
    rest = MEMBER_NUMBER.sub(lambda number: ";" * len(number[0]), text)
    whole = _EIGHT_DIGITS.fullmatch(text) or _SPACED.fullmatch(rest)
    for match in [*([whole] if whole else []), *(each for form in _FORMS for each in form.finditer(text))]:
        day = _day(match.groupdict(), this_year)
        if day is not None:
            start, end = (match.start("first"), match.end("year")) if match is whole else match.span()
            yield Found("date", day.isoformat(), start, end)


def _without_year(text: str, this_year: int) -> Iterator[Found]:
    if BIRTH_WORD.search(text) or MEMBER_NUMBER.search(text):
        return
    for match in (each for form in _WITHOUT_YEAR for each in form.finditer(text)):
        start, end = min(match.start("day"), match.start("month")), match.end()
        day = _day({**match.groupdict(), "year": str(this_year)}, this_year)
        asks = text[:start].strip() or "?" in text[end:]
        if day is not None and asks:
            yield Found("date", day.isoformat(), start, end)


def _day(parts: dict[str, str | None], this_year: int) -> date | None:
    year = _year(parts["year"] or "", this_year)
    if "first" in parts:
        first, second = int(parts["first"] or 0), int(parts["second"] or 0)
        return _valid(year, first, second) or _valid(year, second, first)
    month = parts["month"] or ""
    return _valid(year, int(month) if month.isdigit() else _MONTHS[month.lower()], _day_number(parts["day"] or "0"))


def _day_number(written: str) -> int:
    digits = re.match(r"\d+", written)
    return int(digits[0]) if digits else _DAY_WORDS[re.sub(r"[\s-]+", " ", written.lower())]


def _year(digits: str, this_year: int) -> int:
    digits = digits.lstrip("'")
    if len(digits) == 4:
        return int(digits)
    century = this_year - this_year % 100
    year = century + int(digits)
    return year if year <= this_year + 5 else year - 100


def _valid(year: int, month: int, day: int) -> date | None:
    if not _EARLIEST <= year <= _LATEST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
