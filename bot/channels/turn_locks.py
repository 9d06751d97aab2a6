"""How do turns of one conversation wait for each other? First come, first served, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.database import StoreUnavailable


class _Line:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0
        self.failures = 0


class TurnLocks:
    """One lock for each conversation that has work now; nothing is kept for the others."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self._free = asyncio.Event()
        self._free.set()

    @property
    def held(self) -> int:
        """How many conversations have work now."""
        return len(self._lines)

    def is_held(self, conversation_id: str) -> bool:
        """True while somebody works on this conversation, or waits to."""
        return conversation_id in self._lines

    def count(self, conversation_id: str) -> int:
        """How many work on this conversation or wait to."""
        line = self._lines.get(conversation_id)
        return line.waiting if line is not None else 0

    async def wait_until_free(self, timeout_s: float) -> None:
        """Waits until no conversation has work, for so long."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._free.wait(), timeout_s)

    @asynccontextmanager
    async def hold(self, conversation_id: str) -> AsyncIterator[None]:
        """Waits for this conversation's turn.

        Raises StoreUnavailable when the record failed for whoever was served meanwhile: ten requests that wait
        for a dead database one after the other would each outlast the time in which they were promised an answer.
        """
        line = self._lines.setdefault(conversation_id, _Line())
        line.waiting += 1
        self._free.clear()
        failures_before = line.failures
        try:
            async with line.lock:
                if line.failures != failures_before:
                    raise StoreUnavailable("the record could not be written a moment ago")
                try:
                    yield
                except StoreUnavailable:
                    line.failures += 1
                    raise
        finally:
            line.waiting -= 1
            if not line.waiting:
                self._lines.pop(conversation_id, None)
            if not self._lines:
                self._free.set()
