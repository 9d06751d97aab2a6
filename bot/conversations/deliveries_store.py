"""What must still reach a phone? The rows that are written with a message, in its own transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.conversations.model import Author, Channel, Conversation, Message, MessageId
from bot.database import UtcDateTime, metadata

# What is over and did not arrive, then what is on its way, from the beginning to the end.
_WORST_FIRST = ("failed", "undelivered", "suppressed", "queued", "sending", "accepted", "sent", "delivered")

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id")),
    # One message may need several texts.
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("of", sa.Integer, nullable=False),
    sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id")),
    sa.Column("member_address", sa.String(16), nullable=False),
    sa.Column("plan_address", sa.String(16), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    # The words of a confirmation, which is no message of a conversation.
    sa.Column("text", sa.Text),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("attempted_at", UtcDateTime),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("provider_sid", sa.String(64), unique=True),
    sa.Column("error_code", sa.String(32)),
    # Order of sending within one pair of numbers; times alone can be equal.
    sa.Column("place", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("message_id", "part", name="uq_deliveries_part"),
    sa.Index("ix_deliveries_due", "status", "due_at"),
    sa.Index("ix_deliveries_addresses", "member_address", "plan_address"),
)

# One row for each phone that ever said STOP or START to a number of the plan.
sms_opt_outs = sa.Table(
    "sms_opt_outs",
    metadata,
    sa.Column("member_address", sa.String(16), primary_key=True),
    sa.Column("plan_address", sa.String(16), primary_key=True),
    sa.Column("opted_out_at", UtcDateTime),
    sa.Column("opted_in_at", UtcDateTime),
)

# The secret itself stands in one text and nowhere here.
sms_links = sa.Table(
    "sms_links",
    metadata,
    sa.Column("secret_hash", sa.String(64), primary_key=True),
    sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
)


def queue_deliveries(
    connection: sa.Connection, conversation: Conversation, said: Sequence[Message], now: datetime
) -> None:
    """Writes what the messages that go by text need to be sent; those of the member came from there."""
    if conversation.member_address is None or conversation.plan_address is None:
        return
    rows = [
        {
            "id": secrets.token_hex(16),
            "message_id": message.id,
            "part": 1,
            "of": 1,
            "conversation_id": conversation.id,
            "member_address": conversation.member_address,
            "plan_address": conversation.plan_address,
            "kind": "link" if message.with_link else "message",
            "status": "queued",
            "place": message.seq,
            "due_at": now,
            "created_at": now,
            "updated_at": now,
        }
        for message in said
        if message.channel is Channel.SMS and message.author is not Author.MEMBER
    ]
    if rows:
        connection.execute(sa.insert(deliveries), rows)


def list_statuses(connection: sa.Connection, conversation_id: str) -> Mapping[MessageId, str]:
    """How far the texts of each message got: of several parts, the one that is worst off."""
    query = sa.select(deliveries.c.message_id, deliveries.c.status).where(
        deliveries.c.conversation_id == conversation_id, deliveries.c.message_id.is_not(None)
    )
    worst: dict[MessageId, str] = {}
    for row in connection.execute(query):
        message_id = MessageId(row.message_id)
        worst[message_id] = min(worst.get(message_id, row.status), row.status, key=_WORST_FIRST.index)
    return worst


def is_opted_out(connection: sa.Connection, member_address: str | None, plan_address: str | None) -> bool:
    """True when this phone may not be texted from this number."""
    query = sa.select(sms_opt_outs.c.opted_out_at).where(
        sms_opt_outs.c.member_address == member_address, sms_opt_outs.c.plan_address == plan_address
    )
    return connection.execute(query).scalar_one_or_none() is not None


def use_link(connection: sa.Connection, secret_hash: str, now: datetime) -> str | None:
    """The conversation that this link opens, once; None for a link that is unknown, used or too old."""
    table = sms_links
    used = connection.execute(
        sa.update(table)
        .where(table.c.secret_hash == secret_hash, table.c.used_at.is_(None), table.c.expires_at > now)
        .values(used_at=now)
        .returning(table.c.conversation_id)
    ).scalar_one_or_none()
    return str(used) if used is not None else None
