"""What the tests of the console may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.database import Database
from tests.console.desk import Browser, Desk, Waiting, start_desk
from tests.databases import open_database


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    """A running console, once on SQLite and once on PostgreSQL."""
    desk = await start_desk(database)
    yield desk
    await desk.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """An open, migrated, empty SQLite database, where one kind is enough."""
    database = open_database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def dana(desk: Desk) -> Browser:
    """Dana's browser: a coach on duty."""
    return await desk.sign_in("dana")


@pytest.fixture
async def luis(desk: Desk) -> Browser:
    """Luis's browser: another coach on duty."""
    return await desk.sign_in("luis")


@pytest.fixture
async def waiting(desk: Desk) -> Waiting:
    """A member who waits."""
    return await desk.ask()
