"""Handoffs to coaches, and texts in and out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sms_inbox",
        sa.Column("message_sid", sa.String(length=34), nullable=False),
        sa.Column("member_address", sa.String(length=16), nullable=False),
        sa.Column("plan_address", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("num_media", sa.Integer(), nullable=False),
        sa.Column("opt_out_type", sa.String(length=16), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("message_sid", name=op.f("pk_sms_inbox")),
    )
    with op.batch_alter_table("sms_inbox", schema=None) as batch_op:
        batch_op.create_index("ix_sms_inbox_open", ["handled_at", "received_at"], unique=False)

    op.create_table(
        "coaches",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("is_on_duty", sa.Boolean(), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('coach', 'supervisor')", name=op.f("ck_coaches_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaches")),
        sa.UniqueConstraint("username", name=op.f("uq_coaches_username")),
    )
    op.create_table(
        "sms_opt_outs",
        sa.Column("member_address", sa.String(length=16), nullable=False),
        sa.Column("plan_address", sa.String(length=16), nullable=False),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opted_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("member_address", "plan_address", name=op.f("pk_sms_opt_outs")),
    )
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part_of_day", sa.String(length=16), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("coach_id", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('open', 'taken', 'done')", name=op.f("ck_callbacks_status")),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_callbacks_coach_id_coaches")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_callbacks_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
    )
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.create_index(
            "uq_callbacks_open",
            ["conversation_id"],
            unique=True,
            sqlite_where=sa.text("status <> 'done'"),
            postgresql_where=sa.text("status <> 'done'"),
        )

    op.create_table(
        "coach_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("coach_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_coach_notes_coach_id_coaches")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_coach_notes_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coach_notes")),
    )
    with op.batch_alter_table("coach_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coach_notes_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "coach_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("coach_id", sa.String(length=32), nullable=False),
        sa.Column("csrf_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_coach_sessions_coach_id_coaches")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_coach_sessions")),
    )
    with op.batch_alter_table("coach_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coach_sessions_coach_id"), ["coach_id"], unique=False)
        batch_op.create_index("ix_coach_sessions_ended_at", ["ended_at", "active_at"], unique=False)

    op.create_table(
        "handoff_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.Column("coach_id", sa.String(length=32), nullable=True),
        sa.Column("holder_before", sa.String(length=16), nullable=False),
        sa.Column("holder_after", sa.String(length=16), nullable=False),
        sa.Column("handoff_version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_handoff_events_coach_id_coaches")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_handoff_events_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_events")),
    )
    with op.batch_alter_table("handoff_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handoff_events_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "sms_links",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_sms_links_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_sms_links")),
    )
    with op.batch_alter_table("sms_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sms_links_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("member_address", sa.String(length=16), nullable=False),
        sa.Column("plan_address", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_sid", sa.String(length=64), nullable=True),
        sa.Column("error_code", sa.String(length=32), nullable=True),
        sa.Column("place", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_deliveries_conversation_id_conversations")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_deliveries_message_id_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("message_id", "part", name="uq_deliveries_part"),
        sa.UniqueConstraint("provider_sid", name=op.f("uq_deliveries_provider_sid")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_addresses", ["member_address", "plan_address"], unique=False)
        batch_op.create_index("ix_deliveries_due", ["status", "due_at"], unique=False)

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("handoff_version", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("coach_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("answered_up_to", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("last_outcome", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("member_address", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("plan_address", sa.String(length=16), nullable=True))
        batch_op.create_index("ix_conversations_coach_id", ["coach_id"], unique=False)
        batch_op.create_index(
            "uq_conversations_addresses",
            ["member_address", "plan_address"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL AND member_address IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND member_address IS NOT NULL"),
        )

    with op.batch_alter_table("handoff_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("urgency", sa.String(length=16), server_default="normal", nullable=False))
        batch_op.add_column(sa.Column("asked_on_duty", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("told", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("long_wait_told_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("callback_day", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("callback_window", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("first_claimed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("claimed_by", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("ended_by", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("outcome", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("outcome_note", sa.Text(), nullable=True))
        batch_op.create_index("ix_handoff_requests_first_claimed_at", ["first_claimed_at"], unique=False)
        batch_op.create_index("ix_handoff_requests_conversation_id", ["conversation_id"], unique=False)

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(length=16), server_default="web", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_column("channel")

    with op.batch_alter_table("handoff_requests", schema=None) as batch_op:
        batch_op.drop_index("ix_handoff_requests_first_claimed_at")
        batch_op.drop_index("ix_handoff_requests_conversation_id")
        batch_op.drop_column("outcome_note")
        batch_op.drop_column("outcome")
        batch_op.drop_column("ended_by")
        batch_op.drop_column("claimed_by")
        batch_op.drop_column("first_claimed_at")
        batch_op.drop_column("callback_window")
        batch_op.drop_column("callback_day")
        batch_op.drop_column("long_wait_told_at")
        batch_op.drop_column("told_at")
        batch_op.drop_column("told")
        batch_op.drop_column("asked_on_duty")
        batch_op.drop_column("urgency")

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_conversations_addresses",
            sqlite_where=sa.text("closed_at IS NULL AND member_address IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND member_address IS NOT NULL"),
        )
        batch_op.drop_index("ix_conversations_coach_id")
        batch_op.drop_column("plan_address")
        batch_op.drop_column("member_address")
        batch_op.drop_column("last_outcome")
        batch_op.drop_column("answered_up_to")
        batch_op.drop_column("coach_id")
        batch_op.drop_column("handoff_version")

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_due")
        batch_op.drop_index("ix_deliveries_addresses")

    op.drop_table("deliveries")
    with op.batch_alter_table("sms_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sms_links_conversation_id"))

    op.drop_table("sms_links")
    with op.batch_alter_table("handoff_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handoff_events_conversation_id"))

    op.drop_table("handoff_events")
    with op.batch_alter_table("coach_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coach_sessions_coach_id"))

    op.drop_table("coach_sessions")
    with op.batch_alter_table("coach_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coach_notes_conversation_id"))

    op.drop_table("coach_notes")
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_callbacks_open", sqlite_where=sa.text("status <> 'done'"), postgresql_where=sa.text("status <> 'done'")
        )

    op.drop_table("callbacks")
    op.drop_table("sms_opt_outs")
    op.drop_table("coaches")
    op.drop_table("sms_inbox")
