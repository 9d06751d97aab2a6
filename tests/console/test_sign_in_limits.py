"""Wrong tries are counted for names and addresses, and memory is bounded."""

from __future__ import annotations

import pytest

from bot.console.sign_in_limits import SignInLimits
from bot.http.rate_limit import RateLimited


class Seconds:
    """Monotonic seconds that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def passes(limits: SignInLimits, username: str, address: str) -> bool:
    try:
        limits.begin(username, address)
    except RateLimited:
        return False
    return True


def test_a_refused_try_does_not_prolong_the_wait() -> None:
    seconds = Seconds()
    limits = SignInLimits(seconds)
    for _ in range(5):
        limits.begin("dana", "a")
    seconds.now += 600
    with pytest.raises(RateLimited) as refused:
        limits.begin("dana", "a")
    assert refused.value.retry_after_s == 300
    seconds.now += 300
    assert passes(limits, "dana", "a")


def test_tries_slide_out_of_the_window_one_by_one() -> None:
    seconds = Seconds()
    limits = SignInLimits(seconds)
    for _ in range(5):
        limits.begin("dana", "a")
        seconds.now += 60
    seconds.now += 600
    assert passes(limits, "dana", "a")
    assert not passes(limits, "dana", "a")


def test_a_right_try_clears_the_name_and_takes_one_from_the_address() -> None:
    limits = SignInLimits(Seconds())
    for _ in range(4):
        limits.begin("dana", "a")
    limits.begin("dana", "a")
    limits.succeed("dana", "a")
    assert passes(limits, "luis", "a")
    assert not passes(limits, "maria", "a")
    assert passes(limits, "dana", "b")


def test_a_try_that_nobody_judged_does_not_count() -> None:
    limits = SignInLimits(Seconds())
    for _ in range(50):
        limits.begin("dana", "a")
        limits.take_back("dana", "a")
    assert len(limits) == 0


def test_memory_is_bounded() -> None:
    limits = SignInLimits(Seconds(), max_keys=100)
    for number in range(1000):
        limits.begin(f"name{number}", f"address{number}")
    assert len(limits) == 100
