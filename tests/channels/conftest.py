"""What the tests of the channels may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.database import Database
from tests.channels.gateway import Gateway, Tab, start_gateway
from tests.databases import open_database


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """An open, migrated, empty SQLite database, where one kind is enough."""
    database = open_database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    """A running gateway, once on SQLite and once on PostgreSQL."""
    gateway = await start_gateway(database)
    yield gateway
    await gateway.client.close()


@pytest.fixture
async def tab(gateway: Gateway) -> Tab:
    """A page with a new conversation."""
    return await gateway.open()
