"""A gateway that dies at any moment of a handoff loses nothing, doubles nothing, and leaves nobody untold."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import fields
from difflib import unified_diff
from pathlib import Path
from traceback import format_exception

import psycopg
import pytest
from psycopg import sql

from bot.app import prepare_database
from tests.crash.checks import Told, check
from tests.crash.gateways import Launcher, Place
from tests.crash.story import tell_story
from tests.crash.world import Door, Lane, copy_file, open_lane, open_world
from tests.databases import open_database

# Every kind of place once, and the rest spread over the whole story.
CHOSEN = 64
LANES = 3
# A machine so busy that a turn was given up tells nothing about deaths; the same place is tried again.
TRIES = 3
# On PostgreSQL every so many of them.
SAMPLE = 5


async def test_a_death_at_any_moment_changes_nothing_on_sqlite(
    door: Door, launcher: Launcher, prepared_sqlite: Path, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        lanes = []
        for number in range(LANES):
            path = copy_file(prepared_sqlite, tmp_path / f"{number}.sqlite")
            opening = open_lane(door, launcher, f"sqlite:///{path}", tmp_path / str(number))
            lanes.append(await stack.enter_async_context(opening))
        told, places = await _tell_undisturbed(lanes[0])
        assert len(places) >= 30
        chosen = choose(places, CHOSEN)
        assert len(chosen) >= 40
        assert await _die_at_each(chosen, lanes, told) >= 40


async def test_a_death_at_any_moment_changes_nothing_on_postgresql(
    door: Door, launcher: Launcher, postgres_url: str, tmp_path: Path
) -> None:
    database = open_database(postgres_url)
    await asyncio.to_thread(prepare_database, database)
    await database.close()
    async with AsyncExitStack() as stack:
        lanes = []
        for number in range(LANES - 1):
            url = _copy(postgres_url, f"crash_{number}")
            lanes.append(await stack.enter_async_context(open_lane(door, launcher, url, tmp_path / str(number))))
        told, places = await _tell_undisturbed(lanes[0])
        chosen = choose(places, CHOSEN)[::SAMPLE]
        assert await _die_at_each(chosen, lanes, told) >= len(chosen) // 2


def choose(places: list[Place], count: int) -> list[Place]:
    """One of every kind, not always the first, and then evenly over the whole story, in its order."""
    times = Counter(label for label, _ in places)
    chosen = {(label, 1 + index % times[label]) for index, label in enumerate(times)}
    step = max(1, len(places) // max(1, count - len(chosen)))
    for place in places[::step]:
        if len(chosen) < count:
            chosen.add(place)
    return [place for place in places if place in chosen]


async def _tell_undisturbed(lane: Lane) -> tuple[Told, list[Place]]:
    async with open_world(lane) as world:
        told = await check(world, await tell_story(world))
        # What the carrier still tells of its deliveries belongs to the story.
        await asyncio.sleep(0.3)
        places = world.gateway.list_places()
        assert len(places) == len(set(places))
        return told, places


async def _die_at_each(places: list[Place], lanes: list[Lane], told: Told) -> int:
    """Tells the story once for each place; returns how many gateways really died."""
    waiting = list(reversed(places))
    failures: dict[Place, str] = {}
    died = 0

    async def work(lane: Lane) -> None:
        nonlocal died
        while waiting:
            place = waiting.pop()
            try:
                async with asyncio.timeout(180):
                    # Not added to in one go: the other lanes count while this one waits.
                    has_died = await _die_at(place, lane, told)
                    died += has_died
            except (Exception, asyncio.CancelledError) as error:
                failures[place] = "".join(format_exception(error)[-3:])

    await asyncio.gather(*(work(lane) for lane in lanes))
    if failures:
        pytest.fail("\n\n".join(f"died {label} ({n}): {why}" for (label, n), why in failures.items()))
    return died


async def _die_at(place: Place, lane: Lane, told: Told) -> bool:
    for _ in range(TRIES):
        async with open_world(lane, place) as world:
            now_told = await check(world, await tell_story(world))
            deaths = world.gateway.deaths
        if not now_told.was_too_slow:
            break
    assert now_told == told, "\n".join(_differences(told, now_told))
    assert deaths <= 1
    return deaths == 1


def _differences(told: Told, now_told: Told) -> Iterator[str]:
    for part in fields(Told):
        lines = [str(getattr(each, part.name)).replace("), ", "),\n").splitlines() for each in (told, now_told)]
        yield from unified_diff(*lines, fromfile=part.name, tofile="died", n=1, lineterm="")


def _copy(url: str, name: str) -> str:
    with psycopg.connect(
        url.replace(url.split("?")[0].rsplit("/", 1)[1] + "?", "postgres?"), autocommit=True
    ) as server:
        template = url.split("?")[0].rsplit("/", 1)[1]
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    return url.replace(f"/{template}?", f"/{name}?")
