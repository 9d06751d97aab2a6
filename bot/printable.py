"""What of anybody's text may be printed in an operator's terminal, and in which lines?"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

_WIDTH = 110


def printable(text: str) -> str:
    """The text with blanks for whatever could steer the terminal (escapes, control letters); lines stay lines."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as lines of a table."""
    cells = [[_in_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def wrap(text: str, indent: int = 2) -> list[str]:
    """The text in lines that fit, further ones indented by two more."""
    first, rest = " " * indent, " " * (indent + 2)
    return textwrap.wrap(_in_line(text), _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def _in_line(text: str) -> str:
    return printable(text).replace("\n", " ")
