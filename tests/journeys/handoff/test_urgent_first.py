"""Whoever is in danger is first in line, with or without having asked for a person."""

from __future__ import annotations

from tests.journeys.handoff.conftest import Cast
from tests.journeys.handoff.wording import as_a_text, on_the_page

EMERGENCY = "my son can't breathe after his infusion"
CRISIS = "i want to kill myself"


async def test_an_emergency_goes_before_who_came_first(cast: Cast) -> None:
    dana = await cast.coach("dana")
    first, second = await cast.member(), await cast.member()
    await first.ask_for_coach()
    await second.ask_for_coach()
    in_danger = await cast.member()

    await in_danger.say(EMERGENCY)

    # What to do now stands alone.
    assert [reply["outcome"] for reply in in_danger.last_replies] == ["emergency"]
    assert in_danger.last_replies[0]["author"] == "system"
    assert in_danger.state["holder"] == "waiting"
    queue = await dana.list_queue()
    assert [(item["conversation_id"], item["urgency"], item["cause"], item["position"]) for item in queue] == [
        (in_danger.conversation_id, "urgent", "safety", 1),
        (first.conversation_id, "normal", "button", 2),
        (second.conversation_id, "normal", "button", 3),
    ]
    await first.catch_up()
    assert first.state["queue"]["position"] == 2
    await dana.claim(in_danger.conversation_id)
    await in_danger.hears(on_the_page("utter_coach_joined", coach=dana.name))


async def test_who_waits_already_becomes_urgent_at_the_old_request(cast: Cast) -> None:
    dana = await cast.coach("dana")
    first, second = await cast.member(), await cast.member()
    await first.ask_for_coach()
    await second.ask_for_coach()
    asked = await dana.find(second.conversation_id)

    await second.say(CRISIS)

    assert [reply["outcome"] for reply in second.last_replies] == ["crisis"]
    queue = await dana.list_queue()
    assert [(item["conversation_id"], item["urgency"]) for item in queue] == [
        (second.conversation_id, "urgent"),
        (first.conversation_id, "normal"),
    ]
    assert queue[0]["requested_at"] == asked["requested_at"]


async def test_a_crisis_while_a_coach_has_the_member_is_answered_and_shown(cast: Cast) -> None:
    dana = await cast.coach("dana")
    member = await cast.member()
    await member.ask_for_coach()
    await dana.claim(member.conversation_id)
    await member.hears(on_the_page("utter_coach_joined"))

    await member.say(CRISIS)

    (reply,) = member.last_replies
    assert (reply["author"], reply["outcome"]) == ("system", "crisis")
    assert "988" in reply["text"]
    assert member.state["holder"] == "coach"
    item = await dana.find(member.conversation_id)
    assert (item["urgency"], item["holder"], item["coach"]["name"]) == ("urgent", "coach", dana.name)
    await member.say("sorry, i am not doing well")
    assert member.last_replies == []


async def test_an_emergency_by_text_is_answered_and_put_first(cast: Cast) -> None:
    dana = await cast.coach("dana")
    member = await cast.member()
    await member.ask_for_coach()
    phone = cast.texter()

    await phone.text(EMERGENCY)

    # Nothing stands before it, not even a greeting.
    await phone.reads(as_a_text("utter_safety_emergency"))
    first, second = await dana.list_queue()
    assert (first["channel"], first["urgency"], first["cause"]) == ("sms", "urgent", "safety")
    assert second["conversation_id"] == member.conversation_id
    await phone.reads_nothing()
