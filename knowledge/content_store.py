"""Which content is in the database, and what of it may be answered from memory? Facts change with a load or an import
alone, so a process reads each look-up once and then only asks whether anything has changed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from bot.database import Database, UtcDateTime, metadata

T = TypeVar("T")

content_versions = sa.Table(
    "content_versions",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("loaded_at", UtcDateTime),
)

# The row that every change of plans, documents, therapies and facilities gives a new value.
_CHANGES = "changes"
_CURRENT = sa.select(content_versions.c.digest).where(content_versions.c.name == _CHANGES)
_MARK = sa.text(
    "INSERT INTO content_versions (name, digest) VALUES (:name, :digest)"
    " ON CONFLICT (name) DO UPDATE SET digest = excluded.digest"
)
# Some look-ups are by what a member wrote, and there is no end of that.
_MOST_KEPT = 2000


def mark_changed(connection: sa.Connection) -> None:
    """Says, in the transaction of the change, that what was read of the content before is no longer what is there."""
    connection.execute(_MARK, {"name": _CHANGES, "digest": secrets.token_hex(16)})


class ContentReader:
    """Reads content, and keeps what it read until the content changes.

    A change in any process is seen at the first read that comes more than `fresh_for_s` seconds after the last look at
    the database; 0 looks at every read. Which facts are in force on a day is judged at each use and never kept.
    """

    def __init__(self, database: Database, monotonic: Callable[[], float], fresh_for_s: float = 0.0) -> None:
        self._database = database
        self._monotonic = monotonic
        self._fresh_for_s = fresh_for_s
        self._looked_at: float | None = None
        self._version: str | None = None
        self._kept: dict[Hashable, Any] = {}

    async def read(self, key: Hashable, work: Callable[[sa.Connection], T]) -> T:
        """What `work` reads, from memory if `key` was read before; the result must not be changed.

        Raises StoreUnavailable.
        """
        now = self._monotonic()
        if key in self._kept and self._looked_at is not None and now - self._looked_at < self._fresh_for_s:
            return cast(T, self._kept[key])
        known, is_kept = self._version, key in self._kept

        def look(connection: sa.Connection) -> tuple[str | None, T | None, bool]:
            # The version first: what changes in between is then kept under the version before, and read again.
            version = connection.execute(_CURRENT).scalar()
            if is_kept and version == known:
                return version, None, False
            return version, work(connection), True

        version, found, was_read = await self._database.read(look)
        if version != self._version or len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._version, self._looked_at = version, now
        if was_read:
            self._kept[key] = found
            return cast(T, found)
        # Still there, unless another read has seen a change meanwhile.
        return cast(T, self._kept[key]) if key in self._kept else await self.read(key, work)

    async def read_once(self, work: Callable[[sa.Connection], T]) -> T:
        """What `work` reads now, for what never changes and is kept by whoever asks. Raises StoreUnavailable."""
        return await self._database.read(work)
