"""The record on a real database of either kind: what was accepted stands once, in order, for the right token only."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text

from bot.conversations.ids import hash_token
from bot.conversations.model import (
    Author,
    Channel,
    ConversationClosed,
    ConversationNotFound,
    Draft,
    Holder,
    IdempotencyConflict,
    QuickReply,
    Turn,
    Understood,
)
from bot.conversations.service import ConversationService, OpenedConversation
from bot.database import Database
from tests.conversations.conftest import Clock, Desk, build_desk

GREETING = Draft(Author.ASSISTANT, "Hello, I am automated.", quick_replies=(QuickReply("Person", "/coach_handoff"),))
ANSWER = Draft(
    Author.ASSISTANT,
    "An answer.",
    citations=({"document": "A policy", "payer": "A payer"},),
    cards=({"kind": "policy", "nested": {"deep": [1, None]}},),
    topic="cost",
    outcome="answer",
    key="utter_cost_answer",
    facts=("fact-1",),
)
UNDERSTOOD = Understood(("cost",), "en", {"plan": ("caresource",)}, 0.75)


async def open_conversation(service: ConversationService) -> OpenedConversation:
    return await service.open_conversation(channel=Channel.WEB, greeting=(GREETING,), plan_id="caresource", state="OH")


async def say(service: ConversationService, conversation_id: str, words: str = "hello") -> Turn:
    return await service.record_member_message(conversation_id, client_message_id=str(uuid4()), text=words)


async def answer(service: ConversationService, conversation_id: str, turn: Turn, *replies: Draft) -> Turn:
    return await service.record_answer(conversation_id, turn, replies=replies, understood=UNDERSTOOD, model_id="m")


async def test_the_record_keeps_only_the_hash_of_a_token(service: ConversationService, database: Database) -> None:
    opened = await open_conversation(service)
    assert await service.access_conversation(opened.conversation.id, opened.token) == opened.conversation
    dump = await database.read(lambda connection: str(connection.execute(text("SELECT * FROM conversations")).all()))
    assert hash_token(opened.token) in dump
    assert opened.token not in dump
    assert hash_token(opened.token) not in repr(opened.conversation)


async def test_a_conversation_has_one_door(service: ConversationService, clock: Clock) -> None:
    mine, foreign = await open_conversation(service), await open_conversation(service)
    for conversation_id, token in [
        (mine.conversation.id, foreign.token),
        (mine.conversation.id, ""),
        (mine.conversation.id, mine.token + "x"),
        (mine.conversation.id, "\ud800"),
        ("f" * 32, mine.token),
        ("\x00", mine.token),
        ("", mine.token),
        ("f" * 32, ""),
    ]:
        with pytest.raises(ConversationNotFound):
            await service.access_conversation(conversation_id, token)
    clock.pass_time(hours=23, minutes=59)
    await service.access_conversation(mine.conversation.id, mine.token)
    clock.pass_time(minutes=1)
    with pytest.raises(ConversationNotFound):
        await service.access_conversation(mine.conversation.id, mine.token)


@pytest.mark.parametrize("conversation_id", ["f" * 32, "\x00", "nothing"])
async def test_nothing_is_done_in_a_conversation_that_is_not_there(
    desk: Desk, service: ConversationService, conversation_id: str
) -> None:
    for work in (
        service.get_context(conversation_id),
        service.record_plan(conversation_id, "caresource", None),
        service.record_verification(conversation_id, "member-1"),
        desk.requests.request_handoff(conversation_id, reason="", cause="words"),
        desk.requests.cancel_handoff(conversation_id),
        say(service, conversation_id),
    ):
        with pytest.raises(ConversationNotFound):
            await work


async def test_what_is_recorded_comes_back_whole(service: ConversationService) -> None:
    conversation_id = (await open_conversation(service)).conversation.id
    turn = await answer(service, conversation_id, await say(service, conversation_id), ANSWER)
    again = await service.find_turn(
        conversation_id, turn.message.client_message_id or "", text=turn.message.text, choice=None
    )
    assert again == turn
    assert await service.list_messages(conversation_id, after=2) == turn.replies
    reply = turn.replies[0]
    assert (reply.facts, reply.key, reply.cards, reply.reply_to) == (
        ANSWER.facts,
        ANSWER.key,
        ANSWER.cards,
        turn.message.id,
    )


async def test_parallel_messages_get_consecutive_places(service: ConversationService) -> None:
    conversation_id = (await open_conversation(service)).conversation.id
    turns = await asyncio.gather(*(say(service, conversation_id, f"message {number}") for number in range(20)))
    assert sorted(turn.message.seq for turn in turns) == list(range(2, 22))
    listed = await service.list_messages(conversation_id)
    assert [message.seq for message in listed] == list(range(1, 22))
    assert (await service.get_conversation(conversation_id)).version == 20


async def test_one_id_is_one_message_however_often_it_comes(service: ConversationService) -> None:
    conversation_id = (await open_conversation(service)).conversation.id
    client_message_id = str(uuid4())

    async def send(words: str, choice: str | None = None) -> Turn:
        return await service.record_member_message(
            conversation_id, client_message_id=client_message_id, text=words, choice=choice
        )

    turns = await asyncio.gather(*(send("hello") for _ in range(10)))
    assert len({turn.message.id for turn in turns}) == 1
    assert len(await service.list_messages(conversation_id)) == 2
    with pytest.raises(IdempotencyConflict):
        await send("something else")
    with pytest.raises(IdempotencyConflict):
        await send("hello", "/hello")
    # The same id in another conversation is another message.
    other = (await open_conversation(service)).conversation.id
    await service.record_member_message(other, client_message_id=client_message_id, text="hello")


async def test_a_turn_is_answered_once_by_two_gateways(database: Database, clock: Clock) -> None:
    first, second = (build_desk(database, clock).conversations for _ in range(2))
    conversation_id = (await open_conversation(first)).conversation.id
    turn = await say(first, conversation_id)
    answers = await asyncio.gather(*(answer(service, conversation_id, turn, ANSWER) for service in (first, second)))
    assert answers[0] == answers[1]
    assert len(await first.list_messages(conversation_id)) == 3


async def test_an_answer_by_halves_is_not_recorded(service: ConversationService, database: Database) -> None:
    conversation_id = (await open_conversation(service)).conversation.id
    turn = await say(service, conversation_id)
    unstorable = Draft(Author.ASSISTANT, "text", cards=({"kind": object()},))
    with pytest.raises(Exception, match="JSON"):
        await answer(service, conversation_id, turn, ANSWER, unstorable)
    assert len(await service.list_messages(conversation_id)) == 2
    assert (await service.get_conversation(conversation_id)).last_seq == 2


async def test_the_assistant_is_left_out_while_a_coach_holds(desk: Desk, service: ConversationService) -> None:
    conversation_id = (await open_conversation(service)).conversation.id
    turn = await say(service, conversation_id)
    await desk.requests.request_handoff(conversation_id, reason="", cause="words")
    await desk.claim(conversation_id)
    assert (await service.get_conversation(conversation_id)).holder is Holder.COACH
    safety = Draft(Author.SYSTEM, "Call 911.", outcome="emergency")
    answered = await answer(service, conversation_id, turn, ANSWER, safety)
    assert [reply.author for reply in answered.replies] == [Author.SYSTEM]


async def test_a_named_plan_is_kept_with_its_state(service: ConversationService) -> None:
    conversation_id = (await open_conversation(service)).conversation.id
    await service.record_plan(conversation_id, "independence", None)
    context = await service.get_context(conversation_id)
    assert (context.plan_id, context.state) == ("independence", "OH")
    await service.record_plan(conversation_id, "caresource", "GA")
    assert (await service.get_context(conversation_id)).state == "GA"


async def test_a_request_for_a_person_stands_once(desk: Desk, service: ConversationService) -> None:
    conversation_ids = [(await open_conversation(service)).conversation.id for _ in range(3)]
    for expected, conversation_id in enumerate(conversation_ids, start=1):
        requests = await asyncio.gather(
            *(desk.requests.request_handoff(conversation_id, reason="why", cause="button") for _ in range(5))
        )
        assert sorted(request.already for request in requests) == [False, True, True, True, True]
        assert {request.position for request in requests} == {expected}
    await desk.claim(conversation_ids[0])
    third = await service.get_conversation(conversation_ids[2])
    assert service.read_state(third).queue is not None
    assert third.handoff is not None
    assert third.handoff.position == 2
    assert (await desk.requests.cancel_handoff(conversation_ids[0])).ended is Holder.COACH
    assert (await desk.requests.cancel_handoff(conversation_ids[0])).ended is Holder.ASSISTANT
    again = await desk.requests.request_handoff(conversation_ids[0], reason="", cause="words")
    assert (again.already, again.position) == (False, 3)


async def test_the_end_ends_the_request_too(desk: Desk, service: ConversationService) -> None:
    first, second = [(await open_conversation(service)).conversation.id for _ in range(2)]
    for conversation_id in (first, second):
        await desk.requests.request_handoff(conversation_id, reason="", cause="button")
    farewell = Draft(Author.ASSISTANT, "Goodbye.")
    assert len(await service.close_conversation(first, farewell=farewell)) == 1
    assert await service.close_conversation(first, farewell=farewell) == ()
    handoff = (await service.get_conversation(second)).handoff
    assert handoff is not None
    assert handoff.position == 1
    with pytest.raises(ConversationClosed):
        await say(service, first)
    with pytest.raises(ConversationClosed):
        await service.record_verification(first, "member-1")


async def test_a_later_rating_replaces_the_earlier(service: ConversationService, database: Database) -> None:
    conversation_id = (await open_conversation(service)).conversation.id
    for score in (1, 4):
        await service.record_rating(conversation_id, score=score, comment=None)
    ratings = await database.read(lambda connection: connection.execute(text("SELECT score FROM ratings")).all())
    assert [row.score for row in ratings] == [4]


async def test_a_choice_is_found_among_the_last_twenty_messages(service: ConversationService) -> None:
    conversation_id = (await open_conversation(service)).conversation.id
    assert (await service.find_choice(conversation_id, "/coach_handoff")) == GREETING.quick_replies[0]
    assert await service.find_choice(conversation_id, "/other") is None
    for _ in range(20):
        await say(service, conversation_id)
    assert await service.find_choice(conversation_id, "/coach_handoff") is None


async def test_only_those_who_can_still_come_back_count_in_the_queue(
    desk: Desk, service: ConversationService, clock: Clock
) -> None:
    async def queue() -> tuple[str, int]:
        opened = await open_conversation(service)
        request = await desk.requests.request_handoff(opened.conversation.id, reason="", cause="button")
        return opened.conversation.id, request.position

    positions = [(await queue())[1] for _ in range(2)]
    # Asked on a Saturday morning: kept until a day after Monday's opening.
    clock.pass_time(hours=69)
    waiting, position = await queue()
    assert [*positions, position] == [1, 2, 3]
    clock.pass_time(hours=1)
    found = await service.get_conversation(waiting)
    assert found.handoff is not None
    assert found.handoff.position == 1
    assert (await queue())[1] == 2


async def test_a_turn_without_an_answer_is_found_until_it_has_one(service: ConversationService) -> None:
    conversation_id = (await open_conversation(service)).conversation.id
    assert await service.find_unanswered(conversation_id) is None
    first, second = await say(service, conversation_id, "one"), await say(service, conversation_id, "two")
    assert await service.find_unanswered(conversation_id) == second
    await answer(service, conversation_id, second, ANSWER)
    assert await service.find_unanswered(conversation_id) == first
    await answer(service, conversation_id, first)
    assert await service.find_unanswered(conversation_id) is None
