"""What does the product make of a member's text? Sent through the simulated carrier, read from the gateway's record.

A text is no answer of the API: what it was understood as, and what was said to it, stands in the record. What the
gateway answers itself (STOP, START, HELP) stands in no conversation; it is told by its words.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from itertools import count, product

import aiohttp
import sqlalchemy as sa

from bot.channels.sms.inbox_store import sms_inbox
from bot.conversations.deliveries_store import deliveries
from bot.conversations.model import Author, ConversationId, Message
from bot.conversations.store import SqlConversationStore
from bot.database import Database
from tests.journeys.handoff.wording import as_a_text
from tests.member import Json
from tests.texter import CARESOURCE, INDEPENDENCE, Texter
from tests.understanding.asking import MOST_ANSWERS, Heard, Walk
from tests.understanding.sets import Dialogue, LabelledMessage, Turn

HANDLED_WITHIN_S = 60.0
# What only a text can do: a web chat has no texts to stop.
_OF_TEXTS = frozenset({"opted_out", "opted_in"})
# The gateway's own words, with the topic and the outcome that they stand for.
_OWN_WORDS = {
    "utter_sms_opted_out": ("sms_stop", "opted_out"),
    "utter_sms_opted_in": ("sms_help", "opted_in"),
    "utter_sms_help_card": ("sms_help", "help"),
}
# 555-0100 to 555-0199 are reserved for fiction; the product's own numbers are of area 215.
_AREAS = ("267", "412", "610", "717", "814", "570", "484")


def list_phones() -> Iterator[str]:
    """Phones that nobody has, as many as are needed for the sets."""
    return (f"+1{area}55501{number:02}" for area, number in product(_AREAS, range(100)))


def needs_a_phone(dialogue: Dialogue) -> bool:
    """Whether the set expects something of it that only a text can do."""
    return any(
        _OF_TEXTS & {str(each.get("outcome"))} for turn in dialogue.turns for each in (turn.expect, turn.finally_expect)
    )


@dataclass
class Phone:
    """One phone that texts the plan of this number; each text is waited for until the gateway has acted on it."""

    texter: Texter
    database: Database
    conversation_id: ConversationId | None = None
    seen: set[str] = field(default_factory=set)

    @property
    def _store(self) -> SqlConversationStore:
        return SqlConversationStore(self.database)

    async def say(self, text: str) -> Heard:
        """Sends a text, and what came of it."""
        began = time.perf_counter()
        sid = await self.texter.text(text)
        await self._wait_until_handled(sid)
        took_ms = (time.perf_counter() - began) * 1000
        now = datetime.now(timezone.utc)
        found = await self._store.find_by_addresses(self.texter.phone, self.texter.number, now)
        self.conversation_id = found.id if found is not None else self.conversation_id
        own, own_topics = await self._read_own_words()
        turn = await self._store.find_turn(self.conversation_id, sid) if self.conversation_id else None
        if turn is None or turn.understood is None or turn.state is None:
            holder = found.holder.value if found is not None else "assistant"
            if turn is None or own:
                return Heard(tuple(own), own_topics, "en", {}, None, holder, took_ms)
            # A request for a person is acted on without the engine.
            after = await self._store.list_messages(self.conversation_id, turn.message.seq)
            said = tuple(_as_reply(message) for message in after if message.author is not Author.MEMBER)
            return Heard(said, ("coach_handoff",) if said else (), "en", {}, None, holder, took_ms)
        return Heard(
            (*(_as_reply(message) for message in turn.replies), *own),
            # What the gateway answered itself was asked of no engine.
            own_topics or turn.understood.topics,
            turn.understood.language,
            turn.understood.entities,
            turn.state.awaiting.field if turn.state.awaiting else None,
            turn.state.holder.value,
            took_ms,
        )

    async def _wait_until_handled(self, sid: str) -> None:
        query = sa.select(sms_inbox.c.handled_at).where(sms_inbox.c.message_sid == sid)
        deadline = time.monotonic() + HANDLED_WITHIN_S
        while await self.database.read(lambda connection: connection.execute(query).scalar_one_or_none()) is None:
            assert time.monotonic() < deadline, "a text was not acted on in time"
            await asyncio.sleep(0.02)

    async def _read_own_words(self) -> tuple[list[Json], tuple[str, ...]]:
        """What the gateway said itself since the last look, as replies, and the topics that this stands for."""
        query = sa.select(deliveries.c.id, deliveries.c.text).where(
            deliveries.c.member_address == self.texter.phone,
            deliveries.c.plan_address == self.texter.number,
            deliveries.c.text.is_not(None),
        )
        rows = await self.database.read(lambda connection: list(connection.execute(query)))
        new = [row for row in rows if row.id not in self.seen]
        self.seen.update(row.id for row in new)
        replies, topics = list[Json](), list[str]()
        for row in new:
            topic, outcome = next(
                (stands_for for key, stands_for in _OWN_WORDS.items() if as_a_text(key).match(row.text)), ("", "answer")
            )
            replies.append({"text": row.text, "outcome": outcome})
            topics += [topic] if topic else []
        return replies, tuple(topics)


async def walk_by_text(
    http: aiohttp.ClientSession, base_url: str, database: Database, dialogue: Dialogue, phone: str
) -> Walk:
    """The whole dialogue by texts, to the number of the plan that its member names when asked, else Independence."""
    number = CARESOURCE if "caresource" in dialogue.answers.get("plan", "") else INDEPENDENCE
    member, walk = Phone(Texter(http, base_url, phone, number), database), Walk(dialogue)
    for turn in dialogue.turns:
        heard, later = await member.say(_choose(turn, walk)), list[Heard]()
        last = heard
        while turn.then_answer and (answer := dialogue.answers.get(last.awaiting or "")) and len(later) < MOST_ANSWERS:
            last = await member.say(answer)
            later.append(last)
        walk.turns.append((turn, heard, later))
    return walk


async def text_alone(
    http: aiohttp.ClientSession,
    base_url: str,
    database: Database,
    messages: Sequence[LabelledMessage],
    phones: Iterator[str],
) -> list[Heard]:
    """Each message as the first text of a phone of its own, to Independence's number."""
    return [
        await Phone(Texter(http, base_url, phone), database).say(each.text)
        for each, phone in zip(messages, phones, strict=False)
    ]


def _choose(turn: Turn, walk: Walk) -> str:
    """What is typed: of a choice the number under which it stands in the last reply that has choices."""
    if turn.is_press and walk.heard:
        numbered = [
            list(zip(count(1), reply.get("quick_replies") or (), strict=False)) for reply in walk.heard[-1].replies
        ]
        for choices in reversed(numbered):
            for number, choice in choices:
                if turn.text.casefold() in choice["title"].casefold():
                    return str(number)
    return turn.text


def _as_reply(message: Message) -> Json:
    return {
        "text": message.text,
        "outcome": message.outcome,
        "quick_replies": [asdict(each) for each in message.quick_replies],
        "cards": [dict(card) for card in message.cards],
        "citations": [dict(citation) for citation in message.citations],
    }
