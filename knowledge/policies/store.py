"""How are plans, documents, passages and facts kept? Their tables, the reads, and the two ways to write them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.database import metadata
from knowledge.content_store import ContentReader
from knowledge.policies.model import (
    DocumentId,
    DocumentKind,
    Fact,
    FactId,
    Passage,
    PayerId,
    Plan,
    PlanId,
    PolicyDocument,
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

policy_documents = sa.Table(
    "policy_documents",
    metadata,
    sa.Column("id", sa.String(128), primary_key=True),
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
    sa.CheckConstraint("origin IN ('shipped', 'imported')", name="origin"),
)

passages = sa.Table(
    "passages",
    metadata,
    sa.Column("document_id", sa.String(128), sa.ForeignKey("policy_documents.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("section", sa.Text, nullable=False),
    sa.Column("heading", sa.Text, nullable=False),
    sa.Column("rendering", sa.Text, nullable=False),
    sa.Column("payer_text", sa.Text),
)

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("document_id", sa.String(128), sa.ForeignKey("policy_documents.id"), nullable=False, index=True),
    sa.Column("topic", sa.String(64), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("section", sa.Text),
    sa.Column("tags", sa.JSON, nullable=False),
)


_PLANS = sa.select(plans).order_by(plans.c.position)


class SqlPolicyStore(PolicyStore):
    """Plans, documents and facts in the SQL database."""

    def __init__(self, content: ContentReader) -> None:
        self._content = content

    async def list_plans(self) -> tuple[Plan, ...]:
        return await self._content.read("plans", lambda connection: tuple(map(_plan, connection.execute(_PLANS))))

    async def list_facts(self, topic: str, payer: PayerId | None) -> tuple[Fact, ...]:
        def work(connection: sa.Connection) -> tuple[Fact, ...]:
            document = [column.label(f"source_{column.name}") for column in policy_documents.c]
            query = (
                sa.select(facts, *document)
                .join(policy_documents)
                .where(facts.c.topic == topic)
                .where(sa.or_(policy_documents.c.payer.is_(None), policy_documents.c.payer == payer))
            )
            return tuple(map(_fact, connection.execute(query)))

        return await self._content.read(("facts", topic, payer), work)

    async def list_documents(self, payer: PayerId | None, number: str | None) -> tuple[PolicyDocument, ...]:
        query, key = sa.select(policy_documents), ("documents", payer, number)
        if number is not None:
            query = query.where(sa.func.upper(policy_documents.c.number) == number.strip().upper())
        else:
            query = query.where(policy_documents.c.payer == payer)
        return await self._content.read(key, lambda connection: tuple(map(_document, connection.execute(query))))

    async def list_passages(self, document: DocumentId) -> tuple[Passage, ...]:
        query = sa.select(passages).where(passages.c.document_id == document).order_by(passages.c.position)
        key = ("passages", document)
        return await self._content.read(key, lambda connection: tuple(map(_passage, connection.execute(query))))


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
    )


def _passage(row: sa.Row[Any]) -> Passage:
    return Passage(DocumentId(row.document_id), row.position, row.section, row.heading, row.rendering, row.payer_text)


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
