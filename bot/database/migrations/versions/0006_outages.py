"""From which message on the engine was not heard, and a row to try writing on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("unheard_from", sa.Integer(), nullable=True))
    checks = op.create_table(
        "write_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_checks")),
    )
    op.bulk_insert(checks, [{"id": 1, "checks": 0}])


def downgrade() -> None:
    op.drop_table("write_checks")
    op.drop_column("conversations", "unheard_from")
