"""What do messages, states and problems look like in every API? The models that the published document is built from.

Answers are made by `views.py`, and the contract tests hold every real answer against the published document. A field
with the default None is left out when there is nothing to say.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from bot.conversations.vocabulary import AWAITING_FIELDS, AWAITING_KINDS, OUTCOMES, TOPICS


def enum_of(values: tuple[str, ...]) -> JsonDict:
    """A JSON schema's list of values, for a field whose values are checked elsewhere."""
    return {"enum": list(values)}


class Model(BaseModel):
    """Common rules: no coercion between JSON types, and fields that nobody knows are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


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
    topic: str | None = Field(None, json_schema_extra=enum_of(TOPICS))
    outcome: str | None = Field(None, json_schema_extra=enum_of(OUTCOMES))
    client_message_id: str | None = Field(None, description="On a member's message: what its client called it.")
    created_at: datetime


class Awaiting(Model):
    """What the assistant asked for last."""

    field: str = Field(json_schema_extra=enum_of(AWAITING_FIELDS))
    kind: str = Field(json_schema_extra=enum_of(AWAITING_KINDS))


class Queue(Model):
    """The member's place among those who wait for a coach, from 1."""

    position: int
    wait_minutes: Annotated[list[int], Field(min_length=2, max_length=2)] | None
    on_duty: bool | None = Field(None, description="Whether a coach serves the line, as the member was last told.")


class CoachName(Model):
    """A coach as members know them."""

    name: str


class State(Model):
    """Where the conversation stands; `coach` is the one who holds it."""

    holder: Literal["assistant", "waiting", "coach", "closed"]
    awaiting: Awaiting | None
    queue: Queue | None = None
    verified: bool
    coach: CoachName | None = None


class FieldError(Model):
    """A field that cannot be used, and why."""

    field: str
    code: str


class Problem(Model):
    """RFC 9457 problem details.

    `safety` carries the safety gate's message where the refused one spoke of danger, `coach` who was quicker.
    """

    type: str
    title: str
    status: int
    code: str
    errors: list[FieldError] | None = None
    safety: Message | None = None
    coach: CoachName | None = None
