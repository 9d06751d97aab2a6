"""The sentences that are chosen are the best three in a row, as the definition has it, however many there are."""

from __future__ import annotations

import random

import numpy
import pytest

from knowledge.search.sentences import CONTEXT, WINDOW, Said, choose_sentences


def choose_plainly(count: int, said: list[Said], weights: list[float]) -> tuple[int, int, list[float]]:
    """By the definition: every three sentences in a row, the last of those that say as much."""
    table = numpy.zeros((len(weights), count + 1))
    for sentence, unit, alike in said:
        place = count if sentence == CONTEXT else sentence
        table[unit, place] = max(table[unit, place], alike)
    around, reach = 0.9 * table[:, count], min(WINDOW, count)
    rows = [
        numpy.maximum(table[:, first : first + reach].max(axis=1), around)
        for first in range(max(count - WINDOW, 0) + 1)
    ]
    scores = [round(float(numpy.dot(weights, row)), 6) for row in rows]
    first = max(range(len(rows)), key=lambda place: (scores[place], place))
    return first, first + reach, rows[first].tolist()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 9])
def test_the_best_three_sentences_in_a_row_are_chosen(count: int) -> None:
    chance = random.Random(count)  # noqa: S311 - the same cases each time
    for _ in range(60):
        units = chance.randint(0, 4)
        weights = [chance.choice([0.25, 1.0, 1.5]) for _ in range(units)]
        said = [
            Said(chance.randrange(CONTEXT, count), chance.randrange(units), chance.choice([0.85, 1.0]))
            for _ in range(chance.randint(0, 6) if units else 0)
        ]
        first, last, matches = choose_sentences(count, said, weights)
        assert (first, last, list(matches)) == choose_plainly(count, said, weights)
