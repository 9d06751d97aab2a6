"""A conversation that cannot be read stops nobody else's timers, and no word of it stands in the log."""

from __future__ import annotations

import json

import sqlalchemy as sa
from structlog.testing import capture_logs

from bot import wording as words
from bot.conversations.ids import hash_token
from bot.conversations.model import Holder
from bot.conversations.tables_store import conversations
from tests.conversations.conftest import MEMBER, Desk

CANARY = "canary"


async def spoil(desk: Desk, conversation_id: str) -> None:
    """Its row can be listed and not be read."""
    await desk.say(conversation_id, CANARY)
    broken = sa.update(conversations).where(conversations.c.id == conversation_id).values(last_outcome=CANARY)
    await desk.database.write(lambda connection: connection.execute(broken))


async def sweep(desk: Desk) -> list[dict[str, object]]:
    """The faults that one sweep logs."""
    with capture_logs() as entries:
        await desk.sweep.run_once()
    shown = json.dumps(entries, default=str)
    assert CANARY not in shown
    assert MEMBER not in shown
    return [dict(entry) for entry in entries if entry["event"] == "sweep.failed"]


async def test_a_fault_leaves_the_vanished_the_untold_and_the_expired_of_others_alone(desk: Desk) -> None:
    dana = await desk.coach()
    held = [await desk.hold(dana) for _ in range(2)]
    untold = [await desk.ask(announces=False) for _ in range(2)]
    for broken in (held[0], untold[0]):
        await spoil(desk, broken)
    desk.clock.pass_time(seconds=61)
    assert {fault.get("conversation_id") for fault in await sweep(desk)} == {held[0], untold[0]}
    assert (await desk.get(held[1])).holder is Holder.WAITING
    assert await desk.said(untold[1]) == [words.HANDOFF_UNAVAILABLE_OPENS]
    desk.clock.pass_time(days=5)
    faults = await sweep(desk)
    assert {fault["error"] for fault in faults} == {"ValueError"}
    for other in (held[1], untold[1]):
        assert (await desk.said(other))[-1] == words.HANDOFF_EXPIRED


async def test_a_fault_while_a_session_ends_leaves_the_other_sessions_and_steps_alone(desk: Desk) -> None:
    coaches = [await desk.coach(), await desk.coach("luis")]
    held = []
    for coach_id in coaches:
        await desk.coaches.open_session(coach_id, hash_token(coach_id), hash_token(coach_id))
        held.append(await desk.hold(coach_id))
    for _ in range(2):
        other = await desk.hold(coaches[0])
    await spoil(desk, held[0])
    desk.clock.pass_time(minutes=16)
    for coach_id in coaches:
        await desk.coaches.heartbeat(coach_id)
    assert len(await sweep(desk)) == 1
    assert (await desk.get(held[1])).holder is Holder.WAITING
    for coach_id in coaches:
        assert await desk.coaches.find_session(hash_token(coach_id)) is None
    # What the coach held beside the broken one goes back when their console is seen to be gone.
    desk.clock.pass_time(seconds=61)
    assert len(await sweep(desk)) == 1
    assert (await desk.get(other)).holder is Holder.WAITING
