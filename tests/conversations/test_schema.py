"""The migrations make exactly the tables that the code writes to."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

import bot.conversations.store
from bot.database import Database, metadata

OURS = {table.name for table in vars(bot.conversations.store).values() if getattr(table, "metadata", None) is metadata}


async def test_the_migrated_tables_of_the_record_are_those_of_the_code(database: Database) -> None:
    def work(connection: Connection) -> Any:
        def is_ours(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
            return (name if kind == "table" else thing.table.name) in OURS

        options = {"include_object": is_ours, "compare_type": True}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    assert {"conversations", "messages", "turns", "handoff_requests", "ratings"} == OURS
    assert await database.read(work) == []
