"""What the tests of the record may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import settings

from bot.conversations.announcements import Announcements
from bot.conversations.callbacks import CallbackService
from bot.conversations.coach_service import CoachService
from bot.conversations.coach_store import CoachStore
from bot.conversations.deliveries_store import deliveries
from bot.conversations.desk_store import DeskStore
from bot.conversations.duty import Duty
from bot.conversations.handoff import CoachId, Role
from bot.conversations.handoff_service import HandoffService
from bot.conversations.hours import CoachHours, HoursBook
from bot.conversations.ids import RandomIds
from bot.conversations.live import LiveHub
from bot.conversations.model import Author, Channel, Conversation, Draft, Turn
from bot.conversations.record import ConversationSettings, Record
from bot.conversations.requests import HandoffRequests
from bot.conversations.service import ConversationService
from bot.conversations.store import SqlConversationStore
from bot.conversations.sweep import Sweep
from bot.conversations.tables_store import (
    callbacks,
    conversations,
    handoff_events,
    handoff_requests,
    messages,
    turns,
)
from bot.database import Database
from bot.database.write_check_store import WriteCheck
from bot.wording import Wording, load_wording

# How long one example takes says something of the machine's other work, and nothing of the product: by default one that
# takes 200 ms fails, and reading a file took 83 ms at most in 4,000 examples on a machine at work.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# A member's phone and the number of the plan that it texts.
MEMBER, PLAN = "+12155550107", "+12155550199"


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 15, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass(frozen=True)
class Desk:
    """The record and everything that the handoff needs, on a real store."""

    record: Record
    conversations: ConversationService
    coaches: CoachService
    requests: HandoffRequests
    handoffs: HandoffService
    callbacks: CallbackService
    sweep: Sweep
    store: DeskStore
    database: Database
    clock: Clock

    async def open(self, *, channel: Channel = Channel.WEB, **fields: Any) -> str:
        """A conversation that the assistant has."""
        addresses = (MEMBER, PLAN) if channel is Channel.SMS else None
        greeting = (Draft(Author.ASSISTANT, "Hello, I am automated."),)
        opened = await self.conversations.open_conversation(
            **{"channel": channel, "greeting": greeting, "addresses": addresses, **fields}
        )
        return opened.conversation.id

    async def ask(self, conversation_id: str | None = None, **fields: Any) -> str:
        """A member who asked for a coach with the button."""
        conversation_id = conversation_id or await self.open()
        asked = {"reason": "", "cause": "button", "announces": True, **fields}
        await self.requests.request_handoff(conversation_id, **asked)
        return conversation_id

    async def hold(self, coach_id: CoachId) -> str:
        """A conversation that this coach has."""
        conversation_id = await self.ask()
        await self.claim(conversation_id, coach_id)
        return conversation_id

    async def say(self, conversation_id: str, words: str = "hello") -> Turn:
        """The member writes."""
        return await self.conversations.record_member_message(
            conversation_id, client_message_id=str(uuid4()), text=words
        )

    async def get(self, conversation_id: str) -> Conversation:
        """The conversation as it stands."""
        return await self.conversations.get_conversation(conversation_id)

    async def time_left(self, conversation_id: str) -> timedelta:
        """How long the member can still come back."""
        return self.conversations.time_left(await self.get(conversation_id))

    async def said(self, conversation_id: str) -> list[str | None]:
        """The keys of everything that the gateway said after the greeting, in order."""
        return [message.key for message in await self.conversations.list_messages(conversation_id) if message.key]

    async def log(self, conversation_id: str) -> list[tuple[str, str | None, str | None, str, str, int]]:
        """The log of handoffs: event, cause, coach, holder before and after, version."""
        table = handoff_events.c
        query = (
            sa.select(table.event, table.cause, table.coach_id, table.holder_before, table.holder_after)
            .add_columns(table.handoff_version)
            .where(table.conversation_id == conversation_id)
            .order_by(table.id)
        )
        return await self.database.read(lambda connection: [tuple(row) for row in connection.execute(query)])

    async def rows(self) -> list[object]:
        """Everything in the record, to see that nothing changed."""
        tables = (conversations, messages, turns, handoff_requests, handoff_events, callbacks, deliveries)
        return await self.database.read(
            lambda connection: [sorted(map(str, connection.execute(sa.select(table)))) for table in tables]
        )

    @asynccontextmanager
    async def refuses(self, error: type[Exception], **fields: str) -> AsyncIterator[None]:
        """The block is refused with this error and its fields, and leaves the record as it was."""
        before = await self.rows()
        with pytest.raises(error) as refusal:
            yield
        assert {name: getattr(refusal.value, name) for name in fields} == fields
        assert await self.rows() == before

    async def coach(self, username: str = "dana", role: Role = Role.COACH) -> CoachId:
        """A coach on duty."""
        coach = await self.coaches.add_coach(username=username, name=f"{username}, RN", role=role, password_hash="-")
        assert coach is not None
        await self.coaches.set_duty(coach.id, True)
        return coach.id

    async def claim(self, conversation_id: str, coach_id: CoachId | None = None) -> CoachId:
        """A coach takes the waiting conversation."""
        coach_id = coach_id or await self.coach()
        await self.handoffs.claim(conversation_id, coach_id, await self.version(conversation_id))
        return coach_id

    async def version(self, conversation_id: str) -> int:
        """What a coach would see now."""
        return (await self.conversations.get_conversation(conversation_id)).handoff_version


# Open from eight to six on every day but Sunday, in New York.
HOURS = CoachHours("America/New_York", {day: ((time(8), time(18)),) for day in range(6)})


def build_desk(database: Database, clock: Clock, hours: CoachHours | None = HOURS) -> Desk:
    """The services as the product puts them together."""
    live, ids = LiveHub(), RandomIds()
    record = Record(SqlConversationStore(database), clock, ids, ConversationSettings(), live)
    conversations = ConversationService(record)
    store = DeskStore(database)
    coaches = CoachService(CoachStore(database), clock, ids, live)
    announcements = Announcements(wording(), Duty(coaches, HoursBook(hours), clock))
    handoffs = HandoffService(record, store, coaches, announcements)
    return Desk(
        record,
        conversations,
        coaches,
        HandoffRequests(record, conversations, announcements),
        handoffs,
        CallbackService(record, store, coaches),
        Sweep(record, store, coaches, handoffs, announcements, WriteCheck(database)),
        store,
        database,
        clock,
    )


@cache
def wording() -> Wording:
    """The shipped wording, read once for all tests."""
    return load_wording(Path(__file__).parents[2] / "data/responses")


@pytest.fixture
def desk(database: Database, clock: Clock) -> Desk:
    """The services on a real store, once on SQLite and once on PostgreSQL."""
    return build_desk(database, clock)


@pytest.fixture
def service(desk: Desk) -> ConversationService:
    """The conversations of that desk."""
    return desk.conversations
