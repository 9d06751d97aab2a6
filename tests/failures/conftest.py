"""What the tests that break things may ask for: a member's HTTP session, and an engine that stands in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from tests.failures.early import Early, write_early
from tests.failures.engine_door import EngineDoor, end_family, free_port
from tests.failures.scripted_engine import ScriptedEngine
from tests.product import RunningProduct, launch_product, wait_until_ready


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """The connections of everybody in the test; keeps no cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
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
