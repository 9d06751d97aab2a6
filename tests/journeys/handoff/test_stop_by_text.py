"""STOP: one confirmation and then nothing, whoever would speak; danger is put before a coach all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.journeys.handoff.conftest import Cast
from tests.journeys.handoff.wording import as_a_text
from tests.texter import Texter

QUESTION = "Is gene therapy covered?"
EMERGENCY = "my son can't breathe after his infusion"
# The carrier's own words, where it answers STOP and START itself.
CARRIER_STOPPED = "successfully been unsubscribed"
CARRIER_STARTED = "successfully been re-subscribed"


@pytest.fixture
async def phone(cast: Cast) -> AsyncIterator[Texter]:
    """A phone at a carrier that leaves STOP, START and HELP to us."""
    phone = cast.texter()
    await phone.let_carrier_handle_keywords("gateway")
    yield phone
    await phone.let_carrier_handle_keywords("default")


async def test_stop_while_a_coach_has_the_member_and_start_again(cast: Cast, phone: Texter) -> None:
    dana = await cast.coach("dana")
    await phone.text("COACH")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads("^A health coach is on duty")
    (item,) = await dana.list_queue()
    conversation = item["conversation_id"]
    await dana.claim(conversation)
    await phone.reads(as_a_text("utter_coach_joined"))

    await phone.text("STOP")
    await phone.reads(as_a_text("utter_sms_opted_out"))
    await phone.text("stop")
    await phone.text("please stop texting me")
    await phone.reads_nothing()

    # The coach is told so, and nothing goes out.
    assert (await dana.write(conversation, "Are you still there?", 409))["code"] == "MEMBER_OPTED_OUT"
    assert (await dana.look_at(conversation))["conversation"]["opted_out"] is True
    await dana.give_back(conversation, "no_reply")
    await phone.reads_nothing()

    # The assistant is silent, and so is HELP.
    await phone.text(QUESTION)
    await phone.text("HELP")
    await phone.text("COACH")
    await phone.reads_nothing()
    # Who wants a person is put before the coaches all the same: they can call.
    (item,) = await dana.list_queue()
    assert (item["urgency"], item["cause"]) == ("normal", "words")

    # Danger is put before a coach, and still nothing is sent.
    await phone.text(EMERGENCY)
    await phone.reads_nothing()
    (item,) = await dana.list_queue()
    # The request that stands becomes urgent.
    assert (item["conversation_id"], item["urgency"], item["cause"]) == (conversation, "urgent", "words")
    shown = await dana.look_at(conversation)
    assert shown["conversation"]["opted_out"] is True
    assert [message["text"] for message in shown["messages"] if message["author"] == "member"][-1] == EMERGENCY
    await dana.claim(conversation)
    await dana.give_back(conversation, "other")
    await phone.reads_nothing()

    # START: texts again, and none of those that were not sent.
    await phone.text("START")
    await phone.reads(as_a_text("utter_sms_opted_in"))
    await phone.text(QUESTION)
    await phone.reads("(?s)benefit.*Source: ")
    await phone.reads_nothing()


@pytest.mark.parametrize("words", ["STOP", "Please stop texting me", "UNSUBSCRIBE", "take me off your list"])
async def test_the_first_text_of_a_phone_may_be_an_opt_out(phone: Texter, words: str) -> None:
    await phone.text(words)
    await phone.reads(as_a_text("utter_sms_opted_out"))
    await phone.reads_nothing()


async def test_an_emergency_with_an_opt_out_is_answered_and_then_nothing_more_is_sent(
    cast: Cast, phone: Texter
) -> None:
    dana = await cast.coach("dana")

    await phone.text(f"stop texting me, {EMERGENCY}")

    first = await phone.reads(".")
    if as_a_text("utter_sms_greeting").search(first):
        # It was on its way before the opt-out was read.
        first = await phone.reads(".")
    assert as_a_text("utter_safety_emergency").search(first)
    await phone.reads(as_a_text("utter_sms_opted_out"))
    (item,) = await dana.list_queue()
    assert (item["urgency"], item["cause"]) == ("urgent", "safety")
    await dana.claim(item["conversation_id"])
    await phone.reads_nothing()


@pytest.mark.parametrize("mode", ["default", "advanced"])
async def test_where_the_carrier_confirms_we_add_nothing(cast: Cast, phone: Texter, mode: str) -> None:
    await phone.let_carrier_handle_keywords(mode)
    await phone.text("COACH")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads("^No health coach is on duty")

    await phone.text("STOP")

    await phone.reads(CARRIER_STOPPED)
    await phone.text(QUESTION)
    await cast.coach("dana")
    # Long enough for what a coach's coming says to those who wait.
    await phone.reads_nothing(for_s=5)

    await phone.text("START")
    await phone.reads(CARRIER_STARTED)
    if mode == "default":
        await phone.reads(as_a_text("utter_sms_opted_in"))
    await phone.text(QUESTION)
    await phone.reads("(?s)benefit.*Source: ")
    await phone.reads_nothing()
