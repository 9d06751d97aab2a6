"""A text made of nothing but places costs no more than its length: each is compared with what stands beside it."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence

import pytest

from bot.engine.entities.found import Found, without_overlaps
from bot.engine.entities.places import read_places


@pytest.mark.parametrize(
    "read",
    [
        lambda many: without_overlaps([Found("state", "OH", 3 * at, 3 * at + 2) for at in range(many)]),
        lambda many: read_places("in oh " * many, ()),
        lambda many: read_places("pa, " * many, tuple(Found("plan", "x", 5_000, 5_001) for _ in range(many))),
    ],
    ids=["overlaps", "codes", "names before a code"],
)
def test_four_times_as_many_take_four_times_as_many_steps(read: Callable[[int], object]) -> None:
    assert count_steps(read, 400) < 6 * count_steps(read, 100)


def test_what_stands_far_away_says_nothing_about_a_state() -> None:
    def read(gap: int) -> list[str]:
        return sorted(found.value for found in read_places("Columbus" + " " * gap + "OH", ()))

    assert read(60) == ["Columbus", "OH"]
    assert read(100) == ["OH"]


def test_of_what_overlaps_the_same_stays_as_when_each_is_compared_with_each() -> None:
    chance = random.Random(1)  # noqa: S311 - nothing secret
    for _ in range(3_000):
        found, taken = (_some(chance, most) for most in (12, 4))
        assert without_overlaps(found, taken) == compared_with_each(found, taken)


def count_steps(read: Callable[[int], object], many: int) -> int:
    """How many steps Python takes: no clock, so that a busy machine changes nothing."""
    steps = 0

    def count(*what: object) -> Callable[..., object]:
        nonlocal steps
        steps += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        read(many)
    finally:
        sys.settrace(before)
    return steps


def compared_with_each(found: Sequence[Found], taken: Sequence[Found]) -> tuple[Found, ...]:
    """The rule as it reads: the longest first, two readings of the very same words both, nothing that is taken."""

    def overlap(one: Found, other: Found) -> bool:
        return one.start < other.end and other.start < one.end

    kept: list[Found] = []
    for each in sorted(found, key=lambda each: (each.start - each.end, each.start)):
        rivals = [other for other in kept if overlap(each, other)]
        same_words = all((other.start, other.end) == (each.start, each.end) for other in rivals)
        if same_words and not any(overlap(each, other) for other in taken) and each not in kept:
            kept.append(each)
    return tuple(sorted(kept, key=lambda each: (each.start, each.end, each.entity, each.value)))


def _some(chance: random.Random, most: int) -> list[Found]:
    starts = [chance.randrange(40) for _ in range(chance.randrange(most))]
    return [Found("state", chance.choice("ab"), start, start + chance.randint(1, 9)) for start in starts]
