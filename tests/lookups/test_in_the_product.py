"""In the running product: a look-up that takes longer than a turn is answered later, by itself and once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from tests.lookups.source import Product
from tests.member import Json, Member
from tests.texter import Texter

QUESTION = "does my record say I need approval?"
PATIENCE_S = 90.0


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def say(member: Member, text: str) -> Json:
    """What a member hears who says it again after an apology: a busy machine may make one of any turn."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        body = {"client_message_id": str(uuid4()), "text": text}
        answer = await member.call("POST", f"/api/v1/conversations/{member.conversation_id}/messages", 200, body)
        member.messages += [answer["message"], *answer["replies"]]
        if answer["replies"][-1]["outcome"] != "failure":
            return {**answer, "body": body}
        assert time.monotonic() < deadline, "there was no answer but apologies"


async def prove(http: ClientSession, product: Product, **fields: str) -> Member:
    """A member who has just proven who they are, and heard at once what the record says."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        member = Member(http, product.url)
        await member.open(plan="independence", **fields)
        if await identify(member):
            return member
        assert time.monotonic() < deadline, "the record was never there at once"


async def identify(member: Member) -> bool:
    """True where the member heard at once what the record says, and not, from a busy machine, some time later."""
    await say(member, "is my plan active right now")
    answer = await say(member, "my number is GG1000001 and i was born 03/12/1984")
    if answer["replies"][-1]["outcome"] == "eligibility":
        return True
    while (await hear(member))["outcome"] != "eligibility":
        pass
    return False


async def ask(member: Member) -> Json:
    """The member asks once more, while the source is held, and must hear that it goes on.

    That it is heard in time needs no clock here: the product itself makes an apology of what takes longer, and while
    the source is held, one turn that waits for it would be followed by the next.
    """
    answer = await say(member, QUESTION)
    (checking,) = answer["replies"]
    assert (checking["outcome"], checking["topic"]) == ("answer", "eligibility_member")
    assert "/coach_handoff" in [reply["value"] for reply in checking["quick_replies"]]
    member.heard_up_to = checking["seq"]
    return answer


async def hear(member: Member) -> Json:
    """The next message that comes by itself."""
    return await member.hears("", timeout_s=PATIENCE_S)


async def next_record(socket: ClientWebSocketResponse) -> Json:
    """The next message on an open page that shows a record."""
    while True:
        frame: Json = await socket.receive_json()
        if frame["type"] == "message" and frame["message"].get("outcome") == "eligibility":
            message: Json = frame["message"]
            return message


async def list_links(texter: Texter) -> list[str]:
    """The texts with a link that came since the product was started: the carrier in it remembers no others."""
    return [text["body"] for text in await texter.list_texts() if "#join=" in text["body"]]


def shown(message: Json) -> Any:
    """What a record says, however it came."""
    return [message.get(name) for name in ("text", "cards", "citations", "quick_replies", "topic", "outcome")]


async def test_the_result_comes_over_an_open_socket_just_as_it_would_have_come_at_once(
    http: ClientSession, product: Product
) -> None:
    member = await prove(http, product)
    at_once = member.last_replies[-1]
    path = f"{product.url}/api/v1/conversations/{member.conversation_id}"
    async with http.ws_connect(f"{path}/socket") as socket:
        await socket.send_json({"type": "auth", "token": member.token})
        with product.slow_source():
            answer = await ask(member)
            # What needs no record is answered meanwhile.
            assert (await say(member, "what is gene therapy"))["replies"][-1]["outcome"] == "answer"
        late = await asyncio.wait_for(next_record(socket), PATIENCE_S)
    assert shown(late) == shown(at_once)
    # The same message again has the answer that it had, and the result stands once in what a client resumes from.
    again = await member.call("POST", f"{path.removeprefix(product.url)}/messages", 200, answer["body"])
    assert again["replies"] == answer["replies"]
    await member.catch_up()
    results = [message for message in member.messages if message.get("outcome") == "eligibility"]
    assert [message["id"] for message in results] == [at_once["id"], late["id"]]


async def test_a_slow_source_takes_nothing_from_other_members(http: ClientSession, product: Product) -> None:
    # More than the threads that read behind turns; one after another, so that the engine has one turn at a time.
    waiting = [await prove(http, product) for _ in range(5)]
    other = Member(http, product.url)
    with product.slow_source():
        for member in waiting:
            await ask(member)
        # Answered while all of them wait.
        await other.open(plan="independence")
        assert (await say(other, "is zolgensma covered"))["replies"][-1]["outcome"] == "answer"
        for member in waiting:
            await member.catch_up()
            assert member.messages[-1]["outcome"] == "answer"
    heard = await asyncio.gather(*(hear(member) for member in waiting))
    assert {message["outcome"] for message in heard} == {"eligibility"}


async def test_the_result_comes_once_over_the_socket_and_by_text_though_the_app_was_killed_in_between(
    http: ClientSession, product: Product
) -> None:
    texter = Texter(http, product.url, "+12155550135")
    member, on_the_road = await prove(http, product), await join(http, product, texter)
    at_once, ids = member.last_replies[-1], (member.conversation_id, on_the_road.conversation_id)
    with product.slow_source():
        await ask(member)
        await ask(on_the_road)
        await product.until_tried(*ids)
        # In the middle of the try.
        await texter.text("thank you")
        await texter.reads("welcome|thank", timeout_s=PATIENCE_S)
        # So long that it is known as sent, too, and not sent once more.
        await texter.reads_nothing()
        product.kill()
    tries = [product.count_tries(each) for each in ids]
    starting = asyncio.ensure_future(asyncio.to_thread(product.restart))
    while not starting.done():
        # However long the start takes: the dead process still has both when everybody listens.
        product.lease(60, *ids)
        await asyncio.sleep(1)
    member.base_url = texter.base_url = await starting
    async with http.ws_connect(f"{member.base_url}/api/v1/conversations/{ids[0]}/socket") as socket:
        await socket.send_json({"type": "auth", "token": member.token})
        assert (await socket.receive_json(timeout=PATIENCE_S))["type"] == "state"
        await asyncio.sleep(1.5)
        assert (product.count_open(*ids), await list_links(texter)) == (2, [])
        assert [product.count_tries(each) for each in ids] == tries
        product.lease(0, *ids)
        deadline = time.monotonic() + PATIENCE_S
        late = await asyncio.wait_for(next_record(socket), PATIENCE_S)
        while not (links := await list_links(texter)):
            assert time.monotonic() < deadline, "the text with the link never came"
            await asyncio.sleep(0.1)
        tries = [product.count_tries(each) for each in ids]
        # What is done is done, also when the time of the process that did it is over.
        product.lease(-60, *ids)
        await asyncio.sleep(2.5)
        assert (len(links), await list_links(texter)) == (1, links)
        assert "active coverage" not in links[0]
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(next_record(socket), 0.1)
    assert [product.count_tries(each) for each in ids] == tries
    assert shown(late) == shown(at_once)
    await member.catch_up()
    results = [message["id"] for message in member.messages if message.get("outcome") == "eligibility"]
    assert results == [at_once["id"], late["id"]]


async def test_a_member_who_texts_meanwhile_gets_the_way_to_the_record_by_text_and_no_record(
    http: ClientSession, product: Product
) -> None:
    texter = Texter(http, product.url, "+12155550133")
    member = await join(http, product, texter)
    with product.slow_source():
        await ask(member)
        await texter.text("thank you")
        await texter.reads("welcome|thank", timeout_s=PATIENCE_S)
    text = await texter.reads("#join=", timeout_s=PATIENCE_S)
    assert "active coverage" not in text
    await texter.reads_nothing()


async def test_a_member_who_said_stop_meanwhile_is_sent_nothing(http: ClientSession, product: Product) -> None:
    texter = Texter(http, product.url, "+12155550134")
    member = await join(http, product, texter)
    with product.slow_source():
        await ask(member)
        await texter.text("STOP")
        await texter.reads("", timeout_s=PATIENCE_S)
    await product.until_looked_up(member.conversation_id)
    await texter.reads_nothing()


async def join(http: ClientSession, product: Product, texter: Texter) -> Member:
    """A member who texted, went on in the secure chat, and has proven there who they are."""
    await texter.text("is my plan active right now")
    await texter.reads("automated", timeout_s=PATIENCE_S)
    link = await texter.reads("#join=", timeout_s=PATIENCE_S)
    member = Member(http, product.url)
    await member.join(link)
    await identify(member)
    return member
