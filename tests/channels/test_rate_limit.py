"""The demo's limits let through what the contract promises."""

from __future__ import annotations

from bot.channels.rate_limit import RateLimits
from bot.http.rate_limit import RateLimited, RateLimiter


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


def test_the_demo_holds_what_the_contract_promises_for_a_minute() -> None:
    seconds = Seconds()
    limits = RateLimits.demo()
    conversations, messages = RateLimiter(limits.conversations, seconds), RateLimiter(limits.messages, seconds)
    requests = RateLimiter(limits.requests, seconds)
    for _ in range(60):
        assert passes(conversations, "127.0.0.1", 50) == 50
        assert passes(messages, "127.0.0.1", 200) == 200
        assert passes(requests, "127.0.0.1", 450) == 450
        seconds.now += 1
