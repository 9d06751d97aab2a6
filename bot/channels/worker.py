"""How is waiting work done, a few things at a time, from the process's start to its end?

The work itself waits in rows: a worker only asks what is due, so a restart or a second process loses and doubles
nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

import structlog

from bot.database import StoreUnavailable
from bot.request_ids import make_request_id, request_id_bound

log = structlog.get_logger()

_AT_ONCE = 8
# What a database that is away, or takes no writes, may be asked: once so often for each piece of work.
_AFTER_FAILURE_S = 1.0


class Worker:
    """Asks `find_due` for ids when it is woken or `poll_s` have passed, and hands each to `work` once at a time."""

    def __init__(
        self,
        name: str,
        find_due: Callable[[int], Awaitable[Sequence[str]]],
        work: Callable[[str], Awaitable[None]],
        poll_s: float,
        at_once: int = _AT_ONCE,
    ) -> None:
        self._name = name
        self._find_due = find_due
        self._work = work
        self._poll_s = poll_s
        self._at_once = at_once
        self._awake = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._failed: set[str] = set()
        self._loop: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """There may be something to do now."""
        self._awake.set()

    def begin(self, id_: str) -> None:
        """Does this at once, however much is under way and whatever waits before it."""
        if self._loop is not None and not self._loop.done() and id_ not in self._running:
            self._start(id_)

    def start(self) -> None:
        """Begins; needs a running event loop."""
        self._loop = asyncio.create_task(self._run(), name=f"worker-{self._name}")

    async def stop(self, timeout_s: float) -> None:
        """Takes nothing new and lets what is in flight end, for so long; what is cut off then, a lease gives back."""
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop
        running = tuple(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._awake.clear()
            pause = self._poll_s
            try:
                await self._take_up()
            except Exception as error:
                if not isinstance(error, StoreUnavailable):
                    log.error("worker.failed", worker=self._name, error=type(error).__name__)
                pause = max(pause, _AFTER_FAILURE_S)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._awake.wait(), pause)

    async def _take_up(self) -> None:
        free = self._at_once - len(self._running)
        if free <= 0:
            return
        due = [id_ for id_ in await self._find_due(self._at_once * 2) if self._may_start(id_)]
        for id_ in due[:free]:
            # It may have begun while the rows were read.
            if self._may_start(id_):
                self._start(id_)

    def _may_start(self, id_: str) -> bool:
        return id_ not in self._running and id_ not in self._failed

    def _start(self, id_: str) -> None:
        task = asyncio.create_task(self._do(id_))
        self._running[id_] = task
        task.add_done_callback(partial(self._ended, id_))

    def _ended(self, id_: str, done: asyncio.Task[None]) -> None:
        self._running.pop(id_, None)
        if id_ not in self._failed:
            # What waited behind this may go now. After a failure it waits for the next look: where reads work and
            # writes do not, all of it would fail in a circle without a pause.
            self._awake.set()

    async def _do(self, id_: str) -> None:
        # One id for all lines of this piece of work, here, in the engine and in the actions.
        with request_id_bound(make_request_id()):
            try:
                await self._work(id_)
            except Exception as error:
                # Its lease gives it back; at once it would only fail again.
                self._failed.add(id_)
                asyncio.get_running_loop().call_later(_AFTER_FAILURE_S, self._failed.discard, id_)
                log.error("worker.work_failed", worker=self._name, id=id_, error=type(error).__name__)
