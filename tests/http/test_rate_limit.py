"""Token buckets: bursts pass, floods do not, memory is bounded."""

from __future__ import annotations

import pytest

from bot.http.rate_limit import Limit, RateLimited, RateLimiter


class Seconds:
    """Monotonic seconds that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def passes(limiter: RateLimiter, client: str, count: int) -> int:
    passed = 0
    for _ in range(count):
        try:
            limiter.check(client)
            passed += 1
        except RateLimited:
            pass
    return passed


def test_a_burst_passes_and_then_the_long_run_rate() -> None:
    seconds = Seconds()
    limiter = RateLimiter(Limit(per_s=2, burst=5), seconds)
    assert passes(limiter, "a", 10) == 5
    assert passes(limiter, "b", 1) == 1
    seconds.now += 1
    assert passes(limiter, "a", 10) == 2
    seconds.now += 1000
    assert passes(limiter, "a", 10) == 5


def test_the_wait_is_told_in_whole_seconds() -> None:
    seconds = Seconds()
    limiter = RateLimiter(Limit(per_s=0.1, burst=1), seconds)
    limiter.check("a")
    with pytest.raises(RateLimited) as refused:
        limiter.check("a")
    assert refused.value.retry_after_s == 10
    seconds.now += refused.value.retry_after_s
    limiter.check("a")


def test_memory_is_bounded() -> None:
    limiter = RateLimiter(Limit(1, 1), Seconds(), max_clients=100)
    for number in range(1000):
        limiter.check(str(number))
    assert len(limiter) == 100
