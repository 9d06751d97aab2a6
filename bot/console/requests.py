"""What may a coach send? Models that refuse fields that nobody knows, and text that is too long."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field

from bot.conversations.handoff import HandoffOutcome
from bot.http.operations import MAX_SEQ
from bot.http.schemas import Model
from bot.http.text import cleaner, require_words

# In characters; the first is what a member may write as well.
MAX_MESSAGE = 2000
MAX_NOTE = 4000

Version = Annotated[int, Field(ge=0, le=MAX_SEQ, description="As last seen; when it is older, nothing is changed.")]
NoteText = Annotated[
    str,
    BeforeValidator(require_words),
    BeforeValidator(cleaner(MAX_NOTE)),
    Field(min_length=1, max_length=MAX_NOTE),
]
MessageText = Annotated[
    str,
    BeforeValidator(require_words),
    BeforeValidator(cleaner(MAX_MESSAGE)),
    Field(min_length=1, max_length=MAX_MESSAGE),
]
Outcome = Annotated[HandoffOutcome, Field(strict=False)]


class Request(Model):
    """What a coach sends: a field that nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Request):
    """Name and password."""

    username: str = Field(max_length=100)
    password: str = Field(max_length=200)


class Heartbeat(Request):
    """The console is there; `active` when somebody did something since the last time."""

    active: bool


class SetDuty(Request):
    """Whether the coach takes members now."""

    on_duty: bool


class ClaimConversation(Request):
    """Takes a waiting conversation."""

    version: Version


class WriteMessage(Request):
    """A message to the member."""

    version: Version
    client_message_id: Annotated[UUID, Field(strict=False, description="Made by the client; the same again acts once.")]
    text: MessageText


class WriteNote(Request):
    """A private note."""

    text: NoteText


class FinishConversation(Request):
    """How the coach's part ended, in the coach's judgement."""

    version: Version
    outcome: Outcome
    note: NoteText | None = None


class TransferConversation(Request):
    """Who has the conversation from now on."""

    version: Version
    coach_id: str = Field(pattern="^[0-9a-f]{32}$")


class TakeCallback(Request):
    """The coach is going to call."""

    version: Version


class FinishCallback(Request):
    """Whether the member was reached; if not, the call-back stays on the list."""

    version: Version
    reached: bool
    note: NoteText | None = None
