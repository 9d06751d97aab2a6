"""How are many measurements told in few numbers: percentiles, a median with its spread, a ratio of pairs?"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The median of some rounds, with the lowest and the highest of them."""

    median: float
    low: float
    high: float


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many percent of the values do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def spread(values: Sequence[float]) -> Spread:
    """The median of the rounds' values, and how far they lie apart."""
    return Spread(statistics.median(values), min(values), max(values))


def ratio(measured: Sequence[float], base: Sequence[float]) -> Spread:
    """How many times the base: each round is divided by its partner, which ran next to it. Raises ValueError where
    one has no partner."""
    return spread([value / partner for value, partner in zip(measured, base, strict=True)])


def near(milliseconds: Sequence[float], places: Sequence[int], turn: int, reach: int) -> float:
    """The median of the turns at most `reach` places away from `turn`. Raises StatisticsError where there are none."""
    pairs = zip(milliseconds, places, strict=True)
    return statistics.median(value for value, place in pairs if abs(place - turn) <= reach)
