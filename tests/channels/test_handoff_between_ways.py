"""A request by text and by page, in either language: told where it was asked, and never while a coach is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot import wording as words
from bot.conversations.model import Author, Channel, Holder
from bot.conversations.vocabulary import HANDOFF_CHOICE
from bot.database import Database
from tests.channels.gateway import PHONE, PLAN_PHONE, Gateway, Phone, Tab, start_gateway, wording
from tests.channels.links import enter
from tests.conversations.conftest import HOURS

DANGER = "i want to kill myself"


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    """A gateway that knows the coaches' hours."""
    gateway = await start_gateway(database, hours=HOURS)
    yield gateway
    await gateway.client.close()


@pytest.fixture
async def phone(gateway: Gateway) -> Phone:
    """A member who has begun to text."""
    return await gateway.text()


async def texting_again(phone: Phone) -> Tab:
    """The secure chat of a member who has gone back to texts, and whose page is still there."""
    tab = await enter(phone.gateway, phone.id)
    await phone.say("and by text")
    assert (await phone.get()).channel is Channel.SMS
    return tab


async def test_asked_and_taken_back_on_the_page_it_is_told_there_in_its_words(phone: Phone) -> None:
    tab = await texting_again(phone)
    texts = await phone.texts()
    asked = {"json": {"reason": DANGER}}
    for method, content, key in (
        ("POST", asked, words.HANDOFF_UNAVAILABLE_OPENS),
        ("DELETE", {}, words.HANDOFF_CANCELLED),
    ):
        answer = await tab.call(method, "handoff", **content)
        assert answer.status == 200
        said = (await phone.messages())[-1]
        assert (said.key, said.channel) == (key, Channel.WEB)
        assert said.id == answer.body["messages"][-1]["id"]
        if key == words.HANDOFF_CANCELLED:
            assert said.text == wording().say(key, Channel.WEB, "en")
        assert (await phone.get()).channel is Channel.WEB
    warning = next(message for message in await phone.messages() if message.author is Author.SYSTEM)
    assert (warning.text, warning.channel) == (wording().say(words.CRISIS, Channel.WEB, "en"), Channel.WEB)
    assert await phone.texts() == texts


@pytest.mark.parametrize("silently", [False, True])
async def test_asked_for_while_a_coach_is_there_nothing_is_announced(phone: Phone, silently: bool) -> None:
    """Also where the first request was kept in silence, so that nothing was said of it yet."""
    if silently:
        await phone.gateway.intake.request_handoff_silently(await phone.get())
    else:
        await phone.say(choice=HANDOFF_CHOICE)
    await phone.gateway.claim(phone.id)
    before = await phone.messages()
    tab = await enter(phone.gateway, phone.id)
    answer = await tab.call("POST", "handoff", json={})
    assert answer.body["state"]["holder"] == "coach"
    assert await phone.messages() == before


async def test_asked_for_in_silence_it_stands_and_no_timer_speaks(phone: Phone) -> None:
    await phone.gateway.intake.request_handoff_silently(await phone.get())
    await phone.gateway.intake.request_handoff_silently(await phone.get())
    handoff = (await phone.get()).handoff
    assert handoff is not None
    assert (handoff.told, handoff.cause, handoff.message_id) == ("unavailable", "words", None)
    for _ in range(5):
        phone.gateway.clock.pass_time(minutes=3)
        await phone.gateway.sweep.run_once()
    assert await phone.messages() == ()
    assert len(await phone.gateway.handoffs.list_queue()) == 1
    await phone.gateway.intake.speak(await phone.get(), "es")
    assert await phone.messages() == ()
    # What changes is told, and in the language that the member has chosen.
    await phone.gateway.coach()
    await phone.gateway.sweep.run_once()
    (news,) = await phone.messages()
    assert (news.key, news.text) == (words.COACH_HERE_NOW, wording().say(words.COACH_HERE_NOW, Channel.SMS, "es"))


async def test_the_gateway_speaks_the_language_that_was_set(phone: Phone) -> None:
    await phone.gateway.intake.speak(await phone.get(), "es")
    turn = await phone.say(choice=HANDOFF_CHOICE)
    assert turn.replies[0].key == words.HANDOFF_UNAVAILABLE_OPENS
    assert "asesor" in turn.replies[0].text
    await phone.gateway.requests.cancel_handoff(phone.id, announces=True)
    assert (await phone.messages())[-1].text == wording().say(words.HANDOFF_CANCELLED, Channel.SMS, "es")


@pytest.mark.parametrize(("told", "spoken"), [(("es",), "es"), (("es", "und"), "es"), (("es", "en"), "en")])
async def test_the_gateway_speaks_the_language_that_the_member_writes(
    phone: Phone, told: tuple[str, ...], spoken: str
) -> None:
    for language in told:
        phone.gateway.engine.language = language
        await phone.say("words")
    assert (await phone.get()).locale == spoken


async def resume(phone: Phone, text: str = "hello") -> tuple[str, bool]:
    """The member's next text finds this conversation, and whether it is a new one."""
    found, is_new = await phone.gateway.intake.open_or_resume_sms(
        member_address=PHONE, plan_address=PLAN_PHONE, plan_id="independence", text=text
    )
    return found.id, is_new


@pytest.mark.parametrize("holder", [Holder.WAITING, Holder.COACH])
async def test_who_waits_or_talks_to_a_coach_goes_on_after_the_time_is_over(phone: Phone, holder: Holder) -> None:
    await phone.say(choice=HANDOFF_CHOICE)
    if holder is Holder.COACH:
        await phone.gateway.claim(phone.id)
    phone.gateway.clock.pass_time(days=8)
    assert await resume(phone) == (phone.id, False)
    await phone.say("are you there")
    found = await phone.get()
    assert (found.holder, found.closed_at) == (holder, None)
    assert phone.gateway.conversations.time_left(found) >= timedelta(hours=72)
    await phone.gateway.sweep.run_once()
    assert (await phone.get()).holder is not Holder.CLOSED


async def test_any_other_that_is_over_is_closed_and_a_new_one_greets(phone: Phone) -> None:
    phone.gateway.clock.pass_time(hours=71)
    assert await resume(phone) == (phone.id, False)
    phone.gateway.clock.pass_time(hours=1)
    new, is_new = await resume(phone)
    assert (is_new, new != phone.id) == (True, True)
    assert (await phone.get()).holder is Holder.CLOSED
    greeting = await phone.gateway.conversations.list_messages(new)
    assert [message.key for message in greeting] == [words.SMS_GREETING]


async def test_nothing_stands_before_a_warning(phone: Phone) -> None:
    phone.gateway.clock.pass_time(hours=72)
    new, is_new = await resume(phone, DANGER)
    assert is_new
    assert await phone.gateway.conversations.list_messages(new) == ()
    turn = await Phone(phone.gateway, new).say(DANGER)
    assert [(reply.key, reply.seq) for reply in turn.replies] == [(words.CRISIS, 2)]


async def test_a_request_of_saturday_evening_is_there_on_monday_morning(gateway: Gateway) -> None:
    gateway.clock.pass_time(hours=9)
    tab = await gateway.open()
    await tab.call("POST", "handoff", json={})
    gateway.clock.pass_time(hours=37)
    await gateway.sweep.run_once()
    assert (await tab.state())["holder"] == "waiting"
    assert (await tab.say("good morning")).status == 200
    assert [item.conversation_id for item in await gateway.handoffs.list_queue()] == [tab.id]
    await gateway.claim(tab.id)
    assert (await tab.state())["holder"] == "coach"
