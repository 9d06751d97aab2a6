"""A coach who writes to the secure chat while nobody looks at it: one text calls the member back."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from bot import wording as words
from bot.console.watching import MAX_CONSOLES
from bot.conversations.handoff import CoachId
from bot.conversations.model import Channel
from bot.conversations.vocabulary import HANDOFF_CHOICE
from tests.channels.gateway import Gateway, Phone, Tab, wording
from tests.channels.links import enter
from tests.channels.test_socket import connect

NUDGE = (wording().say(words.SMS_COACH_WROTE, Channel.SMS, "en"), "link")


@pytest.fixture
async def phone(gateway: Gateway) -> Phone:
    """A member who texted, asked for a coach, and has one."""
    phone = await gateway.text()
    await phone.say(choice=HANDOFF_CHOICE)
    await gateway.claim(phone.id)
    return phone


async def write(phone: Phone, id_: str | None = None, *, later_s: float = 61) -> None:
    """The coach writes, after the member's page had a minute to show that it is there."""
    phone.gateway.clock.pass_time(seconds=later_s)
    found = await phone.get()
    assert found.coach is not None
    coach_id = CoachId(found.coach.id)
    await phone.gateway.handoffs.write(
        phone.id, coach_id, found.handoff_version, id_ or str(uuid4()), "Take your time."
    )


async def nudges(phone: Phone) -> int:
    """How many texts called the member back; nothing of what was written went out beside them."""
    texts = await phone.texts()
    assert "Take your time." not in [text for text, _ in texts]
    return texts.count(NUDGE)


async def test_who_went_to_the_secure_chat_and_left_gets_one_text_with_a_link(phone: Phone) -> None:
    tab = await enter(phone.gateway, phone.id)
    id_ = str(uuid4())
    for each in (id_, id_, str(uuid4())):
        await write(phone, each)
    assert await nudges(phone) == 1
    (nudge,) = [message for message in await phone.messages() if message.key == words.SMS_COACH_WROTE]
    assert nudge.channel is Channel.SMS
    await tab.say("i am back")
    await write(phone)
    await write(phone)
    assert await nudges(phone) == 2


async def test_an_open_page_is_told_and_no_phone(phone: Phone) -> None:
    tab = await enter(phone.gateway, phone.id)
    page = await connect(tab)
    await page.receive()
    await write(phone)
    assert (await page.receive_until("message"))[0]["message"]["text"] == "Take your time."
    assert await nudges(phone) == 0
    await page.socket.close()
    for _ in range(500):
        if phone.gateway.live.open_lines(phone.id):
            await asyncio.sleep(0.01)
    await write(phone)
    assert await nudges(phone) == 1


async def test_a_coach_who_reads_along_is_no_page_of_the_member(phone: Phone) -> None:
    await enter(phone.gateway, phone.id)
    phone.gateway.live.subscribe(phone.id, limit=MAX_CONSOLES, is_console=True)
    await write(phone)
    assert await nudges(phone) == 1


async def test_who_still_texts_is_texted_and_not_called_to_the_page(phone: Phone) -> None:
    await write(phone)
    assert (await phone.texts())[-1] == ("Take your time.", "message")
    assert words.SMS_COACH_WROTE not in [message.key for message in await phone.messages()]


async def test_who_came_by_the_page_has_no_phone_to_be_called_on(gateway: Gateway) -> None:
    tab: Tab = await gateway.open()
    await tab.call("POST", "handoff", json={})
    coach = await gateway.claim(tab.id)
    version = (await gateway.conversations.get_conversation(tab.id)).handoff_version
    await gateway.handoffs.write(tab.id, coach, version, str(uuid4()), "Take your time.")
    assert (await tab.read())[-1]["text"] == "Take your time."


async def test_a_page_that_asks_again_and_again_is_there_too(phone: Phone) -> None:
    tab = await enter(phone.gateway, phone.id)
    phone.gateway.clock.pass_time(seconds=50)
    await tab.read()
    await write(phone, later_s=50)
    assert await nudges(phone) == 0
    await write(phone, later_s=20)
    assert await nudges(phone) == 1
