"""A coach's part ends: returned, closed, or given back to the queue because the coach has gone."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot import wording as words
from bot.conversations.handoff import HandoffEvent, HandoffOutcome, NotHolder, Role, VersionConflict
from bot.conversations.model import Author, ConversationClosed, Draft, Holder, Understood
from tests.conversations.conftest import Desk

ANSWER = Draft(Author.ASSISTANT, "An answer.", outcome="answer", key="utter_test")


@pytest.mark.parametrize("outcome", list(HandoffOutcome))
async def test_the_assistant_comes_back_and_knows_how_it_ended(desk: Desk, outcome: HandoffOutcome) -> None:
    dana = await desk.coach()
    conversation_id = await desk.hold(dana)
    back = await desk.handoffs.give_back(conversation_id, dana, 2, outcome, "Call again on Monday.")
    assert [(said.key, said.outcome) for said in back.messages] == [(words.RESUMED_AFTER[outcome], "resumed")]
    assert (back.state.holder, back.version) == (Holder.ASSISTANT, 3)
    assert (await desk.log(conversation_id))[-1] == ("returned", outcome.value, dana, "coach", "assistant", 3)
    context = await desk.conversations.get_context(conversation_id)
    assert (context.coach_outcome, context.holder) == (outcome, Holder.ASSISTANT)
    assert await desk.handoffs.list_queue() == ()
    past = (await desk.handoffs.view_conversation(conversation_id, dana)).past
    assert past is not None
    assert (past.outcome, past.note, past.coach and past.coach.id) == (outcome, "Call again on Monday.", dana)


async def test_the_private_note_of_a_return_is_shown_to_no_member(desk: Desk) -> None:
    dana = await desk.coach()
    conversation_id = await desk.hold(dana)
    await desk.handoffs.give_back(conversation_id, dana, 2, HandoffOutcome.OTHER, "Sounded upset.")
    messages = await desk.conversations.list_messages(conversation_id)
    assert not any("upset" in message.text for message in messages)


async def test_what_was_said_to_the_coach_is_never_answered_afterwards(desk: Desk) -> None:
    dana = await desk.coach()
    conversation_id = await desk.ask()
    before = await desk.say(conversation_id, "asked before the coach came")
    await desk.claim(conversation_id, dana)
    between = await desk.say(conversation_id, "asked the coach")
    await desk.handoffs.give_back(conversation_id, dana, 2, HandoffOutcome.ANSWERED, None)
    assert await desk.conversations.find_unanswered(conversation_id) is None
    after = await desk.say(conversation_id, "asked the assistant")
    replies = [
        (
            await desk.conversations.record_answer(conversation_id, turn, replies=(ANSWER,), understood=Understood())
        ).replies
        for turn in (before, between, after)
    ]
    assert [len(each) for each in replies] == [0, 0, 1]


async def test_only_the_holder_or_a_supervisor_ends_a_coach_s_part(desk: Desk) -> None:
    dana, luis, maya = await desk.coach(), await desk.coach("luis"), await desk.coach("maya", Role.SUPERVISOR)
    held, waiting = await desk.hold(dana), await desk.ask()
    for end in (desk.handoffs.give_back, desk.handoffs.close):
        for error, conversation_id, coach, version in (
            (NotHolder, held, luis, 2),
            (NotHolder, waiting, maya, 1),
            (VersionConflict, held, dana, 1),
            (VersionConflict, held, maya, 3),
        ):
            async with desk.refuses(error):
                await end(conversation_id, coach, version, HandoffOutcome.OTHER, None)
    back = await desk.handoffs.give_back(held, maya, 2, HandoffOutcome.ANSWERED, None)
    assert back.state.holder is Holder.ASSISTANT
    assert (await desk.log(held))[-1][:3] == ("returned", "answered", maya)
    async with desk.refuses(NotHolder):
        await desk.handoffs.give_back(held, dana, 3, HandoffOutcome.ANSWERED, None)


async def test_a_coach_closes_and_nothing_goes_on(desk: Desk) -> None:
    dana = await desk.coach()
    conversation_id = await desk.hold(dana)
    await desk.conversations.record_verification(conversation_id, "member-1")
    closed = await desk.handoffs.close(conversation_id, dana, 2, HandoffOutcome.REFERRED, None)
    assert [said.key for said in closed.messages] == [words.COACH_CLOSED]
    assert (closed.state.holder, closed.state.verified, closed.version) == (Holder.CLOSED, False, 3)
    assert (await desk.log(conversation_id))[-1] == ("closed", "referred", dana, "coach", "closed", 3)
    assert await desk.handoffs.list_queue() == ()
    for end in (desk.handoffs.give_back, desk.handoffs.close):
        async with desk.refuses(ConversationClosed):
            await end(conversation_id, dana, 3, HandoffOutcome.ANSWERED, None)
    async with desk.refuses(ConversationClosed):
        await desk.handoffs.write(conversation_id, dana, 3, "0" * 32, "hello")
    async with desk.refuses(ConversationClosed):
        await desk.say(conversation_id)


async def test_a_return_and_a_cancel_at_once_end_it_once(desk: Desk) -> None:
    dana = await desk.coach()
    conversation_id = await desk.hold(dana)
    await asyncio.gather(
        desk.handoffs.give_back(conversation_id, dana, 2, HandoffOutcome.ANSWERED, None),
        desk.requests.cancel_handoff(conversation_id, announces=True),
        return_exceptions=True,
    )
    assert len(await desk.log(conversation_id)) == 3
    assert await desk.version(conversation_id) == 3
    assert len(await desk.said(conversation_id)) == 3


async def test_what_a_coach_gives_up_goes_back_to_its_old_place(desk: Desk) -> None:
    dana = await desk.coach()
    held = await desk.hold(dana)
    later = [await desk.ask() for _ in range(2)]
    said = await desk.say(held, "are you there?")
    assert await desk.handoffs.release_all(dana) == 1
    assert [item.conversation_id for item in await desk.handoffs.list_queue()] == [held, *later]
    assert (await desk.log(held))[-1] == ("released", None, dana, "coach", "waiting", 3)
    assert (await desk.said(held))[-1] == words.COACH_LEFT
    conversation = await desk.get(held)
    assert (conversation.coach, conversation.handoff and conversation.handoff.position) == (None, 1)
    # The assistant answers what comes from now on, and not what was said to the coach.
    assert conversation.answered_up_to == said.message.seq
    assert await desk.handoffs.release_all(dana) == 0
    for version in (2, 3):
        async with desk.refuses(NotHolder):
            await desk.handoffs.write(held, dana, version, "0" * 32, "I am back")


async def test_only_what_that_coach_still_holds_is_given_back(desk: Desk) -> None:
    dana, luis = await desk.coach(), await desk.coach("luis")
    conversation_id = await desk.hold(luis)
    before = await desk.rows()
    assert not await desk.handoffs.release(conversation_id, dana, HandoffEvent.VANISHED)
    assert not await desk.handoffs.release("f" * 32, dana, HandoffEvent.VANISHED)
    assert await desk.rows() == before


async def test_asked_again_after_a_vanished_coach_the_member_hears_the_newest_word(desk: Desk) -> None:
    """The first word was that nobody is on duty; since then a coach came and went."""
    conversation_id = await desk.ask()
    dana = await desk.coach()
    await desk.claim(conversation_id, dana)
    await desk.handoffs.release_all(dana)
    again = await desk.requests.request_handoff(conversation_id, reason="", cause="button", announces=True)
    assert [said.key for said in again.messages] == [words.COACH_LEFT]


async def test_a_sign_of_life_between_the_look_and_the_release_keeps_the_conversation(desk: Desk) -> None:
    dana = await desk.coach()
    held = await desk.hold(dana)
    desk.clock.pass_time(seconds=61)
    minute = timedelta(seconds=60)
    assert await desk.store.list_abandoned(desk.clock() - minute, desk.clock() + minute) == ((held, dana),)
    await desk.coaches.heartbeat(dana)
    before = await desk.rows()
    assert not await desk.handoffs.release(held, dana, HandoffEvent.VANISHED, unless_seen_at=desk.clock())
    assert await desk.rows() == before
    desk.clock.pass_time(seconds=61)
    assert await desk.handoffs.release(held, dana, HandoffEvent.VANISHED, unless_seen_at=desk.clock())
    assert (await desk.get(held)).holder is Holder.WAITING
