"""What may a client do that never comes to the end of its request, and what do the others notice?"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from aiohttp import web

import bot.http.reading
import bot.http.server
from bot.http.server import Server
from tests.channels.gateway import Gateway, Tab, start_gateway
from tests.databases import open_database

DANGER = "i want to kill myself"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def gateway(sqlite_url: str) -> AsyncIterator[Gateway]:
    database = open_database(sqlite_url)
    gateway = await start_gateway(database)
    yield gateway
    await gateway.client.close()
    await database.close()


async def begin(tab: Tab, body: str, promised: int) -> Line:
    """A message of which the head and only a part of the body is sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", tab.gateway.client.port)
    head = (
        f"POST {tab.path}/messages HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {tab.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {promised}\r\n\r\n"
    )
    writer.write((head + body).encode())
    await writer.drain()
    return reader, writer


async def drip(writer: asyncio.StreamWriter) -> None:
    """Sends a character now and then, and never the last one."""
    while not writer.is_closing():
        writer.write(b"x")
        await asyncio.sleep(0.05)


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, object]]:
    """Status and body of one answer."""
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).decode()
    length = next(int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length"))
    return int(head.split()[1]), json.loads(await reader.readexactly(length))


@pytest.mark.parametrize(("text", "outcome"), [("is zolgensma covered", None), (DANGER, "crisis")])
async def test_a_body_that_drips_is_given_up_and_what_came_of_it_is_read_for_danger(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, text: str, outcome: str | None
) -> None:
    monkeypatch.setattr(bot.http.reading, "BODY_WITHIN_S", 0.4)
    slow, other = await gateway.open(), await gateway.open()
    lines = [await begin(slow, f'{{"client_message_id": "{uuid4()}", "text": "{text} ', 60_000) for _ in range(20)]
    dripping = [asyncio.create_task(drip(writer)) for _, writer in lines]
    assert (await other.say("is it covered")).status == 200
    for reader, _ in lines:
        status, problem = await read_answer(reader)
        assert (status, problem["code"]) == (408, "BODY_TOO_SLOW")
        safety = problem.get("safety")
        assert (safety["outcome"] if isinstance(safety, dict) else None) == outcome
    for task in dripping:
        task.cancel()
    for _, writer in lines:
        writer.close()
    assert len(await slow.read()) == 1


async def test_a_line_that_is_lost_in_the_middle_of_a_message_leaves_nothing_behind(gateway: Gateway) -> None:
    tab = await gateway.open()
    for _ in range(10):
        _, writer = await begin(tab, '{"client_message_id": "', 2_000)
        writer.transport.abort()
    assert (await tab.say("is it covered")).status == 200
    assert [message["author"] for message in await tab.read(after=1)] == ["member", "assistant"]


async def test_a_head_that_never_ends_is_cut_off_and_a_page_that_is_quiet_for_a_moment_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bot.http.server, "IDLE_S", 2.0)
    app = web.Application()
    app.router.add_get("/livez", answer)
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(app, listener)
    await server.start()
    try:
        port = listener.getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        began = time.monotonic()
        unfinished = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        for _, slow in unfinished:
            slow.write(b"GET /livez HTTP/1.1\r\nHost: here\r\nX-")
        asked = 0
        while time.monotonic() - began < 3.0:
            # Each request gives the quiet page another two seconds.
            writer.write(b"GET /livez HTTP/1.1\r\nHost: here\r\n\r\n")
            assert (await read_answer(reader))[0] == 200
            asked += 1
            for _, slow in unfinished:
                if not slow.is_closing():
                    slow.write(b"x")
            await asyncio.sleep(0.2)
        assert asked > 1
        for ended, _ in unfinished:
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await asyncio.wait_for(ended.readexactly(1), 30)
        writer.close()
    finally:
        await server.drain(0.1)
        await server.close()


async def answer(request: web.Request) -> web.Response:
    return web.json_response({})
