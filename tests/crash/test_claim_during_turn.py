"""Once a coach has a conversation the assistant says nothing more, and never gets to read what the coach was told."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.conversations.tables_store import messages, turns
from tests.crash.people import call, until
from tests.crash.world import Lane, World, open_world

QUESTION = "What is gene therapy?"
FOR_THE_COACH = "My daughter is four years old"
_KEEP_LEASE = {"bot.channels.sms.inbox:LEASE": 10.0}


async def test_a_claim_during_a_turn_discards_its_reply_unsaid(lane: Lane) -> None:
    async with open_world(lane) as world:
        dana = await world.coach("dana")
        web, phone = world.web_member(), world.phone()
        await web.open()
        await web.ask_for_coach()
        await phone.text("COACH")
        await world.settle()
        texting_id = await world.conversation_of()
        texts_before = len(phone.read())

        lane.door.is_open.clear()
        asking = asyncio.create_task(web.say(QUESTION))
        await phone.text(QUESTION)
        await until(lambda: _has_turns(world, web.id, texting_id), "both questions are with the engine")
        await dana.claim(web.id)
        await dana.claim(texting_id)
        lane.door.is_open.set()

        answered = await asking
        assert (answered["replies"], answered["state"]["holder"]) == ([], "coach")
        await world.settle()
        for conversation_id in (web.id, texting_id):
            rows = await lane.rows(messages, messages.c.conversation_id == conversation_id)
            rows = sorted(rows, key=lambda row: row.seq)
            assert [row.response_key for row in rows][-2:] == [None, "utter_coach_joined"]
        assert len(phone.read()) == texts_before + 1


async def test_what_a_coach_was_told_reaches_no_turn_even_after_the_return_and_a_restart(lane: Lane) -> None:
    async with open_world(lane) as world:
        dana = await world.coach("dana")
        web, phone = world.web_member(), world.phone()
        await web.open()
        await web.ask_for_coach()
        await phone.text("COACH")
        await world.settle()
        texting_id = await world.conversation_of()
        for conversation_id in (web.id, texting_id):
            await dana.claim(conversation_id)
        assert (await web.say(FOR_THE_COACH))["replies"] == []
        await phone.text(FOR_THE_COACH)
        await world.settle()
        for conversation_id in (web.id, texting_id):
            await dana.give_back(conversation_id)
        await web.look()

        await world.gateway.kill()
        await until(lambda: _has_died(world), "the gateway is started again")
        await web.look()
        assert (await web.say(QUESTION))["replies"]
        await phone.text(QUESTION)
        await world.settle()
        assert lane.door.texts_of(web.id) == [QUESTION]
        assert lane.door.texts_of(texting_id) == [QUESTION]


async def test_a_text_to_the_coach_that_a_crash_left_half_done_reaches_no_turn_after_the_return(lane: Lane) -> None:
    # The first message is the one that asks for a coach.
    place = ("after the commit of ConversationService.record_member_message", 2)
    async with open_world(lane, place, **_KEEP_LEASE) as world:
        dana, phone = await world.coach("dana"), world.phone()
        await phone.text("COACH")
        await world.settle()
        texting_id = await world.conversation_of()
        await dana.claim(texting_id)
        await phone.text(FOR_THE_COACH)
        await until(lambda: _has_died(world), "the gateway is started again")
        await dana.give_back(texting_id)
        assert await _count_unanswered(world) == 1
        await world.settle()
        assert await _count_unanswered(world) == 0
        assert lane.door.texts_of(texting_id) == []


async def test_a_message_to_the_coach_that_is_sent_again_after_the_return_reaches_no_turn(lane: Lane) -> None:
    place = ("after the commit of ConversationService.record_member_message", 1)
    async with open_world(lane, place) as world:
        dana, web = await world.coach("dana"), world.web_member()
        await web.open()
        await web.ask_for_coach()
        await dana.claim(web.id)
        saying = asyncio.create_task(web.say(FOR_THE_COACH))
        await until(lambda: _has_died(world), "the gateway is started again")
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)
        # The supervisor may have been faster than the page, which tries again at once.
        was_answered = await _count_unanswered(world) == 0
        await dana.give_back(web.id)
        await web.look()
        (key,) = web.said
        body = {"client_message_id": key, "text": FOR_THE_COACH}
        url = f"{web.url}/api/v1/conversations/{web.id}/messages"
        again = await call(web.http, "POST", url, body, {"Authorization": f"Bearer {web.token}"})
        assert again["replies"] == []
        assert was_answered or await _count_unanswered(world) == 0
        assert lane.door.texts_of(web.id) == []


async def _has_turns(world: World, *conversation_ids: str) -> bool:
    return all(world.lane.door.texts_of(conversation_id) for conversation_id in conversation_ids)


async def _has_died(world: World) -> bool:
    return world.gateway.deaths == 1 and not world.gateway.is_dead


async def _count_unanswered(world: World) -> int:
    answered = {row.message_id for row in await world.lane.rows(turns)}
    rows: list[Any] = list(await world.lane.rows(messages, messages.c.author == "member"))
    return len([row for row in rows if row.id not in answered])
