"""What must a store of conversations be able to do? The port that the service is written against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.conversations.model import (
    Conversation,
    ConversationError,
    ConversationId,
    Draft,
    HandoffCause,
    Message,
    MessageId,
    State,
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
    """A request for a person, to be opened."""

    reason: str
    cause: HandoffCause


@dataclass(frozen=True)
class Change:
    """Everything that one decision writes, in one transaction.

    `announcement` is the message, among `entries` or recorded before, that told the member about the request.
    """

    conversation: Conversation
    entries: tuple[Entry, ...] = ()
    answer: Answer | None = None
    opens: Request | None = None
    announcement: MessageId | None = None
    claims: bool = False
    ends: bool = False


@dataclass(frozen=True)
class Recorded:
    """What stands in the record after a change: the conversation as it is now, and the new messages."""

    conversation: Conversation
    messages: tuple[Message, ...]


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

    async def change(self, conversation_id: str, now: datetime, decide: Callable[[Conversation], Change]) -> Recorded:
        """Runs `decide` on the locked row and writes what it says: whole, or nothing when it raises.

        Raises ConversationNotFound, and AlreadyRecorded when another writer was first.
        """
        ...

    async def find(self, conversation_id: str, now: datetime) -> Conversation | None:
        """The conversation as it stands; in its queue only those count whose members can still come back."""
        ...

    async def list_messages(self, conversation_id: str, after: int) -> tuple[Message, ...]:
        """The messages with a `seq` greater than `after`, in order."""
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

    async def find_unanswered(self, conversation_id: str) -> Turn | None:
        """The newest message of the member that was not answered."""
        ...

    async def record_rating(self, conversation_id: ConversationId, rating: Rating) -> None:
        """Keeps the rating; a later one replaces it."""
        ...
