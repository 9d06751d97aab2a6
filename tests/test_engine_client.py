"""The gateway's way to the engine: what it sends, what it accepts, how it fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import engine_client
from bot.channels.turn_limit import MOST_TURNS
from bot.engine_client import (
    EngineAwaiting,
    EngineClient,
    EngineQuickReply,
    EngineReadiness,
    EngineUnavailable,
    readable_text,
)

ANSWER = {
    "turn_id": "turn-1",
    "replies": [
        {
            "key": "utter_ask_zip_code",
            "text": "Which ZIP code?",
            "quick_replies": [{"title": "Cancel", "value": "/cancel"}],
            "topic": "facility_search",
            "outcome": "ask",
            "awaiting": {"field": "zip_code", "kind": "postal_code"},
            "citations": [{"document": "A policy", "payer": "CareSource"}],
            "cards": [{"kind": "facility", "distance_miles": 1.5, "serves": ["adult"]}],
            "facts": ["fact-1"],
        },
        {"key": "utter_greeting", "text": "Hello.", "quick_replies": []},
    ],
    "understood": {"topics": ["facility_search"], "language": "en", "entities": {"state": ["OH"]}, "confidence": 0.9},
    "model_id": "model-1",
}

# Longer than any patience of these tests.
HANGS_S = 30.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Engine:
    """A server in the engine's place that answers as a test says."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str | None, object]] = []
        self.answer: Handler = self._turn

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.requests.append((request.method, request.path, request.headers.get("Authorization"), body))
        return await self.answer(request)

    async def _turn(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(ANSWER)


@pytest.fixture
async def engine() -> Engine:
    return Engine()


@pytest.fixture
async def url(engine: Engine) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", engine.handle)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


@pytest.fixture
async def client(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EngineClient]:
    """A client with time enough on any machine."""
    monkeypatch.setattr(engine_client, "_READINESS_TIMEOUT_S", 60.0)
    client = EngineClient(url, "secret", timeout_s=60.0)
    yield client
    await client.close()


@pytest.fixture
async def impatient(url: str) -> AsyncIterator[EngineClient]:
    """A client of an engine that hangs."""
    client = EngineClient(url, "secret", timeout_s=0.5)
    yield client
    await client.close()


async def test_a_turn_is_sent_with_the_secret_and_read_whole(engine: Engine, client: EngineClient) -> None:
    turn = await client.take_turn(turn_id="turn-1", conversation_id="c", channel="web", text="hello", locale="en")
    sent = {"turn_id": "turn-1", "conversation_id": "c", "channel": "web", "text": "hello", "locale": "en"}
    assert engine.requests == [("POST", "/turns", "Bearer secret", sent)]
    first, second = turn.replies
    assert first.quick_replies == (EngineQuickReply("Cancel", "/cancel"),)
    assert first.awaiting == EngineAwaiting("zip_code", "postal_code")
    assert first.cards[0]["distance_miles"] == 1.5
    assert first.facts == ("fact-1",)
    assert (second.topic, second.awaiting, second.citations) == (None, None, ())
    assert turn.understood.entities == {"state": ("OH",)}
    assert turn.model_id == "model-1"


async def test_the_turns_that_were_never_heard_are_named(engine: Engine, client: EngineClient) -> None:
    await client.take_turn(turn_id="t", conversation_id="c", channel="web", text="hello", unheard=("a", "b"))
    sent = {"turn_id": "t", "conversation_id": "c", "channel": "web", "text": "hello", "unheard": ["a", "b"]}
    assert engine.requests[0][3] == sent


async def test_a_choice_is_sent_as_it_is(engine: Engine, client: EngineClient) -> None:
    await client.take_turn(turn_id="t", conversation_id="c", channel="sms", choice='/inform{"plan": "caresource"}')
    assert engine.requests[0][3] == {
        "turn_id": "t",
        "conversation_id": "c",
        "channel": "sms",
        "choice": '/inform{"plan": "caresource"}',
    }


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("/greet", "greet"),
        ("  /greet", "greet"),
        ("// / /greet", "greet"),
        ("\u00a0/greet{}", "greet{}"),
        ("/", "?"),
        (" / / ", "?"),
        ("and/or", "and/or"),
        ("4/30/26", "4/30/26"),
    ],
)
def test_typed_text_reaches_the_engine_without_slashes_in_front(typed: str, sent: str) -> None:
    assert readable_text(typed) == sent


async def test_slashes_are_stripped_on_the_way(engine: Engine, client: EngineClient) -> None:
    await client.take_turn(turn_id="t", conversation_id="c", channel="web", text=" /coach_handoff")
    body = engine.requests[0][3]
    assert isinstance(body, dict)
    assert body["text"] == "coach_handoff"


async def hang(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(HANGS_S)
    return web.Response()


async def test_a_slow_engine_is_unavailable_in_time(engine: Engine, impatient: EngineClient) -> None:
    engine.answer = hang
    started = time.monotonic()
    with pytest.raises(EngineUnavailable):
        await impatient.take_turn(turn_id="t", conversation_id="c", channel="web", text="hello")
    # Its 0.5 s, and what a busy machine needs.
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("status", [400, 401, 404, 500, 503])
async def test_a_refusing_engine_is_unavailable(engine: Engine, client: EngineClient, status: int) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.json_response({"code": "ENGINE_STORE_UNAVAILABLE"}, status=status)

    engine.answer = refuse
    with pytest.raises(EngineUnavailable, match=str(status)):
        await client.take_turn(turn_id="t", conversation_id="c", channel="web", text="hello")


@pytest.mark.parametrize("content", [b"", b"no json", b"[]", b"{}", b'{"turn_id": "t", "replies": "many"}'])
async def test_nonsense_is_unavailable(engine: Engine, client: EngineClient, content: bytes) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=content, content_type="application/json")

    engine.answer = answer
    with pytest.raises(EngineUnavailable):
        await client.take_turn(turn_id="t", conversation_id="c", channel="web", text="hello")


async def test_an_engine_that_does_not_listen_is_unavailable_and_not_ready(unused_tcp_port: int) -> None:
    client = EngineClient(f"http://127.0.0.1:{unused_tcp_port}", "secret")
    with pytest.raises(EngineUnavailable):
        await client.take_turn(turn_id="t", conversation_id="c", channel="web", text="hello")
    with pytest.raises(EngineUnavailable):
        await client.forget("c")
    assert await client.is_ready() == EngineReadiness(False, None, "ENGINE_NOT_REACHED")
    assert not await client.is_alive(1.0)
    await client.close()


async def test_readiness_tells_the_model(engine: Engine, client: EngineClient) -> None:
    async def ready(request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "ready", "model_id": "model-1"})

    engine.answer = ready
    assert await client.is_ready() == EngineReadiness(True, "model-1")


async def test_an_engine_without_its_database_is_not_ready(engine: Engine, client: EngineClient) -> None:
    async def unready(request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "ENGINE_STORE_UNAVAILABLE", "model_id": "model-1"}, status=503)

    engine.answer = unready
    assert await client.is_ready() == EngineReadiness(False, "model-1", "ENGINE_STORE_UNAVAILABLE")


async def test_forgetting_names_the_conversation(engine: Engine, client: EngineClient) -> None:
    async def forgotten(request: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    engine.answer = forgotten
    await client.forget("conversation-1")
    assert engine.requests[0][:3] == ("DELETE", "/conversations/conversation-1", "Bearer secret")


async def test_a_hanging_engine_is_not_ready_and_not_alive(engine: Engine, impatient: EngineClient) -> None:
    engine.answer = hang
    assert await impatient.is_ready() == EngineReadiness(False, None, "ENGINE_TOO_SLOW")
    assert not await impatient.is_alive(0.2)


@pytest.mark.parametrize("content", [b"", b"no json", b"[]"])
async def test_nonsense_is_not_ready(engine: Engine, client: EngineClient, content: bytes) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=content, content_type="application/json")

    engine.answer = answer
    assert await client.is_ready() == EngineReadiness(False, None, "ENGINE_NONSENSE")


async def test_an_engine_that_gets_through_its_turns_is_alive(engine: Engine, client: EngineClient) -> None:
    is_asked = asyncio.Event()

    async def only_turns(request: web.Request) -> web.StreamResponse:
        if request.path != "/turns":
            is_asked.set()
            await asyncio.sleep(HANGS_S)
        return web.json_response(ANSWER)

    engine.answer = only_turns
    looking = asyncio.create_task(client.is_alive(2.0))
    await is_asked.wait()
    await client.take_turn(turn_id="turn-1", conversation_id="c", channel="web", text="hello")
    assert await looking


async def test_turns_up_to_the_limit_keep_no_question_after_its_life_waiting(
    engine: Engine, client: EngineClient
) -> None:
    go_on = asyncio.Event()

    async def hold_turns(request: web.Request) -> web.StreamResponse:
        if request.path == "/turns":
            await go_on.wait()
            return web.json_response(ANSWER)
        return web.json_response({"status": "ready", "model_id": "model-1"})

    engine.answer = hold_turns
    turns = [
        asyncio.create_task(client.take_turn(turn_id="turn-1", conversation_id=f"c{n}", channel="web", text="hello"))
        for n in range(MOST_TURNS)
    ]
    deadline = time.monotonic() + 60
    while len(engine.requests) < MOST_TURNS:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    assert await client.is_alive(60)
    assert await client.is_ready() == EngineReadiness(True, "model-1")
    assert not any(turn.done() for turn in turns)
    go_on.set()
    assert len(await asyncio.gather(*turns)) == MOST_TURNS
