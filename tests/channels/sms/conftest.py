"""What the tests of texting may ask for; and after each of them, that nothing of it stands in a log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import structlog

from bot.database import Database
from tests.channels.sms.rig import DANA, MARCUS, PLAN, Rig, open_rig
from tests.databases import open_database

CANARIES = ("canary", DANA[1:], MARCUS[1:], PLAN[1:], "zolgensma")

Until = Callable[[Callable[[], Awaitable[object]]], Awaitable[None]]


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, object]]]:
    """What is logged; no number and no word of a text may stand there at the end of any test."""
    with structlog.testing.capture_logs() as entries:
        yield entries
    everything = (
        json.dumps(entries, default=str) + "\n".join(record.getMessage() for record in caplog.records)
    ).lower()
    assert [canary for canary in CANARIES if canary in everything] == []


@pytest.fixture
async def rig(database: Database) -> AsyncIterator[Rig]:
    """One gateway and a carrier, once on SQLite and once on PostgreSQL."""
    async with open_rig(database) as rig:
        yield rig


@pytest.fixture
async def sqlite_rig(sqlite_url: str) -> AsyncIterator[Rig]:
    """The same on SQLite alone, where one kind is enough."""
    database = open_database(sqlite_url)
    async with open_rig(database) as rig:
        yield rig
    await database.close()


@pytest.fixture
def until() -> Until:
    """Waits until it holds; fails when it does not."""

    async def wait(holds: Callable[[], Awaitable[object]], timeout_s: float = 90.0) -> None:
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not await holds():
            assert asyncio.get_running_loop().time() < deadline, "did not come about in time"
            await asyncio.sleep(0.03)

    return wait
