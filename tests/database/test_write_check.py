"""Whether the database takes writes is tried seldom, however often it is asked, and each time for real."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import sqlalchemy as sa

from bot.database import Database
from bot.database.write_check_store import WriteCheck, write_checks


class Watch:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_however_many_ask_one_write_is_tried_every_two_seconds(database: Database) -> None:
    watch = Watch()
    check = WriteCheck(database, watch)
    assert await asyncio.gather(*(check.is_writable() for _ in range(20))) == [True] * 20
    assert await count(database) == 1
    watch.now += 1.9
    assert await check.is_writable()
    assert await count(database) == 1
    watch.now += 0.1
    assert await check.is_writable()
    assert await count(database) == 2


async def test_a_write_that_is_refused_is_told_and_the_next_one_too(database: Database) -> None:
    watch = Watch()
    check = WriteCheck(database, watch)
    await database.write(rename("write_checks", "elsewhere"))
    assert not await check.is_writable()
    await database.write(rename("elsewhere", "write_checks"))
    assert not await check.is_writable()
    watch.now += 2.0
    assert await check.is_writable()


def rename(name: str, to: str) -> Callable[[sa.Connection], object]:
    """Takes the table away, or brings it back."""
    return lambda connection: connection.exec_driver_sql(f"ALTER TABLE {name} RENAME TO {to}")


async def count(database: Database) -> int:
    """How often it was written."""
    query = sa.select(write_checks.c.checks)
    return int(await database.read(lambda connection: connection.execute(query).scalar_one()))
