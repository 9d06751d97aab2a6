"""Work that fails is not tried in a circle, and what waits behind work that succeeds waits for nothing."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from bot.channels import worker as module
from bot.channels.worker import Worker
from bot.database import StoreUnavailable

WAITING = [f"row-{number}" for number in range(20)]
LONG_S = 3600.0


class Rows:
    """What is due, oldest first; counts the looks and the tries."""

    def __init__(self, fails: Callable[[str], bool]) -> None:
        self._fails = fails
        self.left = list(WAITING)
        self.looks = 0
        self.tries: Counter[str] = Counter()

    async def find_due(self, most: int) -> Sequence[str]:
        self.looks += 1
        return self.left[:most]

    async def work(self, id_: str) -> None:
        self.tries[id_] += 1
        await asyncio.sleep(0)
        if self._fails(id_):
            # What a claim says when the database can be read and not written.
            raise StoreUnavailable("read-only")
        self.left.remove(id_)


@asynccontextmanager
async def working(rows: Rows, poll_s: float) -> AsyncIterator[Worker]:
    worker = Worker("test", rows.find_due, rows.work, poll_s)
    worker.start()
    try:
        yield worker
    finally:
        await worker.stop(1.0)


async def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


async def test_where_reads_work_and_writes_fail_each_row_is_tried_once_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AFTER_FAILURE_S", LONG_S)
    rows = Rows(fails=lambda id_: True)
    async with working(rows, poll_s=0.001) as worker:
        for looks in range(50):
            worker.wake()
            await until(lambda before=looks: rows.looks > before)  # type: ignore[misc]
    assert set(rows.tries.values()) == {1}


async def test_a_failure_alone_makes_nobody_look_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AFTER_FAILURE_S", 0.0)
    rows = Rows(fails=lambda id_: True)
    async with working(rows, poll_s=LONG_S):
        await until(lambda: len(rows.tries) == 8)
        for _ in range(100):
            await asyncio.sleep(0)
    assert rows.looks == 1


async def test_what_failed_is_tried_again_after_the_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AFTER_FAILURE_S", 0.02)
    is_away = True
    rows = Rows(fails=lambda id_: is_away)
    async with working(rows, poll_s=0.01):
        await until(lambda: any(tries > 2 for tries in rows.tries.values()))
        is_away = False
        await until(lambda: not rows.left)


async def test_a_row_that_always_fails_keeps_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AFTER_FAILURE_S", LONG_S)
    rows = Rows(fails=lambda id_: id_ == WAITING[0])
    async with working(rows, poll_s=LONG_S):
        await until(lambda: rows.left == WAITING[:1])
    assert set(rows.tries.values()) == {1}
