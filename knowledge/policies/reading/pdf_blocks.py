"""How do the pages of a PDF become blocks? Without headers and footers, joined over the ends of columns and pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.policies.reading.blocks import (
    Block,
    join,
    join_lines,
    looks_like_heading,
    make_block,
    make_row,
    runs_on,
    split_marker,
    words_of,
)
from knowledge.policies.reading.edges import find_edges
from knowledge.policies.reading.model import Unreadable
from knowledge.policies.reading.pdf_layout import TIGHT, Line, Row, Rows, group_rows, lay_out
from knowledge.policies.reading.pdf_pages import Page

_LARGER = 1.14
_LEAST_TEXT_A_PAGE = 8


def read_pdf(pages: Sequence[Page]) -> tuple[list[Block], list[str]]:
    """The blocks of the pages, and the lines that were left out because the pages repeat them. Raises Unreadable."""
    letters = sum(len(piece.text) for page in pages for piece in page.pieces)
    if letters < _LEAST_TEXT_A_PAGE * len(pages):
        raise Unreadable("the PDF has no text; a scan must be made searchable first")
    rows = [group_rows(page) for page in pages]
    texts = [[" ".join(piece.text for piece in row) for row in page] for page in rows]
    edges = find_edges(texts)
    dropped = {text[number]: None for text, numbers in zip(texts, edges, strict=True) for number in sorted(numbers)}
    kept = [
        [row for number, row in enumerate(page) if number not in out] for page, out in zip(rows, edges, strict=True)
    ]
    is_cut = any(piece.text.endswith(("-", "\u00ad")) for page in pages for piece in page.pieces)
    words = words_of(piece.text for page in pages for piece in page.pieces) if is_cut else frozenset()
    return _Assembler(_body_size(kept), _heading_sizes(kept), words=words).read(pages, kept), list(dropped)


def _body_size(pages: list[Rows]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for row in page:
            for piece in row:
                sizes[round(piece.size * 2) / 2] += len(piece.text)
    return max(sizes, key=lambda size: sizes[size]) if sizes else 10.0


def _heading_sizes(pages: list[Rows]) -> list[float]:
    body = _body_size(pages)
    sizes = {round(piece.size * 2) / 2 for page in pages for row in page for piece in row}
    return sorted((size for size in sizes if size > _LARGER * body), reverse=True)


@dataclass
class _Assembler:
    body: float
    heading_sizes: list[float]
    blocks: list[Block] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    text: str = ""
    words: frozenset[str] = frozenset()

    def read(self, pages: Sequence[Page], rows: list[Rows]) -> list[Block]:
        for page, kept in zip(pages, rows, strict=True):
            before: Line | Row | None = None
            for part in lay_out(page, kept):
                self._take(part, before)
                before = part
            self._finish()
        return self.blocks

    def _take(self, part: Line | Row, before: Line | Row | None) -> None:
        if isinstance(part, Row):
            self._finish()
            self.blocks.append(make_row([cell.replace("\u00ad", "") for cell in part.cells], part.page))
        elif self.lines and isinstance(before, Line) and self._goes_on(before, part):
            self.text = join_lines(self.text, part.text, self.words)
            self.lines.append(part)
        else:
            self._finish()
            self.text = part.text
            self.lines = [part]

    def _goes_on(self, before: Line, line: Line) -> bool:
        gap = (line.base - before.base) / before.size
        if not 0 < gap <= TIGHT or abs(line.size - before.size) > 0.12 * before.size:
            return False
        is_heading = self._level() is not None
        if is_heading and line.is_bold == before.is_bold and before.size > _LARGER * self.body:
            return True
        if (
            before.is_bold
            and not line.is_bold
            and len(self.lines) == 1
            and looks_like_heading(split_marker(self.text)[1])
        ):
            return False
        if split_marker(line.text)[0] and not self._hangs(line):
            return False
        # A line that ends before the edge although the next word would have stood on it was ended on purpose.
        word = line.text.split(None, 1)[0]
        letter = (line.right - line.left) / max(len(line.text), 1)
        return before.right + (len(word) + 0.5) * letter > before.edge or self.text.endswith("\u00ad")

    def _hangs(self, line: Line) -> bool:
        """True where the line stands as the further lines of an item do, so that its number is a part of the text."""
        return len(self.lines) > 1 and self.lines[0].left < line.left - 2 and abs(self.lines[1].left - line.left) < 1.5

    def _level(self) -> int | None:
        """The level of the heading under way, None where it is text."""
        first = self.lines[0]
        if not looks_like_heading(split_marker(self.text)[1]):
            return None
        if first.size > _LARGER * self.body:
            size = round(first.size * 2) / 2
            return min(self.heading_sizes.index(size) + 1, 4) if size in self.heading_sizes else 4
        if first.is_bold:
            return 5
        return 0 if len(self.lines) == 1 else None

    def _finish(self) -> None:
        if not self.lines:
            return
        last = self.lines[-1]
        is_open = last.right > last.edge - 6 * last.size
        block = make_block(self.text.replace("\u00ad", "-"), level=self._level(), page=last.page, is_open=is_open)
        before = self.blocks[-1] if self.blocks else None
        # The text of a column or a page may go on in the next one.
        is_near = before is not None and (before.page != block.page or block.text[:1].islower())
        if before is not None and is_near and runs_on(before, block):
            self.blocks[-1] = join(before, block)
        else:
            self.blocks.append(block)
        self.lines, self.text = [], ""
