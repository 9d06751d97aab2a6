"""How is the record kept? The one transaction in which a conversation changes, and what is read of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.conversations import rows
from bot.conversations.deliveries_store import queue_deliveries, use_link
from bot.conversations.handoff_store import count_line, find_promised_call, with_handoff, write_handoff
from bot.conversations.lookups_store import end_lookup, open_lookup
from bot.conversations.model import (
    Author,
    Channel,
    Conversation,
    ConversationId,
    ConversationNotFound,
    Line,
    Mark,
    Message,
    MessageId,
    Turn,
)
from bot.conversations.port import AlreadyRecorded, CallbackPromise, Change, ConversationStore, Entry, Rating, Recorded
from bot.conversations.tables_store import coaches, conversations, messages, ratings, turns
from bot.database import Database
from knowledge.reliance.store import record_reliance

# More than anybody writes into an outage, and no more than a call of the engine may hold.
_MOST_UNHEARD = 500

# Built once: for a statement of the same shape the compiled text is found by the object, without a look at its parts.
_FIND = sa.select(conversations).where(conversations.c.id == sa.bindparam("conversation"))
_LOCK = _FIND.with_for_update()
_FIND_COACH = sa.select(coaches.c.name, coaches.c.heartbeat_at).where(coaches.c.id == sa.bindparam("coach"))
# Which columns are written is decided by the values that go with it.
_UPDATE = sa.update(conversations).where(conversations.c.id == sa.bindparam("conversation"))
_INSERT = sa.insert(conversations)
_INSERT_MESSAGES = sa.insert(messages)
_INSERT_TURN = sa.insert(turns)
_LIST = (
    sa.select(messages)
    .where(messages.c.conversation_id == sa.bindparam("conversation"), messages.c.seq > sa.bindparam("after"))
    .order_by(messages.c.seq)
)
_MARKS = (
    sa.select(messages.c.author, messages.c.response_key, messages.c.topic, messages.c.outcome)
    .where(messages.c.conversation_id == sa.bindparam("conversation"))
    .order_by(messages.c.seq)
)


class SqlConversationStore(ConversationStore):
    """The record in the SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Templates of texts that are surely kept: each is written once in the life of a process.
        self._wordings: set[str] = set()

    async def create(self, conversation: Conversation, entries: tuple[Entry, ...]) -> Recorded:
        kept: set[str] = set()

        def work(connection: sa.Connection) -> Recorded:
            created = replace(conversation, last_seq=len(entries))
            connection.execute(_INSERT, rows.conversation_values(created))
            said = self._append(connection, conversation, 0, entries, conversation.created_at, kept)
            return Recorded(created, said, conversation)

        try:
            return await self._write(work, kept)
        except IntegrityError:
            # The phone has an open conversation already.
            raise AlreadyRecorded from None

    async def change(
        self,
        conversation_id: str,
        now: datetime,
        decide: Callable[[Conversation], Change],
        *,
        counts_line: bool = False,
    ) -> Recorded:
        kept: set[str] = set()

        def work(connection: sa.Connection) -> Recorded:
            before = _load(connection, conversation_id, now, lock=True)
            if before is None:
                raise ConversationNotFound
            change = decide(replace(before, line=count_line(connection, now)) if counts_line else before)
            after = change.conversation
            said = self._append(connection, after, before.last_seq, change.entries, now, kept)
            after = replace(after, last_seq=before.last_seq + len(said), version=before.version + 1)
            if (before.holder, before.coach) != (after.holder, after.coach):
                after = replace(after, handoff_version=before.handoff_version + 1)
            connection.execute(_UPDATE, {"conversation": after.id, **_changed(before, after)})
            write_handoff(connection, before, after, change, now)
            after = with_handoff(connection, after, now)
            if change.answer is not None:
                # A repetition gets the state that the first answer had, its place in line included.
                state = change.reads_state(after) if change.reads_state else change.answer.state
                answer = replace(change.answer, state=state)
                connection.execute(_INSERT_TURN, rows.answer_values(answer, now))
                if change.lookup is not None:
                    open_lookup(connection, after.id, answer.message_id, change.lookup, now, after.answered_up_to)
            if change.ends_lookup is not None and not end_lookup(connection, change.ends_lookup, now):
                raise AlreadyRecorded
            return Recorded(after, said, before)

        try:
            return await self._write(work, kept)
        except IntegrityError:
            raise AlreadyRecorded from None

    async def find(self, conversation_id: str, now: datetime) -> Conversation | None:
        return await self._database.read(lambda connection: _load(connection, conversation_id, now))

    async def list_messages(self, conversation_id: str, after: int) -> tuple[Message, ...]:
        asked = {"conversation": conversation_id, "after": after}
        return await self._database.read(lambda connection: _read_messages(connection, _LIST, asked))

    async def list_marks(self, conversation_id: str) -> tuple[Mark, ...]:
        def work(connection: sa.Connection) -> tuple[Mark, ...]:
            return tuple(Mark(Author(row[0]), *row[1:]) for row in connection.execute(_MARKS, asked))

        asked = {"conversation": conversation_id}
        return await self._database.read(work)

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

    async def list_unheard(self, conversation_id: str, since: int) -> tuple[MessageId, ...]:
        query = (
            sa.select(messages.c.id)
            .join(turns, turns.c.message_id == messages.c.id)
            .where(messages.c.conversation_id == conversation_id, messages.c.seq >= since, turns.c.model_id.is_(None))
            .order_by(messages.c.seq.desc())
            .limit(_MOST_UNHEARD)
        )
        found = await self._database.read(lambda connection: connection.execute(query).scalars().all())
        return tuple(MessageId(each) for each in found)

    async def find_promised_call(self, conversation_id: str) -> CallbackPromise | None:
        return await self._database.read(lambda connection: find_promised_call(connection, conversation_id))

    async def count_line(self, now: datetime) -> Line:
        return await self._database.read(lambda connection: count_line(connection, now, reads=True))

    async def find_by_addresses(self, member_address: str, plan_address: str, now: datetime) -> Conversation | None:
        table = conversations
        query = sa.select(table.c.id).where(
            table.c.member_address == member_address, table.c.plan_address == plan_address, table.c.closed_at.is_(None)
        )

        def work(connection: sa.Connection) -> Conversation | None:
            found = connection.execute(query).scalar_one_or_none()
            return _load(connection, found, now) if found else None

        return await self._database.read(work)

    async def use_link(self, secret_hash: str, token_hash: str, now: datetime, expires_at: datetime) -> str | None:
        table = conversations

        def work(connection: sa.Connection) -> str | None:
            conversation_id = use_link(connection, secret_hash, now)
            if conversation_id is None:
                return None
            still_open = sa.update(table).where(table.c.id == conversation_id, table.c.closed_at.is_(None))
            longer = sa.case((table.c.expires_at > expires_at, table.c.expires_at), else_=expires_at)
            # A proof belongs to the page in which it was given.
            unproven = {"verified_member_id": None, "verified_at": None, "channel": Channel.WEB.value}
            changed = connection.execute(still_open.values(token_hash=token_hash, expires_at=longer, **unproven))
            return conversation_id if changed.rowcount else None

        return await self._database.write(work)

    async def find_unanswered(self, conversation_id: str) -> Turn | None:
        query = (
            _of(conversation_id)
            .outerjoin_from(messages, turns, turns.c.message_id == messages.c.id)
            .join(conversations, conversations.c.id == messages.c.conversation_id)
            .where(messages.c.author == Author.MEMBER.value, turns.c.message_id.is_(None))
            .where(messages.c.seq > conversations.c.answered_up_to)
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

    async def _write(self, work: Callable[[sa.Connection], Recorded], kept: set[str]) -> Recorded:
        recorded = await self._database.write(work)
        # Not before the commit: what was taken back is kept nowhere.
        self._wordings |= kept
        return recorded

    def _append(
        self,
        connection: sa.Connection,
        conversation: Conversation,
        last_seq: int,
        entries: tuple[Entry, ...],
        now: datetime,
        kept: set[str],
    ) -> tuple[Message, ...]:
        """Adds the messages with what they were made of; the templates that were written are added to `kept`."""
        channel = conversation.channel
        said = tuple(rows.place(entry, seq, now, channel) for seq, entry in enumerate(entries, last_seq + 1))
        if said:
            values = [rows.message_values(message, conversation.id) for message in said]
            # One alone goes as one: a list of one would take the driver's way for many.
            connection.execute(_INSERT_MESSAGES, values if len(values) > 1 else values[0])
            made_of = [(message.id, message.reliance) for message in said if message.reliance]
            kept |= record_reliance(connection, made_of, self._wordings)
            queue_deliveries(connection, conversation, said, now)
        return said


def _of(conversation_id: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(messages).where(messages.c.conversation_id == conversation_id)


def _read_messages(
    connection: sa.Connection, query: sa.Select[tuple[object, ...]], asked: Mapping[str, object] | None = None
) -> tuple[Message, ...]:
    return tuple(rows.read_message(row) for row in connection.execute(query, asked))


def _changed(before: Conversation, after: Conversation) -> Mapping[str, object]:
    """The columns that are no longer what they were; the row is locked, so nobody else's change is among them."""
    old = rows.conversation_values(before)
    return {name: value for name, value in rows.conversation_values(after).items() if value != old[name]}


def _load(connection: sa.Connection, conversation_id: str, now: datetime, *, lock: bool = False) -> Conversation | None:
    row = connection.execute(_LOCK if lock else _FIND, {"conversation": conversation_id}).first()
    if row is None:
        return None
    coach = None
    if row.coach_id:
        coach = connection.execute(_FIND_COACH, {"coach": row.coach_id}).first()
    return with_handoff(connection, rows.read_conversation(row, coach), now)
