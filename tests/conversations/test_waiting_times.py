"""How long a wait is said to be: never without measurements, never shorter than they were."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversations.waiting_times import MIN_CLAIMS, estimate_wait


def minutes(*values: float) -> list[timedelta]:
    return [timedelta(minutes=value) for value in values]


def test_too_few_claims_give_no_range() -> None:
    assert estimate_wait([], 1) is None
    assert estimate_wait(minutes(1, 2, 3, 4), 1) is None
    assert estimate_wait(minutes(1, 2, 3, 4, 5), 1) is not None


@pytest.mark.parametrize(
    ("waits", "position", "expected"),
    [
        (minutes(10, 2, 8, 4, 6), 1, (4, 10)),
        (minutes(10, 2, 8, 4, 6), 3, (4, 30)),
        (minutes(*range(1, 21)), 1, (5, 19)),
        (minutes(0.2, 0.2, 0.2, 0.2, 0.2), 1, (1, 1)),
        (minutes(2.9, 2.9, 2.9, 2.9, 2.9), 1, (2, 3)),
        (minutes(2.1, 2.1, 2.1, 2.1, 2.1), 2, (2, 5)),
        (minutes(3, 3, 3, 3, 3), 1, (3, 3)),
        # A clock that was set back in between measures less than nothing.
        (minutes(-5, -5, -5, -5, -5), 1, (1, 1)),
    ],
)
def test_the_range_is_the_middle_of_what_was_measured(
    waits: list[timedelta], position: int, expected: tuple[int, int]
) -> None:
    assert estimate_wait(waits, position) == expected


def test_one_very_long_wait_among_many_does_not_count() -> None:
    assert estimate_wait(minutes(*[5] * 19, 900), 1) == (5, 5)


@pytest.mark.parametrize("position", [0, -1])
def test_who_does_not_wait_gets_no_range(position: int) -> None:
    with pytest.raises(ValueError, match="queue"):
        estimate_wait(minutes(1, 2, 3, 4, 5), position)


waits_measured = st.lists(st.timedeltas(timedelta(0), timedelta(hours=12)), min_size=MIN_CLAIMS, max_size=60)


@given(waits_measured, st.integers(1, 50))
def test_the_range_is_in_order_and_covers_what_it_claims(waits: list[timedelta], position: int) -> None:
    estimate = estimate_wait(waits, position)
    assert estimate is not None
    low, high = estimate
    assert 1 <= low <= high
    if position == 1:
        within = [wait for wait in waits if wait <= timedelta(minutes=high)]
        assert len(within) >= len(waits) * 0.9
        assert estimate == estimate_wait(waits[::-1], 1)
    else:
        before = estimate_wait(waits, position - 1)
        assert before is not None
        assert before[0] == low
        assert before[1] <= high


@given(waits_measured)
def test_at_most_a_quarter_beat_the_low_end(waits: list[timedelta]) -> None:
    estimate = estimate_wait(waits, 1)
    assert estimate is not None
    faster = [wait for wait in waits if wait < timedelta(minutes=estimate[0])]
    assert estimate[0] == 1 or len(faster) <= len(waits) * 0.25
