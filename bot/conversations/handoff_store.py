"""How is a handoff kept beside its conversation? Read and written inside the transaction that changes the holder."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.conversations.handoff import CoachRef, HandoffOutcome, PastHandoff, Urgency
from bot.conversations.model import Conversation, Holder, Line, OpenHandoff
from bot.conversations.port import CallbackPromise, Change
from bot.conversations.tables_store import callbacks, coaches, conversations, handoff_events, handoff_requests
from bot.conversations.waiting_times import estimate_wait

# What others waited tells about now only while it is recent.
_WAITS_COUNT_FOR = timedelta(days=7)
_WAITS_COUNTED = 20
# Any number that nothing else in this database locks by.
_LINE_LOCK = 7_204_001

URGENT_FIRST = sa.case((handoff_requests.c.urgency == Urgency.URGENT.value, 0), else_=1)


def with_handoff(connection: sa.Connection, conversation: Conversation, now: datetime) -> Conversation:
    """The conversation with its standing request."""
    if conversation.holder not in (Holder.WAITING, Holder.COACH):
        return conversation if conversation.handoff is None else replace(conversation, handoff=None)
    return replace(conversation, handoff=_load_handoff(connection, conversation.id, now))


def count_line(connection: sa.Connection, now: datetime, *, reads: bool = False) -> Line:
    """How many wait now.

    On PostgreSQL the requests are counted one after the other, so that two at once are not told the same place; SQLite
    writes one at a time anyhow.
    """
    if connection.dialect.name == "postgresql" and not reads:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LINE_LOCK)))
    table = handoff_requests
    waiting = sa.func.count()
    urgent = sa.func.coalesce(sa.func.sum(sa.case((table.c.urgency == Urgency.URGENT.value, 1), else_=0)), 0)
    row = connection.execute(_waiting(sa.select(waiting, urgent), now)).one()
    return Line(row[0], row[1], measure_waits(connection, now))


def measure_waits(connection: sa.Connection, now: datetime) -> tuple[timedelta, ...]:
    """How long those waited who were claimed lately, newest first; only those who asked while a coach was there."""
    table = handoff_requests
    rows = connection.execute(
        sa.select(table.c.requested_at, table.c.first_claimed_at)
        .where(table.c.first_claimed_at > now - _WAITS_COUNT_FOR, table.c.asked_on_duty)
        .order_by(table.c.first_claimed_at.desc())
        .limit(_WAITS_COUNTED)
    )
    return tuple(row.first_claimed_at - row.requested_at for row in rows)


def find_past_handoff(connection: sa.Connection, conversation_id: str) -> PastHandoff | None:
    """How the last coach's part of this conversation ended."""
    table = handoff_requests
    row = connection.execute(
        sa.select(table, coaches.c.name.label("coach_name"))
        .select_from(table.outerjoin(coaches, coaches.c.id == table.c.claimed_by))
        .where(table.c.conversation_id == conversation_id, table.c.outcome.is_not(None))
        .order_by(table.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    coach = CoachRef(row.claimed_by, row.coach_name) if row.coach_name else None
    return PastHandoff(coach, HandoffOutcome(row.outcome), row.outcome_note, row.ended_at)


def find_promised_call(connection: sa.Connection, conversation_id: str) -> CallbackPromise | None:
    """The call of a conversation that was promised and not made."""
    row = connection.execute(
        sa.select(callbacks).where(callbacks.c.conversation_id == conversation_id, callbacks.c.status != "done")
    ).first()
    return CallbackPromise(row.day, row.part_of_day, row.phone, row.time_zone) if row else None


def write_handoff(
    connection: sa.Connection, before: Conversation, after: Conversation, change: Change, now: datetime
) -> None:
    """Writes what a change says about the request, the promised call and the log."""
    table = handoff_requests
    if change.opens is not None:
        connection.execute(
            sa.insert(table).values(
                conversation_id=after.id,
                reason=change.opens.reason,
                cause=change.opens.cause,
                urgency=change.opens.urgency.value,
                asked_on_duty=change.opens.on_duty,
                requested_at=now,
            )
        )
    values = _request_values(change, now)
    if values:
        standing = sa.update(table).where(table.c.conversation_id == after.id, table.c.ended_at.is_(None))
        connection.execute(standing.values(values))
    if change.withdraws_callback:
        promised = sa.update(callbacks).where(callbacks.c.conversation_id == after.id, callbacks.c.status != "done")
        connection.execute(promised.values(status="done", done_at=now, version=callbacks.c.version + 1))
    if change.callback is not None:
        _write_callback(connection, after.id, change, now)
    log = [
        {
            "conversation_id": after.id,
            "event": logged.event.value,
            "cause": logged.cause,
            "coach_id": logged.coach,
            "holder_before": before.holder.value,
            "holder_after": after.holder.value,
            "handoff_version": after.handoff_version,
            "at": now,
        }
        for logged in change.log
    ]
    if log:
        connection.execute(sa.insert(handoff_events), log)


def _request_values(change: Change, now: datetime) -> dict[str, object]:
    table = handoff_requests
    values: dict[str, object] = {}
    if change.urgent:
        values["urgency"] = Urgency.URGENT.value
    if change.announcement is not None:
        values["message_id"] = change.announcement
    if change.told is not None:
        values.update(told=change.told, told_at=now)
    if change.long_wait_told:
        values["long_wait_told_at"] = now
    if change.callback_choice is not None:
        values["callback_day"], values["callback_window"] = change.callback_choice
    if change.claims is not None:
        first = sa.func.coalesce(table.c.first_claimed_at, sa.bindparam("first_claim", now, table.c.claimed_at.type))
        values.update(claimed_at=now, claimed_by=change.claims, first_claimed_at=first)
    if change.releases:
        values.update(claimed_at=None, claimed_by=None)
    if change.ends is not None:
        outcome = change.ends.outcome
        values.update(
            ended_at=now,
            ended_by=change.ends.event.value,
            outcome=outcome.value if outcome else None,
            outcome_note=change.ends.note,
        )
    return values


def _write_callback(connection: sa.Connection, conversation_id: str, change: Change, now: datetime) -> None:
    promise = change.callback
    if promise is None:
        return
    values = {
        "day": promise.day,
        "part_of_day": promise.window,
        "phone": promise.phone,
        "time_zone": promise.time_zone,
        "status": "open",
        "coach_id": None,
    }
    standing = sa.update(callbacks).where(callbacks.c.conversation_id == conversation_id, callbacks.c.status != "done")
    changed = connection.execute(standing.values(**values, version=callbacks.c.version + 1))
    if not changed.rowcount:
        connection.execute(
            sa.insert(callbacks).values(**values, conversation_id=conversation_id, created_at=now, attempts=0)
        )


def _waiting(query: sa.Select[Any], now: datetime) -> sa.Select[Any]:
    table = handoff_requests
    return (
        query.select_from(table.join(conversations, conversations.c.id == table.c.conversation_id))
        .where(table.c.ended_at.is_(None), table.c.claimed_at.is_(None))
        # Nobody waits any more where the token has run out.
        .where(conversations.c.expires_at > now)
    )


def _load_handoff(connection: sa.Connection, conversation_id: str, now: datetime) -> OpenHandoff | None:
    table = handoff_requests
    standing = table.c.conversation_id == conversation_id
    row = connection.execute(sa.select(table).where(standing, table.c.ended_at.is_(None))).first()
    if row is None:
        return None
    position, wait = 0, None
    if row.claimed_at is None:
        rank = sa.literal(0 if row.urgency == Urgency.URGENT.value else 1)
        ahead = _waiting(sa.select(sa.func.count()), now).where(
            sa.or_(rank > URGENT_FIRST, sa.and_(rank == URGENT_FIRST, table.c.id < row.id))
        )
        position = connection.execute(ahead).scalar_one() + 1
        wait = estimate_wait(measure_waits(connection, now), position)
    return OpenHandoff(
        id=row.id,
        position=position,
        message_id=row.message_id,
        urgency=Urgency(row.urgency),
        cause=row.cause,
        requested_at=row.requested_at,
        told=row.told,
        callback_day=row.callback_day,
        callback_window=row.callback_window,
        wait_minutes=wait,
        long_wait_told=row.long_wait_told_at is not None,
    )
