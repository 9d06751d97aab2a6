"""Where does the engine keep a dialogue between two turns? In one row: state, last turn and its answer together.

Everything fails visibly here: where the database does not answer, StoreUnavailable is raised and nothing is
answered from memory.
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, TypeVar

import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from bot.engine.snapshot import restore_tracker
from bot.engine.table import engine_trackers
from bot.engine.turn_tracker import TurnTracker

T = TypeVar("T")

# A turn reads once and writes once, in milliseconds; a busy disk under SQLite was seen to take a second.
TIMEOUT_S = 1.5
_THREADS = 4


class StoreUnavailable(Exception):
    """The dialogue could not be read or written; nothing of the turn is kept."""

    code = "ENGINE_STORE_UNAVAILABLE"


class TurnConflict(StoreUnavailable):
    """Another engine took a turn of the same conversation at the same time; ours is not kept."""

    code = "ENGINE_TURN_CONFLICT"


@dataclass(frozen=True)
class StoredDialogue:
    """A conversation's row: the dialogue's events, and the last turn with its answer as JSON text."""

    version: int
    snapshot: list[dict[str, Any]]
    turn_id: str
    result: str


class DialogueStore:
    """Reads and writes rows of `engine_trackers` on SQLite and PostgreSQL, in threads of its own."""

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S) -> None:
        self._engine = _open(url, timeout_s)
        self._timeout_s = timeout_s
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="dialogues")

    async def load(self, conversation_id: str) -> StoredDialogue | None:
        """The conversation's row, or None for a new conversation. Raises StoreUnavailable."""
        return await self._run(functools.partial(_select, conversation_id))

    async def save(
        self,
        conversation_id: str,
        after: StoredDialogue | None,
        *,
        snapshot: list[dict[str, Any]],
        turn_id: str,
        result: str,
    ) -> None:
        """Writes the turn that followed `after`, in one transaction. Raises StoreUnavailable, TurnConflict."""
        row = {
            "snapshot": json.dumps(snapshot, default=float),
            "turn_id": turn_id,
            "result": result,
            "updated_at": datetime.now(timezone.utc),
        }
        await self._run(functools.partial(_upsert, conversation_id, after.version if after else None, row))

    async def forget(self, conversation_id: str) -> None:
        """Deletes the conversation's row, if there is one. Raises StoreUnavailable."""
        await self._run(functools.partial(_delete, conversation_id))

    async def ping(self) -> None:
        """Raises StoreUnavailable unless the table can be read."""
        await self._run(functools.partial(_select, ""))

    async def close(self) -> None:
        """Waits for the running work and closes every connection."""
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)
        self._engine.dispose()

    async def _run(self, work: Callable[[Connection], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._threads, self._transact, work)
        try:
            return await asyncio.wait_for(future, self._timeout_s)
        except asyncio.TimeoutError:
            raise StoreUnavailable("the database took too long") from None

    def _transact(self, work: Callable[[Connection], T]) -> T:
        try:
            try:
                return self._once(work)
            except DBAPIError as error:
                # A pooled connection that the database dropped is noticed by using it: asking before each use would
                # double the round trips of a turn. Every work may be done twice, because a row's version tells.
                if not error.connection_invalidated:
                    raise
                return self._once(work)
        except SQLAlchemyError as error:
            # `from None`: the driver's message may quote what was to be stored.
            raise StoreUnavailable(f"the database refused: {type(error).__name__}") from None

    def _once(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            return work(connection)


class TurnTrackers(TrackerStore):
    """Rasa's view of the store during one turn: gives the dialogue as it was, and keeps the new one for later.

    Rasa saves half a turn here and there; this one writes nothing, so that the state and the answer can be written
    together when the turn is over.
    """

    def __init__(self, domain: Domain, stored: StoredDialogue | None) -> None:
        super().__init__(domain)
        self._stored = stored
        self._tracker: TurnTracker | None = None
        self.saved: TurnTracker | None = None

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The dialogue as the last turn or the last run of this one left it; None makes Rasa begin a new one.

        A copy: a run that is cut off, or taken back, leaves no trace in it.
        """
        if self._tracker is None and self._stored is not None and self._stored.snapshot:
            self._tracker = restore_tracker(sender_id, self._stored.snapshot, self.domain)
        return self.latest.copy() if self.latest is not None else None

    @property
    def latest(self) -> TurnTracker | None:
        """The dialogue as it stands now, to look at; None for a new one, and before the first `retrieve`."""
        return self.saved or self._tracker

    def init_tracker(self, sender_id: str) -> DialogueStateTracker:
        """A new dialogue."""
        return TurnTracker(sender_id, self.domain.slots)

    async def save(self, tracker: TurnTracker) -> None:
        """Keeps the tracker; the turn writes it."""
        self.saved = tracker


# Built once: SQLAlchemy takes longer to put a statement together than SQLite to run it.
_ROW = engine_trackers.c.conversation_id == sa.bindparam("row_of")
_SELECT = sa.select(*(engine_trackers.c[name] for name in ("version", "snapshot", "turn_id", "result"))).where(_ROW)
_INSERT = engine_trackers.insert()
_UPDATE = engine_trackers.update().where(_ROW & (engine_trackers.c.version == sa.bindparam("after_version")))
_DELETE = engine_trackers.delete().where(_ROW)


def _select(conversation_id: str, connection: Connection) -> StoredDialogue | None:
    row = connection.execute(_SELECT, {"row_of": conversation_id}).first()
    return None if row is None else StoredDialogue(row[0], json.loads(row[1]), row[2], row[3])


def _upsert(conversation_id: str, version: int | None, row: dict[str, Any], connection: Connection) -> None:
    if version is None:
        try:
            connection.execute(_INSERT, {"conversation_id": conversation_id, "version": 1, **row})
        except IntegrityError:
            raise TurnConflict("the conversation has a row already") from None
        return
    after = {"row_of": conversation_id, "after_version": version}
    if connection.execute(_UPDATE, {**after, "version": version + 1, **row}).rowcount != 1:
        raise TurnConflict("the conversation moved on meanwhile")


def _delete(conversation_id: str, connection: Connection) -> None:
    connection.execute(_DELETE, {"row_of": conversation_id})


def _open(url: str, timeout_s: float) -> Engine:
    """Connections that are kept, one statement a transaction, and no waiting for the disk.

    What a member is told is recorded by the gateway in the same database, after the turn and with a wait for the
    disk: in both databases that wait covers everything that was committed before it, the engine's row included.
    """
    parsed = make_url(url)
    kept: dict[str, Any] = {
        "hide_parameters": True,
        "isolation_level": "AUTOCOMMIT",
        "poolclass": sa.pool.QueuePool,
        "pool_size": _THREADS,
        "max_overflow": 0,
        "pool_timeout": timeout_s,
    }
    if parsed.get_backend_name() == "postgresql":
        options = f"-c statement_timeout={int(timeout_s * 1000)} -c timezone=UTC -c synchronous_commit=off"
        connect: dict[str, Any] = {
            "connect_timeout": max(1, int(timeout_s)),
            # A server that is gone without a word is given up after some seconds, not after the hours for which TCP
            # would wait: until then it keeps one of the few threads.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
            "options": options,
        }
        return sa.create_engine(parsed.set(drivername="postgresql+psycopg2"), connect_args=connect, **kept)
    if parsed.get_backend_name() != "sqlite":
        raise ValueError(f"the database address must begin with sqlite: or postgresql:, not {parsed.drivername}:")
    engine = sa.create_engine(parsed, connect_args={"timeout": timeout_s, "check_same_thread": False}, **kept)

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
