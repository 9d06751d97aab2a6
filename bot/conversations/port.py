"""What must a store of conversations be able to do? The port that the service is written against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from bot.conversations.handoff import CoachId, HandoffEvent, HandoffOutcome, Urgency
from bot.conversations.lookups import LookupEnding, LookupRequest
from bot.conversations.model import (
    Conversation,
    ConversationError,
    ConversationId,
    Draft,
    HandoffCause,
    Line,
    Mark,
    Message,
    MessageId,
    State,
    Told,
    Turn,
    Understood,
)


class AlreadyRecorded(ConversationError):
    """Another writer recorded the same thing first; read it again."""

    code = "ALREADY_RECORDED"


@dataclass(frozen=True)
class Entry:
    """A draft on its way into the record; the store gives it its place and its time."""

    id: MessageId
    draft: Draft
    client_message_id: str | None = None
    choice: str | None = None
    reply_to: MessageId | None = None


@dataclass(frozen=True)
class Answer:
    """How a member's message was answered; recorded once, so that a repetition gets the same answer."""

    message_id: MessageId
    understood: Understood
    state: State
    model_id: str | None


@dataclass(frozen=True)
class Request:
    """A request for a person, to be opened; `on_duty` when a coach is there at this moment."""

    reason: str
    cause: HandoffCause
    urgency: Urgency = Urgency.NORMAL
    on_duty: bool = False
    # The conversation stays open at least so long: no request ends before a coach could have seen it.
    keeps_until: datetime | None = None


@dataclass(frozen=True)
class Ending:
    """How a request or a coach's part ends."""

    event: HandoffEvent
    outcome: HandoffOutcome | None = None
    note: str | None = None


@dataclass(frozen=True)
class Logged:
    """One row for the log of handoffs."""

    event: HandoffEvent
    cause: str | None = None
    coach: CoachId | None = None


@dataclass(frozen=True)
class Change:
    """Everything that one decision writes, in one transaction.

    `announcement` is the message, among `entries` or recorded before, that told the member about the request, and
    `told` what it said. `claims` gives the request to a coach, `releases` puts it back at its old place.
    """

    conversation: Conversation
    entries: tuple[Entry, ...] = ()
    answer: Answer | None = None
    reads_state: Callable[[Conversation], State] | None = None
    opens: Request | None = None
    urgent: bool = False
    announcement: MessageId | None = None
    told: Told | None = None
    long_wait_told: bool = False
    claims: CoachId | None = None
    releases: bool = False
    ends: Ending | None = None
    callback_choice: tuple[date, str] | None = None
    callback: CallbackPromise | None = None
    withdraws_callback: bool = False
    # What the answer leaves to be looked up, and the look-up that this ends: once, or nothing of the change happens.
    lookup: LookupRequest | None = None
    ends_lookup: LookupEnding | None = None
    log: tuple[Logged, ...] = ()

    def with_messages(
        self, conversation: Conversation, entries: tuple[Entry, ...], announcement: MessageId | None
    ) -> Change:
        """The same change with what is said to it."""
        return replace(self, conversation=conversation, entries=entries, announcement=announcement)


@dataclass(frozen=True)
class HandoffEffect:
    """What an answer to a member does to the handoff, recorded with the answer: both, or neither."""

    opens: Request | None = None
    told: Told | None = None
    callback_choice: tuple[date, str] | None = None
    callback: CallbackPromise | None = None
    withdraws_callback: bool = False


@dataclass(frozen=True)
class CallbackPromise:
    """A call that a coach will make: the day and its part in `time_zone`, and the number in E.164."""

    day: date
    window: str
    phone: str
    time_zone: str


@dataclass(frozen=True)
class Recorded:
    """What stands in the record after a change: the conversation as it is now and was, and the new messages."""

    conversation: Conversation
    messages: tuple[Message, ...]
    before: Conversation


@dataclass(frozen=True)
class Rating:
    """The member's mark from 1 to 5, and what they wrote with it."""

    score: int
    comment: str | None
    rated_at: datetime


class ConversationStore(Protocol):
    """The record. Every method raises StoreUnavailable when the database cannot answer."""

    async def create(self, conversation: Conversation, entries: tuple[Entry, ...]) -> Recorded:
        """Records a new conversation with its first messages."""
        ...

    async def change(
        self,
        conversation_id: str,
        now: datetime,
        decide: Callable[[Conversation], Change],
        *,
        counts_line: bool = False,
    ) -> Recorded:
        """Runs `decide` on the locked row and writes what it says: whole, or nothing when it raises.

        With `counts_line` the conversation that it sees knows how many wait.

        Raises ConversationNotFound, and AlreadyRecorded when another writer was first.
        """
        ...

    async def find(self, conversation_id: str, now: datetime) -> Conversation | None:
        """The conversation as it stands; in its queue only those count whose members can still come back."""
        ...

    async def list_messages(self, conversation_id: str, after: int) -> tuple[Message, ...]:
        """The messages with a `seq` greater than `after`, in order."""
        ...

    async def list_marks(self, conversation_id: str) -> tuple[Mark, ...]:
        """What each message was, in order, without its words: a twentieth of what reading them costs."""
        ...

    async def list_last_messages(self, conversation_id: str, limit: int) -> tuple[Message, ...]:
        """The newest `limit` messages, in order."""
        ...

    async def find_message(self, message_id: MessageId) -> Message | None:
        """One message by its id."""
        ...

    async def find_turn(self, conversation_id: str, client_message_id: str) -> Turn | None:
        """The turn that a client's message began."""
        ...

    async def list_unheard(self, conversation_id: str, since: int) -> tuple[MessageId, ...]:
        """The member's messages from `seq` on that were answered without the engine, the newest 500 of them."""
        ...

    async def find_promised_call(self, conversation_id: str) -> CallbackPromise | None:
        """The call of this conversation that was promised and not made."""
        ...

    async def count_line(self, now: datetime) -> Line:
        """How many wait for a coach now, and how long others waited lately."""
        ...

    async def find_by_addresses(self, member_address: str, plan_address: str, now: datetime) -> Conversation | None:
        """The open conversation of this phone with this number of the plan."""
        ...

    async def use_link(self, secret_hash: str, token_hash: str, now: datetime, expires_at: datetime) -> str | None:
        """Gives the conversation that a one-time link opens its new token; None for a link that opens nothing."""
        ...

    async def find_unanswered(self, conversation_id: str) -> Turn | None:
        """The newest message of the member that was not answered."""
        ...

    async def record_rating(self, conversation_id: ConversationId, rating: Rating) -> None:
        """Keeps the rating; a later one replaces it."""
        ...
