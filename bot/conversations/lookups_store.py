"""Which look-ups are still to be done? Rows, written and ended in the transactions of what is said about them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.conversations.lookups import Lookup, LookupEnding, LookupId, LookupKind, LookupRequest
from bot.conversations.model import ConversationId, MessageId
from bot.conversations.tables_store import messages
from bot.conversations.timers_store import is_due
from bot.database import Database, UtcDateTime, metadata

# The source was too slow just now: asking it at once would only add to its work.
_FIRST_TRY_AFTER = timedelta(seconds=1)
# Leases and pauses last for a minute at most; two gateways' clocks may differ by another one.
_LONGEST_AHEAD = timedelta(minutes=2)

lookups = sa.Table(
    "lookups",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False),
    # One message is answered once: a turn that is taken again makes no second look-up.
    sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("for_whom", sa.String(16)),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    # Also the lease: while somebody is at it, this lies behind the end of their try.
    sa.Column("next_try_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.Column("outcome", sa.String(16)),
    sa.UniqueConstraint("message_id"),
    sa.Index("ix_lookups_due", "done_at", "next_try_at"),
    sa.Index("ix_lookups_conversation_id", "conversation_id"),
)


def open_lookup(
    connection: sa.Connection,
    conversation_id: ConversationId,
    message_id: MessageId,
    asked: LookupRequest,
    now: datetime,
    answered_up_to: int,
) -> None:
    """Writes the look-up that a message asks for, unless the same one is under way in its conversation.

    One for a message up to `answered_up_to` is not: a coach has taken it, and it ends with nothing said.
    """
    values = {"kind": asked.kind.value, "day": asked.day, "for_whom": asked.for_whom}
    same = (
        sa.select(lookups.c.id)
        .join(messages, messages.c.id == lookups.c.message_id)
        .where(
            lookups.c.conversation_id == conversation_id,
            lookups.c.done_at.is_(None),
            messages.c.seq > answered_up_to,
            *(lookups.c[name].is_not_distinct_from(value) for name, value in values.items()),
        )
    )
    if connection.execute(same).first() is None:
        row = {
            "id": secrets.token_hex(16),
            "conversation_id": conversation_id,
            "message_id": message_id,
            "asked_at": now,
            "attempts": 0,
            "next_try_at": now + _FIRST_TRY_AFTER,
        }
        connection.execute(sa.insert(lookups).values({**row, **values}))


def end_lookup(connection: sa.Connection, ending: LookupEnding, now: datetime) -> bool:
    """Ends the look-up; False when somebody else has ended it."""
    ended = connection.execute(
        sa.update(lookups)
        .where(lookups.c.id == ending.id, lookups.c.done_at.is_(None))
        .values(done_at=now, outcome=ending.end.value)
    )
    return ended.rowcount == 1


class LookupStore:
    """The rows as the worker sees them. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_due(self, now: datetime, limit: int) -> tuple[LookupId, ...]:
        """The look-ups whose next try has come, the longest due first."""
        query = (
            sa.select(lookups.c.id)
            .where(lookups.c.done_at.is_(None), is_due(lookups.c.next_try_at, now, now + _LONGEST_AHEAD))
            .order_by(lookups.c.next_try_at)
            .limit(limit)
        )
        return await self._database.read(
            lambda connection: tuple(LookupId(found) for found in connection.execute(query).scalars())
        )

    async def claim(self, lookup_id: LookupId, now: datetime, lease_until: datetime) -> Lookup | None:
        """Takes the look-up for one try, until `lease_until`; None when somebody else has it, or it is over."""
        its_time = is_due(lookups.c.next_try_at, now, now + _LONGEST_AHEAD)
        free = (lookups.c.id == lookup_id, lookups.c.done_at.is_(None), its_time)
        query = sa.select(lookups, messages.c.seq).join(messages, messages.c.id == lookups.c.message_id)

        def work(connection: sa.Connection) -> Lookup | None:
            taken = {"attempts": lookups.c.attempts + 1, "next_try_at": lease_until}
            if connection.execute(sa.update(lookups).where(*free).values(taken)).rowcount != 1:
                return None
            row = connection.execute(query.where(lookups.c.id == lookup_id)).one()
            return Lookup(
                id=LookupId(row.id),
                conversation_id=ConversationId(row.conversation_id),
                message_id=MessageId(row.message_id),
                message_seq=row.seq,
                request=LookupRequest(_read_kind(row.kind), row.day, row.for_whom),
                asked_at=row.asked_at,
                attempts=row.attempts,
            )

        return await self._database.write(work)

    async def postpone(self, lookup: Lookup, until: datetime) -> None:
        """Gives the look-up back for another try, unless somebody else has taken it since."""
        still_ours = (lookups.c.id == lookup.id, lookups.c.attempts == lookup.attempts, lookups.c.done_at.is_(None))
        statement = sa.update(lookups).where(*still_ours).values(next_try_at=until)
        await self._database.write(lambda connection: connection.execute(statement))


def _read_kind(word: str) -> LookupKind:
    # A row that cannot be read would be due again for ever, and its member would never hear of it.
    return LookupKind(word) if word in {kind.value for kind in LookupKind} else LookupKind.UNKNOWN
