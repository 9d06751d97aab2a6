"""Which boxes before names of states and lines of business are ticked, where a PDF draws them?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from knowledge.policies.reading.blocks import TICKED, UNTICKED
from knowledge.policies.reading.pdf_pages import Piece
from knowledge.policies.reading.places import begins_with_a_scope

# Boxes stand on the front pages, and two of them at least.
LAST_PAGE = 3
_FEWEST = 2
_SCALE = 4
_WHITE = 215
_LEAST_INK_OF_A_TICK = 0.05
_SMALLEST_SIDE, _LARGEST_SIDE = 0.45, 2.2
_MOST_OBLONG = 1.45


def tick_boxes(page: Any, number: int, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The pieces, with a sign for a ticked or an empty box before each name that has a drawn box on its left."""
    if number > LAST_PAGE:
        return pieces
    named = [place for place, piece in enumerate(pieces) if begins_with_a_scope(piece.text)]
    if len(named) < _FEWEST:
        return pieces
    picture = _Picture(page)
    marked = list(pieces)
    for place in named:
        piece = pieces[place]
        is_ticked = picture.find_box(
            piece.left - 2.4 * piece.size, piece.left - 0.08 * piece.size, piece.base, piece.size
        )
        if is_ticked is not None:
            marked[place] = replace(piece, text=f"{TICKED if is_ticked else UNTICKED} {piece.text}")
    return tuple(marked)


class _Picture:
    """The page as a reader sees it, in gray."""

    def __init__(self, page: Any) -> None:
        bitmap = page.render(scale=_SCALE, grayscale=True, may_draw_forms=True)
        self._width, self._height, self._stride = bitmap.width, bitmap.height, bitmap.stride
        self._bytes = bytes(bitmap.buffer)
        bitmap.close()

    def find_box(self, left: float, right: float, base: float, size: float) -> bool | None:
        """True for a ticked box in that stretch of the line, False for an empty one, None for no box."""
        columns = range(max(0, int(left * _SCALE)), min(self._width, int(right * _SCALE)))
        rows = range(max(0, int((base - 1.25 * size) * _SCALE)), min(self._height, int((base + 0.55 * size) * _SCALE)))
        ink = [(x, y) for y in rows for x in columns if self._bytes[y * self._stride + x] < _WHITE]
        if not ink:
            return None
        # What stands nearest to the name: something before it may reach into the stretch.
        inked = {x for x, _ in ink}
        last = max(inked)
        while last - 1 in inked:
            last -= 1
        ink = [(x, y) for x, y in ink if x >= last]
        wide = max(x for x, _ in ink) - last + 1
        top, bottom = min(y for _, y in ink), max(y for _, y in ink)
        high = bottom - top + 1
        if not (_SMALLEST_SIDE * size * _SCALE <= wide <= _LARGEST_SIDE * size * _SCALE):
            return None
        if max(wide, high) > _MOST_OBLONG * min(wide, high):
            return None
        inner = [
            (x, y)
            for x, y in ink
            if last + 0.25 * wide <= x <= last + 0.75 * wide and top + 0.25 * high <= y <= top + 0.75 * high
        ]
        return len(inner) >= _LEAST_INK_OF_A_TICK * 0.25 * wide * high
