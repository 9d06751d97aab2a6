"""What was on file before documents had versions is on file after, and is there again on the way back."""

from __future__ import annotations

from datetime import date, datetime, timezone
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from bot.database import Database
from bot.database.database import create_database_engine
from bot.database.migrate import _config, migrate
from knowledge.policies import ledger_store
from knowledge.policies.model import DocumentKind, VersionId
from knowledge.policies.store import find_records
from tests.conftest import create_postgres_database

_names = count(1)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)
SHIPPED: dict[str, Any] = {
    "id": "shipped", "payer": "caresource", "payer_name": "CareSource", "number": "MP-AD-1623", "title": "Shipped",
    "kind": "administrative_policy", "lines_of_business": ["marketplace"], "states": ["GA", "OH"], "version": "1",
    "issued_on": date(2026, 1, 28), "effective_on": date(2026, 5, 1), "revised_on": None, "archived_on": None,
    "read_on": date(2026, 11, 21), "url": None, "checksum": "a" * 64, "rank": 3, "origin": "shipped",
}  # fmt: skip
IMPORTED: dict[str, Any] = {
    **SHIPPED, "id": "imported", "payer": None, "number": None, "lines_of_business": [], "states": [], "version": None,
    "effective_on": None, "archived_on": date(2027, 1, 1), "url": "https://example.org", "checksum": "b" * 64,
    "kind": "member_page", "rank": 4, "origin": "imported",
}  # fmt: skip
PASSAGES: list[dict[str, Any]] = [
    {"document_id": document, "position": position, "section": section, "heading": "Heading", "rendering": "Ours.",
     "payer_text": text}
    for document, position, section, text in [
        ("shipped", 1, "A", None), ("shipped", 2, "D.I", None), ("imported", 1, "A", "Theirs."),
    ]
]  # fmt: skip
FACTS: list[dict[str, Any]] = [
    {"id": "one", "document_id": "shipped", "topic": "cost", "position": 10, "text": "A.", "section": "A", "tags": []},
    {"id": "two", "document_id": "imported", "topic": "cost", "position": 1, "text": "B.", "section": None,
     "tags": ["detail"]},
]  # fmt: skip
ORDER = {"policy_documents": "id", "passages": "document_id, position", "facts": "id"}


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> sa.Engine:
    """A database as it was before, with a shipped document and an imported one."""
    url = f"sqlite:///{tmp_path / 'before.sqlite'}"
    if request.param == "postgresql":
        url = create_postgres_database(request.getfixturevalue("postgres_address"), f"before_0007_{next(_names)}")
    engine = create_database_engine(url)
    migrate(engine, "0006")
    with engine.begin() as connection:
        for name, rows in (("policy_documents", [SHIPPED, IMPORTED]), ("passages", PASSAGES), ("facts", FACTS)):
            connection.execute(sa.insert(_table(connection, name)), rows)
    return engine


def _table(connection: sa.Connection, name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)


def _rows(engine: sa.Engine) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        return {
            name: [
                dict(row._mapping)
                for row in connection.execute(sa.select(_table(connection, name)).order_by(sa.text(order)))
            ]
            for name, order in ORDER.items()
        }


def _downgrade(engine: sa.Engine, revision: str) -> None:
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()


def test_every_document_becomes_a_version_with_its_passages_and_facts(engine: sa.Engine) -> None:
    migrate(engine)
    found = {record.document.id: record for record in Database(engine).write_now(find_records)}
    assert list(found) == ["imported", "shipped"]
    shipped, imported = found["shipped"], found["imported"]  # type: ignore[index]
    assert shipped.document.version_id == f"shipped@{'a' * 12}"
    assert shipped.document.kind is DocumentKind.ADMINISTRATIVE_POLICY
    assert (shipped.document.effective_on, shipped.document.states) == (date(2026, 5, 1), ("GA", "OH"))
    assert (shipped.document.is_draft, shipped.document.is_withdrawn, shipped.document.active_on) == (
        False,
        False,
        None,
    )
    assert [passage.section for passage in shipped.passages] == ["A", "D.I"]
    assert [(fact.id, fact.section) for fact in shipped.facts] == [("one", "A")]
    assert [passage.payer_text for passage in imported.passages] == ["Theirs."]
    assert imported.facts[0].tags == ("detail",)
    arrival = Database(engine).write_now(
        lambda connection: ledger_store.find_arrival(connection, imported.document.version_id)
    )
    assert arrival.origin == "imported"


def test_the_way_back_gives_the_same_rows(engine: sa.Engine) -> None:
    before = _rows(engine)
    migrate(engine)
    assert "version_id" in _rows_of_versions(engine)[0]
    _downgrade(engine, "0006")
    assert _rows(engine) == before


def _rows_of_versions(engine: sa.Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(sa.text("SELECT * FROM policy_documents"))]


def test_on_the_way_back_an_operators_days_become_the_documents_own_and_a_draft_is_not_spoken(
    engine: sa.Engine,
) -> None:
    migrate(engine)
    database = Database(engine)
    shipped, imported = VersionId(f"shipped@{'a' * 12}"), VersionId(f"imported@{'b' * 12}")
    document = database.read_now(lambda connection: ledger_store.find_record(connection, shipped)).document
    endings = [ledger_store.Ending(document, date(2026, 12, 1))]
    database.write_now(lambda connection: ledger_store.archive(connection, endings, by="anna", at=NOW))
    with engine.begin() as connection:
        versions = _table(connection, "policy_documents")
        row = dict(connection.execute(sa.select(versions).where(versions.c.version_id == imported)).one()._mapping)
        draft = {**row, "version_id": f"imported@{'c' * 12}", "checksum": "c" * 64, "sequence": 9, "is_draft": True}
        connection.execute(sa.insert(versions), draft)
        connection.execute(
            sa.update(versions).where(versions.c.version_id == imported).values(active_on=date(2026, 12, 24))
        )
    _downgrade(engine, "0006")
    documents = {row["id"]: row for row in _rows(engine)["policy_documents"]}
    assert documents["shipped"]["archived_on"] == date(2026, 12, 1)
    assert documents["imported"]["effective_on"] == date(2026, 12, 24)
    assert documents["imported"]["checksum"] == "b" * 64


def test_what_operators_did_can_be_added_and_never_changed(database: Database) -> None:
    with database.engine.begin() as connection:
        versions = _table(connection, "policy_documents")
        standing = {"version_id": "x@1", "sequence": 1, "is_draft": True, "is_withdrawn": False, "added_at": NOW}
        connection.execute(sa.insert(versions), {**SHIPPED, **standing})
    database.write_now(
        lambda connection: ledger_store.record_event(
            connection, ledger_store.Act.IMPORTED, VersionId("x@1"), by="anna" * 40, at=NOW
        )
    )
    (event,) = database.write_now(ledger_store.list_events)
    assert (event.at, event.act, event.on, len(event.by)) == (NOW, ledger_store.Act.IMPORTED, None, 64)
    for change in ("UPDATE knowledge_events SET by = 'eve'", "DELETE FROM knowledge_events"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.engine.begin() as connection:
            connection.exec_driver_sql(change)
