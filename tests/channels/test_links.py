"""A one-time link ends what was open before it: older pages, an identity proof, and the way of texts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot import wording as words
from bot.channels.web.socket import NOT_FOUND
from bot.conversations.live import Typing
from bot.conversations.model import Author, Channel, Conversation
from bot.conversations.vocabulary import HANDOFF_CHOICE
from tests.channels.gateway import Gateway, Tab, reply
from tests.channels.links import ONE, TWO, enter, follow, make_link
from tests.channels.test_socket import PATIENCE_S, connect

SECRET = "coverage since 2024"
RECORD = reply(SECRET, outcome="eligibility", topic="eligibility_member", cards=({"kind": "eligibility"},))


async def show_record(tab: Tab) -> None:
    """The member of this page proves who they are and is shown the plan record."""
    await tab.gateway.conversations.record_verification(tab.id, "member-1")
    tab.gateway.engine.replies = [RECORD]
    answer = await tab.say("my record")
    assert SECRET in str(answer.body)


async def test_a_link_closes_every_older_page_and_no_new_one(gateway: Gateway) -> None:
    phone = await gateway.text()
    old = await enter(gateway, phone.id, ONE)
    older_pages = [await connect(old, after=0) for _ in range(3)]
    for page in older_pages:
        await page.receive_until("state")
    other = await gateway.open()
    stranger = await connect(other)
    await stranger.receive()
    new = await enter(gateway, phone.id, TWO)
    page = await connect(new)
    assert (await page.receive())["type"] == "state"
    for older in older_pages:
        while not (received := await older.socket.receive(timeout=PATIENCE_S)).type.name.startswith("CLOS"):
            assert SECRET not in str(received.data)
        assert older.socket.close_code == NOT_FOUND
    await show_record(new)
    assert SECRET in str((await page.receive_until("message", 2))[1])
    for open_one, tab in ((page, new), (stranger, other)):
        gateway.live.publish(tab.id, Typing(Author.ASSISTANT))
        await open_one.receive_until("typing")


async def test_a_page_that_was_opened_before_the_link_and_reads_after_it_sees_nothing(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its token was good when it connected; what it missed is read when the record has been shown to the new page."""
    phone = await gateway.text()
    old = await enter(gateway, phone.id, ONE)
    goes_on, take_up = asyncio.Event(), gateway.intake.take_up

    async def wait(conversation: Conversation) -> None:
        await goes_on.wait()

    waits: Callable[[Conversation], Awaitable[None]] = wait
    monkeypatch.setattr(gateway.intake, "take_up", waits)
    slow = await connect(old, after=0)
    for _ in range(500):
        if not gateway.live.open_lines(phone.id):
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    monkeypatch.setattr(gateway.intake, "take_up", take_up)
    await show_record(await enter(gateway, phone.id, TWO))
    goes_on.set()
    assert await slow.close_code() == NOT_FOUND


async def test_a_link_drops_the_proof_and_takes_the_member_to_the_page(gateway: Gateway) -> None:
    phone = await gateway.text()
    old = await enter(gateway, phone.id, ONE)
    await show_record(old)
    await phone.say("and by text")
    assert (await phone.get()).channel is Channel.SMS
    assert (await old.state())["verified"] is True
    new = await enter(gateway, phone.id, TWO)
    assert new.opened["state"]["verified"] is False
    found = await phone.get()
    assert (found.channel, found.verified_member_id, found.verified_at) == (Channel.WEB, None, None)
    assert (await gateway.conversations.get_context(phone.id)).verified_member_id is None
    assert SECRET not in str(new.opened)
    assert SECRET not in str(await new.read())


async def test_a_used_link_changes_nothing_more(gateway: Gateway) -> None:
    phone = await gateway.text()
    await make_link(gateway, phone.id, ONE)
    first = await follow(gateway, ONE)
    tab = Tab(gateway, phone.id, first.body["token"], first.body)
    await gateway.conversations.record_verification(phone.id, "member-1")
    page = await connect(tab)
    await page.receive()
    before = await phone.get()
    again = await follow(gateway, ONE)
    assert (again.status, again.code) == (404, "LINK_NOT_FOUND")
    assert await phone.get() == before
    gateway.live.publish(phone.id, Typing(Author.ASSISTANT))
    assert (await page.receive())["type"] == "typing", "the page of the first use is still open"


@pytest.mark.parametrize("is_held", [True, False])
async def test_a_link_is_welcomed_unless_a_coach_is_there(gateway: Gateway, is_held: bool) -> None:
    phone = await gateway.text()
    await phone.say(choice=HANDOFF_CHOICE)
    if is_held:
        await gateway.claim(phone.id)
    before = await phone.messages()
    tab = await enter(gateway, phone.id)
    said = (await phone.messages())[len(before) :]
    assert [message.key for message in said] == ([] if is_held else [words.JOIN_WELCOME])
    assert [message["seq"] for message in tab.opened["messages"]] == list(range(1, len(before) + len(said) + 2))
    assert tab.opened["state"]["holder"] == ("coach" if is_held else "waiting")
