"""The engine's private HTTP: who may call it, what it accepts, how it says no."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from engine_cast import Actions

from bot.engine.server import create_app
from bot.engine.tracker_store import DialogueStore, StoreUnavailable
from bot.engine.turns import TurnTaker

SECRET = "engine-secret"
AUTHORIZED = {"Authorization": f"Bearer {SECRET}"}
TURN = {"turn_id": "turn-1", "conversation_id": "conversation-1", "channel": "web", "text": "hello"}


@pytest.fixture
async def client(turns: TurnTaker, store: DialogueStore) -> AsyncIterator[TestClient]:
    client = TestClient(TestServer(create_app(turns, store, SECRET)))
    await client.start_server()
    yield client
    await client.close()


async def post(client: TestClient, body: Any) -> tuple[int, Any]:
    content = body if isinstance(body, (bytes, str)) else json.dumps(body)
    response = await client.post("/turns", data=content, headers=AUTHORIZED)
    return response.status, await response.json()


async def test_a_turn_is_answered(client: TestClient, turns: TurnTaker) -> None:
    status, answer = await post(client, TURN)
    assert status == 200
    assert set(answer) == {"turn_id", "replies", "understood", "model_id"}
    assert answer["turn_id"] == "turn-1"
    assert set(answer["understood"]) == {"topics", "language", "entities", "confidence"}


async def test_a_turn_tells_how_long_its_steps_took_and_which_action_failed(
    client: TestClient, actions: Actions
) -> None:
    actions.answer_raw("action_answer_coverage", 500, b"boom")
    turn = {**TURN, "text": "is casgevy covered"}
    started = time.perf_counter()
    response = await client.post("/turns", json=turn, headers=AUTHORIZED)
    whole_ms = (time.perf_counter() - started) * 1000
    steps = dict(each.split(";dur=") for each in response.headers["Server-Timing"].split(", "))
    assert list(steps) == ["load", "understand", "act", "save"]
    assert 0 < sum(map(float, steps.values())) <= whole_ms
    assert response.headers["X-Action-Failures"] == "action_answer_coverage;STATUS_500"
    again = await client.post("/turns", json=turn, headers=AUTHORIZED)
    assert await again.json() == await response.json()
    assert "X-Action-Failures" not in again.headers


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": SECRET}, {"Authorization": "Bearer wrong"}, {"Authorization": f"bearer {SECRET}"}],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/turns"), ("DELETE", "/conversations/c"), ("GET", "/other")])
async def test_without_the_secret_nothing_is_to_be_had(
    client: TestClient, actions: Actions, method: str, path: str, headers: dict[str, str]
) -> None:
    response = await client.request(method, path, json=TURN, headers=headers)
    assert response.status == 401
    assert await response.json() == {"code": "UNAUTHORIZED"}
    assert actions.calls == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"turn_id": None}, "turn_id"),
        ({"turn_id": ""}, "turn_id"),
        ({"turn_id": 7}, "turn_id"),
        ({"turn_id": "x" * 65}, "turn_id"),
        ({"conversation_id": "x" * 65}, "conversation_id"),
        ({"channel": "fax"}, "channel"),
        ({"channel": ["web"]}, "channel"),
        ({"text": 7}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": None}, "text"),
        ({"choice": "/inform"}, "text"),
        ({"locale": "fr"}, "locale"),
    ],
)
async def test_what_is_no_turn_is_refused_with_the_field(
    client: TestClient, change: dict[str, Any], field: str
) -> None:
    assert await post(client, {**TURN, **change}) == (400, {"code": "BAD_TURN", "field": field})


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"7", b"\xff\xfe"])
async def test_a_body_that_is_no_object_is_refused(client: TestClient, body: bytes) -> None:
    assert await post(client, body) == (400, {"code": "BAD_TURN", "field": "body"})


async def test_an_endless_body_is_refused(client: TestClient) -> None:
    assert await post(client, {**TURN, "text": "x" * 100_000}) == (413, {"code": "HTTP_413"})


async def test_a_choice_that_was_never_offered_is_refused(client: TestClient) -> None:
    turn = {**TURN, "choice": "/no_such_intent", "text": None}
    assert await post(client, turn) == (400, {"code": "UNKNOWN_CHOICE"})


@pytest.mark.parametrize(
    "text", ["\u0000", "\ud800", "😀" * 500, "{", "{name}", "%s", "<script>", "/" * 1000, "\u202e"]
)
async def test_strange_text_is_answered_like_any_other(client: TestClient, text: str) -> None:
    status, answer = await post(client, {**TURN, "text": text})
    assert status == 200
    assert answer["replies"]


async def test_a_lost_database_is_503_and_readiness_says_so(
    client: TestClient, store: DialogueStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*args: Any, **kwargs: Any) -> None:
        raise StoreUnavailable("gone")

    assert (await client.get("/readyz")).status == 200
    for method in ("load", "ping", "forget"):
        monkeypatch.setattr(store, method, fail)
    assert await post(client, TURN) == (503, {"code": "ENGINE_STORE_UNAVAILABLE"})
    assert (await client.delete("/conversations/c", headers=AUTHORIZED)).status == 503
    readiness = await client.get("/readyz")
    assert readiness.status == 503
    assert (await readiness.json())["status"] == "ENGINE_STORE_UNAVAILABLE"
    assert (await client.get("/livez")).status == 200


async def test_readiness_names_the_model(client: TestClient, turns: TurnTaker) -> None:
    response = await client.get("/readyz")
    assert await response.json() == {"status": "ready", "model_id": turns.model_id}


async def test_forgetting_begins_the_dialogue_anew(client: TestClient, store: DialogueStore) -> None:
    await post(client, TURN)
    assert (await client.delete("/conversations/conversation-1", headers=AUTHORIZED)).status == 204
    assert await store.load("conversation-1") is None


async def test_a_turn_that_nobody_waits_for_is_given_up_and_the_dialogue_stays(
    client: TestClient, store: DialogueStore, actions: Actions
) -> None:
    await post(client, {**TURN, "text": "is my coverage active"})
    await post(client, {**TURN, "turn_id": "turn-2", "text": "GG1000001"})
    before = await store.load("conversation-1")
    actions.hang("action_verify")
    with pytest.raises(asyncio.TimeoutError):
        await client.post(
            "/turns",
            json={**TURN, "turn_id": "turn-3", "text": "3/14/1962"},
            headers=AUTHORIZED,
            timeout=aiohttp.ClientTimeout(total=0.3),
        )
    await asyncio.sleep(0.1)
    assert await store.load("conversation-1") == before
    actions.answer("action_verify", {"response": "utter_verification_done"})
    _, answer = await post(client, {**TURN, "turn_id": "turn-3", "text": "3/14/1962"})
    assert [reply["key"] for reply in answer["replies"]] == ["utter_verification_done"]


async def test_a_mistake_of_ours_is_a_code_and_not_a_trace(
    client: TestClient, turns: TurnTaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*args: Any) -> str:
        raise RuntimeError("a member's words")

    monkeypatch.setattr(turns, "take", fail)
    assert await post(client, TURN) == (500, {"code": "ENGINE_FAILED"})


async def test_unknown_routes_and_methods_are_codes(client: TestClient) -> None:
    for method, path, status in (("GET", "/webhooks/rest/webhook", 404), ("GET", "/turns", 405)):
        response = await client.request(method, path, headers=AUTHORIZED)
        assert (response.status, await response.json()) == (status, {"code": f"HTTP_{status}"})
