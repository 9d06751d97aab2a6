"""Does all that was acknowledged survive 20 minutes in which the engine, the app and PostgreSQL are killed in turn?

`make soak`. Members ask at half the rate that this machine can take; results go to docs/performance.md.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp
import psutil

from tests.benchmark.machine import describe_machine
from tests.benchmark.processes import read_pss_mb
from tests.benchmark.report import write_between_marks
from tests.benchmark.soak_checks import Held, Life, check_record, list_lives
from tests.benchmark.soak_members import Member, Story
from tests.benchmark.soak_world import World
from tests.benchmark.systems import System, load
from tests.product import ROOT

RESULTS = ROOT / "tests/benchmark/results/soak.json"
DOCUMENT = ROOT / "docs/performance.md"
_COMES_BACK_WITHIN_S = 300.0
_MEMBERS_A_TURN_A_SECOND = 4
_CAPACITY_AT, _CAPACITY_S = 32, 15.0


@dataclass(frozen=True)
class Plan:
    """How long, how many turns a second, and how long everything stands well between a recovery and the next kill."""

    seconds: float
    turns_a_second: float
    pause_s: float
    memory_every_s: float = 2.0


@dataclass(frozen=True)
class Kill:
    """One kill: `back_s` until a member had a real answer again."""

    part: str
    back_s: float


@dataclass(frozen=True)
class Outcome:
    """What came of it; `wrong` says every broken promise, and is empty when all held."""

    turns: int
    apologised: int
    repeated: int
    conversations: int
    turns_a_second: float
    median_ms: float
    slowest_s: float
    kills: tuple[Kill, ...]
    lives: tuple[Life, ...]
    wrong: tuple[str, ...]


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
    story, held, kills = Story(), [], []
    began = time.monotonic()
    ending = False
    count = max(2, round(plan.turns_a_second * _MEMBERS_A_TURN_A_SECOND))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http, _Tasks() as tasks:
        members = [Member(http, world.base_url, number, story) for number in range(count)]
        living = [tasks.start(each.live(count / plan.turns_a_second, lambda: ending)) for each in members]
        tasks.start(_watch_memory(http, world, held, plan.memory_every_s))
        probe = Member(http, world.base_url, count, story)
        ways: Sequence[tuple[str, Callable[[], None]]] = (
            ("engine", world.kill_engine),
            ("app", world.kill_app),
            ("PostgreSQL", world.kill_postgres),
        )
        for number, (part, kill) in enumerate(itertools.cycle(ways)):
            # Each is killed at least once, however slow the machine is.
            if number >= len(ways) and time.monotonic() - began + plan.pause_s > plan.seconds:
                break
            await asyncio.sleep(plan.pause_s)
            kills.append(await _kill(part, kill, probe))
        await asyncio.sleep(max(plan.pause_s, began + plan.seconds - time.monotonic()))
        ending = True
        await asyncio.gather(*living)
        seconds = time.monotonic() - began
    lives = list_lives(held)
    wrong = list(dict.fromkeys(story.wrong)) + check_record(world.database_url, story.acknowledged)
    wrong += [
        f"the {life.part} grew from {life.first_mb:.0f} to {life.last_mb:.0f} MB" for life in lives if not life.is_flat
    ]
    told = story.acknowledged
    return Outcome(
        turns=len(told),
        apologised=sum(each.apologised for each in told),
        repeated=sum(each.tries > 1 for each in told),
        conversations=story.openings,
        turns_a_second=len(told) / seconds,
        median_ms=statistics.median(each.seconds for each in told) * 1000,
        slowest_s=max(each.seconds for each in told),
        kills=tuple(kills),
        lives=tuple(lives),
        wrong=tuple(wrong),
    )


async def _kill(part: str, kill: Callable[[], None], probe: Member) -> Kill:
    # Opened before, so that the answer after it comes in a conversation that the kill went through.
    await probe.open()
    _say(f"killing the {part}")
    began = time.monotonic()
    await asyncio.to_thread(kill)
    while (await probe.ask("what are gene-based therapies?")).apologised:
        assert time.monotonic() - began < _COMES_BACK_WITHIN_S, f"the {part} did not come back"
        await asyncio.sleep(0.5)
    back_s = time.monotonic() - began
    _say(f"  a real answer again after {back_s:.1f} s")
    return Kill(part, back_s)


async def _watch_memory(http: aiohttp.ClientSession, world: World, held: list[Held], every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        try:
            async with http.get(f"{world.base_url}/readyz") as answer:
                if answer.status != 200:
                    # Who is coming up grows, and should.
                    continue
            parts = world.list_parts()
            now = read_pss_mb(parts)
        except (LookupError, psutil.Error, aiohttp.ClientError, asyncio.TimeoutError):
            continue
        held += [Held(part, parts[part], time.monotonic(), value) for part, value in now.items()]


def measure_capacity(world: World) -> float:
    """Turns a second that this machine answers when members don't pause."""
    system = System("product", world.base_url, {}, 0.0, lambda: None)
    load(system, conversations=1, turns=10, seconds=4.0)
    samples = load(system, conversations=_CAPACITY_AT, turns=10, seconds=_CAPACITY_S)
    return samples.in_time / _CAPACITY_S


def render(outcome: Outcome, capacity: float, seconds: float) -> str:
    """The outcome in Markdown."""
    machine = describe_machine()
    lines = [
        f"{seconds / 60:.0f} minutes, ended {machine.measured_at}, on {machine.cores} cores of {machine.cpu}: capacity"
        f" {capacity:.0f} turns a second, asked {outcome.turns_a_second:.1f}. {outcome.turns} turns in"
        f" {outcome.conversations} conversations; {outcome.apologised} were answered with an apology,"
        f" {outcome.repeated} took more than one try, the slowest {outcome.slowest_s:.1f} s with its tries;"
        f" median {outcome.median_ms:.0f} ms.",
        "",
        "| killed | times | a real answer again after, median (longest) |",
        "| --- | ---: | ---: |",
    ]
    for part in dict.fromkeys(kill.part for kill in outcome.kills):
        back = [kill.back_s for kill in outcome.kills if kill.part == part]
        lines.append(f"| {part} | {len(back)} | {statistics.median(back):.1f} s ({max(back):.1f} s) |")
    lines += ["", "| memory of | lived | first third | last third |", "| --- | ---: | ---: | ---: |"]
    for life in outcome.lives:
        lines.append(f"| {life.part} | {life.seconds:.0f} s | {life.first_mb:.0f} MB | {life.last_mb:.0f} MB |")
    verdict = [f"- **FAIL**: {each}" for each in outcome.wrong] or [
        "Every acknowledged message is recorded once, every turn was answered or apologised for, memory is flat:"
        " **pass**."
    ]
    return "\n".join([*lines, "", *verdict])


def main() -> int:
    """Runs it and writes the outcome; 0 when every promise held, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--rate", type=float, help="turns a second; half of the measured capacity when not given")
    parser.add_argument("--pause", type=float, default=75.0, help="seconds between a recovery and the next kill (75)")
    parser.add_argument("--no-record", dest="record", action="store_false", help="print the outcome, write nothing")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="gene-guide-soak-"))
    world = World(folder)
    try:
        capacity = measure_capacity(world)
        rate = options.rate or capacity / 2
        _say(f"capacity {capacity:.1f} turns a second; asking {rate:.1f}")
        plan = Plan(options.minutes * 60, rate, options.pause)
        # What was asked to measure the capacity was asked by nobody of the story.
        world.forget_everything()
        outcome = asyncio.run(soak(world, plan))
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)
    text = render(outcome, capacity, plan.seconds)
    sys.stdout.write(text + "\n")
    if options.record:
        RESULTS.parent.mkdir(exist_ok=True)
        results = {"machine": asdict(describe_machine()), "plan": asdict(plan), "outcome": asdict(outcome)}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        write_between_marks(DOCUMENT, "soak", text)
    return 1 if outcome.wrong else 0


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
