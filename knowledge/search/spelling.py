"""Which word was meant where a member's is a slip of the finger?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

_SHORTEST = 5
_LONG = 9


class Spelling:
    """Knows the words that may be meant. A word of five letters may have one slip, one of nine letters two.

    The first letter counts as right. `real` are words that look like a slip of another and are none; a known word with
    another ending (`stem`) is none either.
    """

    def __init__(self, words: Iterable[str], real: Iterable[str], stem: Callable[[str], str]) -> None:
        self._known = frozenset(words)
        self._stem = stem
        self._stems = frozenset(map(stem, self._known))
        self._real = frozenset(real)
        self._alike: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(self._known):
            if len(word) >= _SHORTEST - 1 and word.isalpha():
                self._alike[word[0], len(word)].append(word)

    def knows(self, word: str) -> bool:
        """True for a word that may be meant, with whatever ending."""
        return word in self._real or self._stem(word) in self._stems

    def correct(self, word: str) -> str:
        """The word that was meant; the word itself where it is known, or like none."""
        if len(word) < _SHORTEST or not word.isalpha() or self.knows(word):
            return word
        allowed = 2 if len(word) >= _LONG else 1
        best, least = word, allowed + 1
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            for known in self._alike.get((word[0], length), ()):
                slips = _count_slips(word, known, least)
                if slips < least:
                    best, least = known, slips
        return best


def _count_slips(one: str, other: str, limit: int) -> int:
    """Letters that are wrong, missing, too many or swapped with their neighbour; `limit` for that many or more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [place]
        for column, wanted in enumerate(other, start=1):
            slips = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != wanted))
            if place > 1 < column and letter == other[column - 2] and one[place - 2] == wanted:
                slips = min(slips, earlier[column - 2] + 1)
            row.append(slips)
        if min(row) >= limit:
            return limit
    return row[-1]
