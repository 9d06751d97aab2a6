"""What did operators do with the documents, who and when? Rows that are added and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

import sqlalchemy as sa

from bot.database import UtcDateTime, metadata
from knowledge.policies.model import VersionId

# Append-only: migration 0008 adds triggers that refuse every change and removal.
knowledge_events = sa.Table(
    "knowledge_events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("act", sa.String(16), nullable=False),
    sa.Column("version_id", sa.String(160), sa.ForeignKey("policy_documents.version_id"), nullable=False),
    sa.Column("effective_on", sa.Date),
)
# As long as the column, so that a long name is cut and never refuses the act itself.
_LONGEST_NAME = 64


class Act(str, Enum):
    """What an operator can do with a version."""

    IMPORTED = "imported"
    ACTIVATED = "activated"
    ARCHIVED = "archived"


@dataclass(frozen=True)
class KnowledgeEvent:
    """One act: at that moment (UTC), by that person; `on` is the day from which it holds, None for a draft."""

    at: datetime
    by: str
    act: Act
    version: VersionId
    on: date | None


def record_event(
    connection: sa.Connection, act: Act, version: VersionId, *, by: str, at: datetime, on: date | None = None
) -> None:
    """Keeps an act, in the transaction of the act itself; `version` must be stored already."""
    values = {"at": at, "by": by[:_LONGEST_NAME], "act": act.value, "version_id": version, "effective_on": on}
    connection.execute(sa.insert(knowledge_events).values(**values))


def list_events(connection: sa.Connection) -> tuple[KnowledgeEvent, ...]:
    """Every act, the oldest first."""
    rows = connection.execute(sa.select(knowledge_events).order_by(knowledge_events.c.id))
    return tuple(
        KnowledgeEvent(row.at, row.by, Act(row.act), VersionId(row.version_id), row.effective_on) for row in rows
    )
