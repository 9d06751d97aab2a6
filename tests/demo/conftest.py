"""What the tests of the simulated carrier may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.demo.world import World, open_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A carrier and a product beside it, fresh for this test."""
    async with open_world() as world:
        yield world
