"""Texts that were taken by a process that ended: each is acted on once, in order."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest

from bot.channels.sms.dialogue import TextDialogue
from bot.channels.sms.inbox_store import InboxStore, sms_inbox
from bot.channels.sms.model import Addresses, DeliveryKind, InboundText, Reply
from bot.conversations.deliveries_store import deliveries
from bot.conversations.model import Author
from bot.database import Database
from bot.engine_client import EngineQuickReply
from tests.channels.gateway import reply
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import DANA, PLAN, Rig, inbound
from tests.channels.sms.texts import DANGER, OPTED_OUT, plain, said, say


async def test_a_text_that_was_kept_and_not_acted_on_is_taken_up_by_the_next_process(rig: Rig, until: Until) -> None:
    gate = asyncio.Event()

    async def hang(turn: object) -> None:
        await gate.wait()

    rig.gateway.engine.before_answer = hang
    await rig.text("is it covered?")

    async def begun() -> bool:
        return bool(rig.gateway.engine.turns)

    await until(begun)
    # It does not come to an end in the time that a stopping process has.
    await rig.stop(rig.gateway)
    next_gateway = await rig.add_gateway()
    rig.clock.pass_time(minutes=1)
    await until(rig.is_idle)
    assert [turn.text for turn in next_gateway.engine.turns] == ["is it covered?"]
    assert [message.author.value for message in await rig.transcript()] == ["assistant", "member", "assistant"]
    assert len(rig.phone()) == 2


async def leave_undone(rig: Rig, sid: str, body: str) -> None:
    """A process ended after it had acted on the text, and before it could note that."""
    undone = sms_inbox.update().where(sms_inbox.c.message_sid == sid).values(handled_at=None, body=body)
    await rig.database.write(lambda connection: connection.execute(undone))


async def test_a_choice_stays_the_choice_that_it_was_when_it_is_taken_up_again(rig: Rig, until: Until) -> None:
    engine = rig.gateway.engine
    engine.replies = [
        reply("Shall I?", quick_replies=(EngineQuickReply("Y", "/affirm"), EngineQuickReply("N", "/deny")))
    ]
    await say(rig, until, "hello")
    # The answer offers something else under the same number.
    engine.replies = [reply("Which?", quick_replies=(EngineQuickReply("A", "/a"), EngineQuickReply("B", "/b")))]
    sid = await rig.text("2")
    await until(rig.is_idle)
    await leave_undone(rig, sid, "2")
    await until(rig.is_idle)
    assert [turn.choice for turn in engine.turns] == [None, "/deny"]
    assert len(rig.phone()) == 3


@pytest.mark.parametrize("text", ["is it covered?", "coach", "STOP", DANGER])
async def test_a_text_that_was_acted_on_and_is_taken_up_again_does_nothing_twice(
    sqlite_rig: Rig, until: Until, text: str
) -> None:
    await say(sqlite_rig, until, "hello")
    sid = await sqlite_rig.text(text)
    await until(sqlite_rig.is_idle)
    before = (sqlite_rig.phone(), await sqlite_rig.transcript(), len(await sqlite_rig.gateway.handoffs.list_queue()))
    await leave_undone(sqlite_rig, sid, text)
    await until(sqlite_rig.is_idle)
    after = (sqlite_rig.phone(), await sqlite_rig.transcript(), len(await sqlite_rig.gateway.handoffs.list_queue()))
    assert after == before


async def test_a_text_is_ended_once_whoever_was_at_it(database: Database) -> None:
    store, now = InboxStore(database), datetime(2026, 11, 21, tzinfo=timezone.utc)
    text = InboundText("SM" + "a" * 32, Addresses(DANA, PLAN), "HELP")
    assert await store.receive(text, now)
    assert not await store.receive(text, now)
    claims = [await store.claim_text(text.sid, now, now + timedelta(seconds=10)) for _ in range(2)]
    assert [claim is not None for claim in claims] == [True, False]
    assert await store.claim_text(text.sid, now + timedelta(seconds=10), now + timedelta(seconds=20)) is not None
    # The first one was slow and comes to its end after all.
    replies = [Reply(each * 32, "words", DeliveryKind.MESSAGE) for each in "ab"]
    ended = await asyncio.gather(*(store.finish_text(text, now, reply=reply) for reply in replies))
    assert sorted(ended) == [False, True]
    rows = await database.read(lambda connection: connection.execute(deliveries.select()).all())
    assert len(rows) == 1


async def test_two_gateways_act_on_each_text_once_and_in_order(rig: Rig, until: Until) -> None:
    other = await rig.add_gateway(poll_s=0.01)
    for number in range(10):
        await rig.text(f"text {number}")
    await until(rig.is_idle)
    turns = [*rig.gateway.engine.turns, *other.engine.turns]
    assert len(turns) == 10
    members = [message.text for message in await rig.transcript() if message.author is Author.MEMBER]
    assert members == [f"text {number}" for number in range(10)]
    assert len(rig.phone()) == 11


async def test_a_fault_of_ours_is_told_in_the_end_and_holds_nobody_up(
    sqlite_rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*arguments: object, **fields: object) -> None:
        raise RuntimeError("canary")

    with monkeypatch.context() as broken:
        broken.setattr(TextDialogue, "converse", fail)
        await sqlite_rig.text("is it covered?")
        await until(sqlite_rig.as_time_passes(sqlite_rig.is_idle))
    assert [plain(text) for text in sqlite_rig.phone()] == [plain(said("utter_failure_engine"))]
    assert (await say(sqlite_rig, until, "again"))[-1] == "An answer."


async def test_a_webhook_from_before_the_start_is_acted_on_after_it(sqlite_rig: Rig, until: Until) -> None:
    await sqlite_rig.post(form=inbound("STOP"))
    await sqlite_rig.stop(sqlite_rig.gateway)
    await sqlite_rig.add_gateway()
    sqlite_rig.clock.pass_time(minutes=1)
    await until(sqlite_rig.is_idle)
    assert sqlite_rig.phone() == [said(OPTED_OUT)]
