"""What of anybody's text may be printed in an operator's terminal?"""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with blanks for whatever could steer the terminal (escapes, control letters); lines stay lines."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
