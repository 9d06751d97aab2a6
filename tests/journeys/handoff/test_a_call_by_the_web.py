"""Off hours on the web: a call is agreed on, stands on the coaches' list, and is made."""

from __future__ import annotations

from tests.journeys.handoff.conftest import Cast
from tests.journeys.handoff.wording import on_the_page


async def test_a_call_is_agreed_on_taken_missed_and_made(cast: Cast) -> None:
    member = await cast.member()
    await member.ask_for_coach()
    assert member.messages[-1]["outcome"] == "handoff_unavailable"
    times = [reply["title"] for reply in member.messages[-1]["quick_replies"]]
    assert times[-1] == "No call, keep my place"

    await member.choose(times[1])
    assert member.state["awaiting"] == {"field": "phone", "kind": "phone"}
    await member.say("it's (215) 555-0143, thanks")
    assert member.last_replies[-1]["outcome"] == "callback_recorded"
    assert "0143" in member.last_replies[-1]["text"]
    assert "555" not in member.last_replies[-1]["text"]
    assert member.state["holder"] == "assistant"

    # On the coaches' list, and no longer in the queue.
    dana = await cast.coach("dana")
    luis = await cast.coach("luis")
    assert await dana.list_queue() == []
    (callback,) = await dana.list_callbacks()
    assert callback["conversation_id"] == member.conversation_id
    assert (callback["phone"], callback["status"], callback["attempts"]) == ("+12155550143", "open", 0)
    assert callback["time_zone"] == "America/New_York"

    # One coach takes it; another hears who has it.
    taken = await dana.take_callback(callback)
    assert (taken["status"], taken["coach"]["name"]) == ("taken", dana.name)
    (seen,) = await luis.list_callbacks()
    refused = await luis.take_callback(seen, 409)
    assert (refused["code"], refused["coach"]["name"]) == ("ALREADY_CLAIMED", dana.name)

    # Not reached: on the list again, for everybody.
    missed = await dana.finish_callback(taken, reached=False, note="went to voice mail")
    assert (missed["status"], missed["attempts"], missed["coach"]) == ("open", 1, None)
    retaken = await luis.take_callback(missed)
    made = await luis.finish_callback(retaken, reached=True, note="answered the questions")
    assert (made["status"], made["attempts"]) == ("done", 2)
    assert await dana.list_callbacks() == []
    assert callback["id"] in [each["id"] for each in await dana.list_callbacks(done=True)]

    # The member's page goes on with the assistant.
    await member.say("what are gene based therapies?")
    assert member.last_replies[-1]["outcome"] == "answer"


async def test_who_turns_the_call_down_keeps_the_place_and_gets_the_coach(cast: Cast) -> None:
    member = await cast.member()
    await member.ask_for_coach()
    await member.choose("No call, keep my place")
    assert member.last_replies[-1]["outcome"] == "handoff_waiting"
    assert member.state["holder"] == "waiting"

    dana = await cast.coach("dana")
    await member.hears(on_the_page("utter_handoff_coach_here_now"))
    await dana.claim(member.conversation_id)
    await member.hears(on_the_page("utter_coach_joined"))
    assert await dana.list_callbacks() == []
