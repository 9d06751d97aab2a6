"""One minute of the soak: nothing that was acknowledged is lost while the engine, the app and PostgreSQL are killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmark.soak import Outcome, Plan, soak
from tests.benchmark.soak_world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The product on its own PostgreSQL."""
    world = World(tmp_path)
    yield world
    world.close()


async def test_a_minute_of_kills_loses_nothing_that_was_acknowledged(world: World) -> None:
    # Slow enough for a machine that does ten other things; what is checked are facts, and no speed.
    outcome: Outcome = await soak(world, Plan(seconds=60, turns_a_second=3, pause_s=5))
    assert outcome.wrong == ()
    assert {kill.part for kill in outcome.kills} == {"engine", "app", "PostgreSQL"}
    # Somebody was asking while each of them was away.
    assert outcome.repeated + outcome.apologised > 0
    assert outcome.turns > 30
