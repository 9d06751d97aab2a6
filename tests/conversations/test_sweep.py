"""Every timer of a handoff is a row: what comes due is done once, by whichever sweep looks first, restart or not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot import wording as words
from bot.conversations.handoff import CoachId
from bot.conversations.ids import hash_token
from bot.conversations.live import DESK
from bot.conversations.model import Author, Awaiting, Channel, Draft, Holder, State, Understood
from bot.conversations.port import HandoffEffect, Request
from bot.database import Database, StoreUnavailable
from tests.conversations.conftest import Clock, Desk, build_desk

# What a sweep after a start takes for granted: consoles had the time to say that they are there.
SETTLED_S = 60


async def later(desk: Desk, *present: CoachId, **amount: float) -> None:
    """Time passes, in which the consoles of these coaches are there, and a sweep looks."""
    desk.clock.pass_time(**amount)
    for coach_id in present:
        await desk.coaches.heartbeat(coach_id)
    await desk.sweep.run_once()


async def news(desk: Desk, conversation_id: str) -> list[str | None]:
    """What the member was told after the first word about the request."""
    return (await desk.said(conversation_id))[1:]


async def test_a_coach_who_vanished_gives_the_member_back_to_the_old_place_once(desk: Desk) -> None:
    dana, luis = await desk.coach(), await desk.coach("luis")
    held = await desk.hold(dana)
    later_ones = [await desk.ask() for _ in range(2)]
    await later(desk, luis, seconds=61)
    assert (await desk.log(held))[-1] == ("vanished", None, dana, "coach", "waiting", 3)
    assert await news(desk, held) == [words.COACH_JOINED, words.COACH_VANISHED]
    assert [item.conversation_id for item in await desk.handoffs.list_queue()] == [held, *later_ones]
    before = await desk.rows()
    await desk.sweep.run_once()
    assert await desk.rows() == before


async def test_a_sign_of_life_keeps_the_conversation(desk: Desk) -> None:
    dana = await desk.coach()
    held = await desk.hold(dana)
    for _ in range(5):
        await later(desk, dana, seconds=55)
    await later(desk, seconds=60)
    assert (await desk.get(held)).holder is Holder.COACH
    # Going off duty does not end what a coach has.
    await desk.coaches.set_duty(dana, False)
    await later(desk, dana, seconds=50)
    assert (await desk.get(held)).holder is Holder.COACH


async def test_after_a_restart_nobody_vanishes_before_the_consoles_had_time_to_come_back(
    database: Database, clock: Clock
) -> None:
    before = build_desk(database, clock)
    dana = await before.coach()
    held, waiting = await before.hold(dana), await before.ask()
    clock.pass_time(minutes=10)
    after = build_desk(database, clock)
    clock.pass_time(seconds=59)
    await after.sweep.run_once()
    assert (await after.get(held)).holder is Holder.COACH
    assert await news(after, waiting) == []
    clock.pass_time(seconds=1)
    await after.sweep.run_once()
    assert (await after.get(held)).holder is Holder.WAITING
    assert await news(after, waiting) == [words.NOBODY_LEFT]


async def test_two_sweeps_at_once_act_once(database: Database, clock: Clock) -> None:
    desks = [build_desk(database, clock) for _ in range(3)]
    desk = desks[0]
    dana, luis = await desk.coach(), await desk.coach("luis")
    held, waiting = await desk.hold(dana), await desk.ask()
    untold = await desk.ask(announces=False)
    clock.pass_time(minutes=11)
    await desk.coaches.heartbeat(luis)
    await asyncio.gather(*(each.sweep.run_once() for each in desks))
    assert await news(desk, held) == [words.COACH_JOINED, words.COACH_VANISHED]
    assert await news(desk, waiting) == [words.LONG_WAIT]
    assert await desk.said(untold) == [words.ALREADY_WAITING]
    clock.now += await desk.time_left(waiting)
    await asyncio.gather(*(each.sweep.run_once() for each in desks))
    assert [entry[0] for entry in await desk.log(waiting)] == ["requested", "expired"]


async def test_who_waits_until_the_token_has_run_out_is_told_and_leaves_the_queue(desk: Desk) -> None:
    dana = await desk.coach()
    waiting = await desk.ask()
    held = await desk.hold(dana)
    left = await desk.time_left(waiting)
    await later(desk, dana, seconds=left.total_seconds() - 1)
    assert (await desk.get(waiting)).holder is Holder.WAITING
    await later(desk, dana, seconds=1)
    assert (await desk.log(waiting))[-1] == ("expired", None, None, "waiting", "closed", 2)
    assert (await desk.said(waiting))[-1] == words.HANDOFF_EXPIRED
    assert (await desk.get(held)).holder is Holder.COACH
    before = await desk.rows()
    await desk.sweep.run_once()
    assert await desk.rows() == before


async def test_a_held_conversation_does_not_expire(desk: Desk) -> None:
    dana = await desk.coach()
    held = await desk.hold(dana)
    await later(desk, dana, days=7)
    assert (await desk.get(held)).holder is Holder.COACH
    assert await news(desk, held) == [words.COACH_JOINED]


async def test_a_coach_who_comes_is_announced_once_to_all_who_were_told_that_nobody_is_there(desk: Desk) -> None:
    waiting = [await desk.ask() for _ in range(2)]
    await later(desk, seconds=SETTLED_S)
    dana = await desk.coach()
    for _ in range(3):
        await later(desk, dana, seconds=20)
    for conversation_id in waiting:
        assert await news(desk, conversation_id) == [words.COACH_HERE_NOW]
        assert len(await desk.log(conversation_id)) == 1


async def test_when_the_last_coach_leaves_the_waiting_are_told_once_and_offered_a_call(desk: Desk) -> None:
    dana, luis = await desk.coach(), await desk.coach("luis")
    waiting = await desk.ask()
    await later(desk, dana, luis, seconds=SETTLED_S)
    await desk.coaches.set_duty(dana, False)
    await later(desk, dana, luis, seconds=3)
    assert await news(desk, waiting) == []
    await desk.coaches.set_duty(luis, False)
    for _ in range(3):
        await later(desk, seconds=20)
    assert await news(desk, waiting) == [words.NOBODY_LEFT]
    offer = (await desk.conversations.list_messages(waiting))[-1]
    assert (offer.outcome, len(offer.quick_replies)) == ("handoff_unavailable", 5)
    conversation = await desk.get(waiting)
    assert conversation.awaiting == Awaiting("callback_window", "choice")
    assert conversation.holder is Holder.WAITING


async def test_without_known_hours_no_call_is_offered(database: Database, clock: Clock) -> None:
    desk = build_desk(database, clock, hours=None)
    dana = await desk.coach()
    waiting = await desk.ask()
    await later(desk, dana, minutes=11)
    assert await news(desk, waiting) == []
    await desk.coaches.set_duty(dana, False)
    await later(desk, seconds=3)
    assert await news(desk, waiting) == [words.NOBODY_LEFT_NO_CALLBACK]
    assert (await desk.get(waiting)).awaiting is None
    assert await desk.said(await desk.ask()) == [words.HANDOFF_NO_CALLBACK]


async def test_a_question_that_is_open_stays_open_when_something_is_told(desk: Desk) -> None:
    dana = await desk.coach()
    waiting = await desk.ask()
    turn = await desk.say(waiting)
    asked = Awaiting("zip_code", "postal_code")
    await desk.conversations.record_answer(
        waiting,
        turn,
        replies=(Draft(Author.ASSISTANT, "Which ZIP?", outcome="ask"),),
        understood=Understood(),
        awaiting=asked,
    )
    await desk.coaches.set_duty(dana, False)
    await later(desk, seconds=SETTLED_S)
    assert await news(desk, waiting) == [words.NOBODY_LEFT]
    assert (await desk.get(waiting)).awaiting == asked


async def test_a_coach_who_comes_and_goes_ten_times_does_not_bury_the_member_in_messages(desk: Desk) -> None:
    dana = await desk.coach()
    waiting = await desk.ask()
    await later(desk, dana, seconds=SETTLED_S)
    for toggle in range(20):
        await desk.coaches.set_duty(dana, toggle % 2 == 1)
        await later(desk, dana, seconds=20)
    assert await news(desk, waiting) == [words.NOBODY_LEFT, words.COACH_HERE_NOW]


@pytest.mark.parametrize(("stays", "told"), [(True, []), (False, [words.NOBODY_LEFT])])
async def test_after_the_coming_and_going_what_lasts_is_told(desk: Desk, stays: bool, told: list[str]) -> None:
    dana = await desk.coach()
    waiting = await desk.ask()
    await later(desk, dana, seconds=SETTLED_S)
    for on_duty in (False, True, False, stays):
        await desk.coaches.set_duty(dana, on_duty)
        await later(desk, dana, seconds=5)
    for _ in range(4):
        await later(desk, dana, minutes=4)
    # A wait of ten minutes is long, and told as that.
    said = [key for key in (await news(desk, waiting))[2:] if key != words.LONG_WAIT]
    assert said == told


async def test_a_long_wait_is_told_once(desk: Desk) -> None:
    dana = await desk.coach()
    waiting = await desk.ask()
    await later(desk, dana, minutes=10)
    assert await news(desk, waiting) == []
    for _ in range(4):
        await later(desk, dana, minutes=5)
    assert await news(desk, waiting) == [words.LONG_WAIT]
    (message,) = (await desk.conversations.list_messages(waiting))[2:]
    assert len(message.quick_replies) == 5
    # After a vanished coach it is not told again.
    await desk.claim(waiting, dana)
    await desk.handoffs.release_all(dana)
    await later(desk, dana, minutes=11)
    assert words.LONG_WAIT not in (await news(desk, waiting))[1:]


async def test_a_request_that_nobody_told_of_is_told_after_ten_seconds(desk: Desk) -> None:
    """The action recorded it, and the answer that should have told the member died with the process."""
    off_duty = await desk.ask(announces=False)
    dana = await desk.coach()
    on_duty = await desk.ask(announces=False)
    await later(desk, dana, seconds=10)
    assert await desk.said(on_duty) == []
    await later(desk, dana, seconds=1)
    await later(desk, dana, seconds=20)
    assert await desk.said(on_duty) == [words.ALREADY_WAITING]
    assert await desk.said(off_duty) == [words.ALREADY_WAITING]
    await desk.coaches.set_duty(dana, False)
    alone = await desk.ask(announces=False)
    await later(desk, seconds=11)
    assert await desk.said(alone) == [words.HANDOFF_UNAVAILABLE_OPENS]


async def test_what_was_told_in_silence_is_not_told_by_a_timer(desk: Desk) -> None:
    """Until it changes: then a coach is there."""
    conversation_id = await desk.open()
    turn = await desk.say(conversation_id)
    await desk.conversations.record_answer(
        conversation_id,
        turn,
        replies=(Draft(Author.SYSTEM, "Call 911.", outcome="emergency", key=words.EMERGENCY),),
        understood=Understood(),
        effect=HandoffEffect(opens=Request("", "safety"), told="unavailable"),
    )
    await later(desk, seconds=70)
    assert await desk.said(conversation_id) == [words.EMERGENCY]
    await later(desk, await desk.coach(), seconds=1)
    assert await desk.said(conversation_id) == [words.EMERGENCY, words.SAFETY_WAITING]


async def test_an_idle_console_is_signed_out_and_gives_back_what_it_holds(desk: Desk) -> None:
    dana = await desk.coach()
    await desk.coaches.open_session(dana, hash_token("a"), hash_token("b"))
    held = await desk.hold(dana)
    for _ in range(14):
        await later(desk, dana, minutes=1)
    assert (await desk.get(held)).holder is Holder.COACH
    await later(desk, dana, minutes=1, seconds=1)
    assert (await desk.log(held))[-1][:3] == ("released", None, dana)
    assert not (await desk.coaches.get(dana)).is_on_duty
    assert await desk.coaches.find_session(hash_token("a")) is None


async def test_a_second_console_keeps_what_the_coach_holds(desk: Desk) -> None:
    dana = await desk.coach()
    for token in ("a", "b"):
        await desk.coaches.open_session(dana, hash_token(token), hash_token(token))
    held = await desk.hold(dana)
    for _ in range(16):
        await desk.coaches.touch_session(hash_token("b"))
        await later(desk, dana, minutes=1)
    assert (await desk.get(held)).holder is Holder.COACH
    assert await desk.coaches.find_session(hash_token("a")) is None
    assert await desk.coaches.find_session(hash_token("b")) is not None


async def test_whoever_watches_their_place_sees_it_move(desk: Desk) -> None:
    dana = await desk.coach()
    first, second = await desk.ask(), await desk.ask()
    await desk.sweep.run_once()
    page = desk.record.live.subscribe(second)
    await desk.claim(first, dana)
    await desk.sweep.run_once()
    state = await asyncio.wait_for(page.next_event(), 1)
    assert isinstance(state, State)
    assert state.queue is not None
    assert state.queue.position == 1
    await desk.sweep.run_once()
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(page.next_event(), 0.05)


async def test_what_a_sweep_does_reaches_the_open_pages_and_the_desk(desk: Desk) -> None:
    dana = await desk.coach()
    held = await desk.hold(dana)
    page, console = desk.record.live.subscribe(held), desk.record.live.subscribe(DESK)
    await later(desk, seconds=61)
    told = await asyncio.wait_for(page.next_event(), 1)
    assert getattr(told, "key", None) == words.COACH_VANISHED
    assert getattr(await asyncio.wait_for(console.next_event(), 1), "conversation_id", None) == held


async def test_one_fault_does_not_end_the_sweeping(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[Exception] = [StoreUnavailable("away"), RuntimeError("a fault")]
    looked = asyncio.Event()

    async def look() -> tuple[str, ...]:
        if faults:
            raise faults.pop()
        looked.set()
        return ()

    list_idle: Callable[[], Awaitable[tuple[str, ...]]] = look
    monkeypatch.setattr(desk.coaches, "list_idle_sessions", list_idle)
    async with desk.sweep.running(0.01):
        await asyncio.wait_for(looked.wait(), 5)


async def test_news_for_a_member_who_texts_is_queued_for_the_phone(desk: Desk) -> None:
    waiting = await desk.ask(await desk.open(channel=Channel.SMS))
    await later(desk, await desk.coach(), seconds=SETTLED_S)
    messages = await desk.conversations.list_messages(waiting)
    assert [message.channel for message in messages] == [Channel.SMS] * 3
    assert len((await desk.rows())[-1]) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize("on_duty", [True, False])
async def test_what_becomes_of_danger_is_told_after_the_warning_and_not_with_it(desk: Desk, on_duty: bool) -> None:
    dana = await desk.coach()
    await desk.coaches.set_duty(dana, on_duty)
    conversation_id = await desk.open()
    turn = await desk.say(conversation_id)
    await desk.conversations.record_answer(
        conversation_id,
        turn,
        replies=(Draft(Author.SYSTEM, "Call 911.", outcome="emergency", key=words.EMERGENCY),),
        understood=Understood(),
        effect=HandoffEffect(opens=Request("", "safety")),
    )
    await later(desk, dana, seconds=10)
    assert await desk.said(conversation_id) == [words.EMERGENCY]
    for _ in range(2):
        await later(desk, dana, seconds=5)
    told = words.SAFETY_WAITING if on_duty else words.SAFETY_UNAVAILABLE
    assert await desk.said(conversation_id) == [words.EMERGENCY, told]
