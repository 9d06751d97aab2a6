"""How does somebody wait until something has changed?"""

from __future__ import annotations

import asyncio


class Changes:
    """Counts changes; a waiter that has seen an older count is woken by the next one."""

    def __init__(self) -> None:
        self._count = 0
        self._woken = asyncio.Event()
        self._is_closed = False

    @property
    def count(self) -> int:
        """How many changes there have been."""
        return self._count

    def tell(self) -> None:
        """Something has changed."""
        self._count += 1
        woken, self._woken = self._woken, asyncio.Event()
        woken.set()

    def close(self) -> None:
        """Nobody is to wait any longer, now or later."""
        self._is_closed = True
        self.tell()

    async def wait(self, seen: int, timeout_s: float) -> None:
        """Returns once the count is not `seen` any more, or after the time."""
        if self._is_closed or self._count != seen:
            return
        try:
            await asyncio.wait_for(self._woken.wait(), timeout_s)
        except asyncio.TimeoutError:
            return
