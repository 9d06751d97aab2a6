"""A member who asked about their record and was told that it is being checked, and a source that does as it is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from bot import wording as words
from bot.channels.late_answers import LateAnswers
from bot.conversations.lookups import Finding, Lookup, LookupKind, LookupRequest, Said
from bot.conversations.lookups_store import LookupStore, lookups
from bot.conversations.model import Author, Channel, Draft, Message, Turn, Understood
from tests.conversations.conftest import Desk, wording

MEMBER_ID = "m" * 32
RECORD = "utter_eligibility_member_record"
CARD = {"kind": "eligibility", "active": "yes"}
CITATION = {"document": "sample member file", "payer": "CareSource"}
FOUND = Finding(
    (Said(RECORD, "eligibility", "eligibility_member", {"statement": "It is active."}, (CITATION,), (CARD,), ("f1",)),),
    plan_id="caresource",
    state="OH",
)
ASKED = LookupRequest(LookupKind.PLAN_RECORD, date(2026, 11, 21))


@dataclass
class Source:
    """Stands in for the source of the plan records; remembers who asked."""

    finding: Finding = FOUND
    failure: Exception | None = None
    meanwhile: Callable[[], Awaitable[object]] | None = None
    asked: list[tuple[Lookup, str]] = field(default_factory=list)

    async def find(self, lookup: Lookup, member_id: str) -> Finding:
        self.asked.append((lookup, member_id))
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        if self.failure is not None:
            raise self.failure
        return self.finding


@dataclass
class Asked:
    """A verified member's conversation with a look-up under way."""

    desk: Desk
    id: str
    source: Source
    answers: LateAnswers
    turn: Turn

    async def work(self, **passes: float) -> None:
        """Time passes, a second at least, and whatever is due is done."""
        self.desk.clock.pass_time(**(passes or {"seconds": 1}))
        for lookup_id in await self.answers.find_due(10):
            await self.answers.handle(lookup_id)

    async def heard(self) -> list[Message]:
        """What was said since the member was told that it is being checked."""
        told = await self.desk.conversations.list_messages(self.id, after=self.turn.replies[-1].seq)
        return [message for message in told if message.author is not Author.MEMBER]

    async def keys(self) -> list[str | None]:
        return [message.key for message in await self.heard()]

    async def rows(self) -> list[Any]:
        """The look-ups of this conversation, the first one first."""
        query = sa.select(lookups).where(lookups.c.conversation_id == self.id).order_by(lookups.c.asked_at)
        return await self.desk.database.read(lambda connection: list(connection.execute(query)))

    async def ends(self) -> list[str | None]:
        return [row.outcome for row in await self.rows()]


async def ask(desk: Desk, *, channel: Channel = Channel.WEB, proven: bool = True) -> Asked:
    """A member has just been told that their record is being checked."""
    member_id = MEMBER_ID if proven else None
    conversation_id = await desk.open(channel=channel, verified_member_id=member_id, plan_id="independence")
    source = Source()
    answers = LateAnswers(desk.record, LookupStore(desk.database), source, wording())
    return Asked(desk, conversation_id, source, answers, await ask_again(desk, conversation_id))


async def ask_again(desk: Desk, conversation_id: str, asked: LookupRequest = ASKED) -> Turn:
    """One more question that cannot be answered at once."""
    said = Draft(
        Author.ASSISTANT, "I am checking.", key=words.LOOKUP_CHECKING, outcome="answer", topic="eligibility_member"
    )
    turn = await desk.conversations.record_member_message(
        conversation_id, client_message_id=str(uuid4()), text="is my plan active"
    )
    return await desk.conversations.record_answer(
        conversation_id, turn, replies=(said,), understood=Understood(("eligibility_member",)), lookup=asked
    )
