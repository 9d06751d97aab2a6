"""Which sentences of an entry say most of what is asked?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import NamedTuple

# What a heading or title counts, against a sentence; and by which number it goes.
_AROUND = 0.9
CONTEXT = -1
# A spoken answer has at most three sentences.
WINDOW = 3


@dataclass(frozen=True)
class Candidate:
    """An entry with its full-text score and its best sentences (`first` to before `last`).

    `matches` is for each unit how well they say it; `precision` how much of what they say is asked for.
    """

    entry: int
    score: float
    first: int
    last: int
    matches: tuple[float, ...]
    precision: float


class Said(NamedTuple):
    """An asked unit that a sentence says (CONTEXT: what stands around them), and how alike the words are."""

    sentence: int
    unit: int
    alike: float


def choose_sentences(count: int, said: Sequence[Said], weights: Sequence[float]) -> tuple[int, int, tuple[float, ...]]:
    """The first of the best sentences, the one after them, and how well they say each unit.

    `count` is how many sentences there are. Plain loops: an entry says few of the words, and numpy is slow for few.
    """
    reach, windows = min(WINDOW, count), max(count - WINDOW, 0) + 1
    around = [0.0] * len(weights)
    for sentence, unit, alike in said:
        if sentence == CONTEXT:
            around[unit] = max(around[unit], _AROUND * alike)
    matches: dict[int, list[float]] = {}
    for sentence, unit, alike in said:
        if sentence == CONTEXT:
            continue
        for window in range(max(sentence - reach + 1, 0), min(sentence, windows - 1) + 1):
            if window not in matches:
                matches[window] = around.copy()
            matches[window][unit] = max(matches[window][unit], alike)
    if len(matches) < windows:
        silent = next(window for window in reversed(range(windows)) if window not in matches)
        matches[silent] = around
    # Of sentences that say as much the last ones: what is asked then stands first in them.
    first = max(matches, key=lambda window: (round(sum(map(mul, weights, matches[window])), 6), window))
    return first, first + reach, tuple(matches[first])
