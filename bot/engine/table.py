"""Which columns does the engine's one table have? Created by the app's migrations, read and written by the engine."""

from __future__ import annotations

import sqlalchemy as sa

# Apart from the app's metadata: the two processes share a database but no code.
metadata = sa.MetaData()

engine_trackers = sa.Table(
    "engine_trackers",
    metadata,
    sa.Column("conversation_id", sa.String(64), primary_key=True),
    # Grows by one with every turn; a second engine that took a turn meanwhile is noticed by it.
    sa.Column("version", sa.Integer, nullable=False),
    # JSON: the dialogue's state as a bounded list of Rasa events.
    sa.Column("snapshot", sa.Text, nullable=False),
    # The last turn and its answer, so that a repeated turn is answered and not acted on again.
    sa.Column("turn_id", sa.String(64), nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
)
