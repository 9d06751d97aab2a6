"""Does the whole product end in time, and all of it, while its engine stands still in the middle of a turn?"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from aiohttp import ClientSession

from tests.failures.engine_door import end_family, find_engine
from tests.failures.gateway_process import Outside
from tests.failures.test_stopping_gateway import STOPS_WITHIN_S, take
from tests.product import RunningProduct, start_product


@pytest.fixture
def own_product(tmp_path: Path) -> Iterator[RunningProduct]:
    """A product that may be ended."""
    product = start_product(tmp_path / "product")
    yield product
    end_family(product)


async def test_an_engine_that_stands_still_keeps_nothing_alive(
    own_product: RunningProduct, http: ClientSession
) -> None:
    engine, app = find_engine(own_product), psutil.Process(own_product.process.pid)
    family = [app, *app.children(recursive=True)]
    dana = await Outside(http, own_product.base_url).open()
    await dana.connect()
    engine.suspend()
    saying = asyncio.create_task(take(dana))
    await asyncio.sleep(0.3)
    started = time.monotonic()
    own_product.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(own_product.process.wait, 60) == 0
    assert time.monotonic() - started < STOPS_WITHIN_S
    assert "serving.cut_off" not in own_product.log.read_text()
    _, alive = await asyncio.to_thread(psutil.wait_procs, family, 5)
    assert [process.pid for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    answer = await saying
    assert answer is None or (answer.status, answer.body["replies"][0]["outcome"]) == (200, "failure")
