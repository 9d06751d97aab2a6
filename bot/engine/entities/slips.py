"""Which known words may a mistyped word be? "zolgnesma", "philidelphia", "dystropy"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

# Shorter words have too many neighbours among ordinary words to forgive a slip in them, or two.
_ONE_SLIP_FROM, _TWO_SLIPS_FROM = 5, 9
# Longer than any name with its slips; the number of places for two slips grows with the square.
_LONGEST = 30


class SlipIndex:
    """Finds the known words that are one slip away from what was typed; for long words two.

    A slip is a letter too many, one too few, a wrong one, or two in the wrong order. The first letter has to be right:
    it is hardly ever the wrong one, and asking for it keeps ordinary words out.
    """

    def __init__(self, words: Iterable[str]) -> None:
        known = {word for word in words if len(word) >= _ONE_SLIP_FROM and word.isalpha()}
        self._by_rest: dict[str, list[str]] = {}
        for word in sorted(known):
            for rest in _rests(word):
                self._by_rest.setdefault(rest, []).append(word)

    def find(self, typed: str) -> tuple[str, ...]:
        """The known words nearest to a typed one, in the order of the alphabet; itself is none of them."""
        if not _ONE_SLIP_FROM - 1 <= len(typed) <= _LONGEST or not typed.isalpha():
            return ()
        candidates = {word for rest in _rests(typed) for word in self._by_rest.get(rest, ()) if word[0] == typed[0]}
        near = [
            (slips, word)
            for word in candidates
            if 0 < (slips := count_slips(typed, word)) <= (2 if len(word) >= _TWO_SLIPS_FROM else 1)
        ]
        least = min((slips for slips, _ in near), default=0)
        return tuple(sorted(word for slips, word in near if slips == least))


def count_slips(typed: str, word: str) -> int:
    """How many slips separate two words (optimal string alignment distance)."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for at, letter in enumerate(typed, start=1):
        last, before, row = before, row, [at]
        for other_at, other in enumerate(word, start=1):
            slips = min(before[other_at] + 1, row[-1] + 1, before[other_at - 1] + (letter != other))
            swapped = at > 1 and other_at > 1 and letter == word[other_at - 2] and typed[at - 2] == other
            row.append(min(slips, last[other_at - 2] + 1) if swapped else slips)
    return row[-1]


def _rests(word: str) -> Iterator[str]:
    """The word and what is left of it without one letter, or without two where two slips are forgiven.

    Two words meet in such a rest when so many slips separate them.
    """
    yield word
    places = range(1, len(word))
    for at in places:
        yield word[:at] + word[at + 1 :]
    if len(word) >= _TWO_SLIPS_FROM - 1:
        for first, second in combinations(places, 2):
            yield word[:first] + word[first + 1 : second] + word[second + 1 :]
