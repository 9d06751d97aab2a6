"""What becomes of the turns under way when a gateway is told to stop, and does it stop in time?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from socket import create_connection
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientConnectionError, ClientSession, ClientWebSocketResponse, WSMessage, WSMsgType

from tests.failures.breaking import Postgres
from tests.failures.gateway_process import Answer, GatewayProcess, Outside, Person, start_gateway_process, until
from tests.failures.scripted_engine import ScriptedEngine

# What is promised, and a second for a busy machine.
STOPS_WITHIN_S = 5.0 + 1.0
GOING_AWAY = 1001

Start = Callable[[str], GatewayProcess]


@pytest.fixture
def start(engine: ScriptedEngine, tmp_path: Path) -> Iterator[Start]:
    """Starts gateways; none of them outlives the test."""
    started: list[GatewayProcess] = []

    def start(database_url: str) -> GatewayProcess:
        folder = tmp_path / str(len(started))
        started.append(start_gateway_process(folder, database_url, engine))
        return started[-1]

    yield start
    for gateway in started:
        gateway.kill()


async def test_what_is_under_way_is_answered_and_nothing_new_is_begun(
    sqlite: Path, engine: ScriptedEngine, http: ClientSession, start: Start
) -> None:
    gateway = start(f"sqlite:///{sqlite}")
    members = await open_many(gateway, http, 12)
    sockets = [await member.connect() for member in members[:4]]
    engine.hang()
    try:
        waiting = [asyncio.create_task(member.say("is zolgensma covered")) for member in members[4:]]
        for socket in sockets:
            await socket.send_json({"type": "message", "client_message_id": str(uuid4()), "text": "is it covered"})
        await until(lambda: is_at(engine, members), "every turn is at the engine")
        stopping = stop(gateway)
        await until(lambda: refuses_connections(gateway), "nothing new is begun")
        assert gateway.process.poll() is None
    finally:
        engine.go_on()
    answers = await asyncio.gather(*waiting)
    assert {answer.status for answer in answers} == {200}
    assert all(answer.body["replies"] for answer in answers)
    for socket in sockets:
        frames, goodbye = await frames_until_goodbye(socket)
        assert [frame["message"]["author"] for frame in frames if "message" in frame] == ["member", "assistant"]
        assert (goodbye.type, goodbye.data) == (WSMsgType.CLOSE, GOING_AWAY)
    assert await stopping < STOPS_WITHIN_S
    assert gateway.process.returncode == 0
    told = {event["event"]: event for event in gateway.events()}
    assert "serving.cut_off" not in told
    assert told["serving.stopping"]["turns"] == 12
    assert (told["serving.stopped"]["drained"], told["serving.stopped"]["cut_off"]) == (12, 0)


async def test_a_hanging_engine_and_a_hundred_sockets_keep_nobody_and_nothing_is_lost_or_doubled(
    sqlite: Path, engine: ScriptedEngine, http: ClientSession, start: Start
) -> None:
    gateway = start(f"sqlite:///{sqlite}")
    members = await open_many(gateway, http, 100)
    sockets = await asyncio.gather(*(member.connect() for member in members))
    # Some read nothing more: they don't say goodbye either.
    for socket in sockets[:20]:
        reading = socket._response.connection  # type: ignore[attr-defined]
        assert reading is not None
        assert reading.transport is not None
        reading.transport.pause_reading()
    talking = members[50:70]
    engine.hang()
    try:
        waiting = [asyncio.create_task(take(member)) for member in talking]
        await until(lambda: is_at(engine, talking), "every turn is at the engine")
        assert await stop(gateway) < STOPS_WITHIN_S
        assert gateway.process.returncode == 0
        assert "serving.cut_off" not in {event["event"] for event in gateway.events()}
        first = await asyncio.gather(*waiting)
    finally:
        engine.go_on()
    again = start(gateway.database_url)
    for member, answer in zip(talking, first, strict=True):
        member.outside.url = again.url
        retried = await member.say("is zolgensma covered", member.sent[0])
        assert retried.status == 200
        # On a busy machine the first may have been refused, with nothing claimed.
        assert answer is None or answer.status == 503 or answer.body == retried.body
        told = await member.read()
        assert [message["author"] for message in told[1:]] == ["member", "assistant"]


async def test_a_database_that_hangs_does_not_keep_the_process(
    postgres: Postgres, http: ClientSession, start: Start
) -> None:
    gateway = start(postgres.url)
    dana = (await open_many(gateway, http, 1))[0]
    with postgres.hanging():
        saying = asyncio.create_task(take(dana))
        await asyncio.sleep(0.2)
        assert await stop(gateway) < STOPS_WITHIN_S
        answer = await saying
        assert answer is None or answer.code == "STORE_UNAVAILABLE"
    # Its threads wait for the database: it was ended without them, and says so.
    was_cut_off = "serving.cut_off" in {event["event"] for event in gateway.events()}
    assert gateway.process.returncode == (1 if was_cut_off else 0)


async def open_many(gateway: GatewayProcess, http: ClientSession, count: int) -> list[Person]:
    """So many members, each with a conversation."""
    return [await Outside(http, gateway.url).open() for _ in range(count)]


def is_at(engine: ScriptedEngine, members: list[Person]) -> bool:
    """True when the turn of each of them is at the engine."""
    return len(engine.turns_of(*(member.id for member in members))) == len(members)


def stop(gateway: GatewayProcess) -> asyncio.Future[float]:
    """Sends SIGTERM; gives the seconds until the process was gone."""
    return asyncio.get_running_loop().run_in_executor(None, gateway.terminate)


def refuses_connections(gateway: GatewayProcess) -> bool:
    """True while nobody listens at the gateway's address."""
    host, _, port = gateway.url.removeprefix("http://").partition(":")
    try:
        create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


async def take(member: Person) -> Answer | None:
    """The answer to a message; None when the line was cut first."""
    try:
        return await member.say("is zolgensma covered")
    except ClientConnectionError:
        return None


async def frames_until_goodbye(socket: ClientWebSocketResponse) -> tuple[list[dict[str, Any]], WSMessage]:
    """What comes over the socket until the other side closes it, and with which words it does."""
    found = []
    while (received := await socket.receive(timeout=30)).type is WSMsgType.TEXT:
        found.append(received.json())
    return found, received
