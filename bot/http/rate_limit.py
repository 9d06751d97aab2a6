"""How much may one client ask for? Token buckets in memory, for as many clients as memory allows."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

# The least recently seen client is forgotten first: it comes back with a full bucket.
MAX_CLIENTS = 20_000


@dataclass(frozen=True)
class Limit:
    """`per_s` requests a second in the long run, `burst` at once."""

    per_s: float
    burst: int


class RateLimited(Exception):
    """Too much at once; `retry_after_s` is when the next one passes, in whole seconds."""

    code = "RATE_LIMITED"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(self.code)
        self.retry_after_s = retry_after_s


class RateLimiter:
    """One token bucket for each client; `clock` gives monotonic seconds."""

    def __init__(self, limit: Limit, clock: Callable[[], float], max_clients: int = MAX_CLIENTS) -> None:
        self._limit = limit
        self._clock = clock
        self._max_clients = max_clients
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """How many clients are remembered."""
        return len(self._buckets)

    def check(self, client: str) -> None:
        """Takes one token. Raises RateLimited when there is none."""
        now = self._clock()
        tokens, seen = self._buckets.pop(client, (float(self._limit.burst), now))
        tokens = min(float(self._limit.burst), tokens + (now - seen) * self._limit.per_s)
        passes = tokens >= 1
        self._buckets[client] = (tokens - 1 if passes else tokens, now)
        if len(self._buckets) > self._max_clients:
            self._buckets.popitem(last=False)
        if not passes:
            raise RateLimited(max(1, math.ceil((1 - tokens) / self._limit.per_s)))
