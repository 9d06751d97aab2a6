"""The search over the content that ships, in a database of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from bot.database import Database
from bot.database.migrate import migrate
from knowledge.bootstrap import Knowledge, build_knowledge
from knowledge.content_store import ContentReader
from knowledge.policies.model import Plan
from knowledge.search.service import CatalogueStore
from knowledge.search.store import SqlCatalogueStore
from knowledge.shipped.importer import load_content
from knowledge.therapies.store import SqlTherapyStore
from tests.databases import open_database

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Shipped:
    """The services, and the plans on file."""

    database: Database
    knowledge: Knowledge
    catalogue: CatalogueStore
    plans: tuple[Plan, ...]


@asynccontextmanager
async def open_shipped(folder: Path, *, fresh_for_s: float = 3600.0) -> AsyncIterator[Shipped]:
    """The services on a database in this folder that holds what ships, which is looked at once unless it may change."""
    database = open_database(f"sqlite:///{folder / 'shipped.sqlite'}")
    try:
        await asyncio.to_thread(migrate, database.engine)
        await asyncio.to_thread(load_content, database, now=NOW)
        knowledge = build_knowledge(database, lambda: NOW, fresh_for_s=fresh_for_s)
        content = ContentReader(database, lambda: 0.0, fresh_for_s)
        catalogue = SqlCatalogueStore(content, SqlTherapyStore(content))
        yield Shipped(database, knowledge, catalogue, await knowledge.policies.list_plans())
    finally:
        await database.close()
