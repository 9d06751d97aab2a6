"""How long will a member wait for a coach? An honest range, from what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

# Fewer claims than this tell nothing that may be promised to anybody.
MIN_CLAIMS = 5

_LOW_QUANTILE = 0.25
_HIGH_QUANTILE = 0.90
_MINUTE = timedelta(minutes=1)


def estimate_wait(waits: Sequence[timedelta], position: int) -> tuple[int, int] | None:
    """The shortest and longest likely wait in whole minutes, None for fewer than five measured claims.

    `waits` are the last claims, from request to claim, in any order; `position` is the place in the queue from 1.

    The low end is the wait that one claim in four beat, wherever the member stands: with several coaches the whole
    line may be taken at once. The high end is the wait that nine claims in ten beat, once for every place: with one
    coach those ahead are taken first, one after another, and nothing measured says that it goes faster. That is
    rather too long than too short, on purpose: a member who is told 40 minutes and waits 20 was not misled.
    Between two measured values the outer one counts, and minutes are rounded outward; the low end is at least 1.

    Raises ValueError for a position below 1: who has a coach does not wait.
    """
    if position < 1:
        raise ValueError("the first place in the queue is 1")
    if len(waits) < MIN_CLAIMS:
        return None
    measured = sorted(max(wait, timedelta(0)) for wait in waits)
    last = len(measured) - 1
    low = measured[math.floor(last * _LOW_QUANTILE)] // _MINUTE
    high = -(-measured[math.ceil(last * _HIGH_QUANTILE)] * position // _MINUTE)
    return max(1, low), max(1, low, high)
