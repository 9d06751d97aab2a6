"""What is sent over the socket? The models of its frames, in both directions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bot.channels.web.schemas import SendMessage
from bot.http.schemas import FieldError, Message, Model, State


class AuthFrame(Model):
    """The first frame, unless the token came as a subprotocol; `after` asks for what was missed since that seq."""

    type: Literal["auth"]
    token: str = Field(max_length=256)
    after: int | None = Field(None, ge=0)


class ClientMessageFrame(SendMessage):
    """A member's message."""

    type: Literal["message"]


class ClientTypingFrame(Model):
    """The member is writing."""

    type: Literal["typing"]


class AckFrame(Model):
    """Everything up to `seq` has been shown."""

    type: Literal["ack"]
    seq: int = Field(ge=0)


class MessageFrame(Model):
    """A new message of the conversation, each once and in order."""

    type: Literal["message"]
    message: Message


class TypingFrame(Model):
    """An answer is being written."""

    type: Literal["typing"]
    author: Literal["assistant", "coach"]


class StateFrame(Model):
    """Where the conversation stands now."""

    type: Literal["state"]
    state: State


class ErrorFrame(Model):
    """A frame that was refused, as a problem document would say it."""

    type: Literal["error"]
    status: int
    code: str
    client_message_id: str | None = None
    errors: list[FieldError] | None = None
    safety: Message | None = None
    retry_after_s: int | None = Field(None, ge=0, description="When it may work, as Retry-After says it over HTTP.")


SERVER_FRAMES = (MessageFrame, TypingFrame, StateFrame, ErrorFrame)
CLIENT_FRAMES = (AuthFrame, ClientMessageFrame, ClientTypingFrame, AckFrame)
