"""What a page may rely on over the socket: everything once, in order, and no way in without the token."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from bot.channels.web.socket import NOT_FOUND, PROTOCOL
from bot.conversations.live import QUEUE_SIZE, Typing
from bot.conversations.model import Author
from tests.channels.gateway import Gateway, Tab

Json = dict[str, Any]
# What must come, comes; how fast is no claim of these tests.
PATIENCE_S = 60.0


class Page:
    """One open socket; every frame that comes is held against the published document."""

    def __init__(self, gateway: Gateway, socket: ClientWebSocketResponse) -> None:
        self.gateway = gateway
        self.socket = socket

    async def receive(self) -> Json:
        frame: Json = await self.socket.receive_json(timeout=PATIENCE_S)
        self.gateway.published.check_schema({"$ref": "#/components/schemas/ServerFrame"}, frame)
        return frame

    async def receive_until(self, kind: str, count: int = 1) -> list[Json]:
        """The frames of this kind, until there are `count` of them."""
        found: list[Json] = []
        while len(found) < count:
            frame = await self.receive()
            found += [frame] if frame["type"] == kind else []
        return found

    async def send(self, **frame: Any) -> None:
        await self.socket.send_str(json.dumps(frame))

    async def say(self, text: str, client_message_id: str | None = None) -> None:
        await self.send(type="message", client_message_id=client_message_id or str(uuid4()), text=text)

    async def close_code(self) -> int | None:
        message = await self.socket.receive(timeout=PATIENCE_S)
        assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED), message
        return self.socket.close_code


async def connect(tab: Tab, **auth: Any) -> Page:
    socket = await tab.gateway.client.ws_connect(f"{tab.path}/socket")
    page = Page(tab.gateway, socket)
    await page.send(**{"type": "auth", "token": tab.token, **auth})
    return page


async def test_a_message_and_its_answer_come_once_to_every_page(tab: Tab) -> None:
    pages = [await connect(tab), await connect(tab)]
    for page in pages:
        assert (await page.receive())["type"] == "state"
    await pages[0].say("hello")
    for page in pages:
        frames = [await page.receive() for _ in range(4)]
        assert [frame["type"] for frame in frames] == ["message", "typing", "message", "state"]
        assert [frame["message"]["seq"] for frame in frames if "message" in frame] == [2, 3]
    over_http = await tab.read(after=1)
    assert [frame["message"] for frame in frames if "message" in frame] == over_http


async def test_a_page_that_comes_back_gets_what_it_missed_and_no_more(tab: Tab) -> None:
    page = await connect(tab)
    await page.say("one")
    seen = [frame["message"]["seq"] for frame in await page.receive_until("message", 2)]
    await page.socket.close()
    await tab.say("two")
    page = await connect(tab, after=seen[-1])
    missed = [await page.receive() for _ in range(3)]
    assert [frame["message"]["seq"] for frame in missed[:2]] == [4, 5]
    assert missed[2]["type"] == "state"
    await tab.say("three")
    assert [frame["message"]["seq"] for frame in await page.receive_until("message", 2)] == [6, 7]


async def test_without_after_only_what_is_new_comes(tab: Tab) -> None:
    await tab.say("one")
    page = await connect(tab)
    assert (await page.receive())["type"] == "state"
    await tab.say("two")
    assert [frame["message"]["seq"] for frame in await page.receive_until("message", 2)] == [4, 5]


async def test_a_gap_in_the_live_line_is_filled_from_the_record(tab: Tab) -> None:
    page = await connect(tab)
    await page.receive()
    # Recorded by another process, which this one's hub does not hear of.
    await tab.gateway.conversations.record_member_message(tab.id, client_message_id=str(uuid4()), text="elsewhere")
    await tab.say("here")
    frames = await page.receive_until("message", 3)
    assert [frame["message"]["seq"] for frame in frames] == [2, 3, 4]


async def test_the_same_id_over_socket_and_http_acts_once(tab: Tab) -> None:
    page = await connect(tab)
    client_message_id = str(uuid4())
    await asyncio.gather(*(page.say("hello", client_message_id) for _ in range(5)))
    frames = await page.receive_until("message", 2)
    assert frames[0]["message"]["client_message_id"] == client_message_id
    answer = await tab.say("hello", client_message_id)
    assert answer.body["replies"] == [frames[1]["message"]]
    assert len(await tab.read()) == 3
    assert len(tab.gateway.engine.turns) == 1


async def test_the_token_may_come_as_a_subprotocol(tab: Tab) -> None:
    socket = await tab.gateway.client.ws_connect(
        f"{tab.path}/socket?after=0", protocols=(PROTOCOL, f"token.{tab.token}")
    )
    assert socket.protocol == PROTOCOL
    frames = await Page(tab.gateway, socket).receive_until("message")
    assert frames[0]["message"]["seq"] == 1


@pytest.mark.parametrize("token", ["wrong", "", None, 5])
@pytest.mark.parametrize("exists", [True, False])
async def test_without_the_token_every_conversation_is_missing(gateway: Gateway, exists: bool, token: object) -> None:
    tab = await gateway.open()
    socket = await gateway.client.ws_connect(f"/api/v1/conversations/{tab.id if exists else '0' * 32}/socket")
    await socket.send_str(json.dumps({"type": "auth", "token": token}))
    assert await Page(gateway, socket).close_code() == NOT_FOUND


@pytest.mark.parametrize("frame", ["", "{", '{"type":"message"}', '{"type":"auth"}', "[]", "null"])
async def test_nothing_is_taken_before_the_token(tab: Tab, frame: str) -> None:
    socket = await tab.gateway.client.ws_connect(f"{tab.path}/socket")
    await socket.send_str(frame)
    assert await Page(tab.gateway, socket).close_code() == NOT_FOUND


async def test_a_foreign_token_opens_nothing(gateway: Gateway) -> None:
    mine, foreign = await gateway.open(), await gateway.open()
    page = await connect(mine, token=foreign.token)
    assert await page.close_code() == NOT_FOUND
    with pytest.raises(WSServerHandshakeError) as refused:
        await gateway.client.ws_connect(f"{mine.path}/socket", protocols=(PROTOCOL, f"token.{foreign.token}"))
    assert refused.value.status == 404


async def test_a_plain_request_is_asked_to_upgrade(tab: Tab) -> None:
    answer = await tab.call("GET", "socket")
    assert (answer.status, answer.code) == (426, "UPGRADE_REQUIRED")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "MALFORMED_JSON"),
        ("[]", "VALIDATION_FAILED"),
        ('{"type":"dance"}', "VALIDATION_FAILED"),
        ('{"type":"message","text":"secret-words"}', "VALIDATION_FAILED"),
        ('{"type":"ack","seq":"one"}', "VALIDATION_FAILED"),
        (json.dumps({"type": "message", "client_message_id": str(uuid4()), "text": "x" * 2001}), "VALIDATION_FAILED"),
        (json.dumps({"type": "message", "client_message_id": str(uuid4()), "choice": "/none"}), "UNKNOWN_CHOICE"),
    ],
)
async def test_a_bad_frame_is_refused_and_the_line_stays_open(tab: Tab, frame: str, code: str) -> None:
    page = await connect(tab)
    await page.receive()
    await page.socket.send_str(frame)
    refused = await page.receive()
    assert (refused["type"], refused["code"]) == ("error", code)
    assert "secret-words" not in json.dumps(refused)
    await page.say("still here")
    assert (await page.receive_until("message"))[0]["message"]["text"] == "still here"


async def test_typing_and_ack_are_taken_without_an_answer(tab: Tab) -> None:
    page = await connect(tab)
    await page.receive()
    await page.send(type="typing")
    await page.send(type="ack", seq=1)
    await page.say("hello")
    assert (await page.receive())["type"] == "message"


async def test_what_happens_over_http_shows_on_the_page(tab: Tab) -> None:
    page = await connect(tab)
    await page.receive()
    await tab.call("POST", "handoff", json={})
    message, state = await page.receive(), await page.receive()
    assert message["message"]["outcome"] == "handoff_unavailable"
    assert state["state"]["queue"] == {"position": 1, "wait_minutes": None, "on_duty": False}
    await tab.call("POST", "close")
    assert (await page.receive_until("state"))[0]["state"]["holder"] == "closed"


async def test_danger_in_a_closed_conversation_is_answered_on_the_socket(tab: Tab) -> None:
    page = await connect(tab)
    await tab.call("POST", "close")
    client_message_id = str(uuid4())
    await page.say("i want to kill myself", client_message_id)
    refused = (await page.receive_until("error"))[0]
    assert (refused["code"], refused["client_message_id"]) == ("CONVERSATION_CLOSED", client_message_id)
    assert refused["safety"]["outcome"] == "crisis"


async def test_a_page_that_falls_behind_is_dropped_and_nobody_waits(tab: Tab) -> None:
    page, slow = await connect(tab), await connect(tab)
    await page.receive()
    await slow.receive()
    live = tab.gateway.live
    # More at once than a line holds, without a moment in which anything could be sent.
    for _ in range(QUEUE_SIZE + 1):
        live.publish(tab.id, Typing(Author.ASSISTANT))
    async for _ in slow.socket:
        pass
    assert slow.socket.closed
    assert (await tab.say("hello")).status == 200


async def test_nothing_is_kept_for_pages_that_left(tab: Tab) -> None:
    page = await connect(tab)
    await page.receive()
    await page.socket.close()
    await tab.say("hello")
    assert tab.gateway.live.open_lines(tab.id) == 0


async def test_a_stopping_gateway_says_goodbye(tab: Tab) -> None:
    page = await connect(tab)
    await page.receive()
    closing = asyncio.create_task(tab.gateway.client.server.close())
    assert await page.close_code() == 1001
    await closing


async def test_that_a_member_writes_is_shown_to_those_who_read_along_and_on_no_page(tab: Tab) -> None:
    pages = [await connect(tab), await connect(tab)]
    for page in pages:
        await page.receive()
    console = tab.gateway.live.subscribe(tab.id, is_console=True)
    await pages[0].send(type="typing")
    assert await asyncio.wait_for(console.next_event(), 5) == Typing(Author.MEMBER)
    tab.gateway.live.publish(tab.id, Typing(Author.COACH))
    for page in pages:
        assert await page.receive() == {"type": "typing", "author": "coach"}
