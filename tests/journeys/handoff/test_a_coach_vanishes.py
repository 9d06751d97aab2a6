"""A coach is gone: the member is told and is back in line at the old place, and another coach takes them."""

from __future__ import annotations

from tests.journeys.handoff.conftest import Cast
from tests.journeys.handoff.wording import as_a_text, on_the_page

QUESTION = "Is gene therapy covered?"
# No sign of life for 60 s, and the sweep that looks for it every 3 s; a busy machine may take longer.
VANISHED_WITHIN_S = 120.0


async def test_a_laptop_is_shut_and_nobody_is_lost(cast: Cast) -> None:
    dana = await cast.coach("dana")
    luis = await cast.coach("luis")
    member, later = await cast.member(), await cast.member()
    await member.ask_for_coach()
    await dana.claim(member.conversation_id)
    await member.hears(on_the_page("utter_coach_joined", coach=dana.name))
    await later.ask_for_coach()
    phone = cast.texter()
    await phone.text("COACH")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads("You're number 2 in line")
    texted = next(item for item in await dana.list_queue() if item["channel"] == "sms")["conversation_id"]
    await dana.claim(texted)
    await phone.reads(as_a_text("utter_coach_joined", coach=dana.name))

    await dana.vanish()

    await member.hears(on_the_page("utter_coach_vanished"), timeout_s=VANISHED_WITHIN_S)
    assert member.state["holder"] == "waiting"
    assert member.state["queue"]["position"] == 1
    await phone.reads(as_a_text("utter_coach_vanished"))
    queue = [(item["conversation_id"], item["holder"], item["position"]) for item in await luis.list_queue()]
    assert queue == [
        (member.conversation_id, "waiting", 1),
        (later.conversation_id, "waiting", 2),
        (texted, "waiting", 3),
    ]

    # The assistant answers meanwhile, and nothing of what was said to the coach.
    await member.say(QUESTION)
    assert member.last_replies[-1]["topic"] == "coverage_general"

    await luis.claim(member.conversation_id)
    await member.hears(on_the_page("utter_coach_joined", coach=luis.name))
    log = [entry["event"] for entry in (await luis.look_at(member.conversation_id))["log"]]
    assert [event for event in log if event != "viewed"] == ["requested", "claimed", "vanished", "claimed"]


async def test_who_signs_out_gives_back_at_once(cast: Cast) -> None:
    dana = await cast.coach("dana")
    luis = await cast.coach("luis")
    member, later = await cast.member(), await cast.member()
    await member.ask_for_coach()
    await later.ask_for_coach()
    await dana.claim(member.conversation_id)

    await dana.leave()

    await member.catch_up()
    assert member.state["holder"] == "waiting"
    assert member.messages[-1]["outcome"] == "handoff_waiting"
    queue = [(item["conversation_id"], item["position"]) for item in await luis.list_queue()]
    assert queue == [(member.conversation_id, 1), (later.conversation_id, 2)]
    await luis.claim(member.conversation_id)
    await member.hears(on_the_page("utter_coach_joined", coach=luis.name))


async def test_the_last_coach_goes_home_while_a_member_waits(cast: Cast) -> None:
    dana = await cast.coach("dana")
    member = await cast.member()
    await member.ask_for_coach()
    assert member.messages[-1]["outcome"] == "handoff_waiting"

    await dana.leave()

    # In its first minute the product waits for consoles that were there before it.
    told = await member.hears(on_the_page("utter_handoff_nobody_left"), timeout_s=VANISHED_WITHIN_S)
    assert told["outcome"] == "handoff_unavailable"
    assert told["quick_replies"][-1]["title"] == "No call, keep my place"
    assert member.state["holder"] == "waiting"
    assert member.state["awaiting"]["field"] == "callback_window"
