"""A message over HTTP leaves the engine as one write, and its bytes are the very ones that aiohttp would send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp import client_reqrep, web, web_protocol
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_writer import StreamWriter
from aiohttp.test_utils import TestServer
from multidict import CIMultiDict

from bot.engine.whole_writes import WholeWriter, write_whole

Write = Callable[[StreamWriter], Awaitable[None]]


class Wire(asyncio.Transport):
    """A connection that keeps each piece that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.pieces.append(bytes(data))

    def is_closing(self) -> bool:
        return False


async def _body_at_the_end(writer: StreamWriter) -> None:
    await writer.write_eof(b"body")


async def _no_body(writer: StreamWriter) -> None:
    await writer.write_eof()


async def _pieces(writer: StreamWriter) -> None:
    await writer.write(b"one")
    await writer.write(b"two")
    await writer.write_eof()


async def _chunks(writer: StreamWriter) -> None:
    writer.enable_chunking()
    await _pieces(writer)


async def _send(kind: type[StreamWriter], write: Write) -> list[bytes]:
    loop = asyncio.get_running_loop()
    wire, protocol = Wire(), BaseProtocol(loop)
    protocol.connection_made(wire)
    writer = kind(protocol, loop)
    await writer.write_headers("POST /turns HTTP/1.1", CIMultiDict({"Host": "engine", "X-Request-Id": "1"}))
    await write(writer)
    return wire.pieces


@pytest.mark.parametrize("write", [_body_at_the_end, _no_body, _pieces, _chunks])
async def test_the_bytes_are_those_of_aiohttps_own_writer(write: Write) -> None:
    ours, theirs = await _send(WholeWriter, write), await _send(StreamWriter, write)
    assert b"".join(ours) == b"".join(theirs)
    assert all(ours)


async def test_head_and_body_leave_as_one_write() -> None:
    assert len(await _send(WholeWriter, _body_at_the_end)) == 1
    assert len(await _send(WholeWriter, _no_body)) == 1
    # Aiohttp's own takes two, or else there would be no need for ours.
    assert len(await _send(StreamWriter, _body_at_the_end)) == 2


async def test_whoever_drains_has_sent_the_head() -> None:
    sent: list[int] = []

    async def wait_for_the_other_side(writer: StreamWriter) -> None:
        await writer.drain()
        sent.append(writer.output_size)
        await writer.write_eof(b"body")

    pieces = await _send(WholeWriter, wait_for_the_other_side)
    assert [sent[0], len(pieces)] == [len(pieces[0]), 2]


async def test_requests_and_answers_with_and_without_a_body_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (client_reqrep, web_protocol):
        monkeypatch.setattr(module, "StreamWriter", module.StreamWriter)
    write_whole()
    assert {client_reqrep.StreamWriter, web_protocol.StreamWriter} == {WholeWriter}

    async def echo(request: web.Request) -> web.Response:
        return web.json_response(await request.json())

    async def forget(request: web.Request) -> web.Response:
        return web.Response(status=204)

    app = web.Application()
    app.add_routes([web.post("/", echo), web.delete("/", forget)])
    told = {"text": "x" * 200_000}
    async with TestServer(app) as server, aiohttp.ClientSession(server.make_url("/")) as session:
        for _ in range(2):
            async with session.post("/", json=told) as answer:
                assert await answer.json() == told
            async with session.delete("/") as answer:
                assert (answer.status, await answer.read()) == (204, b"")
