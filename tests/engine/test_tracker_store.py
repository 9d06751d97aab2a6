"""The engine's rows, on both databases: written whole, never twice, and never from memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.engine.table import engine_trackers
from bot.engine.tracker_store import DialogueStore, StoredDialogue, StoreUnavailable, TurnConflict

EVENTS = [{"event": "slot", "name": "zip_code", "value": "19104", "text": "¿qué? \u0000 😀"}]


@pytest.fixture
async def dialogues(database_url: str) -> AsyncIterator[DialogueStore]:
    store = DialogueStore(database_url)
    yield store
    await store.close()


async def save(store: DialogueStore, after: StoredDialogue | None, turn_id: str) -> None:
    await store.save("conversation-1", after, snapshot=EVENTS, turn_id=turn_id, result=f'{{"turn_id": "{turn_id}"}}')


async def test_an_unknown_conversation_has_no_row(dialogues: DialogueStore) -> None:
    assert await dialogues.load("conversation-1") is None


async def test_state_and_answer_come_back_together(dialogues: DialogueStore) -> None:
    await save(dialogues, None, "turn-1")
    assert await dialogues.load("conversation-1") == StoredDialogue(1, EVENTS, "turn-1", '{"turn_id": "turn-1"}')


async def test_one_row_a_conversation_however_many_turns(dialogues: DialogueStore, database_url: str) -> None:
    for number in range(5):
        await save(dialogues, await dialogues.load("conversation-1"), f"turn-{number}")
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(engine_trackers.c.version, engine_trackers.c.turn_id)).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [(5, "turn-4")]


async def test_a_turn_that_another_engine_took_meanwhile_is_not_overwritten(dialogues: DialogueStore) -> None:
    await save(dialogues, None, "turn-1")
    seen = await dialogues.load("conversation-1")
    await save(dialogues, seen, "theirs")
    with pytest.raises(TurnConflict):
        await save(dialogues, seen, "ours")
    kept = await dialogues.load("conversation-1")
    assert kept is not None
    assert kept.turn_id == "theirs"


async def test_of_two_first_turns_one_is_kept(dialogues: DialogueStore) -> None:
    results = await asyncio.gather(*(save(dialogues, None, f"turn-{n}") for n in range(5)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["NoneType", *["TurnConflict"] * 4]


async def test_what_is_forgotten_is_gone(dialogues: DialogueStore) -> None:
    await save(dialogues, None, "turn-1")
    await dialogues.forget("conversation-1")
    await dialogues.forget("conversation-1")
    assert await dialogues.load("conversation-1") is None


async def test_a_missing_table_is_said_aloud(tmp_path: Path) -> None:
    store = DialogueStore(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    for work in (store.ping(), store.load("c"), save(store, None, "t"), store.forget("c")):
        with pytest.raises(StoreUnavailable):
            await work
    await store.close()


async def test_a_locked_database_is_said_aloud_in_time(sqlite_url: str) -> None:
    other = sa.create_engine(sqlite_url)
    store = DialogueStore(sqlite_url, timeout_s=0.3)
    with other.connect() as connection:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
        started = asyncio.get_running_loop().time()
        with pytest.raises(StoreUnavailable):
            await save(store, None, "turn-1")
        # In the 0.3 s that it was given, and not in the 5 s of the driver; a busy machine is later.
        assert asyncio.get_running_loop().time() - started < 4
    other.dispose()
    await store.close()


async def test_a_database_that_is_not_there_is_said_aloud(unused_tcp_port: int) -> None:
    store = DialogueStore(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/nothing", timeout_s=1)
    with pytest.raises(StoreUnavailable):
        await store.load("conversation-1")
    await store.close()


async def test_a_connection_that_the_database_dropped_is_opened_anew(postgres_url: str) -> None:
    store = DialogueStore(postgres_url)
    await save(store, None, "turn-1")
    _drop_connections(postgres_url)
    before = await store.load("conversation-1")
    assert before is not None
    _drop_connections(postgres_url)
    await save(store, before, "turn-2")
    after = await store.load("conversation-1")
    assert after is not None
    assert (after.version, after.turn_id) == (2, "turn-2")
    await store.close()


async def test_a_database_that_is_gone_without_a_word_keeps_no_thread_for_hours(postgres_url: str) -> None:
    store = DialogueStore(postgres_url)
    with store._engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        used = driver.get_dsn_parameters()
    await store.close()
    found_dead_s = int(used["keepalives_idle"]) + int(used["keepalives_interval"]) * int(used["keepalives_count"])
    assert found_dead_s <= 15
    assert int(used["tcp_user_timeout"]) <= 15_000


def _drop_connections(url: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        dropped = connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert dropped.all()
    engine.dispose()


async def test_what_goes_wrong_is_told_without_what_was_to_be_stored(tmp_path: Path) -> None:
    store = DialogueStore(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    secret: list[dict[str, Any]] = [{"text": "my number is GG1000001"}]
    with pytest.raises(StoreUnavailable) as failure:
        await store.save("c", None, snapshot=secret, turn_id="t", result="GG1000001")
    assert "GG1000001" not in str(failure.value)
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__
    await store.close()


def test_other_databases_are_refused() -> None:
    with pytest.raises(ValueError, match="sqlite: or postgresql:"):
        DialogueStore("mysql://nobody@localhost/nothing")
