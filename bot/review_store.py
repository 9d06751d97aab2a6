"""Which messages did members write, what were they taken for, and what was replied? Read for the review."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from bot.conversations.rows import read_understood
from bot.conversations.tables_store import messages, ratings, turns
from bot.database import Database


@dataclass(frozen=True)
class Said:
    """One question of a member with its answer; `conversation` is a number that means nothing outside of one reading.

    `outcomes` and `keys` are those of the replies in order, `rating` what the member gave the conversation (1 to 5).
    """

    conversation: int
    seq: int
    text: str = field(repr=False)
    is_choice: bool
    at: datetime
    topics: tuple[str, ...]
    confidence: float
    places: tuple[str, ...] = field(repr=False)
    outcomes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    rating: int | None = None


async def read_said(database: Database, since: datetime) -> list[Said]:
    """Every answered message since then, by conversation and in order. Raises StoreUnavailable."""
    return await database.read(lambda connection: _read(connection, since))


def _read(connection: sa.Connection, since: datetime) -> list[Said]:
    asked, reply = messages.alias("asked"), messages.alias("reply")
    replies: dict[str, list[tuple[str, str]]] = {}
    answered = (
        sa.select(reply.c.reply_to, reply.c.outcome, reply.c.response_key)
        .where(reply.c.reply_to.is_not(None), reply.c.created_at >= since)
        .order_by(reply.c.conversation_id, reply.c.seq)
    )
    for row in connection.execute(answered):
        replies.setdefault(row.reply_to, []).append((row.outcome or "", row.response_key or ""))
    found = (
        sa.select(
            asked.c.id, asked.c.conversation_id, asked.c.seq, asked.c.text, asked.c.choice, asked.c.created_at,
            turns.c.understood, ratings.c.score,
        )
        .select_from(
            asked.join(turns, turns.c.message_id == asked.c.id).outerjoin(
                ratings, ratings.c.conversation_id == asked.c.conversation_id
            )
        )
        .where(asked.c.created_at >= since)
        .order_by(asked.c.conversation_id, asked.c.seq)
    )  # fmt: skip
    numbers: dict[str, int] = {}
    said = []
    for row in connection.execute(found):
        understood = read_understood(row.understood)
        told = replies.get(row.id, [])
        said.append(
            Said(
                conversation=numbers.setdefault(row.conversation_id, len(numbers)),
                seq=row.seq,
                text=row.text,
                is_choice=row.choice is not None,
                at=row.created_at,
                topics=understood.topics,
                confidence=understood.confidence,
                places=tuple(
                    value for name in ("city", "facility", "zip_code") for value in understood.entities.get(name, ())
                ),
                outcomes=tuple(outcome for outcome, _ in told),
                keys=tuple(key for _, key in told),
                rating=row.score,
            )
        )
    return said
