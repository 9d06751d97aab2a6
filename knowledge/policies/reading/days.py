"""On which days does a document say that it was issued, takes effect, was revised and ended?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from knowledge.policies.reading.blocks import Block, BlockKind
from knowledge.policies.reading.dates import find_dates, find_labelled_day, split_at_day
from knowledge.policies.reading.label_values import Labelled
from knowledge.policies.reading.labels import DAYS, Field, label_at_end

_IN_A_SENTENCE = re.compile(
    r"\b(?:takes? effect|(?:is |are )?effective|in force|in effect)\s+(?:on|as of|from|beginning|starting)?\s*"
    r"(?=\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)
_MOST_WORDS_BEFORE = 5
_NO_DAY = re.compile(r"\W*|n/?a|none|not applicable|tbd|\W*to be (?:determined|announced)\W*", re.IGNORECASE)


@dataclass
class Days:
    """The day of each field, what was noticed, and the fields for which two days are stated."""

    found: dict[Field, date] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    contradicted: list[Field] = field(default_factory=list)


def find_days(labelled: Sequence[Labelled], front: Sequence[Block], front_end: int) -> Days:
    """The days behind their labels; the front page's (blocks before `front_end`) go before those further on."""
    days = Days()
    for name in DAYS:
        values = [entry for entry in labelled if entry.field is name]
        first = _stated(days, name, [entry for entry in values if entry.place < front_end])
        later = _stated(days, name, [entry for entry in values if entry.place >= front_end])
        if name is Field.EFFECTIVE and not first and not later:
            first = _in_sentences(front)
        if name is Field.REVISED or name is Field.ISSUED:
            # A table lists every revision, and this document is the last one; it was issued once, at first.
            stated = first or later
            if stated:
                days.found[name] = max(stated) if name is Field.REVISED else min(stated)
        elif len(set(first or later)) > 1 or (first and later and first[0] not in later):
            days.contradicted.append(name)
            told = ", ".join(sorted({f"{day:%m/%d/%Y}" for day in (*first, *later)}))
            days.notes.append(f"{name.value}: the document states several days ({told})")
        elif first or later:
            days.found[name] = (first or later)[0]
    return days


def _stated(days: Days, name: Field, values: Sequence[Labelled]) -> list[date]:
    stated = []
    for entry in values:
        day = find_labelled_day(entry.value)
        before, full_day, _ = split_at_day(entry.value)
        before = before if full_day else ""
        if day is not None and (len(before.split()) > _MOST_WORDS_BEFORE or label_at_end(before) not in (None, name)):
            # The day of something else that the text tells of.
            days.notes.append(f"{name.value}: {day:%m/%d/%Y} may be it or not: look at what stands before it")
        elif day is not None:
            stated.append(day)
        elif (
            not _NO_DAY.fullmatch(entry.value) and any(sign.isdigit() for sign in entry.value) and len(entry.value) < 40
        ):
            days.notes.append(f'{name.value}: "{entry.value}" is no day')
    return stated


def _in_sentences(front: Sequence[Block]) -> list[date]:
    found: list[date] = []
    for block in front:
        for match in _IN_A_SENTENCE.finditer(block.text if block.kind is not BlockKind.ROW else ""):
            found.extend(find_dates(block.text[match.end() : match.end() + 24])[:1])
    return found
