"""Which words of a policy name a field of it, and which field? "Date Effective", "Policy Name & Number"."""

from __future__ import annotations

import re
from enum import Enum


class Field(Enum):
    """What a label names."""

    NUMBER = "number"
    TITLE = "title"
    TITLE_AND_NUMBER = "title and number"
    KIND = "type"
    EFFECTIVE = "effective date"
    ISSUED = "issue date"
    REVISED = "revised date"
    ARCHIVED = "archived date"
    VERSION = "version"
    LINES_OF_BUSINESS = "lines of business"
    STATES = "states"


_LABELS: dict[Field, str] = {
    Field.NUMBER: "policy number|policy no|policy num|policy id|policy #|document number|document no|document id"
    "|guideline number|reference number|reference no|number|policy code|no",
    Field.TITLE: "policy name|policy title|document title|guideline title|name of policy|title|name",
    Field.TITLE_AND_NUMBER: "policy name & number|policy name and number|policy name/number|policy title & number"
    "|policy title and number|policy name & no",
    Field.KIND: "policy type|document type|type of policy|type of document|type|category",
    Field.EFFECTIVE: "effective date|date effective|policy effective date|current effective date|effective|effective on"
    "|effective from|effective as of|in effect from|in effect since|takes effect"
    "|takes effect on|valid from|in force from",
    Field.ISSUED: "date issued|issue date|issued|issued on|date of issue|original issue date|publication date|published"
    "|published on|publish date|posted on|approval date",
    Field.REVISED: "date revised|revised|revised on|revision date|last revised|last revised on|last revision"
    "|last revision date|date of last revision|last updated|last updated on|updated|updated on|last modified",
    Field.ARCHIVED: "date archived|archived|archived on|archive date|retired|retired on|date retired|retirement date"
    "|end date|termination date|expiration date|expires|expires on|valid until|valid to",
    Field.VERSION: "version|version number|version no|document version|edition",
    Field.LINES_OF_BUSINESS: "line of business|lines of business|lob|product|products|product line|product lines"
    "|plan type|plan types|market|markets|applies to lines of business",
    Field.STATES: "state|states|applicable states|applies in|service area|state(s)|states where it applies"
    "|this policy applies in",
}
_NAMES = {name: field for field, names in _LABELS.items() for name in names.split("|")}
_LONGEST_FIRST = "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True))
_NAME = re.compile(rf"({_LONGEST_FIRST})(?!\w)[\s:|]*", re.IGNORECASE)
# A name of several words is one wherever it stands; "type" and "state" may begin a value.
_LONG = "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True) if " " in name)
_LONG_NAME = re.compile(rf"(?<![\w-])({_LONG})(?!\w)[\s:|]*", re.IGNORECASE)
_INLINE = re.compile(rf"(?<![\w-])({_LONGEST_FIRST})\s*(?::|#|\.:|\s[–—-]\s)\s*", re.IGNORECASE)
_BEFORE_DATE = re.compile(
    rf"({_LONGEST_FIRST})\s+(?=\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE
)
# "Original effective date" and "last review date" are days of something else.
_OTHER = re.compile(r"(?:original|initial|first|next|previous|prior|last review|review)\s*$", re.IGNORECASE)
_AT_THE_END = re.compile(rf"(?<![\w-])({_LONGEST_FIRST})\W*$", re.IGNORECASE)
_LONGEST_HEADER = 120

DAYS = (Field.ISSUED, Field.EFFECTIVE, Field.REVISED, Field.ARCHIVED)


def label_of(text: str) -> Field | None:
    """The field that the text names, None where it is no label."""
    name = " ".join(text.strip().strip(":.#*").casefold().split())
    name = re.sub(r"\(s\)$", "s", name)
    return _NAMES.get(name) or _NAMES.get(name.removesuffix("s"))


def labels_of(text: str) -> tuple[Field, ...]:
    """The fields of a line of nothing but labels, such as the header of a table; empty for any other line."""
    if (whole := label_of(text)) is not None:
        return (whole,)
    text, at = text.strip(), 0
    found: list[str] = []
    while at < len(text):
        match = _NAME.match(text, at)
        if match is None or len(text) > _LONGEST_HEADER:
            return ()
        found.append(" ".join(match[1].casefold().split()))
        at = match.end()
    return tuple(_NAMES[name] for name in found) if any(" " in name for name in found) else ()


def find_inline(line: str) -> list[tuple[Field, int, int]]:
    """The labels with a colon or dash: the field, where its value begins, and where the next label begins."""
    matches = list(_INLINE.finditer(line))
    ends = [*(match.start() for match in matches[1:]), len(line)]
    return [
        (_field(match), match.end(), end)
        for match, end in zip(matches, ends, strict=False)
        if not _OTHER.search(line[: match.start()])
    ]


def find_long(line: str) -> list[tuple[Field, int, int]]:
    """The labels of several words that begin with a capital: the field, where it begins, and where its value does."""
    return [
        (_field(match), match.start(), match.end())
        for match in _LONG_NAME.finditer(line)
        if match[1][0].isupper() and not _OTHER.search(line[: match.start()])
    ]


def find_before_date(line: str) -> tuple[Field, int] | None:
    """The label at the beginning, where a day follows it, and where the day begins."""
    match = _BEFORE_DATE.match(line)
    return (_field(match), match.end()) if match else None


def label_at_end(text: str) -> Field | None:
    """The field of the label with which the text ends, None where it ends with none."""
    match = _AT_THE_END.search(text)
    return _field(match) if match else None


def begins_with_label(text: str) -> bool:
    """True for what is no value, because another label begins there: "Date Effective 05/01/2026"."""
    text = text.strip()
    # "Type 1 diabetes" is a title.
    before_date = find_before_date(text)
    has_day = before_date is not None and before_date[0] in DAYS
    return has_day or any((labels_of(text), _LONG_NAME.match(text), _INLINE.match(text)))


def _field(match: re.Match[str]) -> Field:
    return _NAMES[" ".join(match[1].casefold().split())]
