"""What is a look-up that takes longer than a turn, and what comes of it?

The row names whom and what by reference alone: the member is whoever the conversation's row has proven, and what the
source says is recorded nowhere but in the message that is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import NewType

from bot.conversations.model import Awaiting, Card, Citation, ConversationId, MessageId, QuickReply
from knowledge.reliance.model import Reliance

LookupId = NewType("LookupId", str)

# How long a try may take: what the operating rules of CAQH CORE give a payer for an eligibility answer in real time.
ATTEMPT_S = 20.0


class LookupKind(str, Enum):
    """What is looked up. `unknown` is what another release asked for, and this one cannot look up."""

    PLAN_RECORD = "plan_record"
    UNKNOWN = "unknown"


class LookupEnd(str, Enum):
    """How a look-up ended.

    `unproven`: the proof of identity ended first. `replaced`: the member asked again, and was answered at once.
    `left_to_coach`: a coach took the question with the conversation. `closed`: nobody reads here any more.
    """

    ANSWERED = "answered"
    FAILED = "failed"
    UNPROVEN = "unproven"
    REPLACED = "replaced"
    LEFT_TO_COACH = "left_to_coach"
    CLOSED = "closed"


@dataclass(frozen=True)
class LookupRequest:
    """What is to be looked up: the service day, and `for_whom`, "self" or "child", None where nobody said."""

    kind: LookupKind
    day: date
    for_whom: str | None = None


@dataclass(frozen=True)
class Lookup:
    """A recorded look-up: the member's message that it answers, with its place, and the tries with the present one."""

    id: LookupId
    conversation_id: ConversationId
    message_id: MessageId
    message_seq: int
    request: LookupRequest
    asked_at: datetime
    attempts: int


@dataclass(frozen=True)
class LookupEnding:
    """The end of a look-up, recorded with what is said."""

    id: LookupId
    end: LookupEnd


@dataclass(frozen=True)
class Said:
    """One message of a result: its response key with the values for its places, and what goes beside the words."""

    key: str
    outcome: str
    topic: str
    values: Mapping[str, str]
    citations: tuple[Citation, ...] = ()
    cards: tuple[Card, ...] = ()
    facts: tuple[str, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    awaiting: Awaiting | None = None
    # What the values were made of; its template is empty, because the gateway words the message.
    reliance: Reliance = field(default_factory=lambda: Reliance(""))


@dataclass(frozen=True)
class Finding:
    """What was found, as it is to be said, and the plan and state that the record names, None where it names none."""

    said: tuple[Said, ...]
    plan_id: str | None = None
    state: str | None = None
