"""The engine's dialogues: one row a conversation.

The engine reads and writes the table from its own environment and shares no code with the app, so the columns stand
here and, for its queries, in bot/engine/table.py; a test compares the two.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "engine_trackers",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.String(64), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_engine_trackers"),
    )


def downgrade() -> None:
    op.drop_table("engine_trackers")
