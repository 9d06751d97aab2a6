"""A coach who vanishes gives every member back to the queue, at the old place and told, whatever happens meanwhile."""

from __future__ import annotations

import time

import pytest

from bot.conversations.tables_store import handoff_events, messages
from tests.crash.people import BEAT_EVERY_S, CoachAtDesk, Refused, until
from tests.crash.world import Lane, World, open_world

PRESENT_FOR_S = 5.0
SWEEP_S = 0.2
TIMERS = {
    "bot.conversations.sweep:PRESENT_FOR": PRESENT_FOR_S,
    "bot.conversations.coach_service:PRESENT_FOR": PRESENT_FOR_S,
    "bot.conversations.sweep:INTERVAL_S": SWEEP_S,
}
# A machine under load answers late, and takes long to start the one that was killed.
_SLACK_S = 60.0


@pytest.mark.parametrize("restarts", [False, True], ids=["all_the_time_up", "killed_meanwhile"])
async def test_a_coach_who_vanishes_gives_members_back_at_their_old_places(lane: Lane, restarts: bool) -> None:
    async with open_world(lane, **TIMERS) as world:
        dana, luis = await world.coach("dana"), await world.coach("luis")
        first, phone, last = world.web_member(), world.phone(), world.web_member()
        await first.open()
        await first.ask_for_coach()
        await phone.text("COACH")
        await world.settle()
        texting_id = await world.conversation_of()
        await last.open()
        await last.ask_for_coach()
        # Claimed in the other order, so that a place in the line cannot come from the claim.
        await dana.claim(texting_id)
        await dana.claim(first.id)
        await first.say("My doctor gave me a letter")
        await world.settle()
        texts_before = phone.read()

        await dana.vanish()
        vanished = time.monotonic()
        if restarts:
            await world.gateway.kill()
        await until(
            lambda: _waits(world, first.id, texting_id), "both are back in the queue", PRESENT_FOR_S * 2 + _SLACK_S
        )
        assert time.monotonic() - vanished >= PRESENT_FOR_S - 2 * BEAT_EVERY_S

        queue = [(item["conversation_id"], item["position"]) for item in await luis.queue()]
        assert queue == [(first.id, 1), (texting_id, 2), (last.id, 3)]
        await world.settle()
        for conversation_id in (first.id, texting_id):
            rows = sorted(
                await lane.rows(messages, messages.c.conversation_id == conversation_id), key=lambda row: row.seq
            )
            assert [row.response_key for row in rows].count("utter_coach_vanished") == 1
            assert rows[-1].response_key == "utter_coach_vanished"
            events = await lane.rows(handoff_events, handoff_events.c.conversation_id == conversation_id)
            assert [row.event for row in events if row.event != "viewed"] == ["requested", "claimed", "vanished"]
        assert len(phone.read()) == len(texts_before) + 1
        assert world.gateway.deaths == (1 if restarts else 0)
        await _check_that_the_old_claim_is_worth_nothing(dana, first.id)
        await luis.claim(first.id)
        await luis.write(first.id, "Hello, this is Luis.")


async def _check_that_the_old_claim_is_worth_nothing(dana: CoachAtDesk, conversation_id: str) -> None:
    with pytest.raises(Refused) as refused:
        await dana.write(conversation_id, "Are you still there?")
    assert (refused.value.status, refused.value.code) == (409, "NOT_HOLDER")


async def _waits(world: World, *conversation_ids: str) -> bool:
    return all([await world.holder(conversation_id) == "waiting" for conversation_id in conversation_ids])
