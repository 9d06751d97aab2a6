"""What the tests of the record may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from functools import cache
from pathlib import Path

import pytest

from bot.conversations.announcements import Announcements
from bot.conversations.callbacks import CallbackService
from bot.conversations.coach_service import CoachService
from bot.conversations.coach_store import CoachStore
from bot.conversations.desk_store import DeskStore
from bot.conversations.duty import Duty
from bot.conversations.handoff import CoachId, Role
from bot.conversations.handoff_service import HandoffService
from bot.conversations.hours import CoachHours, HoursBook
from bot.conversations.ids import RandomIds
from bot.conversations.live import LiveHub
from bot.conversations.record import ConversationSettings, Record
from bot.conversations.requests import HandoffRequests
from bot.conversations.service import ConversationService
from bot.conversations.store import SqlConversationStore
from bot.conversations.sweep import Sweep
from bot.database import Database
from bot.wording import Wording, load_wording


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
        Sweep(record, store, coaches, handoffs, announcements),
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
