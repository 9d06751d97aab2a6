"""Does any process grow while members ask? Its memory is looked at every now and then, for as long as it lives."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import psutil

from tests.benchmark.processes import read_own_mb
from tests.benchmark.soak_world import PARTS, World

# What a process may gain between the first and the last third of a life that a kill ends: caches fill.
GROWTH = 1.10
GROWTH_MB = 10.0
# What it may gain when nothing was killed for minutes: what an allocator does by itself, and no more.
GROWTH_MB_A_MINUTE = 1.0
# Shorter than this, a minute's growth cannot be told from an allocator's ups and downs.
CALM_S = 300.0
# A process that lived shorter says nothing about growth.
_SAMPLES_OF_A_LIFE = 9


@dataclass(frozen=True)
class Held:
    """Memory of one part at one moment (monotonic seconds), with its first process."""

    part: str
    pid: int
    at: float
    mb: float


@dataclass(frozen=True)
class Life:
    """Medians of what one part held in the first and in the last third of a time, `minutes_between` apart."""

    part: str
    seconds: float
    first_mb: float
    last_mb: float
    minutes_between: float

    @property
    def is_flat(self) -> bool:
        """True where it grew no more than caches do."""
        return self.last_mb <= self.first_mb * GROWTH + GROWTH_MB

    @property
    def mb_a_minute(self) -> float:
        """How fast it grew."""
        return (self.last_mb - self.first_mb) / self.minutes_between


async def watch_memory(http: aiohttp.ClientSession, world: World, held: list[Held], every_s: float) -> None:
    """Adds to `held` for ever, whenever everything is up."""
    while True:
        await asyncio.sleep(every_s)
        try:
            async with http.get(f"{world.base_url}/readyz") as answer:
                if answer.status != 200:
                    # Who is coming up grows, and should.
                    continue
            parts = world.list_parts()
            now = read_own_mb(parts)
        except (LookupError, psutil.Error, aiohttp.ClientError, asyncio.TimeoutError):
            continue
        held += [Held(part, parts[part], asyncio.get_running_loop().time(), value) for part, value in now.items()]


def list_lives(held: Sequence[Held]) -> list[Life]:
    """What each process held that lived long enough to say something; its start, when caches fill, is left out."""
    lives = []
    for part, pid in dict.fromkeys((each.part, each.pid) for each in held):
        life = [each for each in held if (each.part, each.pid) == (part, pid)]
        if len(life) < _SAMPLES_OF_A_LIFE:
            continue
        third = len(life) // 3
        settled = life[third // 2 :]
        first, last = settled[:third], settled[-third:]
        lives.append(
            Life(
                part,
                life[-1].at - life[0].at,
                statistics.median(each.mb for each in first),
                statistics.median(each.mb for each in last),
                (statistics.median(each.at for each in last) - statistics.median(each.at for each in first)) / 60,
            )
        )
    return lives


def check_lives(lives: Sequence[Life]) -> list[str]:
    """What is wrong with the lives between kills: a part that was never seen for long enough, and one that grew."""
    return _miss(lives) + [
        f"the {life.part} grew from {life.first_mb:.0f} to {life.last_mb:.0f} MB" for life in lives if not life.is_flat
    ]


def check_calm(calm: Sequence[Life]) -> list[str]:
    """What is wrong with the minutes at the end in which nothing was killed."""
    return _miss(calm) + [
        f"the {life.part} grew by {life.mb_a_minute:.2f} MB a minute while nothing was killed"
        for life in calm
        if life.mb_a_minute > GROWTH_MB_A_MINUTE
    ]


def _miss(lives: Sequence[Life]) -> list[str]:
    seen = {life.part for life in lives}
    return [f"the memory of the {part} was not seen for long enough to tell" for part in PARTS if part not in seen]
