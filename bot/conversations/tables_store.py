"""Which tables hold the record?"""

from __future__ import annotations

import sqlalchemy as sa

from bot.database import UtcDateTime, metadata

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
    sa.Column("handoff_version", sa.Integer, nullable=False, server_default="0"),
    # No foreign key: SQLite would have to build the table anew, under the rows that point to it.
    sa.Column("coach_id", sa.String(32)),
    sa.Column("answered_up_to", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_outcome", sa.String(16)),
    sa.Column("member_address", sa.String(16)),
    sa.Column("plan_address", sa.String(16)),
    sa.Column("unheard_from", sa.Integer),
    # One phone and one number of the plan are one conversation at a time.
    sa.Index(
        "uq_conversations_addresses",
        "member_address",
        "plan_address",
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL AND member_address IS NOT NULL"),
        postgresql_where=sa.text("closed_at IS NULL AND member_address IS NOT NULL"),
    ),
    sa.Index("ix_conversations_coach_id", "coach_id"),
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
    sa.Column("channel", sa.String(16), nullable=False, server_default="web"),
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
    sa.Column("urgency", sa.String(16), nullable=False, server_default="normal"),
    # Whether a coach was there when the member asked: only these waits say how long one waits for a coach.
    sa.Column("asked_on_duty", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("told", sa.String(16)),
    sa.Column("told_at", UtcDateTime),
    sa.Column("long_wait_told_at", UtcDateTime),
    sa.Column("callback_day", sa.Date),
    sa.Column("callback_window", sa.String(16)),
    sa.Column("requested_at", UtcDateTime, nullable=False),
    # The first claim: a coach who vanishes gives the place back, and the wait was over all the same.
    sa.Column("first_claimed_at", UtcDateTime),
    sa.Column("claimed_at", UtcDateTime),
    sa.Column("claimed_by", sa.String(32)),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("ended_by", sa.String(16)),
    sa.Column("outcome", sa.String(16)),
    sa.Column("outcome_note", sa.Text),
    sa.Index("ix_handoff_requests_first_claimed_at", "first_claimed_at"),
    sa.Index("ix_handoff_requests_conversation_id", "conversation_id"),
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

# Append-only: what happened to a handoff, when, and who did it.
handoff_events = sa.Table(
    "handoff_events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("event", sa.String(16), nullable=False),
    sa.Column("cause", sa.String(32)),
    sa.Column("coach_id", sa.String(32), sa.ForeignKey("coaches.id")),
    sa.Column("holder_before", sa.String(16), nullable=False),
    sa.Column("holder_after", sa.String(16), nullable=False),
    sa.Column("handoff_version", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

callbacks = sa.Table(
    "callbacks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("part_of_day", sa.String(16), nullable=False),
    sa.Column("phone", sa.String(16), nullable=False),
    sa.Column("time_zone", sa.String(64), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("coach_id", sa.String(32), sa.ForeignKey("coaches.id")),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("note", sa.Text),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.CheckConstraint("status IN ('open', 'taken', 'done')", name="status"),
    # One promised call a conversation: a member who chooses again changes the promise.
    sa.Index(
        "uq_callbacks_open",
        "conversation_id",
        unique=True,
        sqlite_where=sa.text("status <> 'done'"),
        postgresql_where=sa.text("status <> 'done'"),
    ),
)

coaches = sa.Table(
    "coaches",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("username", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("is_on_duty", sa.Boolean, nullable=False),
    sa.Column("heartbeat_at", UtcDateTime),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("disabled_at", UtcDateTime),
    sa.CheckConstraint("role IN ('coach', 'supervisor')", name="role"),
)

coach_sessions = sa.Table(
    "coach_sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("coach_id", sa.String(32), sa.ForeignKey("coaches.id"), nullable=False, index=True),
    sa.Column("csrf_hash", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("active_at", UtcDateTime, nullable=False),
    sa.Column("heartbeat_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Index("ix_coach_sessions_ended_at", "ended_at", "active_at"),
)

coach_notes = sa.Table(
    "coach_notes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("coach_id", sa.String(32), sa.ForeignKey("coaches.id"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)
