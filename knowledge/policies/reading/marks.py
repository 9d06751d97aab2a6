"""Which mark follows which? Letters, roman numbers and numbers, as documents count their sections."""

from __future__ import annotations

from enum import Enum

_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


class Family(Enum):
    """How a level of sections is counted."""

    LETTERS = "letters"
    ROMANS = "romans"
    NUMBERS = "numbers"

    @property
    def below(self) -> Family:
        """How the clauses within such sections are counted, where they bear a mark of their own."""
        return {Family.LETTERS: Family.ROMANS, Family.ROMANS: Family.LETTERS}.get(self, Family.NUMBERS)

    def mark(self, count: int) -> str:
        """The mark of the section number `count`, from 1 on; empty after the last that the family has."""
        if self is Family.NUMBERS:
            return str(count)
        if self is Family.LETTERS:
            return chr(ord("A") + count - 1) if count <= 26 else ""
        return roman(count)


def roman(number: int) -> str:
    """`number` (1 to 199) in capital roman figures."""
    figures = ""
    for value, figure in _ROMAN:
        times, number = divmod(number, value)
        figures += figure * times
    return figures
