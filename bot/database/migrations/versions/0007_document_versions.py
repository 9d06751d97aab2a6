"""Documents in versions that are kept, the catalogue's versions and terms, and what each answer leaned on."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_DOCUMENT = (
    "payer", "payer_name", "number", "title", "kind", "lines_of_business", "states", "version", "issued_on",
    "effective_on", "revised_on", "archived_on", "read_on", "url", "checksum", "rank", "origin",
)
_JSON = {"lines_of_business": sa.JSON(), "states": sa.JSON()}
_DATES = {name: sa.Date() for name in ("issued_on", "effective_on", "revised_on", "archived_on", "read_on")}


def upgrade() -> None:
    documents, sections, told = _read("id", "document_id")
    _drop()
    _create_versions()
    now = datetime.now(timezone.utc)
    versions = {row["id"]: f"{row['id']}@{row['checksum'][:12]}" for row in documents}
    standing = {"is_draft": False, "is_withdrawn": False, "active_on": None, "retired_on": None, "added_at": now}
    _write(
        [
            {"version_id": versions[row["id"]], "sequence": number, **row, **standing}
            for number, row in enumerate(documents, start=1)
        ],
        [{**_without(row, "document_id"), "version_id": versions[row["document_id"]]} for row in sections],
        [{**_without(row, "document_id"), "version_id": versions[row["document_id"]]} for row in told],
    )
    op.create_table(
        "terms",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
    )
    op.create_table(
        "catalogue_versions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", "checksum", name=op.f("pk_catalogue_versions")),
    )
    op.create_table(
        "wordings",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_wordings")),
    )
    op.create_table(
        "reliance",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_reliance_message_id_messages")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_reliance")),
    )


def downgrade() -> None:
    for name in ("reliance", "wordings", "catalogue_versions", "terms"):
        op.drop_table(name)
    documents, sections, told = _read("sequence", "version_id")
    # One version a document: the one in force, else the next to begin; of one day, the one stored last.
    today = datetime.now(timezone.utc).date()
    spoken = [row for row in map(_with_own_days, documents) if row is not None]
    begun = [row for row in spoken if _begins(row) <= today]
    coming = [row for row in spoken if _begins(row) > today]
    last = {row["id"]: row for row in sorted(coming, key=_begins, reverse=True)}
    last |= {row["id"]: row for row in sorted(begun, key=_begins)}
    ids = {row["version_id"]: row["id"] for row in last.values()}
    _drop()
    _create_documents()
    _write(
        [{"id": row["id"], **{name: row[name] for name in _DOCUMENT}} for row in last.values()],
        [
            {**_without(row, "version_id"), "document_id": ids[row["version_id"]]}
            for row in sections
            if row["version_id"] in ids
        ],
        [
            {**_without(row, "version_id"), "document_id": ids[row["version_id"]]}
            for row in told
            if row["version_id"] in ids
        ],
    )


def _begins(row: dict[str, Any]) -> date:
    begins: date = row["effective_on"] or row["read_on"]
    return begins


def _with_own_days(row: dict[str, Any]) -> dict[str, Any] | None:
    """The version with an operator's days as its own, so that nothing is spoken before or after; None: it never is."""
    begins = row["effective_on"] or row["read_on"]
    if row["active_on"]:
        begins = max(begins, row["active_on"])
        row["effective_on"] = begins
    ends = [day for day in (row["archived_on"], row["retired_on"]) if day]
    row["archived_on"] = min(ends, default=None)
    is_cancelled = row["retired_on"] is not None and row["retired_on"] <= begins
    return None if row["is_draft"] or row["is_withdrawn"] or is_cancelled else row


def _read(order: str, key: str) -> list[list[dict[str, Any]]]:
    """All of it: an import is some thousand rows at most, and the names of constraints forbid two tables at once."""
    connection = op.get_bind()
    own: list[Any] = [
        *(sa.column(name, {**_JSON, **_DATES}.get(name)) for name in ("id", *_DOCUMENT)),
        *(
            [sa.column("version_id"), sa.column("sequence"), sa.column("is_draft", sa.Boolean()),
             sa.column("is_withdrawn", sa.Boolean()), sa.column("active_on", sa.Date()),
             sa.column("retired_on", sa.Date())]
            if key == "version_id"
            else []
        ),
    ]
    documents = sa.select(*own).select_from(sa.table("policy_documents")).order_by(sa.column(order))
    sections = sa.select(
        *(sa.column(name) for name in (key, "position", "section", "heading", "rendering", "payer_text"))
    ).select_from(sa.table("passages"))
    told = sa.select(
        *(sa.column(name) for name in ("id", key, "topic", "position", "text", "section")), sa.column("tags", sa.JSON())
    ).select_from(sa.table("facts"))
    return [[dict(row._mapping) for row in connection.execute(query)] for query in (documents, sections, told)]


def _without(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


def _write(documents: list[dict[str, Any]], sections: list[dict[str, Any]], told: list[dict[str, Any]]) -> None:
    bind = op.get_bind()
    metadata = sa.MetaData()
    for name, rows in (("policy_documents", documents), ("passages", sections), ("facts", told)):
        if rows:
            op.bulk_insert(sa.Table(name, metadata, autoload_with=bind, resolve_fks=False), rows)


def _drop() -> None:
    op.drop_index(op.f("ix_facts_topic"), table_name="facts")
    if "ix_facts_document_id" in {index["name"] for index in sa.inspect(op.get_bind()).get_indexes("facts")}:
        op.drop_index(op.f("ix_facts_document_id"), table_name="facts")
    op.drop_table("facts")
    op.drop_table("passages")
    for index in sa.inspect(op.get_bind()).get_indexes("policy_documents"):
        op.drop_index(str(index["name"]), table_name="policy_documents")
    op.drop_table("policy_documents")


def _document_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("payer", sa.String(length=64), nullable=True),
        sa.Column("payer_name", sa.Text(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("lines_of_business", sa.JSON(), nullable=False),
        sa.Column("states", sa.JSON(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("revised_on", sa.Date(), nullable=True),
        sa.Column("archived_on", sa.Date(), nullable=True),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
    ]


def _create_versions() -> None:
    op.create_table(
        "policy_documents",
        sa.Column("version_id", sa.String(length=160), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=128), nullable=False),
        *_document_columns(),
        sa.Column("is_draft", sa.Boolean(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("active_on", sa.Date(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("origin IN ('shipped', 'imported')", name=op.f("ck_policy_documents_origin")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_policy_documents")),
    )
    for column in ("id", "number", "payer"):
        op.create_index(op.f(f"ix_policy_documents_{column}"), "policy_documents", [column], unique=False)
    key = "version_id"
    _create_parts(key, sa.String(length=160), f"policy_documents.{key}")


def _create_documents() -> None:
    op.create_table(
        "policy_documents",
        sa.Column("id", sa.String(length=128), nullable=False),
        *_document_columns(),
        sa.CheckConstraint("origin IN ('shipped', 'imported')", name=op.f("ck_policy_documents_origin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_documents")),
    )
    for column in ("number", "payer"):
        op.create_index(op.f(f"ix_policy_documents_{column}"), "policy_documents", [column], unique=False)
    _create_parts("document_id", sa.String(length=128), "policy_documents.id")


def _create_parts(key: str, kind: sa.String, target: str) -> None:
    op.create_table(
        "passages",
        sa.Column(key, kind, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("rendering", sa.Text(), nullable=False),
        sa.Column("payer_text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint([key], [target], name=op.f(f"fk_passages_{key}_policy_documents")),
        sa.PrimaryKeyConstraint(key, "position", name=op.f("pk_passages")),
    )
    primary = [key, "id"] if key == "version_id" else ["id"]
    op.create_table(
        "facts",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column(key, kind, nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint([key], [target], name=op.f(f"fk_facts_{key}_policy_documents")),
        sa.PrimaryKeyConstraint(*primary, name=op.f("pk_facts")),
    )
    op.create_index(op.f("ix_facts_topic"), "facts", ["topic"], unique=False)
    if key == "document_id":
        op.create_index(op.f("ix_facts_document_id"), "facts", ["document_id"], unique=False)
