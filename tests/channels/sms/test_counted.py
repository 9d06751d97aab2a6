"""Is a delivery counted for what became of it, and not for what was taken back?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import TypeVar

import pytest
import sqlalchemy as sa

from bot.channels.sms.consent_store import write_consent
from bot.channels.sms.model import Addresses, Consent, DeliveryKind, DeliveryStatus
from bot.channels.sms.outbox_store import OutboxStore
from bot.conversations.deliveries_store import deliveries
from bot.database import Database, StoreUnavailable
from bot.metrics import DELIVERIES

T = TypeVar("T")

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=timezone.utc)
PHONE = Addresses("+12155550107", "+12155550199")


class FailingCommit(Database):
    """The database whose next write is taken back at its end."""

    def __init__(self, database: Database) -> None:
        self._inner = database
        self.fails = True

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        def fail_at_the_end(connection: sa.Connection) -> T:
            done = work(connection)
            if self.fails:
                self.fails = False
                raise StoreUnavailable("the connection broke")
            return done

        return await self._inner.write(fail_at_the_end)


def count_suppressed() -> float:
    return float(DELIVERIES.labels(DeliveryStatus.SUPPRESSED.value)._value.get())


async def test_a_text_that_is_held_back_is_counted_once_though_its_first_commit_broke(database: Database) -> None:
    row = {
        "id": "d" * 32,
        "part": 1,
        "of": 1,
        "member_address": PHONE.member,
        "plan_address": PHONE.plan,
        "kind": DeliveryKind.SLOW_DOWN.value,
        "text": "Please text a little slower.",
        "status": DeliveryStatus.QUEUED.value,
        "due_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
    }

    def prepare(connection: sa.Connection) -> None:
        connection.execute(sa.insert(deliveries).values(row))
        write_consent(connection, PHONE, Consent.OUT, NOW)

    await database.write(prepare)
    store, before = OutboxStore(FailingCommit(database)), count_suppressed()
    with pytest.raises(StoreUnavailable):
        await store.claim_delivery("d" * 32, NOW, NOW + timedelta(seconds=30))
    assert count_suppressed() == before
    assert await store.claim_delivery("d" * 32, NOW, NOW + timedelta(seconds=30)) is None
    assert count_suppressed() == before + 1
