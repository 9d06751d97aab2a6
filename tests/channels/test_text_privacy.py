"""No therapy or condition that the member did not name goes to a phone: it waits in the secure chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from bot import wording as words
from bot.conversations.handoff import CoachId
from bot.conversations.model import Channel
from bot.conversations.vocabulary import HANDOFF_CHOICE
from bot.database import Database
from bot.engine_client import EngineQuickReply
from tests.channels.gateway import Gateway, Phone, reply, start_gateway, wording
from tests.channels.links import enter

NAMES = {"zolgensma": ("Zolgensma", "onasemnogene abeparvovec-xioi"), "sma": ("SMA", "spinal muscular atrophy")}
NAMING = reply("Zolgensma is a one-time treatment.")


async def list_names() -> dict[str, tuple[str, ...]]:
    """A catalogue of one therapy and one condition."""
    return NAMES


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    """A gateway with that catalogue."""
    gateway = await start_gateway(database, list_names=list_names)
    yield gateway
    await gateway.client.close()


@pytest.fixture
async def phone(gateway: Gateway) -> Phone:
    """A member who has begun to text."""
    return await gateway.text()


def link_text() -> tuple[str, str]:
    """The text that stands for what is held back."""
    return wording().say(words.SMS_PRIVATE, Channel.SMS, "en"), "link"


async def ways(phone: Phone) -> list[tuple[str, str]]:
    """What was said to the member, and the way it went."""
    return [
        (message.key or message.author.value, (message.channel or Channel.WEB).value)
        for message in await phone.messages()
        if message.author.value != "member"
    ]


async def hold(phone: Phone) -> tuple[CoachId, int]:
    await phone.say(choice=HANDOFF_CHOICE)
    coach = await phone.gateway.claim(phone.id)
    return coach, (await phone.get()).handoff_version


async def test_what_the_member_did_not_name_is_not_texted_and_one_link_goes_out(phone: Phone) -> None:
    phone.gateway.engine.replies = [NAMING, reply("It treats SMA."), reply("Ask me more.")]
    turn = await phone.say("what does the one for babies do")
    assert await phone.texts() == [("Ask me more.", "message"), link_text()]
    assert await ways(phone) == [
        ("utter_test", "web"), ("utter_test", "web"), ("utter_test", "sms"), (words.SMS_PRIVATE, "sms"),
    ]  # fmt: skip
    assert [each.text for each in turn.replies] == [message.text for message in (await phone.messages())[1:]]


@pytest.mark.parametrize("said", ["tell me about zolgensma", "is ZOLGENSMA® ok", "onasemnogene abeparvovec"])
async def test_what_the_member_named_is_texted(phone: Phone, said: str) -> None:
    phone.gateway.engine.replies = [NAMING]
    await phone.say(said)
    assert await phone.texts() == [(NAMING.text, "message")]
    # What was named once may be said from then on.
    await phone.say("and how long does it take")
    assert len(await phone.texts()) == 2


async def test_one_name_opens_no_other(phone: Phone) -> None:
    phone.gateway.engine.replies = [reply("Zolgensma treats spinal muscular atrophy.")]
    await phone.say("tell me about zolgensma")
    assert await phone.texts() == [link_text()]


async def test_what_we_named_before_is_not_named_by_the_member(phone: Phone) -> None:
    phone.gateway.engine.replies = [NAMING]
    for _ in range(2):
        await phone.say("what does the one for babies do")
    assert await phone.texts() == [link_text()] * 2


@pytest.mark.parametrize(
    "naming",
    [
        reply("Which one?", quick_replies=(EngineQuickReply("Zolgensma", "/inform"),)),
        reply("This policy.", citations=({"document": "Zolgensma (policy)", "payer": "A payer"},)),
        reply("One hospital.", cards=({"kind": "policy", "name": "SMA center", "number": "1"},)),
    ],
)
async def test_buttons_sources_and_cards_name_things_too(phone: Phone, naming: object) -> None:
    phone.gateway.engine.replies = [naming]  # type: ignore[list-item]
    await phone.say("what is there")
    assert await phone.texts() == [link_text()]


async def test_a_coach_s_words_are_held_back_the_same_way(phone: Phone) -> None:
    coach, version = await hold(phone)
    before = len(await phone.texts())
    id_ = str(uuid4())
    for _ in range(2):
        said = await phone.gateway.handoffs.write(phone.id, coach, version, id_, "Zolgensma is given once.")
        assert said.text == "Zolgensma is given once."
    await phone.gateway.handoffs.write(phone.id, coach, version, str(uuid4()), "I am here for you.")
    assert (await phone.texts())[before:] == [link_text(), ("I am here for you.", "message")]
    await phone.say("yes zolgensma")
    await phone.gateway.handoffs.write(phone.id, coach, version, str(uuid4()), "Zolgensma is given once.")
    assert (await phone.texts())[-1] == ("Zolgensma is given once.", "message")


async def test_the_page_shows_everything(phone: Phone) -> None:
    tab = await phone.gateway.open()
    phone.gateway.engine.replies = [NAMING]
    answer = await tab.say("what does the one for babies do")
    assert [said["text"] for said in answer.body["replies"]] == [NAMING.text]


async def test_danger_is_texted_whatever_it_names(phone: Phone) -> None:
    await phone.say("i can't breathe")
    ((text, kind),) = await phone.texts()
    assert (kind, "911" in text) == ("message", True)


async def test_a_link_to_the_record_is_sent_as_a_link(phone: Phone) -> None:
    phone.gateway.engine.replies = [reply("See it in the secure chat.", key=words.SMS_RECORD_LINK)]
    await phone.say("am i eligible")
    assert await phone.texts() == [("See it in the secure chat.", "link")]


async def test_texts_that_were_rolled_back_with_a_double_answer_are_not_sent(phone: Phone) -> None:
    """Two gateways take up the same text: one answer stands, with its texts, and no others."""
    phone.gateway.engine.replies = [NAMING, reply("Ask me more.")]
    turn = await phone.gateway.conversations.record_member_message(
        phone.id, client_message_id="SM" + "0" * 32, text="hello", channel=Channel.SMS
    )
    answering = phone.gateway.intake._answering
    conversation = await phone.get()
    first, second = [await answering.answer(turn, conversation) for _ in range(2)]
    assert [each.id for each in first.replies] == [each.id for each in second.replies]
    assert await phone.texts() == [("Ask me more.", "message"), link_text()]


async def test_what_was_typed_in_the_secure_chat_alone_is_not_texted(phone: Phone) -> None:
    tab = await enter(phone.gateway, phone.id)
    phone.gateway.engine.replies = [NAMING]
    answer = await tab.say("tell me about zolgensma")
    assert [each["text"] for each in answer.body["replies"]] == [NAMING.text]
    await phone.say("and how long does it take")
    assert await phone.texts() == [link_text()]


async def test_a_button_of_ours_names_nothing_for_the_member(phone: Phone) -> None:
    """Its title was kept back; whoever reads the phone saw a number at most."""
    offer = reply("Which one?", quick_replies=(EngineQuickReply("Zolgensma", "/inform"),))
    phone.gateway.engine.replies = [offer]
    await phone.say("what is there")
    phone.gateway.engine.replies = [NAMING]
    turn = await phone.say(choice="/inform")
    assert turn.message.text == "Zolgensma"
    assert await phone.texts() == [link_text()] * 2


MEMBER_NUMBERS = (
    "GG1000001", "gg 1000001", "Gg-1000001", "GG: 1000001", "GG#1000001", "GG\u00a01000001", "GG\u20131000001",
    "QCB800123456789", "QCB 800123456789", "ABC 2155550107",
)  # fmt: skip
OTHER_NUMBERS = (
    "Your ZIP code is PA 19104.", "PA 19104-1234", "Call (215) 555-0107.", "Call 215-555-0107.", "Call 2155550107.",
    "call 12155550107", "Call +12155550107.", "Fax 8005550100", "Policy MP-AD-1623.", "Policy 08.01.57.", "J3399",
    "Born 03/12/1984.", "It costs $2,125,000.", "Call 911 or 988.",
)  # fmt: skip


@pytest.mark.parametrize("number", MEMBER_NUMBERS)
async def test_a_member_number_is_never_texted_even_when_the_member_texted_it(phone: Phone, number: str) -> None:
    phone.gateway.engine.replies = [reply(f"I have {number}, is that right?"), reply("Ask me more.")]
    await phone.say(f"my number is {number}")
    assert await phone.texts() == [("Ask me more.", "message"), link_text()]
    assert [message.text for message in await phone.messages()][1] == f"I have {number}, is that right?"


@pytest.mark.parametrize("text", OTHER_NUMBERS)
async def test_other_numbers_are_texted(phone: Phone, text: str) -> None:
    phone.gateway.engine.replies = [reply(text)]
    await phone.say("hello")
    assert await phone.texts() == [(text, "message")]


async def test_a_coach_texts_no_member_number_either(phone: Phone) -> None:
    coach, version = await hold(phone)
    before = len(await phone.texts())
    await phone.say("it is GG1000001")
    for text in ("So it is gg 1000001?", "Call us at 2155550100."):
        await phone.gateway.handoffs.write(phone.id, coach, version, str(uuid4()), text)
    assert (await phone.texts())[before:] == [link_text(), ("Call us at 2155550100.", "message")]
