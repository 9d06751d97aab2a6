"""Which mark follows which? Letters, roman numbers and numbers, as documents count their sections."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from enum import Enum

_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
# Roman numbers from 50 on are letters in documents.
_MOST_ROMAN = 49
# A letter that is a small roman number proves nothing where a mark was left out, nor does one that is far off.
_EITHER = ("I", "V", "X")
_WIDEST_GAP = 6


class Family(Enum):
    """How a level of sections is counted."""

    LETTERS = "letters"
    ROMANS = "romans"
    NUMBERS = "numbers"

    @property
    def below(self) -> Family:
        """How the clauses within such sections are counted, where they bear a mark of their own."""
        return {Family.LETTERS: Family.ROMANS, Family.ROMANS: Family.LETTERS}.get(self, Family.NUMBERS)

    def count_of(self, mark: str) -> int:
        """Which section of the family bears that mark, from 1 on; 0 where none does."""
        if self is Family.NUMBERS:
            return int(mark) if mark.isdecimal() else 0
        if self is Family.LETTERS:
            return ord(mark) - ord("A") + 1 if len(mark) == 1 and "A" <= mark <= "Z" else 0
        return _ROMANS.get(mark, 0)


def count_on(marks: Sequence[str], family: Family, *, gaps: bool = True) -> list[int]:
    """The places of the marks that count on from the family's first one; empty where that does not come.

    With `gaps` a mark may be left out where it comes nowhere further on either: A, B, D.
    """
    counts = [family.count_of(mark) for mark in marks]
    chain: list[int] = []
    last = 0
    for place, count in enumerate(counts):
        is_next = count == last + 1
        if not is_next and gaps and last and 1 < count - last <= _WIDEST_GAP:
            is_either = family is Family.LETTERS and marks[place] in _EITHER
            is_next = not is_either and not set(range(last + 1, count)) & set(counts[place:])
        if is_next:
            chain.append(place)
            last = count
    return chain


def find_gaps(marks: Sequence[str], family: Family) -> list[tuple[str, str]]:
    """The neighbors in such a chain between which a mark was left out."""
    pairs = itertools.pairwise(marks)
    return [(before, after) for before, after in pairs if family.count_of(after) > family.count_of(before) + 1]


def roman(number: int) -> str:
    """`number` (1 to 199) in capital roman figures."""
    figures = ""
    for value, figure in _ROMAN:
        times, number = divmod(number, value)
        figures += figure * times
    return figures


_ROMANS = {roman(number): number for number in range(1, _MOST_ROMAN + 1)}
