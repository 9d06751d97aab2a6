"""The command that explains a message: what it cannot explain is said in one sentence."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest
import sqlalchemy as sa

from bot.conversations.ids import RandomIds
from bot.conversations.live import LiveHub
from bot.conversations.model import Author, Channel, Draft
from bot.conversations.record import ConversationSettings, Record
from bot.conversations.service import ConversationService
from bot.conversations.store import SqlConversationStore
from bot.database import Database
from bot.why_command import NotExplained, explain_message
from knowledge.eligibility.store import audit_events
from knowledge.reliance.model import Reliance


def clock() -> datetime:
    return datetime(2026, 11, 22, 15, 0, tzinfo=timezone.utc)


def say(database: Database, draft: Draft) -> str:
    record = Record(SqlConversationStore(database), clock, RandomIds(), ConversationSettings(), LiveHub())
    opened = ConversationService(record).open_conversation(channel=Channel.WEB, greeting=(draft,))
    return asyncio.run(opened).messages[0].id


@pytest.fixture
def database(sqlite_url: str) -> Database:
    return Database.open(sqlite_url)


def test_a_text_that_does_not_come_out_again_is_not_the_same(database: Database) -> None:
    good = say(database, Draft(Author.ASSISTANT, "In Ohio.", reliance=Reliance("In {state}.", {"state": "Ohio"})))
    changed = say(database, Draft(Author.ASSISTANT, "In Ohio!", reliance=Reliance("In {state}.", {"state": "Ohio"})))
    old = say(database, Draft(Author.ASSISTANT, "In Ohio."))
    found = {name: explain_message(database, name, clock, by="anna") for name in (good, changed, old)}
    assert [why.is_same for why in found.values()] == [True, False, False]
    assert "TEXT_DIFFERS" in found[changed].text
    assert "NOT_RECORDED" in found[old].text


def test_a_look_at_a_message_is_audited_with_who_looked(database: Database) -> None:
    message = say(database, Draft(Author.ASSISTANT, "In Ohio.", reliance=Reliance("In {state}.", {"state": "Ohio"})))
    explain_message(database, message, clock, by="anna")
    rows = database.read_now(lambda connection: connection.execute(sa.select(audit_events)).all())
    assert [(row.actor, row.purpose) for row in rows] == [("operator", f"why {message} by anna")]


@pytest.mark.parametrize("message_id", ["0" * 32, "no id", ""])
def test_an_unknown_message_is_refused(database: Database, message_id: str) -> None:
    with pytest.raises(NotExplained):
        explain_message(database, message_id, clock, by="anna")


@pytest.mark.parametrize("author", [Author.COACH, Author.MEMBER])
def test_what_a_person_wrote_is_not_explained(database: Database, author: Author) -> None:
    with pytest.raises(NotExplained) as refused:
        explain_message(database, say(database, Draft(author, "my number is GG1000001")), clock, by="anna")
    assert "GG1000001" not in str(refused.value)
