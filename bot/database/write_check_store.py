"""Does the database take writes now? A read says nothing of one that is read-only or full."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import sqlalchemy as sa
import structlog

from bot.database.database import Database
from bot.database.metadata import metadata
from bot.database.unavailable import StoreUnavailable

log = structlog.get_logger()

# However often it is asked, and by how many: nobody's turn shall feel it.
_EVERY_S = 2.0

# One row, in which nothing but writing it counts.
write_checks = sa.Table(
    "write_checks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("checks", sa.Integer, nullable=False),
)

# Always another value, because SQLite writes nothing where nothing changes. Around before the column is full.
_WRITE = sa.update(write_checks).values(checks=(write_checks.c.checks + 1) % 1_000_000)


class WriteCheck:
    """Tries a write when somebody asks and the last try is 2 s old.

    It is committed: what is taken back again never meets a full disk. It stands in the same line as all writes, and
    what became of theirs decides nothing: a single conversation may be locked while all others go on.
    """

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._monotonic = monotonic
        self._one_at_a_time = asyncio.Lock()
        self._tried_at: float | None = None
        self._writable = True

    async def is_writable(self) -> bool:
        """True when the last write was committed; it may be 2 s old. Answers within the database's time limit."""
        async with self._one_at_a_time:
            if self._tried_at is None or self._monotonic() - self._tried_at >= _EVERY_S:
                was_writable, self._writable = self._writable, await self._try()
                self._tried_at = self._monotonic()
                if self._writable != was_writable:
                    log.warning("health.writable_again" if self._writable else "health.not_writable")
            return self._writable

    async def write(self) -> None:
        """One write, now. Raises StoreUnavailable."""
        await self._database.write(lambda connection: connection.execute(_WRITE))

    async def _try(self) -> bool:
        try:
            await self.write()
        except StoreUnavailable:
            return False
        return True
