"""What goes on after a request was answered, and who waits for it when the process stops?"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import structlog

log = structlog.get_logger()


class Background:
    """Work for which nobody waits, one piece at a time for each name; a failure is logged and goes no further."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def count(self) -> int:
        """How much is going on now."""
        return len(self._tasks)

    def start(self, name: str, work: Coroutine[object, object, None]) -> None:
        """Starts the work, unless the same is going on already."""
        if name in self._tasks:
            work.close()
            return
        task = asyncio.create_task(self._run(name.partition(":")[0], work))
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._tasks.pop(name, None))

    async def finish(self, timeout_s: float) -> None:
        """Lets what is going on come to its end, for so long."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks.values()), timeout=timeout_s)

    async def _run(self, kind: str, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except Exception as error:
            log.warning("background.failed", kind=kind, error=type(error).__name__)
