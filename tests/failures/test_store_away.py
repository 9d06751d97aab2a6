"""What do members get while the database is away, locked, read-only or full, and when it is back?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession

from bot.channels.sms.inbox_store import sms_inbox
from bot.database.database import create_database_engine
from tests.failures.breaking import Postgres, Sqlite, allow_writing, copy_read_only, drop_capabilities
from tests.failures.gateway_process import GatewayProcess, Outside, Person, start_gateway_process, until
from tests.failures.scripted_engine import ScriptedEngine

# What is promised, and a second for a busy machine.
WITHIN_S = 3.0 + 1.0
DANGER = "my chest hurts and I can't breathe"

Break = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def on_postgres(
    postgres: Postgres, engine: ScriptedEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayProcess]:
    gateway = start_gateway_process(tmp_path_factory.mktemp("on-postgres"), postgres.url, engine)
    yield gateway
    gateway.kill()


@pytest.fixture(scope="module")
def on_sqlite(
    sqlite: Path, engine: ScriptedEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayProcess]:
    gateway = start_gateway_process(tmp_path_factory.mktemp("on-sqlite"), f"sqlite:///{sqlite}", engine)
    yield gateway
    gateway.kill()


@pytest.fixture(params=["killed", "hanging", "locked", "read_only", "sqlite locked", "sqlite full", "sqlite read_only"])
def way(request: pytest.FixtureRequest) -> tuple[GatewayProcess, Break]:
    """A gateway, and one way to break its database."""
    return find_way(request, request.param)


@pytest.fixture(params=["read_only", "sqlite full"])
def unwritable(request: pytest.FixtureRequest) -> tuple[GatewayProcess, Break]:
    """A gateway, and one way to let its database be read and not written."""
    return find_way(request, request.param)


def find_way(request: pytest.FixtureRequest, wanted: str) -> tuple[GatewayProcess, Break]:
    """The gateway of this module on the database that is wanted, and the way to break it."""
    kind, _, name = wanted.rpartition(" ")
    if not kind:
        gateway = request.getfixturevalue("on_postgres")
        return gateway, getattr(request.getfixturevalue("postgres"), name)
    gateway = request.getfixturevalue("on_sqlite")
    return gateway, getattr(Sqlite(request.getfixturevalue("sqlite"), gateway), name)


async def test_nothing_is_claimed_danger_is_answered_and_what_is_sent_again_acts_once(
    way: tuple[GatewayProcess, Break], http: ClientSession
) -> None:
    gateway, broken = way
    outside = Outside(http, gateway.url)
    dana, marcus = await outside.open(), await outside.open()
    assert (await marcus.say("before")).status == 200
    socket = await marcus.connect()
    sent, sid, cry_sid = str(uuid4()), f"SM{uuid4().hex}", f"SM{uuid4().hex}"
    with broken():
        await socket.send_json({"type": "message", "client_message_id": str(uuid4()), "text": DANGER})
        calm, cry, opening, calm_text, cry_text, frame, alive = await asyncio.gather(
            dana.say("is zolgensma covered", sent),
            marcus.say(DANGER),
            outside.call("POST", "/api/v1/conversations", json={"channel": "web"}),
            outside.text("is zolgensma covered", sid),
            outside.text(DANGER, cry_sid),
            socket.receive_json(timeout=30),
            outside.call("GET", "/livez"),
        )
        refused = (calm, cry, opening, calm_text)
        assert {(answer.status, answer.code) for answer in refused} == {(503, "STORE_UNAVAILABLE")}
        assert int(calm.headers["Retry-After"]) >= 1
        assert "safety" not in calm.body
        assert (cry.body["safety"]["outcome"], cry.body["safety"]["seq"]) == ("emergency", 0)
        assert (frame["code"], frame["safety"]["outcome"]) == ("STORE_UNAVAILABLE", "emergency")
        assert cry_text.status == 200
        assert "<Response><Message>" in cry_text.body
        assert "911" in cry_text.body
        assert alive.status == 200
        assert max(answer.took_s for answer in (*refused, cry_text)) < WITHIN_S
        assert gateway.engine.turns_of(dana.id) == []
    await works_again(outside)
    first, again = await dana.say("is zolgensma covered", sent), await dana.say("is zolgensma covered", sent)
    assert (first.status, again.status) == (200, 200)
    assert again.body == first.body
    assert await count_recorded(dana, sent) == 1
    assert (await marcus.say("after")).status == 200
    # The carrier brings it twice more: taken now, and taken already.
    texts = [await outside.text("is zolgensma covered", sid) for _ in range(2)]
    assert [text.body[-21:] for text in texts] == ["<Response></Response>"] * 2
    # And what nobody could keep then, a coach reads now.
    await until(lambda: was_acted_on(gateway, cry_sid), "the text about danger was acted on")
    await socket.close()


async def test_an_operator_reads_that_nothing_can_be_written_until_it_can(
    unwritable: tuple[GatewayProcess, Break], http: ClientSession
) -> None:
    gateway, broken = unwritable
    outside = Outside(http, gateway.url)

    async def stands(status: int, database: str, code: str | None = None) -> bool:
        answer = await outside.call("GET", "/readyz")
        part = answer.body["parts"]["database"]
        return bool((answer.status, part["status"], part.get("code")) == (status, database, code))

    await until(lambda: stands(200, "ok"), "it is ready", timeout_s=90.0)
    with broken():
        await until(lambda: stands(503, "unavailable", "STORE_NOT_WRITABLE"), "it is known", timeout_s=90.0)
        assert (await outside.call("GET", "/livez")).status == 200
    await until(lambda: stands(200, "ok"), "it is ready again, by itself", timeout_s=90.0)


async def test_who_is_not_behind_the_locked_row_is_answered(
    on_postgres: GatewayProcess, postgres: Postgres, http: ClientSession
) -> None:
    outside = Outside(http, on_postgres.url)
    dana, *others = [await outside.open() for _ in range(5)]
    sent = [str(uuid4()) for _ in range(6)]
    with postgres.locked_row(dana.id):
        blocked = asyncio.gather(*(dana.say("is zolgensma covered", each) for each in sent), dana.say(DANGER))
        while not blocked.done():
            answers = await asyncio.gather(*(other.say("is it covered") for other in others))
            assert {answer.status for answer in answers} == {200}
            # Less than it takes until a lock is given up: nobody stood behind it.
            assert max(answer.took_s for answer in answers) < 2.0
        *calm, cry = await blocked
        assert {(answer.status, answer.code) for answer in (*calm, cry)} == {(503, "STORE_UNAVAILABLE")}
        assert max(answer.took_s for answer in (*calm, cry)) < WITHIN_S
        assert cry.body["safety"]["outcome"] == "emergency"
    assert {(await dana.say("is zolgensma covered", each)).status for each in (*sent, *sent)} == {200}
    assert [await count_recorded(dana, each) for each in sent] == [1] * len(sent)


async def test_a_database_that_dies_during_the_turn_keeps_the_message_and_the_retry_gets_its_answer(
    on_postgres: GatewayProcess, postgres: Postgres, http: ClientSession
) -> None:
    engine = on_postgres.engine
    outside = Outside(http, on_postgres.url)
    dana, sent = await outside.open(), str(uuid4())
    engine.hang()
    try:
        saying = asyncio.create_task(dana.say("is zolgensma covered", sent))
        await until(lambda: engine.turns_of(dana.id), "the turn is at the engine")
        with postgres.killed():
            engine.go_on()
            lost = await saying
            assert (lost.status, lost.code) == (503, "STORE_UNAVAILABLE")
    finally:
        engine.go_on()
    await works_again(outside)
    kept = await dana.say("is zolgensma covered", sent)
    assert kept.status == 200
    assert [message["author"] for message in (await dana.read())[1:]] == ["member", "assistant"]
    # Taken up under the id that it had: an engine that has answered it gives the same answer.
    assert len(set(engine.turns_of(dana.id))) == 1


async def test_a_slow_engine_and_then_a_lock_do_not_take_as_long_as_both_together(
    on_sqlite: GatewayProcess, sqlite: Path, http: ClientSession
) -> None:
    engine, outside = on_sqlite.engine, Outside(http, on_sqlite.url)
    dana, sent = await outside.open(), str(uuid4())
    engine.hang()
    try:
        saying = asyncio.create_task(dana.say("is zolgensma covered", sent))
        await until(lambda: engine.turns_of(dana.id), "the turn is at the engine")
        with Sqlite(sqlite, on_sqlite).locked():
            await asyncio.sleep(2.0)
            engine.go_on()
            refused = await saying
    finally:
        engine.go_on()
    assert (refused.status, refused.code) == (503, "STORE_UNAVAILABLE")
    assert refused.took_s < WITHIN_S
    assert (await dana.say("is zolgensma covered", sent)).status == 200
    assert [message["author"] for message in (await dana.read())[1:]] == ["member", "assistant"]


async def test_a_file_that_may_be_written_again_is_written_without_a_restart(
    sqlite_template: Path, engine: ScriptedEngine, http: ClientSession, tmp_path: Path
) -> None:
    path = copy_read_only(sqlite_template, tmp_path / "read-only.sqlite")
    gateway = start_gateway_process(tmp_path, f"sqlite:///{path}", engine, before_start=drop_capabilities)
    try:
        outside = Outside(http, gateway.url)
        for _ in range(8):
            refused = await outside.call("POST", "/api/v1/conversations", json={"channel": "web"})
            assert (refused.status, refused.code) == (503, "STORE_UNAVAILABLE")
        assert "911" in (await outside.text(DANGER)).body
        allow_writing(path)
        await works_again(outside)
        dana = await outside.open()
        assert {(await dana.say("is zolgensma covered")).status for _ in range(8)} == {200}
    finally:
        gateway.kill()


def was_acted_on(gateway: GatewayProcess, sid: str) -> bool:
    """True when this text stands in the record, and was taken into its conversation."""
    engine = create_database_engine(gateway.database_url)
    try:
        with engine.connect() as connection:
            query = sa.select(sms_inbox.c.handled_at).where(sms_inbox.c.message_sid == sid)
            return connection.execute(query).scalar_one_or_none() is not None
    finally:
        engine.dispose()


async def works_again(outside: Outside) -> None:
    """Waits until the record can be changed; what was sent meanwhile may be recorded by then."""

    async def is_open() -> bool:
        # Over each of the few connections that the gateway keeps: one of them may still be from before.
        opened = [await outside.call("POST", "/api/v1/conversations", json={"channel": "web"}) for _ in range(6)]
        return {each.status for each in opened} == {201}

    await until(is_open, "the record can be changed")


async def count_recorded(person: Person, client_message_id: str) -> int:
    """How often a message stands in the record."""
    told: list[dict[str, Any]] = await person.read()
    return [message.get("client_message_id") for message in told].count(client_message_id)
