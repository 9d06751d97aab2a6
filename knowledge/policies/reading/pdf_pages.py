"""Which pieces of text stand where on the pages of a PDF? Positions in points, from the top left."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from knowledge.policies.reading.model import Unreadable
from knowledge.policies.reading.sniff import clean

MAX_PAGES = 1000
_MAX_PAGE_CHARACTERS = 100_000
# A gap wider than this many letter heights parts two cells or columns.
_GAP = 1.1
# How wide a sign is at least on the average of a word, in letter heights.
_NARROWEST = 0.3
_SLANTED = 0.05
_BOLD_WEIGHT = 600
# Text of a watermark or hidden for a machine: smaller than anyone reads, or hidden behind the page.
_SMALLEST = 2.0
_WORD = re.compile(r"\S+")
_loose_box = pdfium_c.FPDFText_GetLooseCharBox


@dataclass(frozen=True)
class Piece:
    """Words on one line without a wide gap between them; `base` is the line on which they stand."""

    text: str
    left: float
    right: float
    base: float
    size: float
    is_bold: bool


@dataclass(frozen=True)
class Page:
    """One page's pieces, in the order in which the file gives them."""

    number: int
    width: float
    height: float
    pieces: tuple[Piece, ...]


Finish = Callable[[Any, int, tuple[Piece, ...]], tuple[Piece, ...]]


def open_pdf(data: bytes) -> pdfium.PdfDocument:
    """The opened document. Raises Unreadable: broken, protected by a password, without pages, with too many."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise Unreadable("the PDF is protected by a password: save it without one first") from error
        if "security" in str(error).lower():
            raise Unreadable(
                "the PDF is encrypted in a way that is not read: save it without protection first"
            ) from error
        raise Unreadable("the PDF is broken") from error
    pages = len(document)
    if pages == 0:
        raise Unreadable("the PDF has no pages")
    if pages > MAX_PAGES:
        raise Unreadable(f"the PDF has {pages:,} pages; one of more than {MAX_PAGES:,} is not read")
    if document.get_formtype():
        document.init_forms()
    return document


def read_pages(document: pdfium.PdfDocument, finish: Finish | None = None) -> Iterator[Page]:
    """Every page in its order; `finish` may look at a page and change its pieces. Raises Unreadable."""
    for number in range(len(document)):
        try:
            page = document[number]
            text_page = page.get_textpage()
        except pdfium.PdfiumError as error:
            raise Unreadable(f"page {number + 1} of the PDF is broken") from error
        try:
            width, height = page.get_size()
            pieces = tuple(_read_pieces(text_page, height))
            yield Page(number + 1, width, height, pieces if finish is None else finish(page, number + 1, pieces))
        finally:
            text_page.close()
            page.close()


def _read_pieces(text_page: Any, height: float) -> Iterator[Piece]:
    count = text_page.count_chars()
    if count > _MAX_PAGE_CHARACTERS:
        raise Unreadable("the PDF has a page with more text than a page holds")
    text = text_page.get_text_range() if count else ""
    # Signs without a meaning are left out of the text and would shift the places.
    signs = text if len(text) == count else _one_by_one(text_page, count)
    boxes = _Boxes(text_page.raw, height)
    start = 0
    for end in range(count + 1):
        if end == count or signs[end] in "\r\n":
            if end > start:
                yield from _split_line(boxes, signs, start, end)
            start = end + 1


def _one_by_one(text_page: Any, count: int) -> str:
    codes = (pdfium_c.FPDFText_GetUnicode(text_page.raw, index) for index in range(count))
    return "".join(chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " " for code in codes)


class _Boxes:
    """Asks the library for the places of signs."""

    def __init__(self, raw: Any, height: float) -> None:
        self._raw = raw
        self._height = height
        self._rect = pdfium_c.FS_RECTF()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()

    def left(self, index: int) -> float:
        _loose_box(self._raw, index, self._rect)
        return float(self._rect.left)

    def right(self, index: int) -> float:
        _loose_box(self._raw, index, self._rect)
        return float(self._rect.right)

    def base(self, index: int) -> float:
        pdfium_c.FPDFText_GetCharOrigin(self._raw, index, self._x, self._y)
        return self._height - self._y.value

    def font(self, index: int) -> tuple[float, bool]:
        """The size of the letters in points, and whether they are bold."""
        _loose_box(self._raw, index, self._rect)
        # The size that a font is set in counts for nothing before it is scaled: the box has what is seen.
        size = abs(self._rect.top - self._rect.bottom) / 1.15
        if pdfium_c.FPDFText_GetFontWeight(self._raw, index) >= _BOLD_WEIGHT:
            return size, True
        name = ctypes.create_string_buffer(128)
        pdfium_c.FPDFText_GetFontInfo(self._raw, index, name, 128, None)
        return size, any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))

    def is_slanted(self, index: int) -> bool:
        angle = pdfium_c.FPDFText_GetCharAngle(self._raw, index)
        return bool(min(angle % (2 * math.pi), -angle % (2 * math.pi)) > _SLANTED)


def _split_line(boxes: _Boxes, signs: str, start: int, end: int) -> Iterator[Piece]:
    """The pieces of one run of the file: cut where words stand far apart, or go back to the left."""
    words = _WORD.finditer(signs, start, end)
    first = next(words, None)
    if first is None or boxes.is_slanted(first.start()):
        return
    begin, done = first.span()
    size, is_bold = boxes.font(begin)
    if size < _SMALLEST:
        return
    left = last_left = boxes.left(begin)
    last_start = begin
    for word in words:
        start, word_end = word.span()
        word_left = boxes.left(start)
        # Asking for a place takes time: only a word that begins late can stand behind a gap.
        is_late = word_left - last_left > ((done - last_start) * _NARROWEST + _GAP) * size
        if (is_late and word_left - boxes.right(done - 1) > _GAP * size) or word_left < left - size:
            yield _piece(boxes, signs[begin:done], left, boxes.right(done - 1), begin, size, is_bold)
            begin, left = start, word_left
            size, is_bold = boxes.font(begin)
        done, last_start, last_left = word_end, start, word_left
    yield _piece(boxes, signs[begin:done], left, boxes.right(done - 1), begin, size, is_bold)


def _piece(boxes: _Boxes, text: str, left: float, right: float, begin: int, size: float, is_bold: bool) -> Piece:
    # The library's sign for a hyphen at the end of a line is kept until the lines are joined.
    hyphen = "\u00ad" if text[-1:] in "\x02\ufffe\u00ad" else ""
    return Piece(clean(" ".join(text.split())) + hyphen, left, right, boxes.base(begin), size, is_bold)
