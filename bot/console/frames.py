"""What is sent over the desk's socket? The models of its frames, in both directions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bot.console.requests import Request
from bot.console.schemas import DeskMessage
from bot.http.operations import MAX_SEQ
from bot.http.schemas import FieldError, Model, State


class QueueChangedFrame(Model):
    """The queue, somebody's duty or the call-backs changed: read them again."""

    type: Literal["queue_changed"]


class DeskMessageFrame(Model):
    """A new message of the watched conversation, each once and in order."""

    type: Literal["message"]
    conversation_id: str
    message: DeskMessage


class DeskStateFrame(Model):
    """Where the watched conversation stands now."""

    type: Literal["state"]
    conversation_id: str
    state: State
    version: int


class DeskTypingFrame(Model):
    """Somebody is writing in the watched conversation."""

    type: Literal["typing"]
    conversation_id: str
    author: Literal["member", "assistant", "coach"]


class SignedOutFrame(Model):
    """The session has ended; the line closes."""

    type: Literal["signed_out"]


class DeskErrorFrame(Model):
    """A frame that was refused, as a problem document would say it."""

    type: Literal["error"]
    status: int
    code: str
    errors: list[FieldError] | None = None
    retry_after_s: int | None = Field(None, ge=0, description="When it may work, as Retry-After says it over HTTP.")


class WatchFrame(Request):
    """Follow this conversation from `after` on, and no other; null follows none."""

    type: Literal["watch"]
    conversation_id: str | None = Field(max_length=64)
    after: int = Field(0, ge=0, le=MAX_SEQ)


class CoachTypingFrame(Request):
    """The coach is writing in the watched conversation."""

    type: Literal["typing"]


SERVER_FRAMES = (
    QueueChangedFrame,
    DeskMessageFrame,
    DeskStateFrame,
    DeskTypingFrame,
    SignedOutFrame,
    DeskErrorFrame,
)
CLIENT_FRAMES = (WatchFrame, CoachTypingFrame)
