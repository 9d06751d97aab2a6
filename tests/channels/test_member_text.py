"""What a member may write and what an address may hold, down to the database of either kind."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from tests.channels.gateway import Gateway, Tab


@pytest.mark.parametrize(
    "text", ["null \x00 byte", "half \ud83d character", "bell \x07 and escape \x1b[2J", "e\u0301 ok"]
)
async def test_text_is_kept_without_what_no_database_takes(tab: Tab, text: str) -> None:
    body = json.dumps({"client_message_id": str(uuid4()), "text": text})
    answer = await tab.call("POST", "messages", data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 200
    kept = answer.body["message"]["text"]
    assert kept == "".join(character for character in text if character not in "\x00\ud83d\x07\x1b")
    assert (await tab.read())[1]["text"] == kept


@pytest.mark.parametrize(
    "text", ["x" * 2000, "\N{GRINNING FACE}" * 2000, "/", "  /restart", "///", "{}", "None", "line\nline\ttab"]
)
async def test_a_persons_text_is_an_ordinary_message(tab: Tab, text: str) -> None:
    answer = await tab.say(text)
    assert answer.status == 200
    assert (await tab.read())[1]["text"] == text


async def test_every_closed_door_looks_the_same(gateway: Gateway) -> None:
    mine, foreign = await gateway.open(), await gateway.open()
    expired = await gateway.open()
    refused = []
    message = {"client_message_id": str(uuid4()), "text": "hello"}
    doors = [
        (mine.id, None),
        (mine.id, "wrong"),
        (mine.id, foreign.token),
        (mine.id, "\u00e9".encode().decode("latin-1")),
        ("0" * 32, mine.token),
        ("%00", mine.token),
        ("no-such-conversation", mine.token),
        (mine.id.upper(), mine.token),
    ]
    for conversation_id, token in doors:
        path = f"/api/v1/conversations/{conversation_id}"
        for method, rest, content in [
            ("GET", "messages", {}),
            ("POST", "messages", {"json": message}),
            ("POST", "handoff", {"json": {}}),
            ("DELETE", "handoff", {}),
            ("POST", "close", {}),
            ("POST", "rating", {"json": {"score": 5}}),
        ]:
            refused.append(await gateway.call(method, f"{path}/{rest}", token=token, **content))
    gateway.clock.pass_time(hours=24)
    refused.append(await expired.say("hello"))
    assert {(answer.status, json.dumps(answer.body)) for answer in refused} == {(404, json.dumps(refused[0].body))}
    assert refused[0].code == "CONVERSATION_NOT_FOUND"
