"""Runs the migrations over the connection that `bot.database.migrate` hands in.

For developers: `alembic -x url=sqlite:///var/gene-guide.sqlite current` (or `revision --autogenerate -m TEXT`).
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

# Imported for what they add to the metadata: every store's tables.
import bot.channels.sms.inbox_store
import bot.conversations.lookups_store
import bot.conversations.store
import knowledge.eligibility.store
import knowledge.facilities.store
import knowledge.policies.ledger_store
import knowledge.policies.store
import knowledge.shipped.store
import knowledge.therapies.store
from bot.database.database import create_database_engine
from bot.database.metadata import metadata


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_database_engine(context.get_x_argument(as_dictionary=True)["url"]).connect() as opened:
        run(opened)
        opened.commit()
