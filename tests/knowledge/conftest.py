"""What the knowledge tests start from: a database with the shipped content, a clock that stands still, the services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from bot.database import Database
from knowledge.bootstrap import Knowledge, build_knowledge
from knowledge.eligibility.importer import import_members
from knowledge.shipped.importer import load_content
from tests.databases import open_database

DEMO_MEMBERS = Path(__file__).parents[2] / "bot/demo/members.csv"

_names = count(1)


@dataclass
class StoppedClock:
    """The current moment, moved by hand."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        """Moves on by that many `seconds`, `minutes`, `hours`, ..."""
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> StoppedClock:
    """The morning of 11/21/2026, in New York."""
    return StoppedClock(datetime(2026, 11, 21, 15, 0, tzinfo=timezone.utc))


@pytest.fixture(scope="session")
def sqlite_content(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the shipped content, to read from or to copy."""
    path = tmp_path_factory.mktemp("knowledge") / "content.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    fill(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_content(postgres_address: str, postgres_template: str) -> str:
    """The address of a PostgreSQL database with the shipped content, to read from or to copy."""
    url = copy_postgres_database(postgres_address, "template", "knowledge_content")
    fill(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
async def shipped(request: pytest.FixtureRequest, clock: StoppedClock) -> AsyncIterator[Knowledge]:
    """The services on a database with the shipped content that all tests share: for reading only."""
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('sqlite_content')}"
    else:
        url = request.getfixturevalue("postgres_content")
    database = open_database(url)
    yield build_knowledge(database, clock)
    await database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def filled(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of the test's own with the shipped content."""
    if request.param == "sqlite":
        path = tmp_path / "own.sqlite"
        path.write_bytes(request.getfixturevalue("sqlite_content").read_bytes())
        url = f"sqlite:///{path}"
    else:
        request.getfixturevalue("postgres_content")
        address = request.getfixturevalue("postgres_address")
        url = copy_postgres_database(address, "knowledge_content", f"knowledge_{next(_names)}")
    database = open_database(url)
    yield database
    await database.close()


@pytest.fixture
def knowledge(filled: Database, clock: StoppedClock) -> Knowledge:
    """The services on the test's own database."""
    return build_knowledge(filled, clock)


@pytest.fixture
def with_members(filled: Database, clock: StoppedClock) -> Database:
    """The test's own database with the demo's fictional members."""
    import_members(filled, DEMO_MEMBERS, now=clock.now)
    return filled


def fill(url: str) -> None:
    """Loads the shipped content, in a way that leaves the database free to be copied."""
    database = open_database(url)
    load_content(database)
    if url.startswith("sqlite"):
        # One file to copy: without this the newest pages may still stand in the write-ahead log.
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()


def copy_postgres_database(address: str, template: str, name: str) -> str:
    """Makes the database `name` from another one; returns its address."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return address.replace("/postgres?", f"/{name}?")
