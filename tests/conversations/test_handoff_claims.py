"""A claim: one coach wins, everybody else hears who has it, and the version that a coach saw fences what they do."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from bot import wording as words
from bot.conversations.handoff import (
    AlreadyClaimed,
    CoachId,
    CoachNotFound,
    CoachNotOnDuty,
    HandoffError,
    HandoffOutcome,
    MemberOptedOut,
    NotHolder,
    NotWaiting,
    Role,
    VersionConflict,
)
from bot.conversations.handoff_service import Handled
from bot.conversations.model import (
    Author,
    Channel,
    ConversationClosed,
    ConversationNotFound,
    Draft,
    Holder,
    IdempotencyConflict,
    Understood,
)
from bot.database import Database
from tests.conversations.conftest import MEMBER, PLAN, Clock, Desk, build_desk


async def test_a_claim_gives_the_conversation_to_one_coach_and_tells_the_member(desk: Desk) -> None:
    dana = await desk.coach()
    conversation_id = await desk.ask()
    claimed = await desk.handoffs.claim(conversation_id, dana, 1)
    assert ([said.key for said in claimed.messages], claimed.version) == ([words.COACH_JOINED], 2)
    assert (claimed.state.holder, claimed.state.queue) == (Holder.COACH, None)
    assert (await desk.log(conversation_id))[-1] == ("claimed", None, dana, "waiting", "coach", 2)
    (item,) = await desk.handoffs.list_queue()
    assert (item.position, item.coach and item.coach.id) == (0, dana)


async def test_what_the_member_wrote_and_no_coach_answered_is_counted(desk: Desk) -> None:
    dana = await desk.coach()
    talk, other = await desk.hold(dana), await desk.hold(dana)
    for text in ("Hello?", "Are you there?"):
        await desk.say(other, text)
        await desk.handoffs.write(other, dana, await desk.version(other), str(uuid4()), "I am.")
    await desk.say(talk, "Are you still there?")
    assert {item.conversation_id: item.unread for item in await desk.handoffs.list_queue()} == {talk: 1, other: 0}


async def test_the_same_coach_again_is_harmless(desk: Desk) -> None:
    dana = await desk.coach()
    conversation_id = await desk.hold(dana)
    again = await desk.handoffs.claim(conversation_id, dana, 1)
    assert (again.messages, again.state.holder, again.version) == ((), Holder.COACH, 2)
    assert [entry[0] for entry in await desk.log(conversation_id)] == ["requested", "claimed"]


async def test_another_coach_hears_the_name(desk: Desk) -> None:
    conversation_id = await desk.hold(await desk.coach())
    luis = await desk.coach("luis")
    for version in (1, 2):
        async with desk.refuses(AlreadyClaimed, code="ALREADY_CLAIMED", coach_name="dana, RN"):
            await desk.handoffs.claim(conversation_id, luis, version)


async def test_of_many_claims_at_once_one_wins_in_two_gateways(database: Database, clock: Clock) -> None:
    desks = [build_desk(database, clock) for _ in range(2)]
    coaches = [await desks[0].coach(name) for name in ("dana", "luis", "maya", "noor")]
    conversation_ids = [await desks[0].ask() for _ in range(3)]
    claims = [
        desks[number % 2].handoffs.claim(conversation_id, coach, 1)
        for conversation_id in conversation_ids
        for number, coach in enumerate(coaches)
    ]
    ended = await asyncio.gather(*claims, return_exceptions=True)
    assert sum(isinstance(each, Handled) for each in ended) == len(conversation_ids)
    assert {type(each) for each in ended} == {Handled, AlreadyClaimed}
    for conversation_id in conversation_ids:
        assert [entry[0] for entry in await desks[0].log(conversation_id)] == ["requested", "claimed"]
        assert await desks[0].said(conversation_id) == [words.HANDOFF_WAITING, words.COACH_JOINED]


@pytest.mark.parametrize("version", [0, 2, 99])
async def test_a_version_that_is_not_the_standing_one_claims_nothing(desk: Desk, version: int) -> None:
    dana, conversation_id = await desk.coach(), await desk.ask()
    async with desk.refuses(VersionConflict, code="VERSION_CONFLICT"):
        await desk.handoffs.claim(conversation_id, dana, version)


async def test_a_version_from_before_another_coach_s_part_claims_nothing(desk: Desk) -> None:
    dana, luis = await desk.coach(), await desk.coach("luis")
    conversation_id = await desk.hold(dana)
    await desk.handoffs.release_all(dana)
    async with desk.refuses(VersionConflict):
        await desk.handoffs.claim(conversation_id, luis, 1)
    await desk.handoffs.claim(conversation_id, luis, 3)


async def test_only_a_coach_on_duty_claims(desk: Desk) -> None:
    dana, conversation_id = await desk.coach(), await desk.ask()
    await desk.coaches.set_duty(dana, False)
    async with desk.refuses(CoachNotOnDuty, code="COACH_NOT_ON_DUTY"):
        await desk.handoffs.claim(conversation_id, dana, 1)
    await desk.coaches.set_duty(dana, True)
    desk.clock.pass_time(seconds=61)
    async with desk.refuses(CoachNotOnDuty):
        await desk.handoffs.claim(conversation_id, dana, 1)
    async with desk.refuses(CoachNotFound, code="COACH_NOT_FOUND"):
        await desk.handoffs.claim(conversation_id, CoachId("f" * 32), 1)


async def test_what_does_not_wait_is_not_claimed(desk: Desk) -> None:
    dana = await desk.coach()
    cancelled, closed, never = await desk.ask(), await desk.ask(), await desk.open()
    await desk.requests.cancel_handoff(cancelled)
    await desk.conversations.close_conversation(closed, farewell=None)
    async with desk.refuses(NotWaiting, code="NOT_WAITING"):
        await desk.handoffs.claim(cancelled, dana, 2)
    async with desk.refuses(ConversationClosed, code="CONVERSATION_CLOSED"):
        await desk.handoffs.claim(closed, dana, 2)
    # A coach never learns whether a conversation exists that did not ask for one.
    for hidden in (never, "f" * 32, "\x00"):
        async with desk.refuses(ConversationNotFound, code="CONVERSATION_NOT_FOUND"):
            await desk.handoffs.claim(hidden, dana, 0)
        async with desk.refuses(ConversationNotFound):
            await desk.handoffs.view_conversation(hidden, dana)


async def test_a_look_is_logged_and_changes_nothing(desk: Desk) -> None:
    dana, conversation_id = await desk.coach(), await desk.ask()
    view = await desk.handoffs.view_conversation(conversation_id, dana)
    assert (view.version, view.cause, view.state.holder, view.texting.opted_out) == (1, "button", Holder.WAITING, False)
    assert (await desk.log(conversation_id))[-1] == ("viewed", None, dana, "waiting", "waiting", 1)


async def test_a_claim_during_a_turn_leaves_the_assistant_s_reply_unsaid(desk: Desk) -> None:
    conversation_id = await desk.ask()
    turn = await desk.say(conversation_id)
    await desk.claim(conversation_id)
    reply = Draft(Author.ASSISTANT, "An answer.", key="utter_test")
    for _ in range(2):
        answered = await desk.conversations.record_answer(
            conversation_id, turn, replies=(reply,), understood=Understood()
        )
        assert answered.replies == ()
    assert "utter_test" not in await desk.said(conversation_id)


async def test_a_claim_ends_the_call_back_s_question(desk: Desk) -> None:
    conversation_id = await desk.ask()
    assert (await desk.get(conversation_id)).awaiting is not None
    await desk.claim(conversation_id)
    assert (await desk.get(conversation_id)).awaiting is None


async def test_a_token_does_not_run_out_in_the_middle_of_a_talk(desk: Desk) -> None:
    conversation_id = await desk.ask()
    desk.clock.pass_time(hours=23)
    await desk.claim(conversation_id)
    desk.clock.pass_time(hours=11)
    assert desk.conversations.time_left(await desk.get(conversation_id)).total_seconds() > 0


async def test_a_coach_s_message_is_written_once_under_its_id(desk: Desk) -> None:
    dana = await desk.coach()
    conversation_id = await desk.hold(dana)
    id_ = str(uuid4())
    sent = await asyncio.gather(*(desk.handoffs.write(conversation_id, dana, 2, id_, "I am here.") for _ in range(5)))
    assert len({message.id for message in sent}) == 1
    assert (sent[0].author, sent[0].author_name, sent[0].text) == (Author.COACH, "dana, RN", "I am here.")
    # The answer to the first try may have been lost until long after the coach's part.
    await desk.handoffs.give_back(conversation_id, dana, 2, HandoffOutcome.ANSWERED, None)
    assert await desk.handoffs.write(conversation_id, dana, 2, id_, "I am here.") == sent[0]
    async with desk.refuses(IdempotencyConflict, code="IDEMPOTENCY_CONFLICT"):
        await desk.handoffs.write(conversation_id, dana, 2, id_, "Something else.")


async def test_a_member_s_message_id_is_no_coach_s(desk: Desk) -> None:
    dana = await desk.coach()
    conversation_id = await desk.hold(dana)
    mine = (await desk.say(conversation_id)).message
    async with desk.refuses(IdempotencyConflict):
        await desk.handoffs.write(conversation_id, dana, 2, mine.client_message_id or "", mine.text)


async def test_only_the_holder_writes_and_not_a_supervisor_in_their_name(desk: Desk) -> None:
    dana, luis, maya = await desk.coach(), await desk.coach("luis"), await desk.coach("maya", Role.SUPERVISOR)
    conversation_id, waiting = await desk.hold(dana), await desk.ask()
    for other in (luis, maya):
        async with desk.refuses(NotHolder, code="NOT_HOLDER"):
            await desk.handoffs.write(conversation_id, other, 2, str(uuid4()), "hello")
    async with desk.refuses(NotHolder):
        await desk.handoffs.write(waiting, dana, 1, str(uuid4()), "hello")
    for version in (1, 3):
        async with desk.refuses(VersionConflict):
            await desk.handoffs.write(conversation_id, dana, version, str(uuid4()), "hello")


async def test_a_member_who_may_not_be_texted_gets_no_words_of_a_coach(desk: Desk) -> None:
    dana = await desk.coach()
    conversation_id = await desk.ask(await desk.open(channel=Channel.SMS))
    await desk.claim(conversation_id, dana)
    await opt_out(desk)
    async with desk.refuses(MemberOptedOut, code="MEMBER_OPTED_OUT"):
        await desk.handoffs.write(conversation_id, dana, 2, str(uuid4()), "hello")
    assert (await desk.handoffs.view_conversation(conversation_id, dana)).texting.opted_out


async def opt_out(desk: Desk) -> None:
    """The member's phone said STOP."""
    from bot.conversations.deliveries_store import sms_opt_outs

    values = {"member_address": MEMBER, "plan_address": PLAN, "opted_out_at": desk.clock()}
    await desk.database.write(lambda connection: connection.execute(sms_opt_outs.insert().values(values)))


async def test_a_private_note_is_for_coaches_alone(desk: Desk) -> None:
    dana = await desk.coach()
    conversation_id = await desk.hold(dana)
    before = await desk.conversations.list_messages(conversation_id)
    note = await desk.handoffs.add_note(conversation_id, dana, "Asks for her son.")
    assert (await desk.handoffs.view_conversation(conversation_id, dana)).notes == (note,)
    assert await desk.conversations.list_messages(conversation_id) == before
    with pytest.raises(ConversationNotFound):
        await desk.handoffs.add_note(await desk.open(), dana, "note")


async def test_a_transfer_names_the_next_coach_and_fences_the_old_one(desk: Desk) -> None:
    dana, luis = await desk.coach(), await desk.coach("luis")
    conversation_id = await desk.hold(dana)
    handed = await desk.handoffs.transfer(conversation_id, dana, 2, luis)
    assert ([said.key for said in handed.messages], handed.version) == ([words.COACH_TRANSFERRED], 3)
    assert (await desk.log(conversation_id))[-1] == ("transferred", luis, dana, "coach", "coach", 3)
    old: list[tuple[type[HandoffError], int]] = [(NotHolder, 2), (NotHolder, 3)]
    for error, version in old:
        async with desk.refuses(error):
            await desk.handoffs.write(conversation_id, dana, version, str(uuid4()), "one more thing")
        async with desk.refuses(error):
            await desk.handoffs.give_back(conversation_id, dana, version, HandoffOutcome.ANSWERED, None)
    await desk.handoffs.write(conversation_id, luis, 3, str(uuid4()), "I am here.")
    assert (await desk.handoffs.transfer(conversation_id, luis, 3, luis)).version == 3


async def test_a_transfer_goes_to_a_coach_on_duty_from_the_holder_or_a_supervisor(desk: Desk) -> None:
    dana, luis, maya = await desk.coach(), await desk.coach("luis"), await desk.coach("maya", Role.SUPERVISOR)
    conversation_id, waiting = await desk.hold(dana), await desk.ask()
    await desk.coaches.set_duty(luis, False)
    async with desk.refuses(CoachNotOnDuty):
        await desk.handoffs.transfer(conversation_id, dana, 2, luis)
    async with desk.refuses(CoachNotFound):
        await desk.handoffs.transfer(conversation_id, dana, 2, CoachId("f" * 32))
    await desk.coaches.set_duty(luis, True)
    for error, coach, version in ((NotHolder, luis, 2), (VersionConflict, dana, 1), (VersionConflict, maya, 1)):
        async with desk.refuses(error):
            await desk.handoffs.transfer(conversation_id, coach, version, luis)
    async with desk.refuses(NotHolder):
        await desk.handoffs.transfer(waiting, maya, 1, luis)
    handed = await desk.handoffs.transfer(conversation_id, maya, 2, luis)
    assert handed.version == 3
    assert (await desk.log(conversation_id))[-1][:3] == ("transferred", luis, maya)
