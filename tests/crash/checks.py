"""What stands in the record and on the phone when the story is over, and what must never stand there?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bot.channels.sms.inbox_store import sms_inbox
from bot.conversations.deliveries_store import deliveries, sms_opt_outs
from bot.conversations.tables_store import (
    callbacks,
    coach_notes,
    coaches,
    conversations,
    handoff_events,
    handoff_requests,
    messages,
    turns,
)
from bot.demo.carrier.model import Direction
from tests.crash.story import COACHED_WORDS, Cast
from tests.crash.world import World

# Who asks again before the first answer was recorded hears the same in the words for that; and a sign-out that did not
# come to its end is found by the sweep, as one who is gone.
_SAME = {
    "utter_handoff_already_waiting": "utter_handoff_waiting",
    "utter_handoff_waiting_estimate": "utter_handoff_waiting",
    "utter_coach_vanished": "utter_coach_left",
}
_SAME_EVENT = {"vanished": "released"}
_SENT = ("accepted", "sent", "delivered")

Line = tuple[str, str]


@dataclass(frozen=True)
class Told:
    """What the members and coaches went through; a gateway's death changes nothing of it."""

    web: tuple[Line, ...]
    texting: tuple[Line, ...]
    web_events: tuple[tuple[str, ...], ...]
    texting_events: tuple[tuple[str, ...], ...]
    texts: int

    @property
    def was_too_slow(self) -> bool:
        """True where the engine gave up a turn for want of time."""
        return any(said.startswith("utter_failure") for _, said in (*self.web, *self.texting))


async def check(world: World, cast: Cast) -> Told:
    """Holds the record, the carrier and the engine to what was accepted; gives the story as it was told."""
    await _check_members_words(world, cast)
    await _check_texts(world)
    await _check_requests(world, cast)
    await _check_desk(world, cast)
    _check_engine(world, cast)
    outbound = [text for text in world.carrier.network.list_texts() if text.direction is Direction.OUTBOUND_API]
    return Told(
        await _transcript(world, cast.web.id),
        await _transcript(world, cast.texting_id),
        await _events(world, cast.web.id),
        await _events(world, cast.texting_id),
        len(outbound),
    )


async def _check_members_words(world: World, cast: Cast) -> None:
    """Everything that was acknowledged is there, once, and answered once; what a coach heard gets no reply."""
    rows = await world.lane.rows(messages)
    said = Counter((row.client_message_id, row.text) for row in rows if row.author == "member" and row.choice is None)
    phone = {key: text for key, text in cast.phone.said.items() if text != "COACH"}
    web = {key: text for key, text in cast.web.said.items() if not text.startswith("/callback")}
    assert said == Counter({**web, **phone}.items())
    chosen = {row.client_message_id for row in rows if row.choice is not None}
    assert chosen == {*cast.web.said, *cast.phone.said} - set(web) - set(phone) - _stops(cast)
    by_coaches = Counter((row.client_message_id, row.text) for row in rows if row.author == "coach")
    assert by_coaches == Counter({**cast.dana.said, **cast.luis.said}.items())
    answered = Counter(row.message_id for row in await world.lane.rows(turns))
    assert answered == Counter(row.id for row in rows if row.author == "member")
    replies = Counter(row.reply_to for row in rows if row.reply_to)
    for row in rows:
        if row.author == "member":
            assert replies[row.id] == (0 if row.text in (*COACHED_WORDS, "STOP") else 1), row.text
    for conversation in await world.lane.rows(conversations):
        seqs = sorted(row.seq for row in rows if row.conversation_id == conversation.id)
        assert seqs == list(range(1, conversation.last_seq + 1))


async def _check_texts(world: World) -> None:
    """Each text is at the phone once and in order, and nothing is under way for ever."""
    rows = await world.lane.rows(deliveries)
    assert {row.status for row in rows} <= set(_SENT), Counter(row.status for row in rows)
    assert [row.id for row in rows if row.lease_until is not None] == []
    in_order = sorted(rows, key=lambda row: (row.created_at, row.place, row.part))
    outbound = [text for text in world.carrier.network.list_texts() if text.direction is Direction.OUTBOUND_API]
    assert [row.provider_sid for row in in_order] == [text.sid for text in outbound]
    said = [row for row in await world.lane.rows(messages) if row.channel == "sms" and row.author != "member"]
    assert Counter(row.message_id for row in rows if row.message_id and row.part == 1) == Counter(
        row.id for row in said
    )
    for row in await world.lane.rows(sms_inbox):
        assert row.handled_at is not None
        assert row.body is None
        assert row.lease_until is None
    assert len([row for row in await world.lane.rows(sms_opt_outs) if row.opted_out_at is not None]) == 1


async def _check_requests(world: World, cast: Cast) -> None:
    """Each request stands once, its member was told, and it ended as it did."""
    rows = await world.lane.rows(handoff_requests)
    assert Counter((row.conversation_id, row.ended_by) for row in rows) == Counter(
        {(cast.web.id, "returned"): 1, (cast.web.id, "callback"): 1, (cast.texting_id, "returned"): 1}
    )
    assert all(row.told and row.message_id for row in rows)
    promised = await world.lane.rows(callbacks)
    assert [(row.conversation_id, row.status, row.phone) for row in promised] == [(cast.web.id, "open", "+12155550142")]
    for row in await world.lane.rows(conversations):
        if row.id in (cast.web.id, cast.texting_id):
            assert (row.holder, row.coach_id) == ("assistant", None)
        else:
            # A page that got no answer opened another conversation; nobody ever saw this one.
            assert (row.holder, row.last_seq) == ("assistant", 1)


async def _check_desk(world: World, cast: Cast) -> None:
    """One holder at a time: each event begins where the one before it ended, and every change has its number."""
    rows = await world.lane.rows(handoff_events)
    for conversation_id in (cast.web.id, cast.texting_id):
        mine = [row for row in rows if row.conversation_id == conversation_id]
        assert mine[0].holder_before == "assistant"
        for before, after in pairwise(mine):
            assert after.holder_before == before.holder_after
            moves = after.holder_before != after.holder_after
            assert after.handoff_version == before.handoff_version + (1 if moves else 0)
    notes = await world.lane.rows(coach_notes)
    assert [note.text for note in notes] == ["Asks about her daughter."]


def _check_engine(world: World, cast: Cast) -> None:
    """What the members told a coach was never put to the assistant; each question has one turn, however often asked."""
    for conversation_id in (cast.web.id, cast.texting_id):
        asked = [turn for turn in world.lane.door.turns if turn["conversation_id"] == conversation_id]
        assert not {turn.get("text") for turn in asked} & COACHED_WORDS
        words = {turn["turn_id"]: turn.get("text") for turn in asked}
        assert len(words) == len(set(words.values()))


async def _transcript(world: World, conversation_id: str) -> tuple[Line, ...]:
    rows: list[Any] = list(await world.lane.rows(messages, messages.c.conversation_id == conversation_id))
    return tuple(
        (row.author, _SAME.get(row.response_key, row.response_key) or row.text)
        for row in sorted(rows, key=lambda row: row.seq)
    )


async def _events(world: World, conversation_id: str) -> tuple[tuple[str, ...], ...]:
    names = {row.id: row.username for row in await world.lane.rows(coaches)}
    rows = await world.lane.rows(handoff_events, handoff_events.c.conversation_id == conversation_id)
    return tuple(
        (_SAME_EVENT.get(row.event, row.event), names.get(row.coach_id, ""), row.holder_before, row.holder_after)
        for row in rows
        if row.event != "viewed"
    )


def _stops(cast: Cast) -> set[str]:
    return {key for key, text in cast.phone.said.items() if text == "STOP"}
