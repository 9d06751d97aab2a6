"""What the tests that break things may ask for: a member's HTTP session, and an engine that stands in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import aiohttp
import pytest

from bot.http.ports import free_port
from tests.conftest import create_postgres_database
from tests.failures.breaking import Postgres
from tests.failures.early import Early, write_early
from tests.failures.engine_door import EngineDoor, end_family
from tests.failures.scripted_engine import ScriptedEngine
from tests.postgres import run_postgres
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


@pytest.fixture(scope="package")
def postgres_to_break() -> Iterator[str]:
    """The address of a server of these tests alone, as it is installed: what was committed is kept through a crash.

    The server of all other tests holds thousands of databases by now, and would take minutes to recover from a kill.
    """
    with run_postgres() as address:
        yield address


@pytest.fixture(scope="module")
def postgres(postgres_to_break: str) -> Postgres:
    """A migrated database on the server of these tests."""
    database = f"failing_{next(_names)}"
    create_postgres_database(postgres_to_break, database, migrated=True)
    return Postgres(postgres_to_break, database)


@pytest.fixture(scope="module")
def sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file for the tests of a module."""
    path = tmp_path_factory.mktemp("failing") / "failing.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    return path
