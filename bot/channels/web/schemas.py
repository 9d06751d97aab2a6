"""What do the member API's requests and answers look like? The models that the published document is built from.

Requests are read through these models. Answers are made by `views.py`, and the contract tests hold every real
answer against the published document. A field with the default None is left out when there is nothing to say.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from bot.channels.web.member_text import FreeText, MemberText
from bot.conversations.vocabulary import (
    AWAITING_FIELDS,
    AWAITING_KINDS,
    LANGUAGES,
    OUTCOMES,
    TOPICS,
    US_STATES,
)


def _enum(values: tuple[str, ...]) -> JsonDict:
    return {"enum": list(values)}


class Model(BaseModel):
    """Common rules: no coercion between JSON types, and fields that nobody knows are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class OpenConversation(Model):
    """How a conversation begins."""

    channel: Literal["web"]
    plan: str | None = Field(None, max_length=64, description="Id of the plan that the page belongs to.")
    locale: Literal["en", "es"] | None = None
    state: str | None = Field(
        None, json_schema_extra=_enum(tuple(US_STATES)), description="USPS code of the member's state."
    )
    identity_token: str | None = Field(None, max_length=8192, description="JWT signed by the plan's portal.")

    @model_validator(mode="after")
    def _knows_the_state(self) -> OpenConversation:
        if self.state is not None and self.state not in US_STATES:
            raise PydanticCustomError("UNKNOWN_VALUE", "unknown state", {"field": "state"})
        return self


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


class QuickReply(Model):
    """A button; `value` goes back as `choice`."""

    title: str
    value: str


class Citation(Model):
    """Where a statement comes from."""

    document: str
    number: str | None = None
    payer: str
    section: str | None = None
    version: str | None = None
    effective_on: date | None = None
    read_on: date | None = None
    url: str | None = None


class Network(Model):
    """The network that a facility belongs to."""

    name: str
    payer: str


class FacilityCard(Model):
    """A facility near the member; distances are straight lines in miles."""

    kind: Literal["facility"]
    name: str
    address: str
    phone: str | None = None
    url: str | None = None
    distance_miles: float | None = None
    serves: list[Literal["adult", "pediatric"]]
    therapies: list[str]
    network: Network | None
    verified_on: date
    map_url: str | None = None


class OtherCard(Model):
    """A card of another kind; its further fields depend on the kind."""

    model_config = ConfigDict(extra="allow")

    kind: Literal["policy", "eligibility", "callback"]


class Message(Model):
    """One message of the conversation; `seq` counts from 1, and 0 marks one that is not part of the record."""

    id: str
    seq: int
    author: Literal["member", "assistant", "coach", "system"]
    author_name: str | None = None
    text: str
    quick_replies: list[QuickReply] | None = None
    cards: list[FacilityCard | OtherCard] | None = None
    citations: list[Citation] | None = None
    topic: str | None = Field(None, json_schema_extra=_enum(TOPICS))
    outcome: str | None = Field(None, json_schema_extra=_enum(OUTCOMES))
    client_message_id: str | None = Field(None, description="On a member's message: what its client called it.")
    created_at: datetime


class Understood(Model):
    """What the member's message was taken to mean; topics in the order of the message."""

    topics: list[Annotated[str, Field(json_schema_extra=_enum(TOPICS))]]
    language: str = Field(json_schema_extra=_enum(LANGUAGES))
    entities: dict[str, list[str]]
    confidence: float = Field(ge=0, le=1)


class Awaiting(Model):
    """What the assistant asked for last."""

    field: str = Field(json_schema_extra=_enum(AWAITING_FIELDS))
    kind: str = Field(json_schema_extra=_enum(AWAITING_KINDS))


class Queue(Model):
    """The member's place among those who wait for a coach, from 1."""

    position: int
    wait_minutes: Annotated[list[int], Field(min_length=2, max_length=2)] | None


class State(Model):
    """Where the conversation stands."""

    holder: Literal["assistant", "waiting", "coach", "closed"]
    awaiting: Awaiting | None
    queue: Queue | None = None
    verified: bool


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


class FieldError(Model):
    """A field that cannot be used, and why."""

    field: str
    code: str


class Problem(Model):
    """RFC 9457 problem details; `safety` carries the safety gate's message where the refused one spoke of danger."""

    type: str
    title: str
    status: int
    code: str
    errors: list[FieldError] | None = None
    safety: Message | None = None
