"""Runs the migrations over the connection that `bot.database.migrate` hands in."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

# Imported for what they add to the metadata: every store's tables.
import bot.conversations.store
import knowledge.eligibility.store
import knowledge.facilities.store
import knowledge.policies.store
import knowledge.shipped.store
import knowledge.therapies.store
from bot.database.metadata import metadata


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
