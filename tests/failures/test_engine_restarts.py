"""The engine's process is started again when it dies or hangs, not too often, and not when it is only busy."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from bot import engine_process
from bot.engine_client import EngineClient
from bot.engine_process import MODEL_UNUSABLE, EngineFailed, EngineProcess, Patience, train_if_needed
from bot.http.ports import free_port
from tests.failures.small_engine import MODELS, SmallEngine

# The product's patience, shorter.
PATIENCE = Patience(
    start_s=10.0,
    look_every_s=0.05,
    look_s=0.6,
    own_delay_s=0.2,
    first_restart_s=0.1,
    longest_restart_s=0.4,
    alarm_after=3,
)
_LONG_S = 90.0


@dataclass
class Watched:
    """A small engine under the product's watch."""

    engine: SmallEngine
    process: EngineProcess
    client: EngineClient

    async def start(self) -> psutil.Process:
        """Starts it; returns its process."""
        await self.process.start()
        await self.process.wait_until_ready()
        return find()

    async def until_ready(self) -> None:
        """Waits until it is there again."""
        deadline = time.monotonic() + _LONG_S
        while time.monotonic() < deadline:
            if children() and (await self.client.is_ready()).ready:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("it did not come back")


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    port = free_port()
    engine = SmallEngine(tmp_path, port)
    # Whatever else these tests have started, say for the story of the crash tests, is none of these.
    _OTHERS[:] = psutil.Process().children()
    client = EngineClient(f"http://127.0.0.1:{port}", "secret")

    async def is_ready() -> bool:
        return (await client.is_ready()).ready

    process = EngineProcess(engine.command, is_ready, client.is_alive, PATIENCE)
    yield Watched(engine, process, client)
    await process.stop()
    await client.close()
    assert children() == children("train") == []


async def test_one_that_keeps_dying_is_started_at_growing_intervals_and_comes_back(watched: Watched) -> None:
    first = await watched.start()
    watched.engine.order(ends_with=1)
    with capture_logs() as logs:
        first.kill()
        await until(lambda: len(watched.engine.list_starts()) >= 6)
    moments = [moment for moment, _ in watched.engine.list_starts()][:6]
    waited = [after - before for before, after in pairwise(moments[1:])]
    for at_least, between in zip((0.2, 0.4, 0.4, 0.4), waited, strict=True):
        assert between >= at_least
    told = [event["log_level"] for event in logs if event["event"] == "engine.restarts"]
    assert told[:5] == ["warning"] * 2 + ["critical"] * 3

    watched.engine.order()
    await watched.until_ready()


async def test_one_that_hangs_is_ended_by_force_and_started_again(watched: Watched) -> None:
    first = await watched.start()
    with capture_logs() as logs:
        first.suspend()
        await until(lambda: len(watched.engine.list_starts()) >= 2)
        await watched.until_ready()
    assert find() != first
    told = [event["event"] for event in logs]
    # The one that is started is looked at, too, and may be slow on a busy machine.
    assert told[:6] == [
        *["engine.no_sign_of_life"] * 3, "engine.hanging", "engine.died", "engine.restarts",
    ]  # fmt: skip


async def test_one_that_hangs_before_it_was_ever_seen_alive_is_not_given_the_time_of_a_start(watched: Watched) -> None:
    first = await watched.start()
    watched.process._patience = replace(PATIENCE, start_s=3600)
    watched.engine.order(waits_s=_LONG_S)
    with capture_logs() as logs:
        first.kill()
        await until(lambda: any(event["event"] == "engine.hanging" for event in logs))
        watched.engine.order()
        await watched.until_ready()
    assert not any(event["event"] == "engine.start_too_slow" for event in logs)


async def test_one_that_never_comes_up_is_started_again(watched: Watched) -> None:
    first = await watched.start()
    watched.process._patience = replace(PATIENCE, start_s=1.0)
    watched.engine.order(comes_up_after_s=_LONG_S)
    with capture_logs() as logs:
        first.kill()
        await until(lambda: any(event["event"] == "engine.start_too_slow" for event in logs))
        watched.engine.order()
        await watched.until_ready()
    assert not any(event["event"] == "engine.hanging" for event in logs)


async def test_one_that_is_slow_for_a_moment_keeps_running(watched: Watched) -> None:
    first = await watched.start()
    with capture_logs() as logs:
        watched.engine.order(waits_s=0.9)
        await until(lambda: any(event["event"] == "engine.no_sign_of_life" for event in logs))
        watched.engine.order()
        await asyncio.sleep(0.5)
    assert find() == first
    assert not any(event["event"] == "engine.hanging" for event in logs)


async def test_one_without_its_database_keeps_running(watched: Watched) -> None:
    first = await watched.start()
    watched.engine.order(has_database=False)
    assert not (await watched.client.is_ready()).ready
    await asyncio.sleep(1.0)
    assert find() == first


async def test_one_is_not_ended_because_the_app_had_no_time_to_listen(watched: Watched) -> None:
    first = await watched.start()
    # Late enough that its look is begun, and then too late to hear the answer within the look's time.
    watched.engine.order(waits_s=0.2)
    for _ in range(4):
        await asyncio.sleep(0.15)
        time.sleep(0.9)  # noqa: ASYNC251 - the point
    watched.engine.order()
    await asyncio.sleep(0.2)
    assert find() == first
    assert len(watched.engine.list_starts()) == 1


async def test_one_whose_model_cannot_be_used_is_trained_before_it_is_started_again(watched: Watched) -> None:
    first = await watched.start()
    watched.engine.order(ends_with=3)
    first.kill()
    await until(lambda: [verb for _, verb in watched.engine.list_starts()][-1] == "train")
    watched.engine.order()
    await watched.until_ready()
    assert [verb for _, verb in watched.engine.list_starts()][:4] == ["serve", "serve", "train", "serve"]


async def test_what_is_served_is_the_very_file_that_was_checked_or_trained_last(
    watched: Watched, capfd: pytest.CaptureFixture[str]
) -> None:
    checked, trained = "models/checked.tar.gz", "models/trained-anew.tar.gz"
    watched.engine.order(makes=checked)
    watched.process._command = await train_if_needed(watched.engine.command)
    assert capfd.readouterr().out.splitlines() == ["Training the model ...", checked]
    first = await watched.start()
    watched.engine.order(ends_with=MODEL_UNUSABLE, makes=trained)
    first.kill()
    await until(lambda: [verb for _, verb in watched.engine.list_starts()].count("train") > 1)
    watched.engine.order(makes=trained)
    await watched.until_ready()
    starts = len(watched.engine.list_starts())
    find().kill()
    await until(lambda: len(watched.engine.list_starts()) > starts)
    await watched.until_ready()

    given = watched.engine.list_models()
    assert given[:4] == [("train", MODELS), ("serve", checked), ("serve", checked), ("train", MODELS)]
    assert {model for verb, model in given[4:] if verb == "serve"} == {trained}


async def test_a_training_that_names_no_model_is_no_training(watched: Watched) -> None:
    watched.engine.order(makes="")
    with pytest.raises(EngineFailed, match="without naming"):
        await train_if_needed(watched.engine.command)


async def test_a_training_that_fails_says_why_in_the_log_and_is_tried_again(watched: Watched) -> None:
    why = "There is no room to train the model: free 64 MB in models."
    first = await watched.start()
    watched.engine.order(ends_with=MODEL_UNUSABLE, training_says=why)
    with capture_logs() as logs:
        first.kill()
        await until(lambda: any(event["event"] == "engine.not_started" for event in logs))
    told = next(event for event in logs if event["event"] == "engine.not_started")
    assert (told["error"], told["reason"]) == ("EngineFailed", why)
    watched.engine.order()
    await watched.until_ready()


async def test_a_training_that_never_ends_is_ended_and_tried_again(watched: Watched) -> None:
    first = await watched.start()
    watched.process._patience = replace(PATIENCE, training_s=2.0)
    watched.engine.order(ends_with=MODEL_UNUSABLE, trains_for_s=3600.0)
    with capture_logs() as logs:
        first.kill()
        await until(lambda: children("train") != [])
        trainer = children("train")[0]
        await until(lambda: any(event["event"] == "engine.not_started" for event in logs))
        assert not trainer.is_running()
    watched.engine.order()
    await watched.until_ready()


async def test_one_that_dies_before_it_was_ever_ready_ends_the_start(watched: Watched) -> None:
    watched.engine.order(ends_with=1)
    await watched.process.start()
    with pytest.raises(EngineFailed, match="exit status 1"):
        await watched.process.wait_until_ready()
    assert len(watched.engine.list_starts()) == 1


async def test_one_that_hangs_does_not_hold_up_the_stop(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await watched.start()
    # The time that one has which does not hang.
    monkeypatch.setattr(engine_process, "STOP_TIMEOUT_S", 3600.0)
    with capture_logs() as logs:
        first.suspend()
        await until(lambda: any(event["event"] == "engine.no_sign_of_life" for event in logs))
        await asyncio.wait_for(watched.process.stop(), _LONG_S)
    assert children() == []


async def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LONG_S
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


_OTHERS: list[psutil.Process] = []


def find() -> psutil.Process:
    (child,) = children()
    return child


def children(verb: str = "serve") -> list[psutil.Process]:
    """The engines of this test, or its trainers; no other children."""
    mine = [child for child in psutil.Process().children() if child not in _OTHERS]
    return [child for child in mine if child.is_running() and _is_small_engine(child, verb)]


def _is_small_engine(process: psutil.Process, verb: str) -> bool:
    try:
        return process.cmdline()[-3:] == ["-m", "bot.engine", verb] and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
