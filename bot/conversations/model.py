"""What is a conversation, and which words does the product use for its parts?

Field for field these are the names of the public contract; `bot/conversations/rules.py` says how they may change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Literal, NewType

from bot.conversations.handoff import CoachRef, HandoffOutcome, Urgency
from knowledge.reliance.model import Reliance

ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)

# Shown to the member exactly as the action made them; the record keeps them and does not look inside.
Citation = Mapping[str, str]
Card = Mapping[str, object]

HandoffCause = Literal["words", "button", "rule", "failure", "safety"]
Told = Literal["waiting", "unavailable"]


class Channel(str, Enum):
    """The way on which a member reaches the assistant."""

    WEB = "web"
    SMS = "sms"


class Holder(str, Enum):
    """Who may answer the member now; the only authority is the conversation's row."""

    ASSISTANT = "assistant"
    WAITING = "waiting"
    COACH = "coach"
    CLOSED = "closed"


class Author(str, Enum):
    """Who wrote a message; `system` is the safety gate."""

    MEMBER = "member"
    ASSISTANT = "assistant"
    COACH = "coach"
    SYSTEM = "system"


@dataclass(frozen=True)
class QuickReply:
    """A button under a message; `value` comes back as the member's choice and means nothing to a client."""

    title: str
    value: str


@dataclass(frozen=True)
class Awaiting:
    """What the assistant asked for last: which field, and which kind of input helps to give it."""

    field: str
    kind: str


@dataclass(frozen=True)
class Queue:
    """The member's place among those who wait for a coach, from 1; minutes are None when nobody can say.

    `on_duty` is what the member last heard: that a coach serves the line, or that nobody does; None is nothing yet.
    """

    position: int
    wait_minutes: tuple[int, int] | None = None
    on_duty: bool | None = None


@dataclass(frozen=True)
class State:
    """Where a conversation stands, as its clients see it; `coach` is the name of the coach who holds it."""

    holder: Holder
    awaiting: Awaiting | None
    queue: Queue | None
    verified: bool
    coach: str | None = None


@dataclass(frozen=True)
class Understood:
    """What a member's message was taken to mean; topics in the order of the message."""

    topics: tuple[str, ...] = ()
    language: str = "und"
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    confidence: float = 0.0


@dataclass(frozen=True)
class Draft:
    """A message that is not recorded yet: it has no id, no place in the order and no time."""

    author: Author
    text: str
    quick_replies: tuple[QuickReply, ...] = ()
    cards: tuple[Card, ...] = ()
    citations: tuple[Citation, ...] = ()
    topic: str | None = None
    outcome: str | None = None
    author_name: str | None = None
    # Not shown: the response key and the fact ids, so that every sentence that was said can be traced.
    key: str | None = None
    facts: tuple[str, ...] = ()
    # Not shown either: what the text was made of; None for what a person wrote, and of a message read from the record.
    reliance: Reliance | None = field(default=None, repr=False, compare=False)
    # The way it goes; None is the way that the member used last.
    channel: Channel | None = None
    # A text of this message carries a one-time link to the secure chat, made when it is sent.
    with_link: bool = False


@dataclass(frozen=True)
class Message(Draft):
    """A recorded message; `seq` counts from 1 without gaps within its conversation.

    `client_message_id` and `choice` are set on a member's message alone, `reply_to` on what answers one.
    """

    id: MessageId = field(kw_only=True)
    seq: int = field(kw_only=True)
    created_at: datetime = field(kw_only=True)
    client_message_id: str | None = None
    choice: str | None = None
    reply_to: MessageId | None = None


@dataclass(frozen=True)
class Mark:
    """What a recorded message was, without its words: who said it, by which key, about what, with which outcome."""

    author: Author
    key: str | None
    topic: str | None
    outcome: str | None


@dataclass(frozen=True)
class Turn:
    """A member's message with what it led to; `understood` and `state` are None until it was answered.

    `heard_in` is the conversation as this very call recorded the message in it, None where the message came before.
    """

    message: Message
    replies: tuple[Message, ...] = ()
    understood: Understood | None = None
    state: State | None = None
    heard_in: Conversation | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class OpenHandoff:
    """The standing request for a person: its place in the queue from 1 (0 once a coach took it), and what was said.

    `told` is what the member last heard about it: that a coach will come, or that nobody is here; None is nothing yet.
    """

    id: int
    position: int
    message_id: MessageId | None
    urgency: Urgency = Urgency.NORMAL
    cause: str = "words"
    requested_at: datetime | None = None
    told: Told | None = None
    callback_day: date | None = None
    callback_window: str | None = None
    wait_minutes: tuple[int, int] | None = None
    long_wait_told: bool = False


@dataclass(frozen=True)
class Line:
    """How many wait for a coach now, all together and the urgent alone, and how long others waited lately."""

    waiting: int = 0
    urgent: int = 0
    waits: tuple[timedelta, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """One member talking on one channel; `verified_member_id` counts only while `rules.is_verified` says so."""

    id: ConversationId
    channel: Channel
    holder: Holder
    created_at: datetime
    expires_at: datetime
    token_hash: str = field(repr=False)
    locale: str = "en"
    plan_id: str | None = None
    state: str | None = None
    awaiting: Awaiting | None = None
    verified_member_id: str | None = field(default=None, repr=False)
    verified_at: datetime | None = None
    last_member_message_at: datetime | None = None
    closed_at: datetime | None = None
    last_seq: int = 0
    version: int = 0
    handoff: OpenHandoff | None = None
    # Raised whenever the holder or the coach changes: what fences every action of a coach.
    handoff_version: int = 0
    coach: CoachRef | None = None
    # The last sign of life of that coach's console.
    coach_seen_at: datetime | None = None
    # The assistant answers nothing up to here: it stood before a coach's part of the conversation, or in it.
    answered_up_to: int = 0
    # E.164 numbers of a member who texts, and of the plan that is texted.
    member_address: str | None = field(default=None, repr=False)
    plan_address: str | None = None
    last_outcome: HandoffOutcome | None = None
    # The `seq` of the first message to which the engine's answer, if there was one, did not come through, and none
    # has since.
    unheard_from: int | None = None
    line: Line | None = None


@dataclass(frozen=True)
class ConversationContext:
    """What an action may know of the conversation that it answers in.

    `plan_id` and `state` are what the member or the embedding page named; `verified_member_id` is None unless
    the member's identity was proven and is still fresh.
    """

    conversation_id: ConversationId
    channel: Channel
    plan_id: str | None
    state: str | None
    locale: str
    verified_member_id: str | None
    holder: Holder
    coach_outcome: HandoffOutcome | None = None


@dataclass(frozen=True)
class HandoffRequest:
    """A recorded request for a person; `already` when it stood before and nothing was added.

    `position` is the place in the queue from 1, and 0 while a coach has the conversation.
    """

    position: int
    already: bool
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True)
class HandoffCancellation:
    """What was ended: `waiting` a request, `coach` the live part, `assistant` nothing, because nothing stood."""

    ended: Holder
    messages: tuple[Message, ...] = ()


class ConversationError(Exception):
    """A conversation refused what was asked of it; `code` is the public contract's."""

    code = "CONVERSATION_ERROR"


class ConversationNotFound(ConversationError):
    """There is no such conversation for this caller; why is told to nobody."""

    code = "CONVERSATION_NOT_FOUND"


class ConversationClosed(ConversationError):
    """The conversation has ended; it can be read and rated, not continued."""

    code = "CONVERSATION_CLOSED"


class IdempotencyConflict(ConversationError):
    """The same client_message_id came before with other content."""

    code = "IDEMPOTENCY_CONFLICT"


class LinkNotFound(ConversationError):
    """The one-time link opens nothing (any more)."""

    code = "LINK_NOT_FOUND"
