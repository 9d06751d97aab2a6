"""Two coaches at one desk: who takes whom, and how one hands on to the other."""

from __future__ import annotations

import asyncio

from tests.coach import Coach, Json
from tests.journeys.handoff.conftest import Cast
from tests.journeys.handoff.wording import on_the_page


async def test_of_two_who_claim_the_same_one_hears_who_was_quicker(cast: Cast) -> None:
    dana = await cast.coach("dana")
    luis = await cast.coach("luis")
    member = await cast.member()
    await member.ask_for_coach()
    await asyncio.gather(dana.find(member.conversation_id), luis.find(member.conversation_id))

    first, second = await asyncio.gather(
        _try_to_claim(dana, member.conversation_id), _try_to_claim(luis, member.conversation_id)
    )

    winner, loser, refused = (dana, luis, second) if "version" in first else (luis, dana, first)
    assert refused["code"] == "ALREADY_CLAIMED"
    assert refused["coach"]["name"] == winner.name
    await member.hears(on_the_page("utter_coach_joined", coach=winner.name))
    assert [message for message in member.messages if loser.name in message["text"]] == []
    assert (await loser.find(member.conversation_id))["coach"]["name"] == winner.name

    # The one who lost can do nothing with it.
    await loser.look_at(member.conversation_id)
    assert (await loser.write(member.conversation_id, "Hello from the other one", 409))["code"] == "NOT_HOLDER"
    assert (await loser.give_back(member.conversation_id, status=409))["code"] == "NOT_HOLDER"
    assert (await loser.close(member.conversation_id, status=409))["code"] == "NOT_HOLDER"
    assert (await loser.hand_to(loser, member.conversation_id, 409))["code"] == "NOT_HOLDER"


async def test_a_coach_hands_a_member_to_another(cast: Cast) -> None:
    dana = await cast.coach("dana")
    luis = await cast.coach("luis", on_duty=False)
    member = await cast.member()
    await member.ask_for_coach()
    await dana.claim(member.conversation_id)
    await member.hears(on_the_page("utter_coach_joined", coach=dana.name))

    # Nobody is given to who is not there.
    assert (await dana.hand_to(luis, member.conversation_id, 409))["code"] == "COACH_NOT_ON_DUTY"
    await luis.go_on_duty()
    held = dana.seen[member.conversation_id]
    await dana.hand_to(luis, member.conversation_id)

    await member.hears(on_the_page("utter_coach_transferred", coach=luis.name))
    assert member.state["holder"] == "coach"
    dana.seen[member.conversation_id] = held
    assert (await dana.write(member.conversation_id, "One more thing", 409))["code"] in (
        "NOT_HOLDER",
        "VERSION_CONFLICT",
    )
    await luis.look_at(member.conversation_id)
    await luis.write(member.conversation_id, "Hello, I have read everything.")
    assert (await member.hears("I have read everything"))["author_name"] == luis.name
    await luis.give_back(member.conversation_id)
    await member.hears(on_the_page("utter_handoff_resumed_answered"))


async def test_a_supervisor_gives_back_what_another_coach_holds_and_a_coach_may_not(cast: Cast) -> None:
    dana = await cast.coach("dana")
    luis = await cast.coach("luis")
    maria = await cast.coach("maria")
    member = await cast.member()
    await member.ask_for_coach()
    await dana.claim(member.conversation_id)

    await luis.look_at(member.conversation_id)
    assert (await luis.give_back(member.conversation_id, status=409))["code"] == "NOT_HOLDER"
    await maria.look_at(member.conversation_id)
    await maria.give_back(member.conversation_id, "other")

    await member.hears(on_the_page("utter_handoff_resumed_other"))
    assert member.state["holder"] == "assistant"
    assert (await dana.write(member.conversation_id, "Where were we?", 409))["code"] == "NOT_HOLDER"


async def _try_to_claim(coach: Coach, conversation_id: str) -> Json:
    body = {"version": coach.seen[conversation_id]}
    path = f"{coach.base_url}/api/v1/console/conversations/{conversation_id}/claim"
    async with coach.http.post(path, json=body, headers={"X-CSRF-Token": coach.csrf_token}) as response:
        assert response.status in (200, 409)
        answer: Json = await response.json(content_type=None)
        return answer
