"""How do several writes share one commit? On SQLite the wait for the disk is most of a write, and it is the same for
one write and for ten: so those that wait for the one writer go into its next transaction together.

Each write is told how it ended only after the COMMIT, and one that fails takes nothing of the others with it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from bot.database.unavailable import StoreUnavailable, translate

T = TypeVar("T")

# No write waits longer for those behind it than for the disk: whatever is reached first ends the transaction.
MOST_TOGETHER = 64
LONGEST_TOGETHER_S = 0.02


@dataclass
class SharedWrite:
    """One work in line, and how it ended."""

    work: Callable[[Connection], Any]
    told: Future[Any] = field(default_factory=Future)
    result: Any = None
    error: BaseException | None = None

    def run(self, connection: Connection) -> None:
        """Does the work, in a transaction that may be others', too."""
        self.result = self.work(connection)

    def tell(self) -> None:
        """Says how it ended to whoever waits for it; nothing is said before the commit."""
        if self.error is None:
            self.told.set_result(self.result)
        else:
            self.told.set_exception(self.error)


class SharedCommits:
    """The one writer of a SQLite database: a thread of its own, and a line in front of it."""

    def __init__(self, engine: Engine) -> None:
        # The write lock first: upgrading a read lock half-way can fail under contention.
        self._engine = engine.execution_options(sqlite_begin="IMMEDIATE")
        self._waiting: deque[SharedWrite] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database-write")

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Puts `work` in line; the future ends after the commit. Cancelled while it waits, it never runs."""
        write = SharedWrite(work)
        self._waiting.append(write)
        # One call for each write: the first takes along what has come until then, and the others find nothing to do.
        self._thread.submit(self._write_together)
        return write.told

    def close(self) -> None:
        """Waits for everything in line."""
        self._thread.shutdown()

    def _next(self) -> SharedWrite | None:
        while self._waiting:
            write = self._waiting.popleft()
            if write.told.set_running_or_notify_cancel():
                return write
        return None

    def _write_together(self) -> None:
        first = self._next()
        if first is None:
            return
        taken = [first]
        try:
            with self._engine.begin() as connection:
                first.run(connection)
                self._add_others(connection, taken)
        except BaseException as error:
            # Nothing was written. Only who was alone in there is told why: it may be the fault of another.
            alone = translate(error) if len(taken) == 1 else None
            for write in taken:
                write.error = alone or StoreUnavailable(f"the shared commit failed: {type(error).__name__}")
        for write in taken:
            write.tell()

    def _add_others(self, connection: Connection, taken: list[SharedWrite]) -> None:
        started = time.monotonic()
        while len(taken) < MOST_TOGETHER and time.monotonic() - started < LONGEST_TOGETHER_S:
            write = self._next()
            if write is None:
                return
            taken.append(write)
            savepoint = connection.begin_nested()
            try:
                write.run(connection)
                savepoint.commit()
            except BaseException as error:
                if not _in_transaction(connection):
                    # A full or failing disk makes SQLite give up everything that was not yet committed.
                    raise StoreUnavailable("the transaction was given up") from None
                savepoint.rollback()
                write.error = translate(error)


def _in_transaction(connection: Connection) -> bool:
    driver = None if connection.invalidated else connection.connection.driver_connection
    return driver is not None and bool(driver.in_transaction)
