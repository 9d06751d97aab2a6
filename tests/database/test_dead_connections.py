"""A connection to PostgreSQL that died in the pool costs nobody an answer, and one that dies in use claims nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest
import sqlalchemy as sa

from bot.database import Database, StoreUnavailable
from tests.database.test_writes import add, kept
from tests.databases import open_database


@pytest.fixture
async def things(postgres_url: str) -> AsyncIterator[Database]:
    """An empty table of numbers."""
    database = open_database(postgres_url)
    database.write_now(lambda connection: connection.exec_driver_sql("CREATE TABLE things (id INTEGER PRIMARY KEY)"))
    yield database
    await database.close()


def end_all_connections(url: str) -> None:
    """What a restart of the server, or an operator, does."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_a_read_on_a_dead_connection_is_asked_again(things: Database, postgres_url: str) -> None:
    await things.write(add(1))
    assert await kept(things) == [1]
    end_all_connections(postgres_url)
    assert await kept(things) == [1]


async def test_a_write_on_a_dead_connection_is_begun_again_and_done_once(things: Database, postgres_url: str) -> None:
    await things.write(add(1))
    runs = []

    def count(connection: sa.Connection) -> int:
        runs.append(1)
        return add(2)(connection)

    end_all_connections(postgres_url)
    assert await things.write(count) == 2
    assert runs == [1]
    assert await kept(things) == [1, 2]


async def test_a_write_whose_connection_dies_in_the_middle_claims_nothing(things: Database, postgres_url: str) -> None:
    def die(connection: sa.Connection) -> int:
        add(1)(connection)
        end_all_connections(postgres_url)
        return add(2)(connection)

    with pytest.raises(StoreUnavailable):
        await things.write(die)
    assert await kept(things) == []
    assert await things.write(add(3)) == 3


async def test_a_statement_that_takes_too_long_is_cut_after_the_limit(postgres_url: str) -> None:
    database = Database.open(postgres_url, timeout_s=1.0)
    with pytest.raises(StoreUnavailable):
        await database.read(lambda connection: connection.execute(sa.text("SELECT pg_sleep(30)")).scalar())
    assert await database.read(lambda connection: connection.execute(sa.text("SELECT 1")).scalar()) == 1
    await database.close()
