"""How a store reaches the database: one object, two verbs (`read`, `write`), one way to fail.

Stores are plain SQL on a `Connection`; this module decides the thread, the transaction and the time limit.
One call of `write` is one transaction: it commits whole or not at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from bot.database.shared_commits import SharedCommits
from bot.database.unavailable import StoreUnavailable, translate
from bot.metrics import STORE_FAILURES

__all__ = ["DEFAULT_TIMEOUT_S", "Database", "StoreUnavailable", "create_database_engine"]

T = TypeVar("T")

# The public contract promises STORE_UNAVAILABLE within 3 s; this leaves room for the answer itself.
DEFAULT_TIMEOUT_S = 2.5
# How long a server may take to hear that a statement is to be cut off.
_CUT_OFF_S = 1.0


class Database:
    """A connection pool with its own threads, for SQLite (one writer) and PostgreSQL (many)."""

    def __init__(self, engine: Engine, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self._engine = engine
        self._timeout_s = timeout_s
        # What the reading threads are at, to be cut off at the end; adding to a dict and taking from it is atomic.
        self._reading: dict[int, Any] = {}
        self._readers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="database-read")
        self._writers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="database-write")
        # SQLite has one writer; a queue in front of it is fair and never meets "database is locked".
        self._shared = SharedCommits(engine) if engine.dialect.name == "sqlite" else None
        # On PostgreSQL nothing is begun for a read: at its level each statement sees a moment of its own anyhow.
        on_request = {} if self._shared else {"isolation_level": "AUTOCOMMIT"}
        self._unbegun = engine.execution_options(**on_request)

    @classmethod
    def open(cls, url: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Database:
        """Opens `sqlite:///path` or `postgresql://…`; connects lazily, creates a SQLite file's folder."""
        return cls(create_database_engine(url, timeout_s=timeout_s), timeout_s=timeout_s)

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine, for migrations and for commands that run outside an event loop."""
        return self._engine

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Runs `work`, which only reads, and which may be run a second time. Raises StoreUnavailable.

        On SQLite all of it sees one moment; on PostgreSQL each statement sees what is committed when it begins.
        """
        return await self._wait(self._readers.submit(self._translated, self._read, work))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` in one transaction and returns when that is committed. Raises StoreUnavailable.

        An exception out of `work` rolls back all that it did and is passed on; a broken unique constraint arrives
        as SQLAlchemy's IntegrityError, because only the store knows what it means. On SQLite, works that wait at the
        same time share a commit, and none hears of its end before it.
        """
        if self._shared is not None:
            return await self._wait(self._shared.submit(work))
        return await self._wait(self._writers.submit(self._translated, self._write, work))

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """The same as `read` for commands without an event loop: on SQLite, members' writes do not wait for it."""
        return self._translated(self._read, work)

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """The same as `write` for commands without an event loop."""
        return self._translated(self._write, work)

    async def ping(self) -> None:
        """Raises StoreUnavailable unless the database answers."""
        await self.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one())

    async def close(self) -> None:
        """Cuts off the reads that still run, waits for the writes and closes every connection."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._cut_off_reads)
        for stop in (self._readers.shutdown, self._writers.shutdown, *([self._shared.close] if self._shared else [])):
            await loop.run_in_executor(None, stop)
        self._engine.dispose()

    async def _wait(self, future: Future[T]) -> T:
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._timeout_s)
        except StoreUnavailable:
            STORE_FAILURES.labels("refused").inc()
            raise
        except asyncio.TimeoutError as error:
            STORE_FAILURES.labels("timeout").inc()
            raise StoreUnavailable("the database took too long") from error

    def _translated(self, run: Callable[[Callable[[Connection], T]], T], work: Callable[[Connection], T]) -> T:
        try:
            return run(work)
        except SQLAlchemyError as error:
            # `from None`: SQLAlchemy's message carries the statement's parameters, which are personal data.
            raise translate(error) from None

    def _cut_off_reads(self) -> None:
        """Nobody waits for them any more, and a source that hangs would keep the process for as long as it may take."""
        self._readers.shutdown(wait=False, cancel_futures=True)
        for driver in tuple(self._reading.values()):
            # Of PostgreSQL's driver; SQLite's reads wait for nobody.
            if hasattr(driver, "cancel_safe"):
                driver.cancel_safe(timeout=_CUT_OFF_S)

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._unbegun.connect() as connection:
                return self._read_on(connection, work)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        # It died while it lay in the pool, and with it all the others: a new one is asked, once.
        with self._unbegun.connect() as connection:
            return self._read_on(connection, work)

    def _read_on(self, connection: Connection, work: Callable[[Connection], T]) -> T:
        self._reading[id(connection)] = connection.connection.driver_connection
        try:
            return work(connection)
        finally:
            del self._reading[id(connection)]

    def _write(self, work: Callable[[Connection], T]) -> T:
        if self._shared is not None:
            with self._engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
                return work(connection)
        with self._begin() as connection:
            result = work(connection)
            connection.commit()
            return result

    def _begin(self) -> Connection:
        """A connection to PostgreSQL with a transaction begun; closing it before a commit takes everything back.

        BEGIN is the first thing that a connection out of the pool is asked, so it tells whether the connection still
        lives; nothing has been done by then, and a new one is asked, once.
        """
        try:
            return _begun(self._unbegun.connect())
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return _begun(self._unbegun.connect())


def _begun(connection: Connection) -> Connection:
    try:
        connection.exec_driver_sql("BEGIN")
    except BaseException:
        connection.close()
        raise
    return connection


def create_database_engine(url: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Engine:
    """Builds the SQLAlchemy engine for a `sqlite:` or `postgresql:` address. Raises ValueError for others."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        # `from None`: the message quotes the address, and an address may hold a password.
        raise ValueError("the database address is not an address") from None
    # Parameters are never logged or shown: they hold members' words.
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed, timeout_s)
    if parsed.get_backend_name() == "postgresql":
        milliseconds = int(timeout_s * 1000)
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_size=8,
            max_overflow=0,
            pool_timeout=timeout_s,
            connect_args={
                # However long a statement may take: a server that is there takes a connection at once.
                "connect_timeout": max(1, int(min(timeout_s, DEFAULT_TIMEOUT_S))),
                # A server that is gone without a word (its machine, the network) is given up after some seconds, not
                # after the hours for which TCP would wait: until then it keeps a thread.
                "keepalives_idle": 5,
                "keepalives_interval": 2,
                "keepalives_count": 3,
                "tcp_user_timeout": 10_000,
                "options": f"-c statement_timeout={milliseconds} -c timezone=UTC",
            },
        )
    raise ValueError(f"the database address must begin with sqlite: or postgresql:, not {parsed.drivername}:")


def _sqlite_engine(url: URL, timeout_s: float) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": timeout_s})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        # The driver's own transaction handling begins too late; SQLAlchemy's documented remedy is to switch
        # it off and to say BEGIN ourselves.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "handle_error")
    def give_up(context: ExceptionContext) -> None:
        # SQLite opens what it may not write for reading alone, and stays so when it may be written again, or when the
        # file was replaced: only a new connection looks again.
        if "readonly" in str(context.original_exception):
            context.is_disconnect = True

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin")
        driver = connection.connection.driver_connection
        if mode is None and driver is not None:
            # It opens no file and waits for nobody, so there is nothing that SQLAlchemy would have to translate.
            driver.execute("BEGIN")
        else:
            connection.exec_driver_sql(f"BEGIN {mode or 'DEFERRED'}")

    return engine
