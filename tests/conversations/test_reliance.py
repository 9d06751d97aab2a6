"""What a message was made of is kept in the transaction that records it, and explained from there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.conversations.ids import RandomIds
from bot.conversations.live import LiveHub
from bot.conversations.model import Author, Channel, ConversationClosed, Draft, Message, Understood
from bot.conversations.record import ConversationSettings, Record
from bot.conversations.service import ConversationService
from bot.conversations.store import SqlConversationStore
from bot.database import Database
from bot.wording import load_wording
from knowledge.bootstrap import build_knowledge
from knowledge.reliance.model import Reliance, digest_of
from knowledge.reliance.service import RelianceService
from knowledge.reliance.store import reliance, wordings

_RESPONSES = Path(__file__).parents[2] / "data/responses"
_PHRASE = "in {state}"
DRAFT = Draft(
    Author.ASSISTANT,
    "Here in Ohio.",
    key="utter_test",
    reliance=Reliance(
        "Here {where}.",
        {"where": {"phrase": "utter_part", "wording": digest_of(_PHRASE), "values": {"state": "Ohio"}}},
        date(2026, 5, 1),
        {digest_of(_PHRASE): _PHRASE},
    ),
)


def clock() -> datetime:
    return datetime(2026, 11, 22, 15, 0, tzinfo=timezone.utc)


@pytest.fixture
def conversations(database: Database) -> ConversationService:
    record = Record(SqlConversationStore(database), clock, RandomIds(), ConversationSettings(), LiveHub())
    return ConversationService(record)


@pytest.fixture
def explaining(database: Database) -> RelianceService:
    return build_knowledge(database, clock).reliance


async def say(conversations: ConversationService, *drafts: Draft) -> tuple[Message, ...]:
    return (await conversations.open_conversation(channel=Channel.WEB, greeting=drafts)).messages


async def count(database: Database, table: sa.Table) -> int:
    query = sa.select(sa.func.count()).select_from(table)
    return int(await database.read(lambda connection: connection.execute(query).scalar_one()))


async def test_a_message_comes_out_again_from_what_was_kept(
    conversations: ConversationService, explaining: RelianceService
) -> None:
    [message] = await say(conversations, DRAFT)
    found = await explaining.explain(message.id, message.text)
    assert (found.replay.same, found.as_of, found.values) == (True, date(2026, 5, 1), {"where": "in Ohio"})
    other = await explaining.explain(message.id, "Here in Utah.")
    assert (other.replay.same, other.replay.code) == (False, "TEXT_DIFFERS")


async def test_a_template_is_kept_once_however_often_it_is_said(
    conversations: ConversationService, database: Database, explaining: RelianceService
) -> None:
    for _ in range(3):
        messages = await say(conversations, DRAFT, DRAFT)
    # Another process knows nothing of what this one has kept.
    again = Record(SqlConversationStore(database), clock, RandomIds(), ConversationSettings(), LiveHub())
    messages = (*messages, *await say(ConversationService(again), DRAFT))
    assert (await count(database, reliance), await count(database, wordings)) == (7, 2)
    assert all([(await explaining.explain(message.id, message.text)).replay.same for message in messages])


async def test_a_template_whose_transaction_was_taken_back_is_kept_by_the_next(
    conversations: ConversationService, database: Database, explaining: RelianceService
) -> None:
    conversation_id = (await conversations.open_conversation(channel=Channel.WEB, greeting=())).conversation.id
    turn = await conversations.record_member_message(conversation_id, client_message_id="1", text="hello")
    for reply in (replace(DRAFT, reliance=None), DRAFT):
        # The second answer to the same message is refused when everything else of it has been written.
        await conversations.record_answer(conversation_id, turn, replies=(reply,), understood=Understood())
    assert await count(database, wordings) == 0
    [message] = await conversations.record_saying(conversation_id, DRAFT)
    assert (await explaining.explain(message.id, message.text)).replay.same


async def test_nothing_is_kept_of_what_is_refused(conversations: ConversationService, database: Database) -> None:
    opened = await conversations.open_conversation(channel=Channel.WEB, greeting=())
    await conversations.close_conversation(opened.conversation.id, farewell=None)
    with pytest.raises(ConversationClosed):
        await conversations.record_saying(opened.conversation.id, DRAFT)
    assert await count(database, reliance) == 0


async def test_what_the_gateway_says_of_itself_comes_out_again(
    conversations: ConversationService, explaining: RelianceService
) -> None:
    wording = load_wording(_RESPONSES)
    drafts = [
        wording.draft("utter_greeting_first", Channel.WEB),
        wording.draft("utter_greeting_first", Channel.WEB, "es"),
        wording.draft("utter_handoff_waiting_estimate", Channel.SMS, position=2, low=5, high=10),
        wording.draft("utter_coach_joined", Channel.WEB, coach="Dana R., RN"),
    ]
    messages = await say(conversations, *drafts)
    explained = [await explaining.explain(message.id, message.text) for message in messages]
    assert [each.replay.same for each in explained] == [True] * len(drafts)
    assert explained[2].values == {"position": "2", "low": "5", "high": "10"}


async def test_what_a_person_wrote_and_what_is_damaged_is_said_by_a_code(
    conversations: ConversationService, database: Database, explaining: RelianceService
) -> None:
    coach, message = await say(conversations, Draft(Author.COACH, "Hello."), DRAFT)
    assert (await explaining.explain(coach.id, coach.text)).replay.code == "NOT_RECORDED"
    damaged = sa.update(reliance).values(record={"wording": 1})
    await database.write(lambda connection: connection.execute(damaged))
    assert (await explaining.explain(message.id, message.text)).replay.code == "RECORD_UNREADABLE"
