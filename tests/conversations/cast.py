"""A conversation written down line by line, for what is built from its record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from bot.conversations.handoff import Callback, CoachId, CoachRef, PastHandoff, Urgency
from bot.conversations.model import (
    Author,
    Channel,
    Conversation,
    ConversationId,
    Holder,
    Message,
    MessageId,
    Understood,
)
from bot.conversations.packet import Packet, PacketLine, RequestFacts, build_packet

START = datetime(2026, 11, 23, 15, 0, tzinfo=timezone.utc)
QUARTER = timedelta(minutes=15)
CITATION = {"document": "Gene Therapies", "number": "MP-AD-1623", "payer": "CareSource"}
NURSE = CoachRef(CoachId("c" * 32), "Ruth A., RN")


class Cast:
    """A conversation of Priya's, written down line by line; a minute passes with each."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.understood: dict[MessageId, Understood] = {}

    @property
    def now(self) -> datetime:
        return START + timedelta(minutes=len(self.messages))

    def priya(self, text: str, *topics: str, language: str = "en", choice: str | None = None, **named: str) -> Message:
        message = self._add(Author.MEMBER, text, choice=choice)
        entities = {name: (value,) for name, value in named.items()}
        self.understood[message.id] = Understood(topics, language, entities, 0.9)
        return message

    def assistant(self, outcome: str, topic: str | None = None, **fields: object) -> Message:
        return self._reply(Author.ASSISTANT, outcome, topic, **fields)

    def gate(self, outcome: str) -> Message:
        return self._reply(Author.SYSTEM, outcome, None)

    def ruth(self, text: str) -> Message:
        return self._add(Author.COACH, text, author_name=NURSE.name)

    def _reply(self, author: Author, outcome: str, topic: str | None, **fields: object) -> Message:
        asked = next((each.id for each in reversed(self.messages) if each.author is Author.MEMBER), None)
        return self._add(author, f"About {topic}", outcome=outcome, topic=topic, reply_to=asked, **fields)

    def _add(self, author: Author, text: str, **fields: object) -> Message:
        seq = len(self.messages) + 1
        message = Message(author, text, id=MessageId(f"{seq:032x}"), seq=seq, created_at=self.now)
        self.messages.append(replace(message, **fields))  # type: ignore[arg-type]
        return self.messages[-1]

    def packet(
        self,
        request: RequestFacts | None = None,
        past: PastHandoff | None = None,
        callback: Callback | None = None,
        **fields: object,
    ) -> Packet:
        conversation = Conversation(
            ConversationId("a" * 32), Channel.WEB, Holder.WAITING, START, START + timedelta(days=1), "hash"
        )
        return build_packet(
            replace(conversation, **fields),  # type: ignore[arg-type]
            self.messages,
            self.understood,
            request or self.request(),
            past,
            self.now,
            verified_for=QUARTER,
            callback=callback,
        )

    def request(self, cause: str = "words", reason: str = "coach_handoff", **fields: object) -> RequestFacts:
        facts = RequestFacts(cause, reason, self.now, Urgency.NORMAL)
        return replace(facts, **fields)  # type: ignore[arg-type]


def of(packet: Packet, *kinds: str) -> list[PacketLine]:
    return [line for line in packet.lines if line.kind in kinds]


def line(kind: str, message: Message | None, label_key: str | None = None, **fields: object) -> PacketLine:
    found = PacketLine(kind, label_key, **fields)  # type: ignore[arg-type]
    return replace(found, message_id=message.id, seq=message.seq) if message else found
