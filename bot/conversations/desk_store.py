"""What does the coaches' desk show? The queue, the call-backs, the notes, the log, and what has come due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.conversations import rows
from bot.conversations.deliveries_store import is_opted_out, list_statuses
from bot.conversations.handoff import (
    Callback,
    CallbackNotFound,
    CoachId,
    CoachRef,
    HandoffEvent,
    HandoffLogEntry,
    Note,
    PastHandoff,
    QueueItem,
    Urgency,
    VersionConflict,
)
from bot.conversations.handoff_store import URGENT_FIRST, find_past_handoff
from bot.conversations.model import Author, Conversation, MessageId, Understood
from bot.conversations.tables_store import (
    callbacks,
    coach_notes,
    coaches,
    conversations,
    handoff_events,
    handoff_requests,
    messages,
    turns,
)
from bot.database import Database

# A row's type is not known before it is read; nothing leaves this module untyped.
_Row = Any


class DeskStore:
    """What coaches read beside the conversations. Every method raises StoreUnavailable when it cannot answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_queue(self, now: datetime) -> tuple[QueueItem, ...]:
        """The waiting, urgent first and then oldest first, and after them those that a coach holds."""
        query = _standing(now).order_by(
            sa.case((handoff_requests.c.claimed_at.is_(None), 0), else_=1), URGENT_FIRST, handoff_requests.c.id
        )

        def work(connection: sa.Connection) -> tuple[QueueItem, ...]:
            found = connection.execute(query).all()
            return tuple(_read_item(row, position) for position, row in enumerate(found, start=1))

        return await self._database.read(work)

    async def has_handoff(self, conversation_id: str) -> bool:
        """True for a conversation that ever asked for a person; no coach opens another."""
        query = sa.select(handoff_requests.c.id).where(handoff_requests.c.conversation_id == conversation_id).limit(1)
        return await self._database.read(lambda connection: connection.execute(query).first()) is not None

    async def find_request(self, conversation_id: str) -> _Row:
        """The newest request of a conversation, standing or ended."""
        query = (
            sa.select(handoff_requests)
            .where(handoff_requests.c.conversation_id == conversation_id)
            .order_by(handoff_requests.c.id.desc())
            .limit(1)
        )
        return await self._database.read(lambda connection: connection.execute(query).first())

    async def find_past_handoff(self, conversation_id: str) -> PastHandoff | None:
        """How the last coach's part of a conversation ended."""
        return await self._database.read(lambda connection: find_past_handoff(connection, conversation_id))

    async def list_understood(self, conversation_id: str) -> Mapping[MessageId, Understood]:
        """What each of the member's messages was taken to mean."""
        query = (
            sa.select(turns.c.message_id, turns.c.understood)
            .join(messages, messages.c.id == turns.c.message_id)
            .where(messages.c.conversation_id == conversation_id)
        )
        return await self._database.read(
            lambda connection: {
                MessageId(row.message_id): rows.read_understood(row.understood) for row in connection.execute(query)
            }
        )

    async def list_deliveries(self, conversation_id: str) -> Mapping[MessageId, str]:
        """How far each message that went by text got."""
        return await self._database.read(lambda connection: list_statuses(connection, conversation_id))

    async def is_opted_out(self, conversation: Conversation) -> bool:
        """True when the member may not be texted."""
        numbers = (conversation.member_address, conversation.plan_address)
        return await self._database.read(lambda connection: is_opted_out(connection, *numbers))

    async def record_event(
        self, conversation: Conversation, event: HandoffEvent, coach_id: CoachId, now: datetime
    ) -> None:
        """Adds to the log what changed nothing: that a coach looked."""
        values = {
            "conversation_id": conversation.id,
            "event": event.value,
            "coach_id": coach_id,
            "holder_before": conversation.holder.value,
            "holder_after": conversation.holder.value,
            "handoff_version": conversation.handoff_version,
            "at": now,
        }
        await self._database.write(lambda connection: connection.execute(sa.insert(handoff_events).values(values)))

    async def list_log(self, conversation_id: str) -> tuple[HandoffLogEntry, ...]:
        """Everything that happened to the handoffs of a conversation, in order."""
        query = (
            sa.select(handoff_events, coaches.c.name.label("coach_name"))
            .outerjoin(coaches, coaches.c.id == handoff_events.c.coach_id)
            .where(handoff_events.c.conversation_id == conversation_id)
            .order_by(handoff_events.c.id)
        )

        def work(connection: sa.Connection) -> tuple[HandoffLogEntry, ...]:
            return tuple(
                HandoffLogEntry(
                    HandoffEvent(row.event), row.at, row.cause, _read_ref(row), row.holder_before, row.holder_after
                )
                for row in connection.execute(query)
            )

        return await self._database.read(work)

    async def add_note(self, conversation_id: str, coach: CoachRef, text: str, now: datetime) -> Note:
        """Keeps a coach's private note."""
        values = {"conversation_id": conversation_id, "coach_id": coach.id, "text": text, "created_at": now}

        def work(connection: sa.Connection) -> Note:
            added = connection.execute(sa.insert(coach_notes).values(values).returning(coach_notes.c.id)).scalar_one()
            return Note(added, coach, text, now)

        return await self._database.write(work)

    async def list_notes(self, conversation_id: str) -> tuple[Note, ...]:
        """The private notes of a conversation, in order."""
        query = (
            sa.select(coach_notes, coaches.c.name.label("coach_name"))
            .join(coaches, coaches.c.id == coach_notes.c.coach_id)
            .where(coach_notes.c.conversation_id == conversation_id)
            .order_by(coach_notes.c.id)
        )

        def work(connection: sa.Connection) -> tuple[Note, ...]:
            return tuple(
                Note(row.id, CoachRef(row.coach_id, row.coach_name), row.text, row.created_at)
                for row in connection.execute(query)
            )

        return await self._database.read(work)

    async def list_callbacks(self, *, include_done: bool) -> tuple[Callback, ...]:
        """The promised calls by day, morning before afternoon."""
        query = _callbacks().order_by(callbacks.c.day, callbacks.c.part_of_day.desc(), callbacks.c.id)
        if not include_done:
            query = query.where(callbacks.c.status != "done")
        return await self._database.read(lambda connection: tuple(map(_read_callback, connection.execute(query))))

    async def find_callback(self, conversation_id: str) -> Callback | None:
        """The promised call of a conversation that was not made yet."""
        query = _callbacks().where(callbacks.c.conversation_id == conversation_id, callbacks.c.status != "done")
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return _read_callback(row) if row else None

    async def get_callback(self, callback_id: int) -> Callback:
        """One promised call. Raises CallbackNotFound."""
        query = _callbacks().where(callbacks.c.id == callback_id)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            raise CallbackNotFound
        return _read_callback(row)

    async def change_callback(self, callback_id: int, version: int, **values: object) -> Callback:
        """Sets columns of a promised call that has this version and was not made.

        Raises CallbackNotFound, VersionConflict.
        """
        query = _callbacks().where(callbacks.c.id == callback_id)

        def work(connection: sa.Connection) -> Callback:
            standing = sa.update(callbacks).where(callbacks.c.id == callback_id, callbacks.c.version == version)
            # A call that was made is over: the member may have been promised another since.
            standing = standing.where(callbacks.c.status != "done")
            changed = connection.execute(standing.values(**values, version=version + 1)).rowcount
            row = connection.execute(query).first()
            if row is None:
                raise CallbackNotFound
            if not changed:
                raise VersionConflict
            return _read_callback(row)

        return await self._database.write(work)

    async def release_calls(self, gone_since: datetime | None, coach_id: str | None = None) -> int:
        """Puts taken calls back on the list: those of a coach, or of everybody gone since then; says how many."""
        gone = sa.select(coaches.c.id).where(
            coaches.c.id == coach_id
            if coach_id is not None
            else sa.or_(coaches.c.heartbeat_at < gone_since, coaches.c.disabled_at.is_not(None))
        )
        taken = sa.update(callbacks).where(callbacks.c.status == "taken", callbacks.c.coach_id.in_(gone))
        released = taken.values(status="open", coach_id=None, version=callbacks.c.version + 1)
        query = sa.select(callbacks.c.id).where(callbacks.c.status == "taken", callbacks.c.coach_id.in_(gone)).limit(1)
        if await self._database.read(lambda connection: connection.execute(query).first()) is None:
            # Asked at every sweep, and hardly ever so: a write for nothing would hold the one writer.
            return 0
        return await self._database.write(lambda connection: connection.execute(released).rowcount)

    async def list_held_by(self, coach_id: str) -> tuple[str, ...]:
        """The conversations that a coach holds."""
        return await self._list_ids(sa.select(conversations.c.id).where(conversations.c.coach_id == coach_id))

    async def list_abandoned(self, alive_since: datetime, alive_until: datetime) -> tuple[tuple[str, str], ...]:
        """Conversation and coach where the coach's console gave no sign of life since then.

        A sign of life of later than `alive_until` is one from before the clock was put back.
        """
        query = (
            sa.select(conversations.c.id, conversations.c.coach_id)
            .join(coaches, coaches.c.id == conversations.c.coach_id)
            .where(
                sa.or_(
                    coaches.c.heartbeat_at < alive_since,
                    coaches.c.heartbeat_at > alive_until,
                    coaches.c.heartbeat_at.is_(None),
                )
            )
        )
        return await self._database.read(
            lambda connection: tuple((row.id, row.coach_id) for row in connection.execute(query))
        )

    async def list_waiting(self, now: datetime, *, told: str | None, before: datetime | None = None) -> tuple[str, ...]:
        """The waiting whose members last heard `told` (None: nothing), before a moment if one is given."""
        table = handoff_requests
        query = _waiting_ids().where(conversations.c.expires_at > now)
        query = query.where(table.c.told == told if told else table.c.told.is_(None))
        if before is not None:
            query = query.where(table.c.requested_at < before)
        return await self._list_ids(query)

    async def list_long_waiting(self, before: datetime, now: datetime) -> tuple[str, ...]:
        """Those who wait for a coach since before that moment, and were not told yet that it takes long."""
        table = handoff_requests
        query = _waiting_ids().where(conversations.c.expires_at > now, table.c.told == "waiting")
        return await self._list_ids(
            query.where(table.c.long_wait_told_at.is_(None), table.c.requested_at < before, table.c.told_at < before)
        )

    async def list_in_line(self) -> tuple[str, ...]:
        """Everybody who waits."""
        return await self._list_ids(_waiting_ids())

    async def list_expired(self, now: datetime) -> tuple[str, ...]:
        """The waiting whose members cannot come back any more."""
        return await self._list_ids(_waiting_ids().where(conversations.c.expires_at <= now))

    async def _list_ids(self, query: sa.Select[tuple[str]]) -> tuple[str, ...]:
        return await self._database.read(lambda connection: tuple(connection.execute(query).scalars()))


def _waiting_ids() -> sa.Select[tuple[str]]:
    table = handoff_requests
    return (
        sa.select(conversations.c.id)
        .join(table, table.c.conversation_id == conversations.c.id)
        .where(table.c.ended_at.is_(None), conversations.c.holder == "waiting")
        .order_by(table.c.id)
    )


def _standing(now: datetime) -> sa.Select[Any]:
    table, said = handoff_requests, messages.alias()
    last_by_coach = (
        sa.select(sa.func.coalesce(sa.func.max(said.c.seq), 0))
        .where(said.c.conversation_id == conversations.c.id, said.c.author == Author.COACH.value)
        # Two selects down, SQLAlchemy would put the table anew into the FROM, and find the coaches of everybody.
        .correlate(conversations)
        .scalar_subquery()
    )
    unread = (
        sa.select(sa.func.count())
        .where(messages.c.conversation_id == conversations.c.id, messages.c.author == Author.MEMBER.value)
        .where(messages.c.seq > last_by_coach, messages.c.seq > conversations.c.answered_up_to)
        .correlate(conversations)
        .scalar_subquery()
    )
    return (
        sa.select(conversations, table.c.urgency, table.c.cause, table.c.requested_at, table.c.claimed_at)
        .add_columns(coaches.c.name.label("coach_name"), unread.label("unread"))
        .join(table, table.c.conversation_id == conversations.c.id)
        .outerjoin(coaches, coaches.c.id == conversations.c.coach_id)
        .where(table.c.ended_at.is_(None), sa.or_(conversations.c.expires_at > now, table.c.claimed_at.is_not(None)))
    )


def _read_item(row: _Row, position: int) -> QueueItem:
    return QueueItem(
        conversation_id=row.id,
        version=row.handoff_version,
        urgency=Urgency(row.urgency),
        cause=row.cause,
        requested_at=row.requested_at,
        channel=row.channel,
        locale=row.locale,
        plan_id=row.plan_id,
        position=0 if row.claimed_at else position,
        holder=row.holder,
        coach=_read_ref(row),
        last_member_message_at=row.last_member_message_at,
        unread=row.unread,
    )


def _callbacks() -> sa.Select[Any]:
    return sa.select(callbacks, coaches.c.name.label("coach_name")).outerjoin(
        coaches, coaches.c.id == callbacks.c.coach_id
    )


def _read_callback(row: _Row) -> Callback:
    return Callback(
        id=row.id,
        conversation_id=row.conversation_id,
        day=row.day,
        window=row.part_of_day,
        phone=row.phone,
        time_zone=row.time_zone,
        status=row.status,
        coach=_read_ref(row),
        attempts=row.attempts,
        note=row.note,
        created_at=row.created_at,
        version=row.version,
    )


def _read_ref(row: _Row) -> CoachRef | None:
    return CoachRef(CoachId(row.coach_id), row.coach_name or "") if row.coach_id else None
