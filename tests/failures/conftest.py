"""What the tests that break things may ask for: a member's HTTP session, and an engine that stands in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import aiohttp
import psycopg
import pytest
from psycopg import sql

from bot.http.ports import free_port
from tests.failures.breaking import Postgres
from tests.failures.early import Early, write_early
from tests.failures.engine_door import EngineDoor, end_family
from tests.failures.scripted_engine import ScriptedEngine
from tests.product import RunningProduct, launch_product, wait_until_ready

_names = count(1)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """The connections of everybody in the test; keeps no cookies."""
    # As many connections as a test opens: there stand many people behind them.
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture(scope="module")
def engine() -> Iterator[ScriptedEngine]:
    """What stands in for the engine, for all tests of a module."""
    engine = ScriptedEngine()
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> EngineDoor:
    """Decides whether the engine of `product` comes up."""
    return EngineDoor(tmp_path_factory.mktemp("door"))


@pytest.fixture(scope="session")
def early(door: EngineDoor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Early]:
    """A product whose engine took its time, and a member who wrote before it was there."""
    door.close()
    folder = tmp_path_factory.mktemp("product")
    product = launch_product(folder, port=free_port(), engine_python=str(door.python))
    try:
        early = asyncio.run(write_early(product))
        door.open()
        wait_until_ready(product)
        yield early
    finally:
        end_family(product)


@pytest.fixture(scope="session")
def product(early: Early) -> RunningProduct:
    """A running product whose engine stands behind `door`."""
    return early.product


@pytest.fixture(scope="module")
def postgres(postgres_address: str, postgres_template: str) -> Postgres:
    """A database on the server of these tests, in which what was committed is kept through a crash."""
    database = f"failing_{next(_names)}"
    with psycopg.connect(postgres_address, autocommit=True) as connection:
        name = sql.Identifier(database)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template").format(name))
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = on").format(name))
    return Postgres(postgres_address, database)


@pytest.fixture(scope="module")
def sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file for the tests of a module."""
    path = tmp_path_factory.mktemp("failing") / "failing.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    return path
