"""What operators did with the documents: an append-only list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "knowledge_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("version_id", sa.String(length=160), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["policy_documents.version_id"],
            name=op.f("fk_knowledge_events_version_id_policy_documents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_events")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_knowledge_event_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'knowledge_events is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER knowledge_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON knowledge_events "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_knowledge_event_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER knowledge_events_no_{change.lower()} BEFORE {change} ON knowledge_events "
            "BEGIN SELECT RAISE(ABORT, 'knowledge_events is append-only'); END"
        )


def downgrade() -> None:
    op.drop_table("knowledge_events")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_knowledge_event_change()")
