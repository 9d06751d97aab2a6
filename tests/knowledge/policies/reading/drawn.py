"""How is a PDF made that sets each text where it wants, in the order that it wants? As other programs write them."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Sequence

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

HEIGHT = 792
# The place from the left and the top in points, and the words; bold ones begin with a star.
Placed = tuple[float, float, str]


def draw_pdf(pages: Sequence[Sequence[Placed]], size: float = 10.0) -> bytes:
    """A PDF whose pages hold these texts, in this order in the file, in Times of that size."""
    document = pdfium.PdfDocument.new()
    for placed in pages:
        page = document.new_page(612, HEIGHT)
        for left, top, words in placed:
            font = b"Times-Bold" if words.startswith("*") else b"Times-Roman"
            text = pdfium_c.FPDFPageObj_NewTextObj(document.raw, font, size)
            signs = words.lstrip("*").encode("utf-16-le") + b"\0\0"
            pdfium_c.FPDFText_SetText(text, ctypes.cast(signs, ctypes.POINTER(ctypes.c_ushort)))
            pdfium_c.FPDFPageObj_Transform(text, 1, 0, 0, 1, left, HEIGHT - top)
            pdfium_c.FPDFPage_InsertObject(page.raw, text)
        pdfium_c.FPDFPage_GenerateContent(page.raw)
        page.close()
    written = io.BytesIO()
    document.save(written)
    document.close()
    return written.getvalue()
