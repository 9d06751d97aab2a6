"""A member changes their mind: while waiting and while a coach has them, on the web and by text."""

from __future__ import annotations

import pytest

from tests.journeys.handoff.conftest import Cast
from tests.journeys.handoff.wording import as_a_text, on_the_page

QUESTION = "Is gene therapy covered?"


async def test_with_the_button_while_waiting(cast: Cast) -> None:
    dana = await cast.coach("dana")
    member = await cast.member()
    await member.ask_for_coach()
    item = await dana.find(member.conversation_id)

    await member.cancel_coach()

    assert member.messages[-1]["outcome"] == "cancelled"
    assert member.state["holder"] == "assistant"
    assert "queue" not in member.state
    assert await dana.list_queue() == []
    # The coach was about to take it.
    dana.seen[member.conversation_id] = item["version"]
    assert (await dana.claim(member.conversation_id, 409))["code"] == "NOT_WAITING"


@pytest.mark.parametrize("words", ["never mind, I don't need a coach anymore", "cancel", "forget the nurse please"])
async def test_in_words_while_waiting(cast: Cast, words: str) -> None:
    dana = await cast.coach("dana")
    member = await cast.member()
    await member.say("can I talk to a person")
    assert member.state["holder"] == "waiting"

    await member.say(words)

    assert member.last_replies[-1]["outcome"] == "cancelled"
    assert member.state["holder"] == "assistant"
    assert await dana.list_queue() == []


@pytest.mark.parametrize("words", ["NEVERMIND", "never mind", "i don't need a coach anymore"])
async def test_by_text_while_waiting(cast: Cast, words: str) -> None:
    dana = await cast.coach("dana")
    phone = cast.texter()
    await phone.text("COACH")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads("^A health coach is on duty")

    await phone.text(words)

    await phone.reads(as_a_text("utter_handoff_cancelled"))
    assert await dana.list_queue() == []
    await phone.reads_nothing()


async def test_by_text_while_a_call_is_offered(cast: Cast) -> None:
    """NEVERMIND is what our texts call the way out: it takes the request back, and not the call alone."""
    phone = cast.texter()
    await phone.text("COACH")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads("^No health coach is on duty")
    dana = await cast.coach("dana")
    await phone.reads(as_a_text("utter_handoff_coach_here_now"))

    await phone.text("NEVERMIND")

    await phone.reads(as_a_text("utter_handoff_cancelled"))
    assert await dana.list_queue() == []
    await phone.reads_nothing()


async def test_with_the_button_while_a_coach_has_them(cast: Cast) -> None:
    dana = await cast.coach("dana")
    member = await cast.member()
    await member.ask_for_coach()
    await dana.claim(member.conversation_id)
    await member.hears(on_the_page("utter_coach_joined"))

    await member.cancel_coach()

    assert member.messages[-1]["outcome"] == "resumed"
    assert member.state["holder"] == "assistant"
    assert (await dana.write(member.conversation_id, "Are you still there?", 409))["code"] == "NOT_HOLDER"
    await member.say(QUESTION)
    assert member.last_replies[-1]["topic"] == "coverage_general"


async def test_words_to_a_coach_end_nothing(cast: Cast) -> None:
    """Who says "cancel" or "never mind" to a person means something of their talk."""
    dana = await cast.coach("dana")
    phone = cast.texter()
    await phone.text("COACH")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads("^A health coach is on duty")
    (item,) = await dana.list_queue()
    await dana.claim(item["conversation_id"])
    await phone.reads(as_a_text("utter_coach_joined"))

    await phone.text("never mind")

    await phone.reads_nothing()
    assert (await dana.find(item["conversation_id"]))["holder"] == "coach"
