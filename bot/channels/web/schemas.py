"""What do the member API's requests and answers look like? The models that the published document is built from.

Requests are read through these models; what they share with other APIs stands in `bot/http/schemas.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from bot.channels.web.member_text import FreeText, MemberText
from bot.conversations.vocabulary import LANGUAGES, TOPICS
from bot.http.schemas import Message, Model, State, enum_of
from knowledge.us_states import US_STATES


class OpenConversation(Model):
    """How a conversation begins."""

    channel: Literal["web"]
    plan: str | None = Field(None, max_length=64, description="Id of the plan that the page belongs to.")
    locale: Literal["en", "es"] | None = None
    state: str | None = Field(
        None, json_schema_extra=enum_of(tuple(US_STATES)), description="USPS code of the member's state."
    )
    identity_token: str | None = Field(None, max_length=8192, description="JWT signed by the plan's portal.")

    @model_validator(mode="after")
    def _knows_the_state(self) -> OpenConversation:
        if self.state is not None and self.state not in US_STATES:
            raise PydanticCustomError("UNKNOWN_VALUE", "unknown state", {"field": "state"})
        return self


class OpenLink(Model):
    """How a conversation that began by text goes on in the secure chat."""

    link: str = Field(min_length=20, max_length=128, description="The secret at the end of a one-time link.")


class SendMessage(Model):
    """A member's message: typed text, or the value of a quick reply; never both."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["text"]}, {"required": ["choice"]}]})

    client_message_id: Annotated[UUID, Field(strict=False, description="Made by the client; the same again acts once.")]
    text: MemberText | None = None
    choice: str | None = Field(None, min_length=1, max_length=1024, description="`value` of an offered quick reply.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> SendMessage:
        if self.text is None and self.choice is None:
            raise PydanticCustomError("REQUIRED", "text or choice", {"field": "text"})
        if self.text is not None and self.choice is not None:
            raise PydanticCustomError("ONE_OF_TEXT_AND_CHOICE", "text or choice", {"field": "choice"})
        return self


class RequestHandoff(Model):
    """Why the member wants a person, if they say."""

    reason: FreeText | None = None


class RateConversation(Model):
    """The member's mark for the conversation."""

    score: int = Field(ge=1, le=5)
    comment: FreeText | None = None


class Understood(Model):
    """What the member's message was taken to mean; topics in the order of the message."""

    topics: list[Annotated[str, Field(json_schema_extra=enum_of(TOPICS))]]
    language: str = Field(json_schema_extra=enum_of(LANGUAGES))
    entities: dict[str, list[str]]
    confidence: float = Field(ge=0, le=1)


class OpenedConversation(Model):
    """A new conversation; the token opens it and nothing else, and is shown this once."""

    conversation_id: str
    token: str
    expires_at: datetime
    messages: list[Message]
    state: State


class Turn(Model):
    """A member's message as recorded, and what it led to."""

    message: Message
    replies: list[Message]
    understood: Understood
    state: State


class Messages(Model):
    """Messages in order, and where the conversation stands."""

    messages: list[Message]
    state: State


class Plan(Model):
    """A plan that a member may name."""

    id: str
    name: str


class Site(Model):
    """What kind of site this is: a demo or not, and the plans that a member may name."""

    demo: bool
    plans: list[Plan]
