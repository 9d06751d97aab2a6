"""How are plans, documents, passages and facts kept? Their tables, and the reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from bot.database import UtcDateTime, metadata
from knowledge.content_store import ContentReader
from knowledge.policies.kept_records import KeptRecords
from knowledge.policies.model import (
    DocumentId,
    DocumentKind,
    DocumentRecord,
    Fact,
    FactId,
    Passage,
    PayerId,
    Plan,
    PlanId,
    PolicyDocument,
    VersionId,
)
from knowledge.policies.service import PolicyStore

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("payer", sa.String(64), nullable=False),
    sa.Column("payer_name", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("line_of_business", sa.String(64), nullable=False),
    sa.Column("states", sa.JSON, nullable=False),
    sa.Column("time_zone", sa.String(64), nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
)

# One row a version. A version is never changed and never deleted: what was once said can always be traced to it.
policy_documents = sa.Table(
    "policy_documents",
    metadata,
    sa.Column("version_id", sa.String(160), primary_key=True),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("id", sa.String(128), nullable=False, index=True),
    sa.Column("payer", sa.String(64), index=True),
    sa.Column("payer_name", sa.Text, nullable=False),
    sa.Column("number", sa.String(64), index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("lines_of_business", sa.JSON, nullable=False),
    sa.Column("states", sa.JSON, nullable=False),
    sa.Column("version", sa.String(64)),
    sa.Column("issued_on", sa.Date),
    sa.Column("effective_on", sa.Date),
    sa.Column("revised_on", sa.Date),
    sa.Column("archived_on", sa.Date),
    sa.Column("read_on", sa.Date, nullable=False),
    sa.Column("url", sa.Text),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.Column("is_draft", sa.Boolean, nullable=False),
    sa.Column("is_withdrawn", sa.Boolean, nullable=False),
    sa.Column("active_on", sa.Date),
    sa.Column("retired_on", sa.Date),
    sa.Column("added_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("origin IN ('shipped', 'imported')", name="origin"),
)

passages = sa.Table(
    "passages",
    metadata,
    sa.Column("version_id", sa.String(160), sa.ForeignKey("policy_documents.version_id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("section", sa.Text, nullable=False),
    sa.Column("heading", sa.Text, nullable=False),
    sa.Column("rendering", sa.Text, nullable=False),
    sa.Column("payer_text", sa.Text),
)

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("version_id", sa.String(160), sa.ForeignKey("policy_documents.version_id"), primary_key=True),
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("topic", sa.String(64), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("section", sa.Text),
    sa.Column("tags", sa.JSON, nullable=False),
)

_STANDING = policy_documents.c.is_withdrawn.is_(False)
_PLANS = sa.select(plans).order_by(plans.c.position)


class SqlPolicyStore(PolicyStore):
    """Plans, documents and facts in the SQL database."""

    def __init__(self, content: ContentReader) -> None:
        self._content = content
        self._records = KeptRecords(self._read_records)

    async def list_plans(self) -> tuple[Plan, ...]:
        return await self._content.read("plans", lambda connection: tuple(map(_plan, connection.execute(_PLANS))))

    async def list_versions(self) -> tuple[PolicyDocument, ...]:
        return await self._content.read("versions", list_versions)

    async def list_facts(self, topic: str, payer: PayerId | None) -> tuple[Fact, ...]:
        def work(connection: sa.Connection) -> tuple[Fact, ...]:
            of_payer = sa.or_(policy_documents.c.payer.is_(None), policy_documents.c.payer == payer)
            return find_facts(connection, facts.c.topic == topic, _STANDING, of_payer)

        return await self._content.read(("facts", topic, payer), work)

    async def list_named_facts(self, ids: Collection[str]) -> tuple[Fact, ...]:
        named = tuple(sorted(ids))
        conditions = (facts.c.id.in_(named), _STANDING)
        return await self._content.read(("named", named), lambda connection: find_facts(connection, *conditions))

    async def list_passages(self, version: VersionId) -> tuple[Passage, ...]:
        query = sa.select(passages).where(passages.c.version_id == version).order_by(passages.c.position)
        key = ("passages", version)
        return await self._content.read(key, lambda connection: tuple(map(_passage, connection.execute(query))))

    async def list_records(self) -> tuple[DocumentRecord, ...]:
        return await self._records.list(await self.list_versions())

    async def find_version(self, version: VersionId) -> DocumentRecord | None:
        def work(connection: sa.Connection) -> DocumentRecord | None:
            return next(iter(find_records(connection, policy_documents.c.version_id == version)), None)

        return await self._content.read(("version", version), work)

    async def _read_records(self, versions: Sequence[VersionId]) -> tuple[DocumentRecord, ...]:
        chosen = policy_documents.c.version_id.in_(versions)
        return await self._content.read_once(lambda connection: find_records(connection, chosen))


def list_versions(connection: sa.Connection) -> tuple[PolicyDocument, ...]:
    """Every version ever stored, in the order of storing."""
    query = sa.select(policy_documents).order_by(policy_documents.c.sequence)
    return tuple(_document(row) for row in connection.execute(query))


def find_records(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> tuple[DocumentRecord, ...]:
    """The versions that meet these conditions, with passages and facts, in the order of storing."""
    chosen = sa.select(policy_documents).where(*conditions).order_by(policy_documents.c.sequence)
    found = sa.select(passages).join(policy_documents).where(*conditions).order_by(passages.c.position)
    sections: dict[str, list[Passage]] = {}
    for row in connection.execute(found):
        sections.setdefault(row.version_id, []).append(_passage(row))
    told: dict[str, list[Fact]] = {}
    for fact in find_facts(connection, *conditions):
        told.setdefault(fact.document.version_id, []).append(fact)
    documents = [_document(row) for row in connection.execute(chosen)]
    return tuple(
        DocumentRecord(document, tuple(sections.get(document.version_id, ())), tuple(told.get(document.version_id, ())))
        for document in documents
    )


def find_plans(connection: sa.Connection) -> dict[PlanId, Plan]:
    """Every plan by id."""
    return {row.id: _plan(row) for row in connection.execute(sa.select(plans))}


def _plan(row: sa.Row[Any]) -> Plan:
    return Plan(
        id=PlanId(row.id),
        payer=PayerId(row.payer),
        payer_name=row.payer_name,
        name=row.name,
        line_of_business=row.line_of_business,
        states=tuple(row.states),
        time_zone=row.time_zone,
        aliases=tuple(row.aliases),
    )


def _document(row: sa.Row[Any], prefix: str = "") -> PolicyDocument:
    def value(name: str) -> Any:
        return getattr(row, prefix + name)

    return PolicyDocument(
        id=DocumentId(value("id")),
        payer=PayerId(value("payer")) if value("payer") else None,
        payer_name=value("payer_name"),
        number=value("number"),
        title=value("title"),
        kind=DocumentKind(value("kind")),
        lines_of_business=tuple(value("lines_of_business")),
        states=tuple(value("states")),
        version=value("version"),
        issued_on=value("issued_on"),
        effective_on=value("effective_on"),
        revised_on=value("revised_on"),
        archived_on=value("archived_on"),
        read_on=value("read_on"),
        url=value("url"),
        checksum=value("checksum"),
        rank=value("rank"),
        active_on=value("active_on"),
        retired_on=value("retired_on"),
        is_draft=value("is_draft"),
        is_withdrawn=value("is_withdrawn"),
        sequence=value("sequence"),
    )


def _passage(row: sa.Row[Any]) -> Passage:
    return Passage(VersionId(row.version_id), row.position, row.section, row.heading, row.rendering, row.payer_text)


def find_facts(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> tuple[Fact, ...]:
    """The facts of the versions that meet these conditions, by position."""
    document = [column.label(f"source_{column.name}") for column in policy_documents.c]
    query = sa.select(facts, *document).join(policy_documents).where(*conditions).order_by(facts.c.position, facts.c.id)
    return tuple(map(_fact, connection.execute(query)))


def _fact(row: sa.Row[Any]) -> Fact:
    return Fact(
        id=FactId(row.id),
        topic=row.topic,
        position=row.position,
        text=row.text,
        document=_document(row, "source_"),
        section=row.section,
        tags=tuple(row.tags),
    )
