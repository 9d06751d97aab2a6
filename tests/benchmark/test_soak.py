"""One minute of the soak: nothing that was acknowledged is lost while the engine, the app and PostgreSQL are killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmark.soak_run import Outcome, Plan, soak
from tests.benchmark.soak_world import PARTS, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The product on its own PostgreSQL."""
    world = World(tmp_path)
    yield world
    world.close()


async def test_a_minute_of_kills_loses_nothing_that_was_acknowledged(world: World) -> None:
    # Slow enough for a machine that does ten other things; what is checked are facts, and no speed.
    plan = Plan(seconds=60, turns_a_second=3, pause_s=5, calm_s=10, memory_every_s=0.5)
    outcome: Outcome = await soak(world, plan)
    assert outcome.wrong == ()
    assert {kill.part for kill in outcome.kills} == {"engine", "app", "PostgreSQL"}
    # The memory of each was watched for long enough that growth would be among what is wrong.
    assert {life.part for life in outcome.lives} == {*PARTS}
    # Somebody was asking while each of them was away.
    assert outcome.repeated + outcome.apologised > 0
    assert outcome.turns > 30
    # A slow machine may cost some more answers; most turns outside of the outages have one.
    assert len(outcome.asking.apologised_at) < outcome.turns / 4
