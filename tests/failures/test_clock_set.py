"""What do the timers do when the clock is put forward or back, and nobody is kept waiting for it to catch up?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot import wording as words
from bot.channels.late_answers import LEASE
from bot.channels.sms.inbox import LEASE as INBOX_LEASE
from bot.channels.sms.inbox_store import InboxStore, sms_inbox
from bot.channels.sms.model import Addresses, DeliveryKind, DeliveryStatus, InboundText
from bot.channels.sms.outbox_store import OutboxStore
from bot.conversations.deliveries_store import deliveries
from bot.conversations.ids import hash_token
from bot.conversations.live import LiveHub
from bot.conversations.lookups_store import LookupStore
from bot.conversations.model import Holder
from bot.database import Database
from bot.demo.carrier.faults import RestFailure
from bot.http.rate_limit import Limit
from tests.channels.gateway import Gateway, start_gateway
from tests.channels.sms.rig import DANA, MARCUS, PLAN, open_rig
from tests.channels.test_protection import limits
from tests.conversations.conftest import Clock, Desk, build_desk
from tests.failures.gateway_process import until
from tests.lookups.cast import ask as ask_for_record

SETTLED_S = 60


@pytest.fixture
def desk(database: Database) -> Desk:
    return build_desk(database, Clock())


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    gateway = await start_gateway(database)
    yield gateway
    await gateway.client.close()


async def set_clock(desk: Desk, **amount: float) -> None:
    """The clock is set while the sweep runs."""
    rounds = asyncio.Event()
    look = desk.sweep.run_once

    async def look_and_tell() -> None:
        await look()
        rounds.set()

    desk.sweep.run_once = look_and_tell  # type: ignore[method-assign]
    async with desk.sweep.running(0.05):
        await asyncio.wait_for(rounds.wait(), 30)
        desk.clock.pass_time(**amount)
        for _ in range(2):
            rounds.clear()
            await asyncio.wait_for(rounds.wait(), 30)
    desk.sweep.run_once = look  # type: ignore[method-assign]


@pytest.mark.parametrize("minutes", [10, -180])
async def test_a_coach_whose_console_is_there_keeps_the_member_and_one_who_is_gone_does_not(
    desk: Desk, minutes: int
) -> None:
    dana, luis = await desk.coach(), await desk.coach("luis")
    desk.clock.pass_time(seconds=SETTLED_S)
    for coach in (dana, luis):
        await desk.coaches.heartbeat(coach)
    kept, left, waiting = await desk.hold(dana), await desk.hold(luis), await desk.ask()
    await set_clock(desk, minutes=minutes)
    assert {(await desk.get(each)).holder for each in (kept, left)} == {Holder.COACH}
    assert words.NOBODY_LEFT not in await desk.said(waiting)
    # Consoles say every some seconds that they are there.
    desk.clock.pass_time(seconds=SETTLED_S + 1)
    await desk.coaches.heartbeat(dana)
    await desk.sweep.run_once()
    assert (await desk.get(kept)).holder is Holder.COACH
    assert (await desk.get(left)).holder is Holder.WAITING
    assert [coach.id for coach in await desk.coaches.list_on_duty()] == [dana]


@pytest.mark.parametrize("hours", [5, -5])
async def test_an_empty_chair_is_signed_out_whichever_way_the_clock_was_set(desk: Desk, hours: int) -> None:
    dana = await desk.coach()
    key = hash_token("a console")
    await desk.coaches.open_session(dana, key, hash_token("its csrf token"))
    assert await desk.coaches.find_session(key) is not None
    desk.clock.pass_time(hours=hours)
    assert await desk.coaches.find_session(key) is None
    assert await desk.coaches.list_idle_sessions() == ((key, dana),)


@pytest.mark.parametrize("hours", [5, -5])
async def test_a_proof_of_identity_does_not_outlast_a_clock_that_was_set(desk: Desk, hours: int) -> None:
    conversation_id = await desk.open(verified_member_id="GG100001")
    assert desk.conversations.read_state(await desk.get(conversation_id)).verified
    desk.clock.pass_time(hours=hours)
    assert not desk.conversations.read_state(await desk.get(conversation_id)).verified


async def test_a_conversation_that_seemed_over_is_there_again_when_the_clock_is(gateway: Gateway) -> None:
    tab = await gateway.open()
    assert (await tab.say("is zolgensma covered")).status == 200
    gateway.clock.pass_time(hours=30)
    assert (await tab.say("and abecma")).code == "CONVERSATION_NOT_FOUND"
    gateway.clock.pass_time(hours=-30)
    assert (await tab.say("and abecma")).status == 200
    assert [message["seq"] for message in await tab.read()] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("hours", [5, -5])
async def test_a_limit_counts_time_that_nobody_can_set(database: Database, hours: int) -> None:
    gateway = await start_gateway(database, rate_limits=limits(conversation_messages=Limit(0.001, 2)))
    try:
        tab = await gateway.open()
        before = [(await tab.say("is it covered")).status for _ in range(3)]
        gateway.clock.pass_time(hours=hours)
        after = await tab.say("is it covered")
    finally:
        await gateway.client.close()
    assert before == [200, 200, 429]
    assert (after.status, after.code) == (429, "RATE_LIMITED")


@pytest.mark.parametrize("hours", [5, -5])
def test_a_page_that_was_seen_before_the_clock_was_set_is_not_taken_for_one_that_is_there(hours: int) -> None:
    live, clock = LiveHub(), Clock()
    live.see("a conversation", clock())
    assert live.has_page("a conversation", clock())
    clock.pass_time(hours=hours)
    assert not live.has_page("a conversation", clock())


async def test_a_look_up_does_not_wait_for_a_clock_that_was_put_back_by_minutes(desk: Desk) -> None:
    asked = await ask_for_record(desk)
    store = LookupStore(desk.database)
    desk.clock.pass_time(seconds=1)
    (due,) = await store.find_due(desk.clock(), 10)
    # A process took it for one try, and ended.
    assert await store.claim(due, desk.clock(), desk.clock() + LEASE) is not None
    assert await store.find_due(desk.clock(), 10) == ()
    desk.clock.pass_time(minutes=-10)
    await asked.work(seconds=1)
    assert await asked.ends() == ["answered"]


async def test_a_text_that_came_in_does_not_wait_for_a_clock_that_was_put_back_by_minutes(database: Database) -> None:
    clock, store = Clock(), InboxStore(database)
    text = InboundText(f"SM{'0' * 31}2", Addresses(MARCUS, PLAN), "hello", 0, None)
    await store.receive(text, clock())
    await store.claim_text(text.sid, clock(), clock() + INBOX_LEASE)
    assert await store.find_texts(clock(), 10) == []
    clock.pass_time(minutes=-10)
    assert await store.find_texts(clock(), 10) == [text.sid]
    assert await store.claim_text(text.sid, clock(), clock() + INBOX_LEASE) is not None


async def test_a_text_going_out_does_not_wait_for_a_clock_that_was_put_back_by_half_an_hour(database: Database) -> None:
    clock, store = Clock(), OutboxStore(database)
    later = clock() + timedelta(minutes=15)
    row = {
        "id": "d" * 32,
        "part": 1,
        "of": 1,
        "member_address": MARCUS,
        "plan_address": PLAN,
        "kind": DeliveryKind.SLOW_DOWN.value,
        "text": "hello",
        "status": DeliveryStatus.QUEUED.value,
        "due_at": later,
        "created_at": clock(),
        "updated_at": clock(),
    }
    await database.write(lambda connection: connection.execute(sa.insert(deliveries).values(row)))
    # As long as the carrier asked for, and no attempt sooner.
    assert await store.find_deliveries(clock(), 10) == []
    clock.pass_time(minutes=-30)
    assert await store.find_deliveries(clock(), 10) == ["d" * 32]
    assert await store.claim_delivery("d" * 32, clock(), clock() + timedelta(seconds=30)) is not None


async def test_texts_in_and_out_do_not_wait_until_the_clock_has_caught_up(database: Database) -> None:
    async with open_rig(database) as rig:
        rig.clock.pass_time(hours=5)
        # Going out: the carrier takes nothing now, and it is tried again later.
        rig.carrier.faults.rest = [RestFailure(status=503, code=20503, times=1000)]
        await rig.text("hello canary")

        async def was_tried() -> bool:
            return any(row.attempts for row in await rig.rows(deliveries))

        await until(was_tried, "a text was tried")
        # Coming in: a process took it and ended.
        text, now = InboundText(f"SM{'0' * 31}1", Addresses(MARCUS, PLAN), "hello canary", 0, None), rig.clock()
        store = InboxStore(database)
        await store.receive(text, now + timedelta(hours=2))
        await store.claim_text(text.sid, now, now + timedelta(hours=2))
        rig.clock.pass_time(hours=-5)
        rig.carrier.faults.rest = []

        async def is_answered() -> bool:
            return len(rig.phone(DANA)) >= 2 and len(rig.phone(MARCUS)) >= 2

        await until(is_answered, "both phones are answered")
        assert all(row.handled_at for row in await rig.rows(sms_inbox))
