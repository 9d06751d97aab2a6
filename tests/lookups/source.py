"""How is the source of the plan records made slow? By a lock on its table: the rest of the database works on."""

from __future__ import annotations

import psycopg


class SlowSource:
    """The member table of a running product, from another connection."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def hang(self) -> None:
        """From now on nobody gets an answer out of it."""
        self._connection.execute("LOCK TABLE members IN ACCESS EXCLUSIVE MODE")

    def answer(self) -> None:
        """Whoever waits is answered, and everybody after."""
        self._connection.rollback()
