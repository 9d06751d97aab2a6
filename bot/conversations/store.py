"""How is the record kept? Its tables, and the one transaction in which a conversation changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.conversations import rows
from bot.conversations.model import (
    Author,
    Conversation,
    ConversationId,
    ConversationNotFound,
    Holder,
    Message,
    MessageId,
    OpenHandoff,
    Turn,
)
from bot.conversations.port import AlreadyRecorded, Change, ConversationStore, Entry, Rating, Recorded
from bot.database import Database, UtcDateTime, metadata

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("locale", sa.String(8), nullable=False),
    sa.Column("plan_id", sa.String(64)),
    sa.Column("state", sa.String(2)),
    sa.Column("holder", sa.String(16), nullable=False),
    sa.Column("awaiting_field", sa.String(32)),
    sa.Column("awaiting_kind", sa.String(32)),
    sa.Column("verified_member_id", sa.String(64)),
    sa.Column("verified_at", UtcDateTime),
    sa.Column("last_member_message_at", UtcDateTime),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("holder IN ('assistant', 'waiting', 'coach', 'closed')", name="holder"),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("author", sa.String(16), nullable=False),
    sa.Column("author_name", sa.Text),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("quick_replies", sa.JSON, nullable=False),
    sa.Column("cards", sa.JSON, nullable=False),
    sa.Column("citations", sa.JSON, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("topic", sa.String(64)),
    sa.Column("outcome", sa.String(64)),
    sa.Column("response_key", sa.String(128)),
    sa.Column("client_message_id", sa.String(36)),
    sa.Column("choice", sa.Text),
    sa.Column("reply_to", sa.String(32), sa.ForeignKey("messages.id"), index=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("conversation_id", "seq", name="uq_messages_seq"),
    sa.UniqueConstraint("conversation_id", "client_message_id", name="uq_messages_client_message_id"),
)

# One row for each member message that was answered: its key makes a second answer impossible.
turns = sa.Table(
    "turns",
    metadata,
    sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), primary_key=True),
    sa.Column("understood", sa.JSON, nullable=False),
    sa.Column("state", sa.JSON, nullable=False),
    sa.Column("model_id", sa.String(128)),
    sa.Column("answered_at", UtcDateTime, nullable=False),
)

handoff_requests = sa.Table(
    "handoff_requests",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("cause", sa.String(16), nullable=False),
    sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id")),
    sa.Column("requested_at", UtcDateTime, nullable=False),
    sa.Column("claimed_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    # One standing request a conversation: what is asked twice is waited for once.
    sa.Index(
        "uq_handoff_requests_open",
        "conversation_id",
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
)

ratings = sa.Table(
    "ratings",
    metadata,
    sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("score", sa.Integer, nullable=False),
    sa.Column("comment", sa.Text),
    sa.Column("rated_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("score BETWEEN 1 AND 5", name="score"),
)


class SqlConversationStore(ConversationStore):
    """The record in the SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, conversation: Conversation, entries: tuple[Entry, ...]) -> Recorded:
        def work(connection: sa.Connection) -> Recorded:
            connection.execute(sa.insert(conversations).values(rows.conversation_values(conversation)))
            said = _append(connection, conversation, entries, conversation.created_at)
            created = replace(conversation, last_seq=len(said))
            connection.execute(
                sa.update(conversations).where(conversations.c.id == created.id).values(last_seq=created.last_seq)
            )
            return Recorded(created, said)

        return await self._database.write(work)

    async def change(self, conversation_id: str, now: datetime, decide: Callable[[Conversation], Change]) -> Recorded:
        def work(connection: sa.Connection) -> Recorded:
            before = _load(connection, conversation_id, now, lock=True)
            if before is None:
                raise ConversationNotFound
            change = decide(before)
            said = _append(connection, before, change.entries, now)
            after = replace(change.conversation, last_seq=before.last_seq + len(said), version=before.version + 1)
            values = rows.conversation_values(after)
            connection.execute(sa.update(conversations).where(conversations.c.id == after.id).values(values))
            _write_handoff(connection, after.id, change, now)
            if change.answer is not None:
                connection.execute(sa.insert(turns).values(rows.answer_values(change.answer, now)))
            return Recorded(_with_handoff(connection, after, now), said)

        try:
            return await self._database.write(work)
        except IntegrityError:
            raise AlreadyRecorded from None

    async def find(self, conversation_id: str, now: datetime) -> Conversation | None:
        return await self._database.read(lambda connection: _load(connection, conversation_id, now))

    async def list_messages(self, conversation_id: str, after: int) -> tuple[Message, ...]:
        query = _of(conversation_id).where(messages.c.seq > after).order_by(messages.c.seq)
        return await self._database.read(lambda connection: _read_messages(connection, query))

    async def list_last_messages(self, conversation_id: str, limit: int) -> tuple[Message, ...]:
        query = _of(conversation_id).order_by(messages.c.seq.desc()).limit(limit)
        return (await self._database.read(lambda connection: _read_messages(connection, query)))[::-1]

    async def find_message(self, message_id: MessageId) -> Message | None:
        query = sa.select(messages).where(messages.c.id == message_id)
        found = await self._database.read(lambda connection: _read_messages(connection, query))
        return found[0] if found else None

    async def find_turn(self, conversation_id: str, client_message_id: str) -> Turn | None:
        def work(connection: sa.Connection) -> Turn | None:
            query = _of(conversation_id).where(messages.c.client_message_id == client_message_id)
            begun = _read_messages(connection, query)
            if not begun:
                return None
            answer = connection.execute(sa.select(turns).where(turns.c.message_id == begun[0].id)).first()
            if answer is None:
                return Turn(begun[0])
            replies = sa.select(messages).where(messages.c.reply_to == begun[0].id).order_by(messages.c.seq)
            return Turn(
                begun[0],
                _read_messages(connection, replies),
                rows.read_understood(answer.understood),
                rows.read_state(answer.state),
            )

        return await self._database.read(work)

    async def find_unanswered(self, conversation_id: str) -> Turn | None:
        query = (
            _of(conversation_id)
            .outerjoin_from(messages, turns, turns.c.message_id == messages.c.id)
            .where(messages.c.author == Author.MEMBER.value, turns.c.message_id.is_(None))
            .order_by(messages.c.seq.desc())
            .limit(1)
        )
        found = await self._database.read(lambda connection: _read_messages(connection, query))
        return Turn(found[0]) if found else None

    async def record_rating(self, conversation_id: ConversationId, rating: Rating) -> None:
        def work(connection: sa.Connection) -> None:
            connection.execute(sa.delete(ratings).where(ratings.c.conversation_id == conversation_id))
            connection.execute(
                sa.insert(ratings).values(
                    conversation_id=conversation_id,
                    score=rating.score,
                    comment=rating.comment,
                    rated_at=rating.rated_at,
                )
            )

        try:
            await self._database.write(work)
        except IntegrityError:
            # Two ratings at once: the other one, as new as this, has been kept.
            return


def _of(conversation_id: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(messages).where(messages.c.conversation_id == conversation_id)


def _read_messages(connection: sa.Connection, query: sa.Select[tuple[object, ...]]) -> tuple[Message, ...]:
    return tuple(rows.read_message(row) for row in connection.execute(query))


def _load(connection: sa.Connection, conversation_id: str, now: datetime, *, lock: bool = False) -> Conversation | None:
    query = sa.select(conversations).where(conversations.c.id == conversation_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        return None
    return _with_handoff(connection, rows.read_conversation(row), now)


def _with_handoff(connection: sa.Connection, conversation: Conversation, now: datetime) -> Conversation:
    if conversation.holder not in (Holder.WAITING, Holder.COACH):
        return replace(conversation, handoff=None)
    return replace(conversation, handoff=_load_handoff(connection, conversation.id, now))


def _load_handoff(connection: sa.Connection, conversation_id: str, now: datetime) -> OpenHandoff | None:
    table = handoff_requests
    open_now = table.c.ended_at.is_(None)
    row = connection.execute(sa.select(table).where(table.c.conversation_id == conversation_id).where(open_now)).first()
    if row is None:
        return None
    ahead = (
        sa.select(sa.func.count())
        .select_from(table.join(conversations, conversations.c.id == table.c.conversation_id))
        .where(open_now, table.c.claimed_at.is_(None), table.c.id <= row.id)
        # Nobody waits any more where the token has run out.
        .where(sa.or_(conversations.c.expires_at > now, table.c.id == row.id))
    )
    position = 0 if row.claimed_at else connection.execute(ahead).scalar_one()
    return OpenHandoff(row.id, position, row.message_id)


def _append(
    connection: sa.Connection, conversation: Conversation, entries: tuple[Entry, ...], now: datetime
) -> tuple[Message, ...]:
    first = conversation.last_seq + 1
    said = tuple(rows.place(entry, seq, now) for seq, entry in enumerate(entries, first))
    if said:
        values = [rows.message_values(message, conversation.id) for message in said]
        connection.execute(sa.insert(messages), values)
    return said


def _write_handoff(connection: sa.Connection, conversation_id: str, change: Change, now: datetime) -> None:
    table = handoff_requests
    if change.opens is not None:
        connection.execute(
            sa.insert(table).values(
                conversation_id=conversation_id,
                reason=change.opens.reason,
                cause=change.opens.cause,
                requested_at=now,
            )
        )
    standing = sa.update(table).where(table.c.conversation_id == conversation_id, table.c.ended_at.is_(None))
    if change.announcement is not None:
        connection.execute(standing.values(message_id=change.announcement))
    if change.claims:
        connection.execute(standing.where(table.c.claimed_at.is_(None)).values(claimed_at=now))
    if change.ends:
        connection.execute(standing.values(ended_at=now))
