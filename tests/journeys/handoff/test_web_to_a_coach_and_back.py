"""A member of the web chat asks in words, waits, talks to a coach, and is back with the assistant."""

from __future__ import annotations

import pytest

from tests.journeys.handoff.conftest import Cast
from tests.journeys.handoff.wording import on_the_page

QUESTION = "Is gene therapy covered?"


async def test_nobody_is_there_then_a_coach_comes_and_talks_and_the_assistant_is_back(cast: Cast) -> None:
    member = await cast.member()

    # Nobody is on duty: the truth at once, and the offer of a call.
    await member.say("I want to talk to a real nurse please")
    assert [reply["outcome"] for reply in member.last_replies] == ["handoff_unavailable"]
    assert member.state["holder"] == "waiting"
    assert member.state["awaiting"]["field"] == "callback_window"
    assert len(member.last_replies[0]["quick_replies"]) >= 2

    # A coach comes on duty: the member is told, and keeps the place.
    dana = await cast.coach("dana")
    await member.hears(on_the_page("utter_handoff_coach_here_now"))
    assert member.state["holder"] == "waiting"
    assert member.state["queue"]["position"] == 1

    # The assistant goes on answering while they wait, with its sources.
    await member.say(QUESTION)
    assert member.last_replies[-1]["topic"] == "coverage_general"
    assert any(reply.get("citations") for reply in member.last_replies)
    assert member.state["holder"] == "waiting"

    # The coach sees why, and takes it; the member reads who is there.
    item = await dana.find(member.conversation_id)
    assert (item["cause"], item["urgency"], item["channel"], item["position"]) == ("words", "normal", "web", 1)
    shown = await dana.look_at(member.conversation_id)
    assert "I want to talk to a real nurse please" in [line.get("quote") for line in shown["packet"]["lines"]]
    await dana.claim(member.conversation_id)
    await member.hears(on_the_page("utter_coach_joined", coach=dana.name))
    assert member.state["holder"] == "coach"

    # Both write, and the assistant is silent, whatever it is asked.
    await dana.write(member.conversation_id, "Hello, I'm a nurse. How can I help?")
    heard = await member.hears("I'm a nurse")
    assert (heard["author"], heard["author_name"]) == ("coach", dana.name)
    await member.say(QUESTION)
    assert member.last_replies == []
    assert member.state["holder"] == "coach"
    said = (await dana.look_at(member.conversation_id))["messages"][-1]
    assert (said["author"], said["text"]) == ("member", QUESTION)

    # A private note is not the member's.
    await dana.add_note(member.conversation_id, "calls from the office, prefers mornings")
    await member.catch_up()
    assert not [message for message in member.messages if "prefers mornings" in message["text"]]

    # Back with the assistant, which answers the next question and not those of the coach's part.
    before = len(member.messages)
    await dana.give_back(member.conversation_id, "answered")
    resumed = await member.hears(on_the_page("utter_handoff_resumed_answered"))
    assert resumed["outcome"] == "resumed"
    assert member.state["holder"] == "assistant"
    assert len(member.messages) == before + 1
    await member.say("what are gene based therapies?")
    assert member.last_replies[-1]["outcome"] == "answer"

    # And they may ask again.
    await member.ask_for_coach()
    assert member.messages[-1]["outcome"] == "handoff_waiting"
    assert member.state["queue"]["position"] == 1


@pytest.mark.parametrize("outcome", ["answered", "follow_up", "referred", "no_reply", "other"])
async def test_the_assistant_says_how_the_coachs_part_ended(cast: Cast, outcome: str) -> None:
    dana = await cast.coach("dana")
    member = await cast.member()
    await member.ask_for_coach()
    await dana.claim(member.conversation_id)

    await dana.give_back(member.conversation_id, outcome)

    await member.hears(on_the_page(f"utter_handoff_resumed_{outcome}", coach=dana.name))
    assert member.state["holder"] == "assistant"
    await member.say(QUESTION)
    assert member.last_replies[-1]["topic"] == "coverage_general"
    assert await dana.list_queue() == []


async def test_a_conversation_that_the_coach_ended_is_over(cast: Cast) -> None:
    dana = await cast.coach("dana")
    member = await cast.member()
    await member.ask_for_coach()
    await dana.claim(member.conversation_id)

    await dana.close(member.conversation_id)

    await member.hears(on_the_page("utter_coach_closed"))
    assert member.state["holder"] == "closed"
    refused = await member.call(
        "POST",
        f"/api/v1/conversations/{member.conversation_id}/messages",
        409,
        {"client_message_id": "00000000-0000-4000-8000-000000000001", "text": QUESTION},
    )
    assert refused["code"] == "CONVERSATION_CLOSED"
    assert await dana.list_queue() == []
