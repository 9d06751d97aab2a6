"""One id finds every line of a turn, in gateway, engine and actions; and no line holds anything of a member."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from bot.request_ids import read_request_id
from tests.member import Member
from tests.product import RunningProduct
from tests.texter import Texter

PHONE = "+12155550178"
CANARIES = ("zebrafinch", "GG4711473", "4711473", "12/24/1931", "1931-12-24", PHONE[1:])
Line = dict[str, Any]
# What gateway, actions and engine say of every turn, each in its own words.
OF_A_TURN = {"turn.answered", "action.done", "engine.turn"}
PATIENCE_S = 90.0


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


async def send(member: Member, text: str, request_id: str | None = None) -> str:
    """Sends a message; returns the id that the answer carries."""
    url = f"{member.base_url}/api/v1/conversations/{member.conversation_id}/messages"
    headers = {**member.headers, **({"X-Request-Id": request_id} if request_id else {})}
    body = {"client_message_id": str(uuid4()), "text": text}
    async with member.http.post(url, json=body, headers=headers) as response:
        assert response.status == 200
        return response.headers["X-Request-Id"]


def lines(product: RunningProduct) -> list[Line]:
    said = product.log.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in said if line.startswith("{")]


async def lines_of(product: RunningProduct, request_id: str, until: str) -> dict[str, list[Line]]:
    """The lines with this id by their event, when the one that comes last is there."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found: dict[str, list[Line]] = {}
        for line in lines(product):
            if line.get("request_id") == request_id:
                found.setdefault(line["event"], []).append(line)
        if until in found:
            return found
        assert time.monotonic() < deadline, f"no {until} among {sorted(found)}"
        await asyncio.sleep(0.05)


async def ids_of(product: RunningProduct, count: int, **fields: str) -> list[str]:
    """The ids of the lines with these fields, when there are so many."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = [line["request_id"] for line in lines(product) if fields.items() <= line.items()]
        if len(found) >= count:
            return found
        assert time.monotonic() < deadline, f"{len(found)} lines with {sorted(fields)}"
        await asyncio.sleep(0.05)


async def test_one_id_stands_in_the_lines_of_gateway_engine_and_actions(
    running_product: RunningProduct, http: aiohttp.ClientSession
) -> None:
    member = Member(http, running_product.base_url)
    await member.open(plan="independence")
    given, asked = str(uuid4()), "zebrafinch is it covered, GG4711473 born 12/24/1931"
    assert await send(member, asked, given) == given
    made = await send(member, asked)
    assert made != given
    for request_id in (given, made):
        found = await lines_of(running_product, request_id, "request.done")
        assert found.keys() >= OF_A_TURN
        for event in OF_A_TURN:
            assert {line["conversation_id"] for line in found[event]} == {member.conversation_id}
        (done,) = found["request.done"]
        assert (done["method"], done["status"]) == ("POST", 200)
        assert done["route"] == "/api/v1/conversations/{id}/messages"


async def test_a_text_and_a_message_over_a_socket_have_an_id_of_their_own(
    running_product: RunningProduct, http: aiohttp.ClientSession
) -> None:
    texter = Texter(http, running_product.base_url, PHONE)
    await texter.text("zebrafinch is gene therapy covered")
    # Who answers, and the answer.
    for _ in range(2):
        await texter.reads("")
    sid = await texter.text("zebrafinch and what does it cost")
    await texter.reads("")
    member = Member(http, running_product.base_url)
    await member.open(plan="independence")
    url = f"{running_product.base_url}/api/v1/conversations/{member.conversation_id}/socket"
    async with http.ws_connect(url, headers={"X-Request-Id": "of-the-socket"}) as socket:
        await socket.send_json({"type": "auth", "token": member.token})
        for text in ("zebrafinch is it covered", "what does it cost"):
            await socket.send_json({"type": "message", "client_message_id": str(uuid4()), "text": text})
            while (await socket.receive_json(timeout=PATIENCE_S)).get("message", {}).get("author") != "assistant":
                pass

    of_text, *_ = await ids_of(running_product, 1, event="sms.conversation", sid=sid)
    assert (await lines_of(running_product, of_text, "turn.answered")).keys() >= OF_A_TURN
    of_frames = await ids_of(running_product, 2, event="turn.answered", conversation_id=member.conversation_id)
    assert len(set(of_frames)) == 2
    assert not {"of-the-socket", of_text} & set(of_frames)
    assert (await lines_of(running_product, of_frames[0], "turn.answered")).keys() >= OF_A_TURN


async def test_no_line_holds_words_numbers_or_tokens(
    running_product: RunningProduct, http: aiohttp.ClientSession
) -> None:
    member = Member(http, running_product.base_url)
    await member.open(plan="independence")
    await send(member, "zebrafinch GG4711473", PHONE[1:])
    await member.call("GET", f"/api/v1/conversations/{member.conversation_id}/messages?after=zebrafinch", 422)
    await member.call("GET", f"/zebrafinch/{PHONE}", 404)
    # Random ids hold any short number sooner or later.
    logged = re.sub(r"\b[0-9a-f]{32}\b", "", running_product.log.read_text(encoding="utf-8"))
    assert "request.done" in logged, "the log is where we look"
    assert [canary for canary in (*CANARIES, member.token) if canary in logged] == []


@pytest.mark.parametrize(
    "given",
    ["0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5bd9cb469fa16570867728950e", "req-2026_11", "A1b2C3d4"],
)
def test_a_sane_token_is_kept(given: str) -> None:
    assert read_request_id(given) == given


@pytest.mark.parametrize(
    "given",
    [None, "", "short", "x" * 65, "a b c d e f g", "zebra\nfinch-1", 'a"b"c"d"e', "2155550177", "member-12155550177",
     "215-555-0177-x", "GG4711473-x", "ünïcödé-1", "../../etc/passwd"],
)  # fmt: skip
def test_anything_else_gets_a_new_id(given: str | None) -> None:
    made = read_request_id(given)
    assert made != given
    assert re.fullmatch(r"[0-9a-f]{32}", made)
