"""Which day does a text state? American and ISO writing; a day that is no day is none."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"  # noqa: E501
_FORMS = (
    re.compile(r"(?<![\d./-])(?P<year>\d{4})[-/.](?P<number>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d/-])"),
    re.compile(r"(?<![\d./-])(?P<number>\d{1,2})[-/.](?P<day>\d{1,2})[-/.](?P<year>\d{4})(?![\d/-])"),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
)
_SHORT = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})(?![\d/.-])")
_EARLIEST, _LATEST = 1950, 2100


def find_dates(text: str) -> tuple[date, ...]:
    """Every full day in the text, in its order; 05/01/2026 is May 1."""
    found: dict[int, date] = {}
    for form in _FORMS:
        for match in form.finditer(text):
            parts = match.groupdict()
            month = int(parts["number"]) if "number" in parts else _MONTHS.index(parts["month"][:3].lower()) + 1
            try:
                day = date(int(parts["year"]), month, int(parts["day"]))
            except ValueError:
                continue
            if _EARLIEST <= day.year <= _LATEST:
                found.setdefault(match.start(), day)
    return tuple(day for _, day in sorted(found.items()))


def split_at_day(text: str) -> tuple[str, date | None, str]:
    """What stands before the first full day, the day, and what stands behind it."""
    for form in _FORMS:
        if (match := form.search(text)) and (days := find_dates(match.group())):
            return text[: match.start()].strip(" :–-"), days[0], text[match.end() :].strip(" :–-")
    return text, None, ""


def find_labelled_day(text: str) -> date | None:
    """The first full day of a value behind a label, where a year may have two figures: 09.01.26."""
    day = find_date(text)
    if day is None and (match := _SHORT.match(text.strip())):
        day = find_date(f"{match[1]}/{match[2]}/20{match[3]}")
    return day


def find_date(text: str) -> date | None:
    """The first full day in the text, None if there is none."""
    return next(iter(find_dates(text)), None)
