"""What did operators do with the documents, who and when? Rows that are added and never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

import sqlalchemy as sa

from bot.database import UtcDateTime, metadata
from knowledge.policies import import_store
from knowledge.policies.holdings import Holdings
from knowledge.policies.model import DocumentRecord, PolicyDocument, VersionId, VersionNotFound
from knowledge.policies.store import find_plans, find_records, list_versions, policy_documents

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


@dataclass(frozen=True)
class Arrival:
    """How a version got in: "shipped" or "imported", and when (UTC)."""

    origin: str
    at: datetime


@dataclass(frozen=True)
class Ending:
    """A version, and the first day on which it is spoken no more; its own first day: it never comes into force.

    `at_once`: it is in force today, and ends in the course of the day.
    """

    document: PolicyDocument
    on: date
    at_once: bool = False

    @property
    def is_cancelled(self) -> bool:
        """True where the version never comes into force."""
        return self.on <= self.document.in_force_from and not self.at_once


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


def find_arrival(connection: sa.Connection, version: VersionId) -> Arrival:
    """How the version got in. Raises VersionNotFound."""
    query = sa.select(policy_documents.c.origin, policy_documents.c.added_at)
    row = connection.execute(query.where(policy_documents.c.version_id == version)).one_or_none()
    if row is None:
        raise VersionNotFound(version)
    return Arrival(row.origin, row.added_at)


def find_record(connection: sa.Connection, version: VersionId) -> DocumentRecord:
    """The version with its passages and facts. Raises VersionNotFound."""
    found = find_records(connection, policy_documents.c.version_id == version)
    if not found:
        raise VersionNotFound(version)
    return found[0]


def look(connection: sa.Connection, now: datetime) -> Holdings:
    """Everything on file at that moment."""
    holdings = Holdings.of(list_versions(connection), find_plans(connection).values(), now)
    known = {document.version_id: document for document in holdings.versions}
    # An end that was decided on its own day came in the course of it.
    stopped = {
        event.version: event.at
        for event in list_events(connection)
        if event.act is Act.ARCHIVED
        and event.on == known[event.version].retired_on == holdings.day_at(known[event.version].payer, event.at)
    }
    return replace(holdings, stopped=stopped)


def activate(connection: sa.Connection, version: VersionId, on: date, *, by: str, at: datetime) -> None:
    """An operator's activation. Raises what `import_store.activate` raises."""
    holdings = look(connection, at)
    today = holdings.today(holdings.find_version(version).payer)
    import_store.activate(connection, version, on, today=today, was_stopped=version in holdings.stopped)
    record_event(connection, Act.ACTIVATED, version, by=by, at=at, on=on)


def archive(connection: sa.Connection, endings: Iterable[Ending], *, by: str, at: datetime) -> None:
    """An operator's archiving, each version with its day. Raises what `import_store.retire` raises."""
    for ending in endings:
        version, holdings = ending.document.version_id, look(connection, at)
        today = holdings.today(holdings.find_version(version).payer)
        import_store.retire(connection, version, ending.on, today=today, at_once=ending.at_once)
        record_event(connection, Act.ARCHIVED, version, by=by, at=at, on=ending.on)
