"""Which values stand behind a name on a policy's front page and in its tables? "Effective Date: 05/01/2026"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from knowledge.policies.reading.blocks import Block, BlockKind


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
_INLINE = re.compile(rf"(?<![\w-])({_LONGEST_FIRST})\s*(?::|#|\.:|\s[–—-]\s)\s*", re.IGNORECASE)
_BEFORE_DATE = re.compile(
    rf"({_LONGEST_FIRST})\s+(?=\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE
)
# "Original effective date" and "last review date" are days of something else.
_OTHER = re.compile(r"(?:original|initial|first|next|previous|prior|last review|review)\s*$", re.IGNORECASE)
_LONGEST_LINE = 240
_LONGEST_VALUE = 160


@dataclass(frozen=True)
class Labelled:
    """A value behind its label; `place` is the number of its block."""

    field: Field
    value: str
    place: int


def find_labelled(blocks: Sequence[Block]) -> Iterator[Labelled]:
    """Every value that a label names: beside it, behind a colon, or below it; in the order of the document."""
    for place, block in enumerate(blocks):
        after = blocks[place + 1] if place + 1 < len(blocks) else None
        if block.kind is BlockKind.ROW:
            yield from _in_row(block, after, place)
        elif len(block.line) <= _LONGEST_LINE:
            lines = block.text.split("\n")
            for number, line in enumerate(lines):
                below = lines[number + 1] if number + 1 < len(lines) else _line_below(after)
                yield from _in_line(line, below, place)


def label_of(text: str) -> Field | None:
    """The field that the text names, None where it is no label."""
    name = " ".join(text.strip().strip(":.#*").casefold().split())
    name = re.sub(r"\(s\)$", "s", name)
    return _NAMES.get(name) or _NAMES.get(name.removesuffix("s"))


def _line_below(after: Block | None) -> str:
    if after is None or after.kind is BlockKind.ROW or after.marker or len(after.text) > _LONGEST_VALUE:
        return ""
    return after.text.split("\n")[0]


def _in_row(block: Block, after: Block | None, place: int) -> Iterator[Labelled]:
    cells = [cell.strip() for cell in block.cells]
    labels = [label_of(cell) for cell in cells]
    for number, cell in enumerate(cells):
        label = labels[number]
        if label is None:
            yield from _in_line(cell, "", place)
            continue
        value = next((other for other in cells[number + 1 :] if other), "")
        if value and label_of(value) is None:
            yield Labelled(label, value[:_LONGEST_VALUE], place)
        elif after is not None and all(kind for kind, cell in zip(labels, cells, strict=True) if cell):
            # A row of nothing but names: the values stand below.
            below = [cell.strip() for cell in after.cells] or [_line_below(after)]
            if number < len(below) and below[number] and not any(map(label_of, below)):
                yield Labelled(label, below[number][:_LONGEST_VALUE], place)


def _in_line(line: str, below: str, place: int) -> Iterator[Labelled]:
    line = line.strip()
    whole = label_of(line)
    if whole is not None:
        if below and label_of(below) is None:
            yield Labelled(whole, below.strip()[:_LONGEST_VALUE], place)
        return
    found = [match for match in _INLINE.finditer(line) if not _OTHER.search(line[: match.start()])]
    ends = [match.start() for match in _INLINE.finditer(line)]
    for match in found:
        end = next((other for other in ends if other > match.start()), len(line))
        if value := line[match.end() : end].strip(" ;,|·"):
            yield Labelled(_NAMES[" ".join(match[1].casefold().split())], value[:_LONGEST_VALUE], place)
    if not found and (start := _BEFORE_DATE.match(line)):
        yield Labelled(_NAMES[" ".join(start[1].casefold().split())], line[start.end() :][:_LONGEST_VALUE], place)
