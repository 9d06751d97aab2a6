"""What is a text to the carrier?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.demo.carrier.keywords import Keyword


class Direction(str, Enum):
    """Which way a text goes, in Twilio's words."""

    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_REPLY = "outbound-reply"


class Status(str, Enum):
    """How far a text has come, in Twilio's words (those of them that occur here)."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    RECEIVED = "received"


class Answer(str, Enum):
    """What became of the webhook about an inbound text: still under way, taken with 2xx, or not."""

    PENDING = "pending"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True)
class Text:
    """A text in either direction. `phone` is the person's number, `number` the product's; times are UTC.

    `sent_at` is None until the text has left the queue. `answer` and `opt_out_type` (what the webhook says of it)
    matter for inbound texts only.
    """

    sid: str
    direction: Direction
    phone: str
    number: str
    body: str
    num_media: int
    num_segments: int
    status: Status
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None = None
    error_code: int | None = None
    status_callback: str | None = None
    answer: Answer = Answer.PENDING
    opt_out_type: Keyword | None = None

    @property
    def from_number(self) -> str:
        """The sender's number."""
        return self.phone if self.direction is Direction.INBOUND else self.number

    @property
    def to_number(self) -> str:
        """The receiver's number."""
        return self.number if self.direction is Direction.INBOUND else self.phone


@dataclass(frozen=True)
class Phone:
    """A fictional person's phone: the number in E.164 and the first name that the phone page shows."""

    number: str
    name: str


# 555-0100 to 555-0199 are reserved for fiction (ATIS-0300115), so that no demo can reach a real person.
FICTIONAL_PHONES = (
    Phone("+12155550101", "Dana"),
    Phone("+12155550102", "Marcus"),
    Phone("+12155550103", "Priya"),
    Phone("+12155550104", "Elena"),
)

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_NORTH_AMERICAN = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}")


def is_phone_number(value: str) -> bool:
    """Whether the value is a phone number in E.164; one of country code 1 must fit the North American plan."""
    return bool((_NORTH_AMERICAN if value.startswith("+1") else _E164).fullmatch(value))
