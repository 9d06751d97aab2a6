"""How much waits in the database now? The queue, the coaches, and the texts that come in and go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.channels.sms.inbox_store import sms_inbox
from bot.channels.sms.model import UNFINISHED
from bot.conversations.coach_service import PRESENT_FOR
from bot.conversations.deliveries_store import deliveries
from bot.conversations.lookups_store import lookups
from bot.conversations.tables_store import coaches, conversations, handoff_requests
from bot.database import Database

_UNFINISHED = tuple(status.value for status in UNFINISHED)


@dataclass(frozen=True)
class Waiting:
    """How many wait, and for how many seconds the first of them has; 0 when nobody does."""

    count: float
    oldest_s: float


@dataclass(frozen=True)
class StoredFigures:
    """What the rows say: members who wait for a coach, coaches on duty, texts in and out, look-ups behind a turn."""

    handoffs: Waiting
    coaches_on_duty: float
    texts_in: Waiting
    texts_out: Waiting
    lookups: Waiting


class FiguresStore:
    """Reads the figures; every query is answered by an index or from a table of some dozen rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, now: datetime) -> StoredFigures:
        """The figures of this moment. Raises StoreUnavailable."""
        return await self._database.read(lambda connection: _read(connection, now))


def _read(connection: sa.Connection, now: datetime) -> StoredFigures:
    request, text, delivery = handoff_requests.c, sms_inbox.c, deliveries.c
    line = (
        sa.select(sa.func.count(), sa.func.min(request.requested_at))
        .select_from(handoff_requests.join(conversations, conversations.c.id == request.conversation_id))
        .where(request.ended_at.is_(None), request.claimed_at.is_(None))
        # Nobody waits any more where the token has run out.
        .where(conversations.c.expires_at > now)
    )
    present = sa.select(sa.func.count()).where(
        coaches.c.is_on_duty, coaches.c.heartbeat_at >= now - PRESENT_FOR, coaches.c.disabled_at.is_(None)
    )
    texts_in = sa.select(sa.func.count(), sa.func.min(text.received_at)).where(text.handled_at.is_(None))
    texts_out = sa.select(sa.func.count(), sa.func.min(delivery.due_at)).where(delivery.status.in_(_UNFINISHED))
    open_lookups = sa.select(sa.func.count(), sa.func.min(lookups.c.asked_at)).where(lookups.c.done_at.is_(None))
    return StoredFigures(
        handoffs=_waiting(connection, line, now),
        coaches_on_duty=connection.execute(present).scalar_one(),
        texts_in=_waiting(connection, texts_in, now),
        texts_out=_waiting(connection, texts_out, now),
        lookups=_waiting(connection, open_lookups, now),
    )


def _waiting(connection: sa.Connection, query: sa.Select[tuple[int, datetime]], now: datetime) -> Waiting:
    count, oldest = connection.execute(query).one()
    # What is due later, or was written by another clock, has not waited.
    return Waiting(count, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
