"""What happens in a soak? Members ask at their pace, parts are killed in turn, then nothing is killed for a while."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

import aiohttp

from tests.benchmark.soak_checks import Asking, check_asking, check_record, measure_asking
from tests.benchmark.soak_members import Kill, Member, Story
from tests.benchmark.soak_memory import CALM_S, Held, Life, check_calm, check_lives, list_lives, watch_memory
from tests.benchmark.soak_world import World

_COMES_BACK_WITHIN_S = 300.0
_MEMBERS_A_TURN_A_SECOND = 4


@dataclass(frozen=True)
class Plan:
    """How long, how many turns a second, how long everything stands well between a recovery and the next kill, and at
    least how long nothing is killed at the end. Growth a minute is judged where that end is `CALM_S` or longer."""

    seconds: float
    turns_a_second: float
    pause_s: float
    calm_s: float
    memory_every_s: float = 2.0


@dataclass(frozen=True)
class Outcome:
    """What came of it. `wrong` says every broken promise, `slow` what the machine or the product was too slow for; both
    are empty when all held. `lives` are those between kills, `calm` the last minutes of those that lived until then."""

    turns: int
    apologised: int
    repeated: int
    conversations: int
    asking: Asking
    median_ms: float
    slowest_s: float
    kills: tuple[Kill, ...]
    lives: tuple[Life, ...]
    calm: tuple[Life, ...]
    wrong: tuple[str, ...]
    slow: tuple[str, ...]


class _Tasks:
    """Tasks that end with their block, however it ends."""

    def __init__(self) -> None:
        self._started: list[asyncio.Task[None]] = []

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Starts one more."""
        self._started.append(asyncio.create_task(work))
        return self._started[-1]

    async def __aenter__(self) -> _Tasks:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._started:
            task.cancel()
        await asyncio.gather(*self._started, return_exceptions=True)


async def soak(world: World, plan: Plan) -> Outcome:
    """Runs the members while parts are killed, and holds the record to what they were told."""
    story, held = Story(), list[Held]()
    began = time.monotonic()
    ending = False
    count = max(2, round(plan.turns_a_second * _MEMBERS_A_TURN_A_SECOND))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http, _Tasks() as tasks:
        members = [Member(http, world.base_url, number, story) for number in range(count)]
        living = [tasks.start(each.live(count / plan.turns_a_second, lambda: ending)) for each in members]
        watching = tasks.start(watch_memory(http, world, held, plan.memory_every_s))
        await _kill_in_turn(world, plan, Member(http, world.base_url, count, story), story, began)
        calm_from = time.monotonic()
        await asyncio.sleep(max(plan.calm_s, began + plan.seconds - calm_from))
        ended = time.monotonic()
        ending = True
        ends = await asyncio.gather(*living, return_exceptions=True)
        # It never ends by itself.
        ends += [watching.exception()] if watching.done() else []
    wrong = [f"{type(end).__name__}: {end}" for end in ends if end is not None]
    lives, calm = list_lives(held), list_lives([each for each in held if each.at >= calm_from])
    wrong += [*story.wrong, *check_record(world.database_url, story.acknowledged), *check_lives(lives)]
    wrong += check_calm(calm) if plan.calm_s >= CALM_S else []
    asking = measure_asking(story, began, ended)
    told = story.acknowledged
    return Outcome(
        turns=len(told),
        apologised=sum(each.apologised for each in told),
        repeated=sum(each.tries > 1 for each in told),
        conversations=story.openings,
        asking=asking,
        median_ms=statistics.median(each.seconds for each in told) * 1000,
        slowest_s=max(each.seconds for each in told),
        kills=tuple(story.kills),
        lives=tuple(lives),
        calm=tuple(calm),
        wrong=tuple(dict.fromkeys(wrong)),
        slow=tuple(check_asking(asking, plan.turns_a_second)),
    )


async def _kill_in_turn(world: World, plan: Plan, probe: Member, story: Story, began: float) -> None:
    ways: Sequence[tuple[str, Callable[[], None]]] = (
        ("engine", world.kill_engine),
        ("app", world.kill_app),
        ("PostgreSQL", world.kill_postgres),
    )
    for number, (part, kill) in enumerate(itertools.cycle(ways)):
        # Each is killed at least once, however slow the machine is.
        if number >= len(ways) and time.monotonic() - began + plan.pause_s > plan.seconds - plan.calm_s:
            return
        await asyncio.sleep(plan.pause_s)
        story.kills.append(await _kill(part, kill, probe))


async def _kill(part: str, kill: Callable[[], None], probe: Member) -> Kill:
    # Opened before, so that the answer after it comes in a conversation that the kill went through.
    await probe.open()
    say(f"killing the {part}")
    began = time.monotonic()
    await asyncio.to_thread(kill)
    while (await probe.ask("what are gene-based therapies?")).apologised:
        assert time.monotonic() - began < _COMES_BACK_WITHIN_S, f"the {part} did not come back"
        await asyncio.sleep(0.5)
    back_s = time.monotonic() - began
    say(f"  a real answer again after {back_s:.1f} s")
    return Kill(part, began, back_s)


def say(line: str) -> None:
    """Tells whoever waits how far it is."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
