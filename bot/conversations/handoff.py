"""What is a handoff to a coach? The words for coaches, the queue, call-backs and what a coach does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Literal, NewType

CoachId = NewType("CoachId", str)

CallbackWindowName = Literal["morning", "afternoon"]
CallbackStatus = Literal["open", "taken", "done"]


class Role(str, Enum):
    """What somebody at the console may do; a supervisor may also act on what another coach holds."""

    COACH = "coach"
    SUPERVISOR = "supervisor"


class Urgency(str, Enum):
    """How soon a waiting member should be seen; urgent is before normal, whoever came first."""

    URGENT = "urgent"
    NORMAL = "normal"


class HandoffEvent(str, Enum):
    """What happened to a handoff; the log has one row for each."""

    REQUESTED = "requested"
    URGENT = "urgent"
    CANCELLED = "cancelled"
    CLAIMED = "claimed"
    TRANSFERRED = "transferred"
    RETURNED = "returned"
    CLOSED = "closed"
    VANISHED = "vanished"
    RELEASED = "released"
    EXPIRED = "expired"
    CALLBACK = "callback"
    CALL_TAKEN = "call_taken"
    CALL_MISSED = "call_missed"
    CALL_MADE = "call_made"
    VIEWED = "viewed"


class HandoffOutcome(str, Enum):
    """How a coach's part ended, in the coach's judgement."""

    ANSWERED = "answered"
    FOLLOW_UP = "follow_up"
    REFERRED = "referred"
    NO_REPLY = "no_reply"
    OTHER = "other"


@dataclass(frozen=True)
class CoachRef:
    """Which coach; `name` is what members and other coaches see."""

    id: CoachId
    name: str


@dataclass(frozen=True)
class Coach:
    """A person who answers members. `heartbeat_at` is the last sign of life of their console."""

    id: CoachId
    username: str
    name: str
    role: Role
    is_on_duty: bool = False
    heartbeat_at: datetime | None = None
    disabled_at: datetime | None = None

    @property
    def ref(self) -> CoachRef:
        """The coach as others see them."""
        return CoachRef(self.id, self.name)


@dataclass(frozen=True)
class CoachCredentials:
    """A coach with the hash that their password must match."""

    coach: Coach
    password_hash: str = field(repr=False)


@dataclass(frozen=True)
class CoachSession:
    """A signed-in console; `active_at` is the last thing that a person did in it, not the last heartbeat."""

    coach: Coach
    csrf_hash: str = field(repr=False)
    created_at: datetime
    active_at: datetime


@dataclass(frozen=True)
class QueueItem:
    """One conversation of the desk: `position` counts the waiting from 1, and is 0 for those that a coach holds."""

    conversation_id: str
    version: int
    urgency: Urgency
    cause: str
    requested_at: datetime
    channel: str
    locale: str
    plan_id: str | None
    position: int
    holder: str
    coach: CoachRef | None
    last_member_message_at: datetime | None
    unread: int


@dataclass(frozen=True)
class Callback:
    """A promised call: `day` and `window` in the time zone `time_zone`, `phone` in E.164."""

    id: int
    conversation_id: str
    day: date
    window: CallbackWindowName
    phone: str = field(repr=False)
    time_zone: str
    status: CallbackStatus
    coach: CoachRef | None
    attempts: int
    note: str | None = field(repr=False)
    created_at: datetime
    version: int


@dataclass(frozen=True)
class Note:
    """What coaches write for each other; no member ever sees it."""

    id: int
    coach: CoachRef
    text: str = field(repr=False)
    created_at: datetime


@dataclass(frozen=True)
class HandoffLogEntry:
    """One event of a handoff; `coach` is who did it, None for a member or a rule."""

    event: HandoffEvent
    at: datetime
    cause: str | None
    coach: CoachRef | None
    holder_before: str
    holder_after: str


@dataclass(frozen=True)
class PastHandoff:
    """How the last handoff of a conversation ended."""

    coach: CoachRef | None
    outcome: HandoffOutcome
    note: str | None = field(repr=False)
    ended_at: datetime


class HandoffError(Exception):
    """A coach's action was refused; `code` is the public contract's."""

    code = "HANDOFF_ERROR"


class AlreadyClaimed(HandoffError):
    """Another coach has the conversation."""

    code = "ALREADY_CLAIMED"

    def __init__(self, coach_name: str) -> None:
        super().__init__(self.code)
        self.coach_name = coach_name


class VersionConflict(HandoffError):
    """Who holds the conversation has changed since the coach looked."""

    code = "VERSION_CONFLICT"


class NotHolder(HandoffError):
    """Only the coach who holds the conversation may do this."""

    code = "NOT_HOLDER"


class NotWaiting(HandoffError):
    """The conversation does not wait for a coach any more."""

    code = "NOT_WAITING"


class CoachNotOnDuty(HandoffError):
    """Only a coach on duty may take this."""

    code = "COACH_NOT_ON_DUTY"


class MessageNotFound(HandoffError):
    """There is no such message in this conversation."""

    code = "MESSAGE_NOT_FOUND"


class MemberOptedOut(HandoffError):
    """The member's number may not be texted."""

    code = "MEMBER_OPTED_OUT"


class CallbackNotFound(HandoffError):
    """There is no such call-back."""

    code = "CALLBACK_NOT_FOUND"


class CoachNotFound(HandoffError):
    """There is no such coach."""

    code = "COACH_NOT_FOUND"
