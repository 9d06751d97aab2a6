"""How does the shipped content get into the database? Once for each version of it, whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from bot.database import Database
from knowledge.shipped import store
from knowledge.shipped.files import CONTENT, read_digest, read_shipped_content


@dataclass(frozen=True)
class ContentReport:
    """What is shipped, in numbers; `loaded` False: the database had this very content already."""

    loaded: bool
    digest: str
    plans: int
    documents: int
    facts: int
    therapies: int
    conditions: int
    facilities: int


def load_content(database: Database, *, folder: Path = CONTENT, now: datetime | None = None) -> ContentReport:
    """Loads the shipped content into a migrated database. Raises ContentError, StoreUnavailable."""
    content = read_shipped_content(folder)
    moment = now or datetime.now(timezone.utc)
    loaded = database.write_now(lambda connection: store.load(connection, content, moment))
    return ContentReport(
        loaded=loaded,
        digest=content.digest,
        plans=len(content.plans),
        documents=len(content.documents),
        facts=sum(len(record.facts) for record in content.documents),
        therapies=len(content.therapies),
        conditions=len(content.conditions),
        facilities=len(content.facilities),
    )


def is_content_loaded(database: Database, *, folder: Path = CONTENT) -> bool:
    """True where a migrated database has this very content. Raises StoreUnavailable."""
    digest = read_digest(folder)
    return database.read_now(lambda connection: store.is_loaded(connection, digest))
