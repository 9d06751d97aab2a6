"""What a member's text does: consent before everything, danger before consent."""

from __future__ import annotations

import asyncio

import pytest

from bot.conversations.handoff import MemberOptedOut, Role
from bot.conversations.model import Channel
from bot.demo.carrier.keywords import OptOutMode
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import DANA, MARCUS, PLAN, Rig
from tests.channels.sms.texts import DANGER, EMERGENCY, HELP, OPTED_IN, OPTED_OUT, plain, said, say, urgency


async def test_the_first_text_begins_a_conversation_with_who_answers(rig: Rig, until: Until) -> None:
    texts = await say(rig, until, "is it covered?")
    assert texts == [said("utter_sms_greeting"), "An answer."]
    conversation = await rig.conversation()
    assert (conversation.channel, conversation.plan_id) == (Channel.SMS, "independence")
    assert await say(rig, until, "and now?") == ["An answer."]
    assert (await rig.conversation()).id == conversation.id


async def test_two_phones_and_two_numbers_are_conversations_of_their_own(sqlite_rig: Rig, until: Until) -> None:
    await say(sqlite_rig, until, "hello")
    await say(sqlite_rig, until, "hello", phone=MARCUS)
    assert (await sqlite_rig.conversation()).id != (await sqlite_rig.conversation(MARCUS)).id


@pytest.mark.parametrize("stop", ["STOP", " stop. ", "Unsubscribe", "please stop texting me", "CANCEL"])
async def test_an_opt_out_is_confirmed_once_and_then_nothing_comes(rig: Rig, until: Until, stop: str) -> None:
    await say(rig, until, "hello")
    assert await say(rig, until, stop) == [said(OPTED_OUT)]
    assert await rig.opted_out()
    assert await say(rig, until, stop, "STOP", "hello?", "HELP", "coach", "2", "") == []
    assert len(rig.gateway.engine.turns) == 1


async def test_an_opt_out_of_somebody_who_never_wrote_begins_no_conversation(sqlite_rig: Rig, until: Until) -> None:
    assert await say(sqlite_rig, until, "STOP") == [said(OPTED_OUT)]
    assert await sqlite_rig.gateway.conversations.find_by_addresses(DANA, PLAN) is None


async def test_an_opt_out_in_spanish_is_confirmed_in_spanish(sqlite_rig: Rig, until: Until) -> None:
    assert await say(sqlite_rig, until, "por favor no me manden más mensajes") == [said(OPTED_OUT, "es")]


async def test_an_opt_out_of_one_number_is_none_of_another_and_of_nobody_else(sqlite_rig: Rig, until: Until) -> None:
    await say(sqlite_rig, until, "STOP")
    assert len(await say(sqlite_rig, until, "hello", phone=MARCUS)) == 2


async def test_start_begins_the_texts_again(rig: Rig, until: Until) -> None:
    await say(rig, until, "hello", "STOP")
    assert await say(rig, until, "START") == [said(OPTED_IN)]
    assert not await rig.opted_out()
    assert await say(rig, until, "hello") == ["An answer."]


async def test_yes_is_consent_only_from_who_stopped(sqlite_rig: Rig, until: Until) -> None:
    assert (await say(sqlite_rig, until, "yes"))[-1] == "An answer."
    await say(sqlite_rig, until, "STOP")
    assert await say(sqlite_rig, until, "YES") == [said(OPTED_IN)]
    assert await say(sqlite_rig, until, "yes") == ["An answer."]


async def test_start_is_a_word_like_others_from_who_never_stopped(sqlite_rig: Rig, until: Until) -> None:
    assert (await say(sqlite_rig, until, "START"))[-1] == "An answer."
    assert sqlite_rig.gateway.engine.turns[0].text == "START"


async def test_ten_stops_are_one_confirmation(rig: Rig, until: Until) -> None:
    await asyncio.gather(*(rig.text("STOP") for _ in range(10)))
    await until(rig.is_idle)
    assert rig.phone() == [said(OPTED_OUT)]


async def test_help_is_answered_without_the_engine(sqlite_rig: Rig, until: Until) -> None:
    assert await say(sqlite_rig, until, "HELP") == [said(HELP)]
    assert await say(sqlite_rig, until, "Ayuda") == [said(HELP, "es")]
    assert sqlite_rig.gateway.engine.turns == []


async def test_what_waited_to_be_sent_is_held_back_after_an_opt_out(rig: Rig, until: Until) -> None:
    await say(rig, until, "hello")
    rig.carrier.faults.drop_requests = 1

    async def waits() -> bool:
        return "queued" in await rig.statuses() or "sending" in await rig.statuses()

    await rig.text("one")
    await until(waits)
    await rig.text("STOP")
    await until(rig.as_time_passes(rig.is_idle))
    assert [plain(text) for text in rig.phone()[2:]] == [said(OPTED_OUT)]
    assert (await rig.statuses())[2:] == ["suppressed", "delivered"]


async def test_a_coachs_message_goes_out_with_the_name_and_not_to_who_stopped(rig: Rig, until: Until) -> None:
    await say(rig, until, "hello", "coach")
    gateway = rig.gateway
    coach = await gateway.coaches.add_coach(username="c", name="Dana R., RN", role=Role.COACH, password_hash="-")
    assert coach is not None
    await gateway.coaches.set_duty(coach.id, True)
    conversation = await rig.conversation()
    claimed = await gateway.handoffs.claim(conversation.id, coach.id, conversation.handoff_version)
    await gateway.handoffs.write(conversation.id, coach.id, claimed.version, "id-1", "How can I help?")
    await until(rig.is_idle)
    assert rig.phone()[-1] == "Dana R., RN: How can I help?"
    await say(rig, until, "STOP")
    with pytest.raises(MemberOptedOut):
        await gateway.handoffs.write(conversation.id, coach.id, claimed.version, "id-2", "Are you there?")
    await until(rig.is_idle)
    assert rig.phone()[-1] == said(OPTED_OUT)


# Danger.


async def say_beside(rig: Rig, until: Until, text: str) -> list[str]:
    """What comes back for words of danger beside others: what is said of texting lets the number to call go first."""
    before = len(rig.phone())

    async def first_came() -> bool:
        return len(rig.phone()) > before

    await rig.text(text)
    await until(first_came)
    await until(rig.as_time_passes(rig.is_idle))
    return [plain(text) for text in rig.phone()[before:]]


async def test_danger_is_answered_with_the_number_to_call_and_put_before_a_coach(rig: Rig, until: Until) -> None:
    texts = await say(rig, until, DANGER)
    # Nothing stands beside the number to call, not even a greeting.
    assert texts == [plain(said(EMERGENCY))]
    assert await urgency(rig) == ["urgent"]


@pytest.mark.parametrize("text", [f"stop texting me, {DANGER}", f"{DANGER}. leave me alone", f"HELP {DANGER}"])
async def test_danger_comes_before_consent_and_help(rig: Rig, until: Until, text: str) -> None:
    await say(rig, until, "hello")
    texts = await say_beside(rig, until, text)
    is_opt_out = "HELP" not in text
    assert texts == [plain(said(EMERGENCY)), *([said(OPTED_OUT)] if is_opt_out else [])]
    assert await rig.opted_out() is is_opt_out
    assert await urgency(rig) == ["urgent"]


@pytest.mark.parametrize("text", [DANGER, f"stop texting me, {DANGER}", "i want to kill myself"])
async def test_danger_from_who_stopped_is_put_before_a_coach_and_nothing_is_sent(
    rig: Rig, until: Until, text: str
) -> None:
    await say(rig, until, "hello", "STOP")
    assert await say(rig, until, text) == []
    assert await urgency(rig) == ["urgent"]
    assert text in [message.text for message in await rig.transcript()]
    assert await rig.opted_out()


async def test_danger_beside_consent_given_anew_is_answered(rig: Rig, until: Until) -> None:
    await say(rig, until, "hello", "STOP")
    texts = await say_beside(rig, until, f"text me again, {DANGER}")
    assert texts == [plain(said(EMERGENCY)), said(OPTED_IN)]
    assert not await rig.opted_out()


async def test_a_stop_in_danger_and_no_words_of_texting_is_no_opt_out(sqlite_rig: Rig, until: Until) -> None:
    await say(sqlite_rig, until, "my son stopped breathing")
    assert not await sqlite_rig.opted_out()


# What the carrier did itself.


async def test_what_the_carrier_answered_itself_is_kept_and_not_answered_again(sqlite_rig: Rig, until: Until) -> None:
    sqlite_rig.carrier.network.mode = OptOutMode.ADVANCED
    await say(sqlite_rig, until, "hello")
    for word, opted_out in (("STOP", True), ("START", False), ("HELP", False)):
        # The carrier's own words, and none of ours.
        texts = await say(sqlite_rig, until, word)
        assert len(texts) == 1
        assert texts[0] not in (said(OPTED_OUT), said(OPTED_IN), said(HELP))
        assert await sqlite_rig.opted_out() is opted_out
    assert len(await sqlite_rig.deliveries()) == 2
