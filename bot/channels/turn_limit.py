"""How many turns may be under way at once? Beyond that a message is refused at once, instead of answered too late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.http.rate_limit import RateLimited
from bot.metrics import TURNS_IN_FLIGHT, TURNS_REFUSED

# So many at once take two cores 0.8 to 1.3 s, less than half of the 3 s that a member is promised. Of 200 at once, on
# cores with other work, most got an apology.
MOST_TURNS = 96
RETRY_AFTER_S = 2


class Overloaded(RateLimited):
    """Too many turns are under way; nothing of the message was recorded, and it may come again in `retry_after_s`."""

    code = "OVERLOADED"


class TurnLimit:
    """Counts the turns of this process; who asks decides what a full house means for them."""

    def __init__(self, most: int = MOST_TURNS) -> None:
        self._most = most
        self._in_flight = 0

    @property
    def is_full(self) -> bool:
        """True while no further turn should begin."""
        return self._in_flight >= self._most

    def refuse(self, channel: str) -> Overloaded:
        """The refusal, counted, to be raised."""
        TURNS_REFUSED.labels(channel).inc()
        return Overloaded(RETRY_AFTER_S)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One turn, from its beginning to its end."""
        self._in_flight += 1
        TURNS_IN_FLIGHT.inc()
        try:
            yield
        finally:
            self._in_flight -= 1
            TURNS_IN_FLIGHT.dec()
