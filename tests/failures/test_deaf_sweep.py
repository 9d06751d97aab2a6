"""Is a coach taken for gone because we could not hear them? The database kept no sign of life of theirs for a while."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from structlog.testing import capture_logs

from bot import wording as words
from bot.conversations.model import Holder
from bot.database import Database
from tests.conversations.conftest import Clock, build_desk
from tests.failures.gateway_process import until


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program keeps everybody from writing; what stands there can be read."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_an_outage_of_the_database_takes_no_member_from_a_coach_who_comes_back(sqlite_url: str) -> None:
    database = Database.open(sqlite_url, timeout_s=0.5)
    desk = build_desk(database, Clock())
    dana, luis = await desk.coach(), await desk.coach("luis")
    desk.clock.pass_time(seconds=61)
    for coach in (dana, luis):
        await desk.coaches.heartbeat(coach)
    kept, left, waiting = await desk.hold(dana), await desk.hold(luis), await desk.ask()
    async with desk.sweep.running(0.05):
        with capture_logs() as logs, locked(Path(sqlite_url.removeprefix("sqlite:///"))):
            for outages in range(1, 6):
                # Less at a time than what would be noticed for its own sake.
                desk.clock.pass_time(seconds=14)
                await until(lambda n=outages: count(logs, "sweep.store_unavailable") >= n, "the sweep felt it")
        with capture_logs() as logs:
            await until(lambda: count(logs, "sweep.was_deaf"), "the sweep is well again")
    assert {(await desk.get(each)).holder for each in (kept, left)} == {Holder.COACH}
    assert words.NOBODY_LEFT not in await desk.said(waiting)
    # Who does not say within the usual time that they are there is gone.
    await desk.coaches.heartbeat(dana)
    desk.clock.pass_time(seconds=59)
    await desk.sweep.run_once()
    assert (await desk.get(left)).holder is Holder.COACH
    await desk.coaches.heartbeat(dana)
    desk.clock.pass_time(seconds=2)
    await desk.sweep.run_once()
    assert [(await desk.get(each)).holder for each in (kept, left)] == [Holder.COACH, Holder.WAITING]
    await database.close()


def count(logs: list, event: str) -> int:  # type: ignore[type-arg]
    """How often this was logged."""
    return [entry["event"] for entry in logs].count(event)
