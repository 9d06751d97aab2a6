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
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.engine.snapshot import restore_tracker
from bot.engine.table import engine_trackers

T = TypeVar("T")

# A turn reads once and writes once, in milliseconds; a busy disk under SQLite was seen to take a second.
TIMEOUT_S = 1.5


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
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="dialogues")

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
            with self._engine.begin() as connection:
                return work(connection)
        except SQLAlchemyError as error:
            # `from None`: the driver's message may quote what was to be stored.
            raise StoreUnavailable(f"the database refused: {type(error).__name__}") from None


class TurnTrackers(TrackerStore):
    """Rasa's view of the store during one turn: gives the dialogue as it was, and keeps the new one for later.

    Rasa saves half a turn here and there; this one writes nothing, so that the state and the answer can be written
    together when the turn is over.
    """

    def __init__(self, domain: Domain, stored: StoredDialogue | None) -> None:
        super().__init__(domain)
        self._stored = stored
        self._tracker: DialogueStateTracker | None = None
        self.saved: DialogueStateTracker | None = None

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The dialogue as the last turn left it; None makes Rasa begin a new one."""
        if self._tracker is None and self._stored is not None and self._stored.snapshot:
            self._tracker = restore_tracker(sender_id, self._stored.snapshot, self.domain)
        return self._tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps the tracker; the turn writes it."""
        self.saved = tracker


def _select(conversation_id: str, connection: Connection) -> StoredDialogue | None:
    table = engine_trackers
    columns = (table.c.version, table.c.snapshot, table.c.turn_id, table.c.result)
    row = connection.execute(sa.select(*columns).where(table.c.conversation_id == conversation_id)).first()
    return None if row is None else StoredDialogue(row[0], json.loads(row[1]), row[2], row[3])


def _upsert(conversation_id: str, version: int | None, row: dict[str, Any], connection: Connection) -> None:
    table = engine_trackers
    if version is None:
        try:
            connection.execute(table.insert().values(conversation_id=conversation_id, version=1, **row))
        except IntegrityError:
            raise TurnConflict("the conversation has a row already") from None
        return
    unchanged = (table.c.conversation_id == conversation_id) & (table.c.version == version)
    changed = connection.execute(table.update().where(unchanged).values(version=version + 1, **row))
    if changed.rowcount != 1:
        raise TurnConflict("the conversation moved on meanwhile")


def _delete(conversation_id: str, connection: Connection) -> None:
    connection.execute(engine_trackers.delete().where(engine_trackers.c.conversation_id == conversation_id))


def _open(url: str, timeout_s: float) -> Engine:
    parsed = make_url(url)
    milliseconds = int(timeout_s * 1000)
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(
            parsed.set(drivername="postgresql+psycopg2"),
            hide_parameters=True,
            pool_size=4,
            max_overflow=0,
            pool_timeout=timeout_s,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": max(1, int(timeout_s)),
                "options": f"-c statement_timeout={milliseconds} -c timezone=UTC",
            },
        )
    if parsed.get_backend_name() != "sqlite":
        raise ValueError(f"the database address must begin with sqlite: or postgresql:, not {parsed.drivername}:")
    engine = sa.create_engine(parsed, hide_parameters=True, connect_args={"timeout": timeout_s})

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
