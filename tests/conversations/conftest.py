"""What the tests of the record may ask for."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.conversations.ids import RandomIds
from bot.conversations.service import ConversationService, ConversationSettings
from bot.conversations.store import SqlConversationStore
from bot.database import Database


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


@pytest.fixture
def service(database: Database, clock: Clock) -> ConversationService:
    """The service on a real store, once on SQLite and once on PostgreSQL."""
    return ConversationService(SqlConversationStore(database), clock, RandomIds(), ConversationSettings())
