"""What every test may ask for: a migrated database on both kinds, and the running product."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from bot.database import Database
from bot.database.database import create_database_engine
from bot.database.migrate import migrate
from tests.databases import open_database
from tests.postgres import run_postgres
from tests.product import RunningProduct, start_product

_names = count(1)


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """The address of a real PostgreSQL, started for this run and stopped after it."""
    with run_postgres() as address:
        with psycopg.connect(address, autocommit=True) as connection:
            # It holds nothing that should survive this run, and every copied database would be written out.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        yield address


@pytest.fixture(scope="session")
def postgres_template(postgres_address: str) -> str:
    """A migrated PostgreSQL database that the tests copy."""
    return create_postgres_database(postgres_address, "template", migrated=True)


@pytest.fixture
def postgres_url(postgres_address: str, postgres_template: str) -> Iterator[str]:
    """The address of a fresh, migrated PostgreSQL database, which is gone after the test."""
    name = f"test_{next(_names)}"
    yield create_postgres_database(postgres_address, name, template="template")
    # A database is 10 MB: those of all tests together would be more than some disks have, and keep them busy.
    with psycopg.connect(postgres_address, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that the tests copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    engine = create_database_engine(f"sqlite:///{path}")
    migrate(engine)
    # One file to copy: without this the newest pages may still stand in the write-ahead log.
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite database."""
    path = tmp_path / "gene-guide.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh, migrated database: the test runs once on SQLite and once on PostgreSQL."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    return str(request.getfixturevalue(fixture))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open, migrated, empty database: the test runs once on SQLite and once on PostgreSQL."""
    database = open_database(database_url)
    yield database
    await database.close()


def create_postgres_database(address: str, name: str, *, template: str = "template1", migrated: bool = False) -> str:
    """The address of a new database on this server."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    url = address.replace("/postgres?", f"/{name}?")
    if migrated:
        engine = create_database_engine(url)
        migrate(engine)
        engine.dispose()
    return url


@pytest.fixture(scope="session")
def running_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    """The whole product in demo mode, started once for all tests that talk to it."""
    product = start_product(tmp_path_factory.mktemp("product"))
    yield product
    product.stop()
