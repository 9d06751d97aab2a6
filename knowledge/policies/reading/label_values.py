"""Which values stand behind the labels of a policy's front page and tables? "Effective Date: 05/01/2026"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.policies.reading.blocks import Block, BlockKind
from knowledge.policies.reading.dates import find_date, split_at_day
from knowledge.policies.reading.labels import (
    DAYS,
    Field,
    begins_with_label,
    find_before_date,
    find_inline,
    find_long,
    labels_of,
)

_LONGEST_LINE, _LONGEST_VALUE, _LONGEST_DAY = 240, 160, 20
# So many lines below a header may hold its values.
_MOST_BELOW = 6


@dataclass(frozen=True)
class Labelled:
    """A value behind its label; `place` is the number of its block. `is_doubtful`: it may be another label's."""

    field: Field
    value: str
    place: int
    is_doubtful: bool = False


@dataclass(frozen=True)
class _Line:
    """A line of a block, or a row of a table; `may_be_below` where it may be the value of a label above it."""

    text: str
    place: int
    cells: tuple[str, ...] = ()
    may_be_below: bool = True


def find_labelled(blocks: Sequence[Block]) -> Iterator[Labelled]:
    """Every value that a label names: beside it, behind a colon, or below it; in the order of the document."""
    lines = [line for place, block in enumerate(blocks) for line in _lines_of(block, place)]
    for number, line in enumerate(lines):
        if line.cells:
            yield from _in_row(lines, number)
        elif line.text:
            yield from _in_line(lines, number)


def _lines_of(block: Block, place: int) -> list[_Line]:
    if block.kind is BlockKind.ROW:
        cells = tuple(cell.strip() for cell in block.cells)
        return [_Line(" ".join(cell for cell in cells if cell), place, cells)]
    if len(block.line) > _LONGEST_LINE:
        return [_Line("", place, may_be_below=False)]
    may_be_below = not block.marker and len(block.text) <= _LONGEST_VALUE
    return [_Line(text.strip(), place, may_be_below=may_be_below) for text in block.text.split("\n")]


def _below(lines: Sequence[_Line], number: int, *, rows: bool = False) -> list[str]:
    """The lines below that may be values: up to the next label, row (but for `rows`), list or long text."""
    found: list[str] = []
    for line in lines[number + 1 : number + 1 + _MOST_BELOW]:
        if not line.may_be_below or not line.text or (line.cells and not rows) or begins_with_label(line.text):
            break
        found.append(line.text)
    return found


def _in_row(lines: Sequence[_Line], number: int) -> Iterator[Labelled]:
    line, cells = lines[number], lines[number].cells
    after = lines[number + 1] if number + 1 < len(lines) else None
    labels = [labels_of(cell) for cell in cells]
    filled = [fields for fields, cell in zip(labels, cells, strict=True) if cell]
    names = [field for fields in filled for field in fields] if all(filled) else []
    has_columns = len(names) == len(filled) and after is not None and len(after.cells) == len(cells)
    if len(names) > 1 and not has_columns:
        yield from _share(names, _below(lines, number, rows=True), line.place)
        return
    for column, (cell, fields) in enumerate(zip(cells, labels, strict=True)):
        value = next((other for other in cells[column + 1 :] if other), "")
        if len(fields) != 1:
            yield from _in_line([_Line(cell, line.place)], 0)
        elif value and not begins_with_label(value):
            yield Labelled(fields[0], value[:_LONGEST_VALUE], line.place)
        elif names and has_columns and after is not None:
            # A row of nothing but names: the values stand below.
            if after.cells[column] and not any(map(begins_with_label, after.cells)):
                yield Labelled(fields[0], after.cells[column][:_LONGEST_VALUE], line.place)
        elif names and (below := _below(lines, number)):
            yield Labelled(fields[0], below[0][:_LONGEST_VALUE], line.place)


def _in_line(lines: Sequence[_Line], number: int) -> Iterator[Labelled]:
    line, place = lines[number].text, lines[number].place
    if labels := labels_of(line):
        below = _below(lines, number, rows=len(labels) > 1)
        yield from _share(labels, below, place) if len(labels) > 1 else _under(lines, number, labels[0], below)
        return
    found = find_inline(line)
    for field, start, end in found:
        value = line[start:end].strip(" ;,|·")
        if value and begins_with_label(value):
            # Nothing stands behind the first label.
            yield from _in_line([_Line(value, place)], 0)
        elif value:
            yield Labelled(field, value[:_LONGEST_VALUE], place)
    if not found:
        several = list(_in_one_line(line, place))
        yield from several
        if not several and (first := find_before_date(line)):
            yield Labelled(first[0], line[first[1] :][:_LONGEST_VALUE], place)


def _under(lines: Sequence[_Line], number: int, label: Field, below: Sequence[str]) -> Iterator[Labelled]:
    """The value of a label that has a line to itself; where labels stand in a stack, their values may, too."""
    place = lines[number].place
    first = number
    while (
        first > 0
        and number - first < _MOST_BELOW
        and not lines[first - 1].cells
        and len(labels_of(lines[first - 1].text)) == 1
    ):
        first -= 1
    stack = [labels_of(line.text)[0] for line in lines[first:number]] + [label]
    days = [_is_day(text) for text in below]
    if len(stack) > 1 and days[: len(stack)] == [name in DAYS for name in stack] and True in days:
        yield from (Labelled(name, text, place) for name, text in zip(stack, below, strict=False))
    elif len(stack) > 1 and label in DAYS and days[:2] == [True, True]:
        yield from (Labelled(name, below[0], place, is_doubtful=True) for name in stack if name in DAYS)
    elif below:
        yield Labelled(label, below[0][:_LONGEST_VALUE], place)


def _is_day(text: str) -> bool:
    before, day, after = split_at_day(text)
    return day is not None and not before and not after


def _share(labels: Sequence[Field], below: Sequence[str], place: int) -> Iterator[Labelled]:
    """Which of several labels has which part of the lines below: days go to the days, the rest to the one other."""
    days = [label for label in labels if label in DAYS]
    others = [label for label in labels if label not in DAYS]
    text = rest = ""
    found: list[str] = []
    for line in below[: len(labels)]:
        text = f"{text} {line}".strip()
        found, rest = _split_days(text)
        if len(found) >= len(days):
            break
    is_clear = len(found) == len(days) and len(others) <= 1 and bool(others) == bool(rest)
    if Field.TITLE_AND_NUMBER in others and not any(sign.isdigit() for sign in rest):
        is_clear = False
    if is_clear:
        yield from (Labelled(label, day, place) for label, day in zip(days, found, strict=True))
        yield from (Labelled(label, rest[:_LONGEST_VALUE], place) for label in others)
    elif text:
        yield from (Labelled(label, text[:_LONGEST_VALUE], place, is_doubtful=True) for label in labels)


def _split_days(text: str) -> tuple[list[str], str]:
    """The days of the text, and what is left of it."""
    found = []
    before, day, after = split_at_day(text)
    while day is not None:
        found.append(f"{day:%m/%d/%Y}")
        text = f"{before} {after}".strip()
        before, day, after = split_at_day(text)
    return found, text


def _in_one_line(line: str, place: int) -> Iterator[Labelled]:
    """A table that was written into one line, cell after cell: several labels, each group before its values."""
    labels = find_long(line)
    if len({field for field, _, _ in labels}) < 2:
        return
    group: list[Field] = []
    ends = [*(start for _, start, _ in labels[1:]), len(line)]
    for (field, _, begin), end in zip(labels, ends, strict=True):
        group.append(field)
        value = line[begin:end].strip()
        if not value:
            continue
        if len(group) > 1:
            yield from _share(group, [value], place)
        elif field in DAYS and find_date(value[:_LONGEST_DAY]):
            yield Labelled(field, value, place)
        group = []
