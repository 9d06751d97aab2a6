"""In which order is a page read? Columns one after the other, tables row by row, everything else line by line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.policies.reading.blocks import TICKED, UNTICKED
from knowledge.policies.reading.pdf_pages import Page, Piece

_MARK = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[IVXLCivxl]{1,7})[.)]?|[-–—*•▪◦●○■□]")
_SAME_LINE = 0.35
_WIDEST_INDENT = 60.0
# Lines of one paragraph stand up to this many letter heights apart; rows of a padded table further.
TIGHT = 1.4
_LOOSE = 1.5
_FEWEST_COLUMN_LINES = 5
_FULL = 0.7
_MOST_SWITCHES = 2


@dataclass(frozen=True)
class Line:
    """One line of running text, with the right edge of the column in which it stands."""

    text: str
    left: float
    right: float
    base: float
    size: float
    is_bold: bool
    edge: float
    page: int


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    cells: tuple[str, ...]
    page: int


Rows = list[list[Piece]]


def group_rows(page: Page) -> Rows:
    """The page's pieces line by line, from the top; in a line from the left."""
    rows: Rows = []
    for piece in sorted(page.pieces, key=lambda piece: (piece.base, piece.left)):
        if rows and abs(rows[-1][0].base - piece.base) <= _SAME_LINE * min(piece.size, rows[-1][0].size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_merge(sorted(row, key=lambda piece: piece.left)) for row in rows]


def _merge(row: list[Piece]) -> list[Piece]:
    merged: list[Piece] = []
    for piece in row:
        before = merged[-1] if merged else None
        if before is not None and (piece.left - before.right < piece.size or before.text in (TICKED, UNTICKED)):
            merged[-1] = _joined(before, piece)
        else:
            merged.append(piece)
    return merged


def _joined(before: Piece, piece: Piece) -> Piece:
    between = "" if piece.left - before.right < 0.12 * piece.size else " "
    return replace(before, text=before.text + between + piece.text, right=max(before.right, piece.right))


def _with_mark(row: list[Piece]) -> list[Piece]:
    """A line whose mark stands apart, before an indent, as one piece; a row of a table has more cells."""
    if len(row) == 2 and _MARK.fullmatch(row[0].text) and row[1].left - row[0].right < _WIDEST_INDENT:
        return [_joined(row[0], row[1])]
    return row


def lay_out(page: Page, rows: Rows) -> Iterator[Line | Row]:
    """What stands on the page in reading order; `rows` are the ones of its text, without header and footer."""
    order = {id(piece): number for number, piece in enumerate(page.pieces)}
    start = 0
    for begin, end, gutter in _column_bands(rows, page.width, order):
        yield from _read_band(rows[start:begin], page.number)
        for side in (True, False):
            column = [
                [p for p in row if (p.left + p.right) / 2 < gutter]
                if side
                else [p for p in row if (p.left + p.right) / 2 >= gutter]
                for row in rows[begin:end]
            ]
            yield from _read_band([row for row in column if row], page.number)
        start = end
    yield from _read_band(rows[start:], page.number)


def _column_bands(rows: Rows, width: float, order: dict[int, int]) -> list[tuple[int, int, float]]:
    """From which row to which the page has two columns, and where the space between them is."""
    gutter = _find_gutter(rows, width)
    if gutter is None:
        return []
    bands = []
    begin = 0
    for end in range(len(rows) + 1):
        if end == len(rows) or any(piece.left < gutter < piece.right for piece in rows[end]):
            if _is_columns(rows[begin:end], gutter, order):
                bands.append((begin, end, gutter))
            begin = end + 1
    return bands


def _find_gutter(rows: Rows, width: float) -> float | None:
    best, most = None, _FEWEST_COLUMN_LINES - 1
    for step in range(60, 141):
        x = width * step / 200
        both = sum(
            1
            for row in rows
            if row[0].right < x < row[-1].left and not any(piece.left < x < piece.right for piece in row)
        )
        if both > most:
            best, most = x, both
    return best


def _is_columns(rows: Rows, gutter: float, order: dict[int, int]) -> bool:
    """True for two columns of running text, False for a table: its cells are told row after row, or are short."""
    left = [piece for row in rows for piece in row if piece.right < gutter]
    right = [piece for row in rows for piece in row if piece.left > gutter]
    both = sum(1 for row in rows if row[0].right < gutter < row[-1].left)
    if both < _FEWEST_COLUMN_LINES:
        return False
    told = sorted(left + right, key=lambda piece: order.get(id(piece), 0))
    sides = [piece.right < gutter for piece in told]
    switches = sum(1 for before, after in itertools.pairwise(sides) if before != after)
    if switches <= _MOST_SWITCHES:
        return True
    is_filled = all(_filling(side) >= _FULL for side in (left, right))
    pitches = [after[0].base - before[0].base for before, after in itertools.pairwise(rows)]
    even = sum(1 for pitch in pitches if pitch <= TIGHT * rows[0][0].size)
    return is_filled and both >= 0.7 * len(rows) and even >= 0.75 * len(pitches)


def _filling(pieces: Sequence[Piece]) -> float:
    span = max(piece.right for piece in pieces) - min(piece.left for piece in pieces)
    return sum(piece.right - piece.left for piece in pieces) / len(pieces) / span if span else 0.0


def _read_band(rows: Rows, page: int) -> Iterator[Line | Row]:
    """One column, or the whole width: its tables as rows, the rest as lines."""
    rows = [_with_mark(row) for row in rows]
    edge = max((piece.right for row in rows for piece in row), default=0.0)
    number = 0
    while number < len(rows):
        end = _table_end(rows, number)
        if end > number:
            yield from (Row(cells, page) for cells in _read_table(rows[number:end]))
            number = end
        else:
            for piece in rows[number]:
                yield Line(piece.text, piece.left, piece.right, piece.base, piece.size, piece.is_bold, edge, page)
            number += 1


def _table_end(rows: Rows, start: int) -> int:
    """The row behind the table that begins at `start`; `start` itself where none does."""
    first = start
    # The middle of a tall cell may stand lower than the first line of the cell beside it.
    while first < len(rows) and len(rows[first]) == 1 and first - start < 3:
        if first + 1 == len(rows) or not _is_beside(rows[first], rows[first + 1]):
            return start
        first += 1
    if first == len(rows) or len(rows[first]) == 1:
        return start
    columns = _columns(rows[first : first + 1])
    end = first + 1
    while end < len(rows):
        row = rows[end]
        if len(row) > 1:
            columns = _columns(rows[first : end + 1])
        elif not _continues(rows, end, columns):
            break
        end += 1
    return end


def _pitch(before: list[Piece], after: list[Piece]) -> float:
    return (after[0].base - before[0].base) / max(before[0].size, 1.0)


def _is_beside(row: list[Piece], after: list[Piece]) -> bool:
    return len(after) > 1 and _pitch(row, after) < TIGHT and row[0].left >= after[1].left - 2


def _continues(rows: Rows, number: int, columns: list[tuple[float, float]]) -> bool:
    """True for a single piece that is a further line of a cell of the rows above."""
    piece = rows[number][0]
    if _pitch(rows[number - 1], rows[number]) > TIGHT or len(columns) < 2:
        return False
    if piece.left >= columns[1][0] - 2:
        return True
    # In the first column: a further line of its cell ends before the second column begins.
    return piece.right < columns[1][0] and piece.left >= columns[0][0] - 2 and _is_padded(rows, number)


def _is_padded(rows: Rows, number: int) -> bool:
    nearby = [rows[other] for other in range(max(0, number - 6), min(len(rows), number + 7))]
    pitches = [_pitch(before, after) for before, after in itertools.pairwise(nearby) if len(after) > 1]
    return any(pitch > _LOOSE for pitch in pitches)


def _columns(rows: Rows) -> list[tuple[float, float]]:
    """Where the columns stand: the pieces of the rows with the most cells, overlapping ones as one."""
    most = max(len(row) for row in rows)
    spans = sorted((piece.left, piece.right) for row in rows if len(row) == most for piece in row)
    columns: list[tuple[float, float]] = []
    for left, right in spans:
        if columns and left < columns[-1][1] - 1:
            columns[-1] = (columns[-1][0], max(columns[-1][1], right))
        else:
            columns.append((left, right))
    return columns


def _read_table(rows: Rows) -> Iterator[tuple[str, ...]]:
    columns = _columns(rows)
    pitches = [_pitch(before, after) for before, after in itertools.pairwise(rows)]
    is_padded = any(pitch > _LOOSE for pitch in pitches) and any(pitch <= TIGHT for pitch in pitches)
    cells: list[list[str]] = []
    for number, row in enumerate(rows):
        places = [_column_of(piece, columns) for piece in row]
        starts = 0 in places if not is_padded else pitches[number - 1] > TIGHT if number else True
        if starts or not cells:
            cells.append([""] * len(columns))
        for piece, place in zip(row, places, strict=True):
            before = cells[-1][place]
            cells[-1][place] = f"{before} {piece.text}" if before else piece.text
    yield from (tuple(row) for row in cells)


def _column_of(piece: Piece, columns: list[tuple[float, float]]) -> int:
    overlaps = [min(piece.right, right) - max(piece.left, left) for left, right in columns]
    return overlaps.index(max(overlaps))
