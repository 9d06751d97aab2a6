"""A request for a coach: recorded once, in its place, raised by danger, and taken back by the member."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest

from bot import wording as words
from bot.conversations.handoff import HandoffOutcome, Role, Urgency
from bot.conversations.model import (
    Author,
    ConversationClosed,
    Draft,
    HandoffCause,
    Holder,
    Message,
    Understood,
)
from bot.conversations.port import HandoffEffect, Request
from bot.conversations.waiting_times import MIN_CLAIMS
from bot.database import Database
from tests.conversations.conftest import Clock, Desk, build_desk

WARNING = Draft(Author.SYSTEM, "Call 911.", outcome="emergency", key=words.EMERGENCY)
DANGER = Request("", "safety", Urgency.URGENT, on_duty=True)


async def warn(desk: Desk, conversation_id: str) -> tuple[Message, ...]:
    """The safety gate answers a message of the member."""
    turn = await desk.say(conversation_id, "i can't breathe")
    answered = await desk.conversations.record_answer(
        conversation_id,
        turn,
        replies=(WARNING,),
        understood=Understood(("emergency",), "en", {}, 1.0),
        effect=HandoffEffect(opens=DANGER),
    )
    return answered.replies


async def order(desk: Desk) -> list[str]:
    """Who waits, in the order of the queue."""
    return [item.conversation_id for item in await desk.handoffs.list_queue() if item.holder == "waiting"]


@pytest.mark.parametrize("cause", ["words", "button", "rule", "failure", "safety"])
async def test_a_request_is_logged_with_its_cause_and_only_danger_is_urgent(desk: Desk, cause: HandoffCause) -> None:
    conversation_id = await desk.ask(cause=cause)
    assert await desk.log(conversation_id) == [("requested", cause, None, "assistant", "waiting", 1)]
    (item,) = await desk.handoffs.list_queue()
    assert (item.cause, item.position, item.version, item.coach) == (cause, 1, 1, None)
    assert item.urgency is (Urgency.URGENT if cause == "safety" else Urgency.NORMAL)


async def test_asked_again_it_is_the_same_request_and_the_same_words(desk: Desk) -> None:
    conversation_id = await desk.open()
    first, again = [
        await desk.requests.request_handoff(conversation_id, reason="", cause=cause, announces=True)
        for cause in ("button", "words")
    ]
    assert (first.already, again.already) == (False, True)
    assert again.messages == first.messages
    assert len(await desk.log(conversation_id)) == 1
    assert await desk.version(conversation_id) == 1


async def test_with_a_coach_there_the_member_hears_a_place_and_otherwise_the_truth_and_the_windows(desk: Desk) -> None:
    off_hours = await desk.ask()
    dana = await desk.coach()
    on_duty = await desk.ask()
    assert await desk.said(off_hours) == [words.HANDOFF_UNAVAILABLE_OPENS]
    assert await desk.said(on_duty) == [words.HANDOFF_WAITING]
    (unavailable,) = (await desk.conversations.list_messages(off_hours))[1:]
    assert (unavailable.outcome, len(unavailable.quick_replies)) == ("handoff_unavailable", 5)
    awaiting = (await desk.get(off_hours)).awaiting
    assert awaiting is not None
    assert (awaiting.field, awaiting.kind) == ("callback_window", "choice")
    # A coach who is on duty and whose console is silent is not there.
    desk.clock.pass_time(seconds=61)
    assert await desk.said(await desk.ask()) == [words.HANDOFF_UNAVAILABLE_OPENS]
    await desk.coaches.heartbeat(dana)
    assert await desk.said(await desk.ask()) == [words.HANDOFF_WAITING]


async def test_danger_raises_a_standing_request_before_all_others_once(desk: Desk) -> None:
    first, second, third = [await desk.ask() for _ in range(3)]
    await warn(desk, third)
    await warn(desk, third)
    assert await order(desk) == [third, first, second]
    assert [entry[:5] for entry in await desk.log(third)] == [
        ("requested", "button", None, "assistant", "waiting"),
        ("urgent", "safety", None, "waiting", "waiting"),
    ]
    await warn(desk, second)
    assert await order(desk) == [second, third, first]
    handoff = (await desk.get(first)).handoff
    assert handoff is not None
    assert handoff.position == 3


async def test_danger_opens_a_request_where_none_stood(desk: Desk) -> None:
    conversation_id = await desk.open()
    assert [reply.author for reply in await warn(desk, conversation_id)] == [Author.SYSTEM]
    assert await desk.log(conversation_id) == [("requested", "safety", None, "assistant", "waiting", 1)]
    assert (await desk.handoffs.list_queue())[0].urgency is Urgency.URGENT


async def test_danger_while_a_coach_holds_is_marked_and_takes_nothing_from_the_coach(desk: Desk) -> None:
    conversation_id = await desk.hold(await desk.coach())
    version = await desk.version(conversation_id)
    await warn(desk, conversation_id)
    (item,) = await desk.handoffs.list_queue()
    assert (item.urgency, item.holder, item.version) == (Urgency.URGENT, "coach", version)
    assert (await desk.log(conversation_id))[-1] == ("urgent", "safety", None, "coach", "coach", version)


async def test_danger_in_the_reason_is_urgent(desk: Desk) -> None:
    conversation_id = await desk.open()
    request = await desk.requests.request_handoff(
        conversation_id, reason="i can't breathe", cause="button", announces=True, warning=WARNING
    )
    assert [message.key for message in request.messages] == [words.EMERGENCY, words.HANDOFF_UNAVAILABLE_OPENS]
    assert (await desk.handoffs.list_queue())[0].urgency is Urgency.URGENT


async def test_the_safety_message_and_the_request_are_recorded_both_or_neither(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation_id = await desk.open()

    def die(*_: object) -> None:
        raise RuntimeError

    # `write_handoff` comes after the message in the transaction.
    monkeypatch.setattr("bot.conversations.store.write_handoff", die)
    with pytest.raises(RuntimeError):
        await desk.requests.request_handoff(conversation_id, reason="", cause="button", announces=True, warning=WARNING)
    monkeypatch.undo()
    assert await desk.said(conversation_id) == []
    assert await desk.handoffs.list_queue() == ()
    await warn(desk, conversation_id)
    assert (await desk.said(conversation_id), len(await desk.handoffs.list_queue())) == ([words.EMERGENCY], 1)


async def test_the_member_takes_the_request_back(desk: Desk) -> None:
    conversation_id = await desk.ask()
    cancelled = await desk.requests.cancel_handoff(conversation_id, announces=True)
    assert (cancelled.ended, [said.key for said in cancelled.messages]) == (Holder.WAITING, [words.HANDOFF_CANCELLED])
    conversation = await desk.get(conversation_id)
    assert (conversation.holder, conversation.handoff, conversation.awaiting) == (Holder.ASSISTANT, None, None)
    assert (await desk.log(conversation_id))[-1] == ("cancelled", "member", None, "waiting", "assistant", 2)
    assert await desk.handoffs.list_queue() == ()
    nothing = await desk.requests.cancel_handoff(conversation_id, announces=True)
    assert (nothing.ended, nothing.messages) == (Holder.ASSISTANT, ())
    assert len(await desk.log(conversation_id)) == 2


async def test_the_member_ends_the_coach_s_part(desk: Desk) -> None:
    dana = await desk.coach()
    conversation_id = await desk.hold(dana)
    to_the_coach = await desk.say(conversation_id, "my question to dana")
    cancelled = await desk.requests.cancel_handoff(conversation_id, announces=True)
    assert (cancelled.ended, [said.key for said in cancelled.messages]) == (Holder.COACH, [words.COACH_ENDED])
    assert (await desk.log(conversation_id))[-1] == ("cancelled", "member", None, "coach", "assistant", 3)
    conversation = await desk.get(conversation_id)
    assert (conversation.coach, conversation.answered_up_to) == (None, to_the_coach.message.seq)


async def test_after_the_end_nothing_is_asked_or_taken_back(desk: Desk) -> None:
    conversation_id = await desk.ask()
    await desk.conversations.close_conversation(conversation_id, farewell=None)
    assert (await desk.log(conversation_id))[-1] == ("closed", "member", None, "waiting", "closed", 2)
    async with desk.refuses(ConversationClosed, code="CONVERSATION_CLOSED"):
        await desk.ask(conversation_id)
    async with desk.refuses(ConversationClosed, code="CONVERSATION_CLOSED"):
        await desk.requests.cancel_handoff(conversation_id)


async def measure(desk: Desk, coach: str, *minutes: int) -> None:
    """Members waited so long for this coach."""
    for each in minutes:
        conversation_id = await desk.ask()
        desk.clock.pass_time(minutes=each)
        await desk.coaches.set_duty(coach, True)
        await desk.claim(conversation_id, coach)  # type: ignore[arg-type]


async def wait_minutes(desk: Desk, conversation_id: str) -> tuple[int, int] | None:
    state = desk.conversations.read_state(await desk.get(conversation_id))
    assert state.queue is not None
    return state.queue.wait_minutes


async def test_no_wait_is_named_before_five_claims_were_measured(desk: Desk) -> None:
    dana = await desk.coach()
    await measure(desk, dana, *[4] * (MIN_CLAIMS - 1))
    assert await wait_minutes(desk, await desk.ask()) is None
    # The one who waits now is the fifth.
    (waiting,) = await order(desk)
    desk.clock.pass_time(minutes=4)
    await desk.coaches.set_duty(dana, True)
    await desk.claim(waiting, dana)
    first, second = await desk.ask(), await desk.ask()
    assert (await wait_minutes(desk, first), await wait_minutes(desk, second)) == ((4, 4), (4, 8))
    assert await desk.said(second) == [words.HANDOFF_WAITING_ESTIMATE]


async def test_only_a_wait_for_a_coach_who_was_there_is_measured_and_only_lately(desk: Desk) -> None:
    dana = await desk.coach()
    await measure(desk, dana, *[4] * (MIN_CLAIMS - 1))
    await desk.coaches.set_duty(dana, False)
    overnight = await desk.ask()
    desk.clock.pass_time(hours=10)
    await desk.coaches.set_duty(dana, True)
    await desk.claim(overnight, dana)
    line = await desk.conversations.count_line()
    assert line.waits == (timedelta(minutes=4),) * (MIN_CLAIMS - 1)
    desk.clock.pass_time(days=7)
    assert (await desk.conversations.count_line()).waits == ()


async def test_a_claim_after_a_vanished_coach_measures_the_first_wait_once(desk: Desk) -> None:
    dana, luis = await desk.coach(), await desk.coach("luis", Role.SUPERVISOR)
    conversation_id = await desk.ask()
    desk.clock.pass_time(seconds=30)
    await desk.claim(conversation_id, dana)
    desk.clock.pass_time(minutes=20)
    await desk.handoffs.release_all(dana)
    await desk.coaches.heartbeat(luis)
    await desk.claim(conversation_id, luis)
    assert (await desk.conversations.count_line()).waits == (timedelta(seconds=30),)


async def test_who_cannot_come_back_is_in_no_line(desk: Desk, clock: Clock) -> None:
    first = await desk.ask()
    clock.now += await desk.time_left(first) - timedelta(minutes=1)
    second = await desk.ask()
    assert (await desk.conversations.count_line()).waiting == 2
    clock.pass_time(minutes=1)
    assert await order(desk) == [second]
    assert (await desk.conversations.count_line()).waiting == 1


async def test_ten_who_ask_at_once_are_told_ten_places(database: Database, clock: Clock) -> None:
    """In two gateways on one database."""
    desks = [build_desk(database, clock) for _ in range(2)]
    await desks[0].coach()
    opened = [await desks[0].open() for _ in range(10)]
    await asyncio.gather(*(desks[n % 2].ask(each) for n, each in enumerate(opened)))
    told = [(await desks[0].conversations.list_messages(each))[-1] for each in opened]
    assert {message.key for message in told} == {words.HANDOFF_WAITING}
    assert len({message.text for message in told}) == 10


async def test_how_the_last_coach_s_part_ended_is_known_until_the_next_request(desk: Desk) -> None:
    dana = await desk.coach()
    held = await desk.hold(dana)
    assert (await desk.conversations.get_context(held)).coach_outcome is None
    await desk.handoffs.give_back(held, dana, await desk.version(held), HandoffOutcome.REFERRED, None)
    assert (await desk.conversations.get_context(held)).coach_outcome is HandoffOutcome.REFERRED
    await desk.ask(held)
    assert (await desk.get(held)).last_outcome is None
    assert (await desk.conversations.get_context(held)).coach_outcome is None


async def test_a_request_is_kept_until_a_day_after_the_coaches_come_back(desk: Desk) -> None:
    """Asked on Saturday evening; they come back on Monday at eight in New York."""
    desk.clock.pass_time(hours=9)
    waiting = await desk.ask()
    opens = datetime(2026, 11, 23, 13, tzinfo=timezone.utc)
    assert (await desk.get(waiting)).expires_at == opens + timedelta(days=1)
    desk.clock.now = opens
    await desk.sweep.run_once()
    assert await order(desk) == [waiting]
    desk.clock.pass_time(hours=23)
    await desk.claim(waiting)
    assert await desk.time_left(waiting) == timedelta(hours=12)


async def test_where_no_hours_are_known_a_request_is_kept_for_three_days(database: Database, clock: Clock) -> None:
    desk = build_desk(database, clock, None)
    waiting = await desk.ask()
    assert await desk.time_left(waiting) == timedelta(days=3)
    clock.pass_time(hours=71)
    await desk.sweep.run_once()
    assert await order(desk) == [waiting]
    clock.pass_time(hours=1)
    await desk.sweep.run_once()
    assert (await desk.get(waiting)).holder is Holder.CLOSED
