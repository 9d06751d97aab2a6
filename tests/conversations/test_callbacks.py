"""A promised call: it ends the request in the transaction that promises it, and one coach at a time makes it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from bot.conversations.handoff import (
    AlreadyClaimed,
    Callback,
    CallbackNotFound,
    CoachNotOnDuty,
    VersionConflict,
)
from bot.conversations.model import Author, Awaiting, Draft, Holder, Message, Understood
from bot.conversations.port import CallbackPromise, HandoffEffect, Request
from tests.conversations.conftest import Desk

PHONE = "+12155550107"
MONDAY = CallbackPromise(date(2026, 11, 23), "morning", PHONE, "America/New_York")
TUESDAY = replace(MONDAY, day=date(2026, 11, 24), window="afternoon")
SAID = Draft(Author.ASSISTANT, "A coach will call you.", outcome="callback_recorded", key="utter_callback_recorded")


async def promise(desk: Desk, conversation_id: str, call: CallbackPromise = MONDAY) -> tuple[Message, ...]:
    """The member's last answer makes the promise."""
    turn = await desk.say(conversation_id, "yes")
    answered = await desk.conversations.record_answer(
        conversation_id, turn, replies=(SAID,), understood=Understood(), effect=HandoffEffect(callback=call)
    )
    return answered.replies


async def promised(desk: Desk) -> Callback:
    """A promised call."""
    await promise(desk, await desk.ask())
    (callback,) = await desk.callbacks.list_callbacks()
    return callback


async def test_a_promise_ends_the_request_and_returns_to_the_assistant(desk: Desk) -> None:
    conversation_id = await desk.ask()
    assert len(await promise(desk, conversation_id)) == 1
    conversation = await desk.get(conversation_id)
    assert (conversation.holder, conversation.handoff, conversation.awaiting) == (Holder.ASSISTANT, None, None)
    assert (await desk.log(conversation_id))[-1] == ("callback", None, None, "waiting", "assistant", 2)
    assert await desk.handoffs.list_queue() == ()
    (callback,) = await desk.callbacks.list_callbacks()
    assert (callback.conversation_id, callback.day, callback.window) == (conversation_id, MONDAY.day, "morning")
    assert (callback.phone, callback.time_zone, callback.status) == (PHONE, "America/New_York", "open")
    assert (callback.coach, callback.attempts, callback.note) == (None, 0, None)
    assert PHONE not in repr(callback)


async def test_a_promise_is_made_whole_or_not_at_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation_id = await desk.ask()
    turn = await desk.say(conversation_id, "yes")

    def die(*_: object) -> None:
        raise RuntimeError

    # The answer's own row is the last that the transaction writes.
    monkeypatch.setattr("bot.conversations.store.rows.answer_values", die)
    before = await desk.rows()
    with pytest.raises(RuntimeError):
        await desk.conversations.record_answer(
            conversation_id, turn, replies=(SAID,), understood=Understood(), effect=HandoffEffect(callback=MONDAY)
        )
    assert await desk.rows() == before


async def test_a_claim_a_moment_before_leaves_no_promise_behind(desk: Desk) -> None:
    conversation_id = await desk.ask()
    turn = await desk.say(conversation_id, "yes")
    await desk.claim(conversation_id)
    answered = await desk.conversations.record_answer(
        conversation_id, turn, replies=(SAID,), understood=Understood(), effect=HandoffEffect(callback=MONDAY)
    )
    assert answered.replies == ()
    assert await desk.callbacks.list_callbacks() == ()
    assert (await desk.get(conversation_id)).holder is Holder.COACH


async def test_choosing_again_changes_the_same_promise(desk: Desk) -> None:
    first = await promised(desk)
    taken = await desk.callbacks.take_callback(first.id, await desk.coach(), first.version)
    await desk.ask(first.conversation_id)
    await promise(desk, first.conversation_id, TUESDAY)
    (changed,) = await desk.callbacks.list_callbacks()
    assert (changed.id, changed.day, changed.window) == (first.id, TUESDAY.day, "afternoon")
    assert (changed.status, changed.coach, changed.version) == ("open", None, taken.version + 1)


async def test_a_made_call_is_not_changed_by_the_next(desk: Desk) -> None:
    dana, first = await desk.coach(), await promised(desk)
    taken = await desk.callbacks.take_callback(first.id, dana, first.version)
    await desk.callbacks.finish_callback(first.id, dana, taken.version, reached=True, note=None)
    await desk.ask(first.conversation_id)
    await promise(desk, first.conversation_id, TUESDAY)
    (second,) = await desk.callbacks.list_callbacks()
    assert second.id != first.id
    assert [each.id for each in await desk.callbacks.list_callbacks(include_done=True)] == [first.id, second.id]


async def test_the_list_is_by_day_and_half_of_the_day(desk: Desk) -> None:
    calls = [TUESDAY, replace(MONDAY, window="afternoon"), MONDAY]
    for call in calls:
        await promise(desk, await desk.ask(), call)
    listed = await desk.callbacks.list_callbacks()
    assert [(each.day, each.window) for each in listed] == [(each.day, each.window) for each in reversed(calls)]


async def test_of_many_who_take_a_call_one_gets_it(desk: Desk) -> None:
    callback = await promised(desk)
    coaches = [await desk.coach(name) for name in ("dana", "luis", "maya")]
    takes = [desk.callbacks.take_callback(callback.id, coach, callback.version) for coach in coaches]
    ended = await asyncio.gather(*takes, return_exceptions=True)
    assert sum(isinstance(each, Callback) for each in ended) == 1
    assert {type(each) for each in ended} <= {Callback, AlreadyClaimed, VersionConflict}
    (taken,) = await desk.callbacks.list_callbacks()
    assert (taken.status, taken.version) == ("taken", callback.version + 1)


async def test_another_coach_s_call_is_left_alone(desk: Desk) -> None:
    dana, luis, callback = await desk.coach(), await desk.coach("luis"), await promised(desk)
    taken = await desk.callbacks.take_callback(callback.id, dana, callback.version)
    for version in (callback.version, taken.version):
        async with desk.refuses(AlreadyClaimed, code="ALREADY_CLAIMED", coach_name="dana, RN"):
            await desk.callbacks.take_callback(callback.id, luis, version)
        async with desk.refuses(AlreadyClaimed):
            await desk.callbacks.finish_callback(callback.id, luis, version, reached=True, note=None)


async def test_who_is_not_reached_stays_on_the_list_and_the_tries_are_counted(desk: Desk) -> None:
    dana, luis, callback = await desk.coach(), await desk.coach("luis"), await promised(desk)
    for attempt, coach in enumerate((dana, luis), start=1):
        callback = await desk.callbacks.take_callback(callback.id, coach, callback.version)
        stale = callback.version
        callback = await desk.callbacks.finish_callback(
            callback.id, coach, callback.version, reached=False, note=f"try {attempt}"
        )
        assert (callback.status, callback.coach, callback.attempts) == ("open", None, attempt)
        assert callback.note == f"try {attempt}"
        async with desk.refuses(VersionConflict):
            await desk.callbacks.finish_callback(callback.id, coach, stale, reached=False, note=None)


async def test_a_call_that_was_made_is_over(desk: Desk) -> None:
    dana, luis, callback = await desk.coach(), await desk.coach("luis"), await promised(desk)
    callback = await desk.callbacks.take_callback(callback.id, dana, callback.version)
    done = await desk.callbacks.finish_callback(callback.id, dana, callback.version, reached=True, note=None)
    assert (done.status, done.attempts, done.coach and done.coach.id) == ("done", 1, dana)
    assert await desk.callbacks.list_callbacks() == ()
    # A second promise of the same conversation must not meet the first on the list.
    await desk.ask(callback.conversation_id)
    await promise(desk, callback.conversation_id, TUESDAY)
    for error, coach in ((VersionConflict, dana), (AlreadyClaimed, luis)):
        async with desk.refuses(error):
            await desk.callbacks.take_callback(callback.id, coach, done.version)
        async with desk.refuses(error):
            await desk.callbacks.finish_callback(callback.id, coach, done.version, reached=False, note=None)


async def test_only_a_call_that_was_taken_is_finished(desk: Desk) -> None:
    dana, callback = await desk.coach(), await promised(desk)
    async with desk.refuses(VersionConflict):
        await desk.callbacks.finish_callback(callback.id, dana, callback.version, reached=True, note=None)


async def test_only_a_coach_on_duty_takes_a_call_and_only_one_that_is_promised(desk: Desk) -> None:
    dana, callback = await desk.coach(), await promised(desk)
    await desk.coaches.set_duty(dana, False)
    async with desk.refuses(CoachNotOnDuty):
        await desk.callbacks.take_callback(callback.id, dana, callback.version)
    await desk.coaches.set_duty(dana, True)
    async with desk.refuses(CallbackNotFound, code="CALLBACK_NOT_FOUND"):
        await desk.callbacks.take_callback(callback.id + 1, dana, 0)
    async with desk.refuses(VersionConflict):
        await desk.callbacks.take_callback(callback.id, dana, callback.version + 1)


async def test_the_packet_shows_the_call_to_whoever_takes_the_conversation(desk: Desk) -> None:
    dana, callback = await desk.coach(), await promised(desk)
    await desk.ask(callback.conversation_id)
    packet = (await desk.handoffs.view_conversation(callback.conversation_id, dana)).packet
    assert "callback" in {line.kind for line in packet.lines}


async def test_a_window_that_was_chosen_stays_with_the_request(desk: Desk) -> None:
    conversation_id = await desk.ask()
    turn = await desk.say(conversation_id, "monday morning")
    awaiting = Awaiting("phone", "phone")
    await desk.conversations.record_answer(
        conversation_id,
        turn,
        replies=(Draft(Author.ASSISTANT, "Which number?", outcome="ask"),),
        understood=Understood(),
        awaiting=awaiting,
        effect=HandoffEffect(opens=Request("", "button"), callback_choice=(MONDAY.day, "morning")),
    )
    conversation = await desk.get(conversation_id)
    assert conversation.awaiting == awaiting
    assert conversation.handoff is not None
    assert (conversation.handoff.callback_day, conversation.handoff.callback_window) == (MONDAY.day, "morning")
    assert len(await desk.log(conversation_id)) == 1


async def test_a_call_is_promised_to_somebody_in_danger_and_the_request_stands(desk: Desk) -> None:
    conversation_id = await desk.ask(cause="safety")
    await promise(desk, conversation_id)
    assert [call.conversation_id for call in await desk.callbacks.list_callbacks()] == [conversation_id]
    (item,) = await desk.handoffs.list_queue()
    assert (item.conversation_id, item.holder) == (conversation_id, "waiting")


async def test_a_coach_who_signs_out_gives_back_the_calls_too(desk: Desk) -> None:
    dana, luis, callback = await desk.coach(), await desk.coach("luis"), await promised(desk)
    await desk.callbacks.take_callback(callback.id, dana, callback.version)
    await desk.handoffs.release_all(dana)
    (back,) = await desk.callbacks.list_callbacks()
    assert (back.status, back.coach, back.attempts) == ("open", None, 0)
    await desk.callbacks.take_callback(back.id, luis, back.version)


async def test_a_call_outlasts_a_sleeping_console_and_not_a_lost_coach(desk: Desk) -> None:
    dana, callback = await desk.coach(), await promised(desk)
    await desk.callbacks.take_callback(callback.id, dana, callback.version)
    for minutes, status in ((44, "taken"), (2, "open")):
        desk.clock.pass_time(minutes=minutes)
        await desk.sweep.run_once()
        assert [call.status for call in await desk.callbacks.list_callbacks()] == [status]
