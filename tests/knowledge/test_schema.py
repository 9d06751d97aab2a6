"""The migrations make exactly the tables of the knowledge that the code reads and writes."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Table

import knowledge
from bot.database import Database, metadata

ROOT = Path(knowledge.__file__).parents[1]
STORES = [
    importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for path in sorted((ROOT / "knowledge").rglob("*store.py"))
]
OURS = {
    table.name
    for module in STORES
    for table in vars(module).values()
    if isinstance(table, Table) and table.metadata is metadata
}


async def test_the_migrated_tables_of_the_knowledge_are_those_of_the_code(database: Database) -> None:
    def work(connection: Connection) -> Any:
        def is_ours(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
            return (name if kind == "table" else thing.table.name) in OURS

        options = {"include_object": is_ours, "compare_type": True}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    assert {"policy_documents", "passages", "facts", "plans", "knowledge_events", "content_versions"} <= OURS
    assert await database.read(work) == []
