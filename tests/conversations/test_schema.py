"""The migrations make exactly the tables that the code writes to."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

import bot.channels.sms.inbox_store
import bot.conversations.deliveries_store
import bot.conversations.lookups_store
import bot.conversations.tables_store
import bot.database.write_check_store
from bot.database import Database, metadata

OURS = {
    table.name
    for module in (
        bot.conversations.tables_store,
        bot.conversations.deliveries_store,
        bot.conversations.lookups_store,
        bot.channels.sms.inbox_store,
        bot.database.write_check_store,
    )
    for table in vars(module).values()
    if getattr(table, "metadata", None) is metadata
}


async def test_the_migrated_tables_of_the_record_are_those_of_the_code(database: Database) -> None:
    def work(connection: Connection) -> Any:
        def is_ours(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
            return (name if kind == "table" else thing.table.name) in OURS

        options = {"include_object": is_ours, "compare_type": True}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    assert {
        "conversations", "messages", "turns", "ratings", "handoff_requests", "handoff_events", "callbacks", "coaches",
        "coach_sessions", "coach_notes", "deliveries", "lookups", "sms_inbox", "sms_opt_outs", "sms_links",
        "write_checks",
    } == OURS  # fmt: skip
    assert await database.read(work) == []
