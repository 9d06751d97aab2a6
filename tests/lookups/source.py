"""The running product, whose source of plan records can be made slow by a lock on its table.

The rest of the database works on: nothing but the member's record hangs.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.product import RunningProduct, start_product


class Product:
    """One product on one database; its process can be killed and started again."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._database_url = database_url
        self._folder = folder
        self._starts = 0
        self._running = self._start()

    @property
    def url(self) -> str:
        """Where members reach it now."""
        return self._running.base_url

    @contextmanager
    def slow_source(self) -> Iterator[None]:
        """Inside the block nobody gets an answer out of the member table."""
        with psycopg.connect(self._database_url) as connection:
            connection.execute("LOCK TABLE members IN ACCESS EXCLUSIVE MODE")
            yield
            connection.rollback()

    async def until_looked_up(self, conversation_id: str, timeout_s: float = 90.0) -> None:
        """Waits until the conversation's look-ups are over."""
        deadline = time.monotonic() + timeout_s
        query = "SELECT count(*) FROM lookups WHERE conversation_id = %s AND done_at IS NULL"
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            while connection.execute(query, (conversation_id,)).fetchone() != (0,):
                assert time.monotonic() < deadline, "the look-up never ended"
                await asyncio.sleep(0.2)

    async def until_tried(self, *conversation_ids: str, timeout_s: float = 90.0) -> None:
        """Waits until the product has taken the look-ups of these conversations, each for its try."""
        deadline = time.monotonic() + timeout_s
        while not all(self.count_tries(each) for each in conversation_ids):
            assert time.monotonic() < deadline, "a look-up was never tried"
            await asyncio.sleep(0.1)

    def count_tries(self, conversation_id: str) -> int:
        """How often the conversation's look-up was taken."""
        query = "SELECT coalesce(sum(attempts), 0) FROM lookups WHERE conversation_id = %s"
        with psycopg.connect(self._database_url) as connection:
            found = connection.execute(query, (conversation_id,)).fetchone()
        return int(found[0]) if found else 0

    def count_open(self, *conversation_ids: str) -> int:
        """How many look-ups of these conversations are not over."""
        query = "SELECT count(*) FROM lookups WHERE conversation_id = ANY(%s) AND done_at IS NULL"
        with psycopg.connect(self._database_url) as connection:
            found = connection.execute(query, (list(conversation_ids),)).fetchone()
        return int(found[0]) if found else 0

    def lease(self, seconds: float, *conversation_ids: str) -> None:
        """From now on these look-ups stay with whoever took them for so long, instead of for 25 s."""
        statement = "UPDATE lookups SET next_try_at = now() + %s * interval '1 s' WHERE conversation_id = ANY(%s)"
        with psycopg.connect(self._database_url) as connection:
            connection.execute(statement, (seconds, list(conversation_ids)))

    def kill(self) -> None:
        """Ends the app with SIGKILL; its engine ends with it."""
        self._running.process.send_signal(signal.SIGKILL)
        self._running.process.wait()

    def restart(self) -> str:
        """Starts it again; gives its new address."""
        self._running = self._start()
        return self.url

    def stop(self) -> None:
        """Ends it, and whatever is left of it."""
        try:
            self._running.stop()
        finally:
            if self._running.process.poll() is None:
                os.killpg(self._running.process.pid, signal.SIGKILL)

    def _start(self) -> RunningProduct:
        self._starts += 1
        return start_product(self._folder / str(self._starts), database_url=self._database_url)
