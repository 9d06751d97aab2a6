"""A write is kept whole or not at all, whoever else writes at the same moment, and nobody hears of it before it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from threading import Event

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.database import Database, StoreUnavailable
from tests.databases import open_database

LONG_S = 30.0


class Refused(Exception):
    """What a store raises by itself."""


@pytest.fixture
async def things(database: Database) -> Database:
    """An empty table of numbers."""
    database.write_now(lambda connection: connection.exec_driver_sql("CREATE TABLE things (id INTEGER PRIMARY KEY)"))
    return database


@pytest.fixture
async def sqlite_things(sqlite_url: str) -> AsyncIterator[Database]:
    """The same on SQLite, whose one writer shares its commits; patient, so that a busy machine decides nothing."""
    database = Database.open(sqlite_url, timeout_s=LONG_S)
    database.write_now(lambda connection: connection.exec_driver_sql("CREATE TABLE things (id INTEGER PRIMARY KEY)"))
    yield database
    await database.close()


def add(number: int) -> Callable[[sa.Connection], int]:
    def work(connection: sa.Connection) -> int:
        connection.execute(sa.text("INSERT INTO things (id) VALUES (:number)"), {"number": number})
        return number

    return work


def add_and_refuse(number: int) -> Callable[[sa.Connection], int]:
    def work(connection: sa.Connection) -> int:
        add(number)(connection)
        raise Refused

    return work


async def kept(database: Database) -> list[int]:
    query = sa.text("SELECT id FROM things ORDER BY id")
    return await database.read(lambda connection: list(connection.execute(query).scalars()))


async def together(
    database: Database, *works: Callable[[sa.Connection], int], first: int = 0
) -> list[int | BaseException]:
    """What each work came to, where all of them waited while the one before them had the writer."""
    begun, go_on = Event(), Event()

    def hold(connection: sa.Connection) -> int:
        begun.set()
        go_on.wait(LONG_S)
        return add(first)(connection)

    holding = asyncio.create_task(database.write(hold))
    await asyncio.to_thread(begun.wait, LONG_S)
    waiting = [asyncio.create_task(database.write(work)) for work in works]
    await asyncio.sleep(0)
    go_on.set()
    assert await holding == first
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_writes_at_the_same_time_are_all_kept(things: Database) -> None:
    assert await asyncio.gather(*(things.write(add(number)) for number in range(50))) == list(range(50))
    assert await kept(things) == list(range(50))


async def test_a_write_that_fails_is_taken_back_and_no_other(things: Database) -> None:
    works = [add_and_refuse(number) if number % 3 == 0 else add(number) for number in range(1, 20)]
    outcomes = await asyncio.gather(*(things.write(work) for work in works), return_exceptions=True)
    assert [isinstance(outcome, Refused) for outcome in outcomes] == [number % 3 == 0 for number in range(1, 20)]
    assert await kept(things) == [number for number in range(1, 20) if number % 3]


async def test_a_broken_constraint_is_told_to_the_one_who_broke_it(things: Database) -> None:
    outcomes = await asyncio.gather(*(things.write(add(number % 5)) for number in range(10)), return_exceptions=True)
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 5
    assert await kept(things) == [0, 1, 2, 3, 4]


async def test_writes_that_waited_share_a_commit(sqlite_things: Database) -> None:
    commits = []
    sa.event.listen(sqlite_things.engine, "commit", commits.append)
    assert await together(sqlite_things, *(add(number) for number in range(1, 11))) == list(range(1, 11))
    assert await kept(sqlite_things) == list(range(11))
    # One as a rule; a machine that stands still for a moment in between makes it some more.
    assert len(commits) <= 6


async def test_who_shares_a_commit_shares_no_fault(sqlite_things: Database) -> None:
    outcomes = await together(sqlite_things, add(1), add_and_refuse(2), add(0), add(3))
    assert (outcomes[0], outcomes[3]) == (1, 3)
    assert isinstance(outcomes[1], Refused)
    assert isinstance(outcomes[2], IntegrityError)
    assert await kept(sqlite_things) == [0, 1, 3]


async def test_nobody_hears_of_a_write_before_its_commit(sqlite_things: Database) -> None:
    told: set[int] = set()
    done: set[int] = set()
    too_early: list[int] = []

    async def write(number: int) -> None:
        def work(connection: sa.Connection) -> int:
            done.add(number)
            return add(number)(connection)

        told.add(await sqlite_things.write(work))

    def before_commit(connection: sa.Connection) -> None:
        # What was done and is not there yet, seen from outside, must not have been told.
        with sqlite_things.engine.connect() as other:
            there = set(other.execute(sa.text("SELECT id FROM things")).scalars())
        too_early.extend((told - there) & done)

    sa.event.listen(sqlite_things.engine, "commit", before_commit)
    await asyncio.gather(*(write(number) for number in range(8)))
    assert too_early == []
    assert sorted(told) == await kept(sqlite_things) == list(range(8))


async def test_a_commit_that_fails_is_told_to_everybody_in_it(sqlite_things: Database) -> None:
    def orphan(connection: sa.Connection) -> int:
        # A reference that is checked at the end of the transaction only.
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql(
            "INSERT INTO turns (message_id, understood, state, answered_at) VALUES ('none', '{}', '{}', '2026-01-01')"
        )
        return 0

    begun, go_on = Event(), Event()

    def hold(connection: sa.Connection) -> int:
        begun.set()
        go_on.wait(LONG_S)
        return add(1)(connection)

    holding = asyncio.create_task(sqlite_things.write(hold))
    await asyncio.to_thread(begun.wait, LONG_S)
    broken = asyncio.create_task(sqlite_things.write(orphan))
    await asyncio.sleep(0)
    go_on.set()
    outcomes = await asyncio.gather(holding, broken, return_exceptions=True)
    claimed = [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert claimed == await kept(sqlite_things)
    assert isinstance(outcomes[1], StoreUnavailable | IntegrityError)
    assert await sqlite_things.write(add(2)) == 2


async def test_a_full_disk_claims_nothing_that_is_not_there(sqlite_things: Database) -> None:
    def fill(connection: sa.Connection) -> int:
        connection.exec_driver_sql("CREATE TABLE big (text TEXT)")
        connection.exec_driver_sql("INSERT INTO big SELECT hex(zeroblob(400000))")
        return 99

    def limit(driver: object, record: object, proxy: object) -> None:
        pages = driver.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[attr-defined]
        driver.execute(f"PRAGMA max_page_count = {pages + 20}")  # type: ignore[attr-defined]

    sa.event.listen(sqlite_things.engine, "checkout", limit)
    outcomes = await together(sqlite_things, add(1), fill, add(2))
    assert isinstance(outcomes[1], StoreUnavailable)
    claimed = [number for number in (0, *outcomes) if isinstance(number, int)]
    assert claimed == await kept(sqlite_things)
    assert all(isinstance(outcome, int | StoreUnavailable) for outcome in outcomes)


async def test_a_write_that_nobody_waits_for_any_more_is_not_begun(sqlite_url: str) -> None:
    database = Database.open(sqlite_url, timeout_s=0.3)
    database.write_now(lambda connection: connection.exec_driver_sql("CREATE TABLE things (id INTEGER PRIMARY KEY)"))
    begun, go_on = Event(), Event()

    def hold(connection: sa.Connection) -> None:
        begun.set()
        go_on.wait(LONG_S)

    holding = asyncio.create_task(database.write(hold))
    await asyncio.to_thread(begun.wait, LONG_S)
    with pytest.raises(StoreUnavailable):
        await database.write(add(1))
    go_on.set()
    await asyncio.gather(holding, return_exceptions=True)
    await database.close()
    again = open_database(sqlite_url)
    assert await kept(again) == []
    await again.close()
