"""What are a text, a delivery and its status, and what does an operator decide about texting?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.conversations.model import Message

# Carriers' limit is 15 digits (ITU-T E.164).
_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
ADDRESS = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True)
class Addresses:
    """A phone and a number of the plan, both in E.164: between these two consent is given and order is kept."""

    member: str = field(repr=False)
    plan: str = field(repr=False)


@dataclass(frozen=True)
class InboundText:
    """A text of a member, as the carrier passed it on.

    `carrier_answer` is Twilio's `OptOutType` (STOP, START or HELP): the carrier has acted and answered by itself.
    `received_at` is set once the text is kept.
    """

    sid: str
    addresses: Addresses
    body: str = field(repr=False)
    media: int = 0
    carrier_answer: str | None = None
    received_at: datetime | None = None


class DeliveryKind(str, Enum):
    """What is sent: a recorded message, one with a one-time link, or the answer to a word about texting itself.

    `slow_down` is said to a phone that texts too fast.
    """

    MESSAGE = "message"
    LINK = "link"
    CONFIRMATION = "confirmation"
    SLOW_DOWN = "slow_down"


class DeliveryStatus(str, Enum):
    """How far a delivery has come; `accepted` is the carrier's, `suppressed` was held back for an opted-out phone."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


UNFINISHED = (DeliveryStatus.QUEUED, DeliveryStatus.SENDING)

_RANK = {
    DeliveryStatus.QUEUED: 0,
    DeliveryStatus.SENDING: 1,
    DeliveryStatus.ACCEPTED: 2,
    DeliveryStatus.SENT: 3,
    DeliveryStatus.DELIVERED: 4,
    DeliveryStatus.UNDELIVERED: 4,
    DeliveryStatus.FAILED: 4,
    DeliveryStatus.SUPPRESSED: 4,
}

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values; what is not here tells nothing.
_CARRIER_STATUSES = {
    "accepted": DeliveryStatus.ACCEPTED,
    "scheduled": DeliveryStatus.ACCEPTED,
    "queued": DeliveryStatus.ACCEPTED,
    "sending": DeliveryStatus.ACCEPTED,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.DELIVERED,
    "undelivered": DeliveryStatus.UNDELIVERED,
    "failed": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.FAILED,
}


def read_carrier_status(word: str) -> DeliveryStatus | None:
    """The status that the carrier's word stands for, None when it tells nothing about a delivery."""
    return _CARRIER_STATUSES.get(word)


def moves_on(before: DeliveryStatus, after: DeliveryStatus) -> bool:
    """True when a delivery may go from one status to the other: never backwards, and never out of a final one."""
    return _RANK[after] > _RANK[before]


@dataclass(frozen=True)
class Delivery:
    """One text that is to reach a phone: part `part` of `of` of a message, or the words of a confirmation.

    `attempts` counts the present one. `unclear_since` is set when an earlier attempt may have reached the carrier.
    """

    id: str
    addresses: Addresses
    kind: DeliveryKind
    part: int
    of: int
    attempts: int
    created_at: datetime
    conversation_id: str | None
    locale: str
    message: Message | None = None
    text: str | None = field(default=None, repr=False)
    unclear_since: datetime | None = None


@dataclass(frozen=True)
class CarrierMessage:
    """What the carrier knows of one text that it took from us."""

    sid: str
    status: DeliveryStatus
    body: str = field(repr=False)
    created_at: datetime | None = None


class Consent(Enum):
    """What a phone said last about texts from a number: START, or STOP."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True)
class Reply:
    """Words about texting itself, which are no message of a conversation; a confirmation goes past an opt-out.

    The same `id` is sent once. `after_s` keeps it back so long, for what must be read before it.
    """

    id: str
    text: str
    kind: DeliveryKind
    after_s: float = 0.0


@dataclass(frozen=True)
class SmsSettings:
    """What an operator decides about texting. Raises ValueError for what cannot be used, naming the field.

    `numbers` gives the plan's id for each of its numbers in E.164. `public_url` is the address under which the carrier
    and members reach the gateway; the signatures of webhooks are checked against it.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    numbers: Mapping[str, str]
    public_url: str
    api_url: str = "https://api.twilio.com"
    link_lifetime: timedelta = timedelta(minutes=30)
    give_up_after: timedelta = timedelta(days=1)
    poll_s: float = 0.5

    def __post_init__(self) -> None:
        # An empty token would let everybody sign.
        for name in ("account_sid", "auth_token", "numbers"):
            if not getattr(self, name):
                raise ValueError(f"{name} is empty")
        if not _ACCOUNT_SID.fullmatch(self.account_sid):
            raise ValueError("account_sid is not AC and 32 hex digits")
        if not all(ADDRESS.fullmatch(number) for number in self.numbers):
            raise ValueError("numbers holds one that is not in E.164, such as +12155550123")
        for name in ("public_url", "api_url"):
            address = urlsplit(getattr(self, name))
            if address.scheme not in ("http", "https") or not address.hostname:
                raise ValueError(f"{name} is not an address such as https://example.org")
            # Members' words and the account's password go there.
            if address.scheme != "https" and not _is_loopback(address.hostname):
                raise ValueError(f"{name} must begin with https:// unless it is this machine's own address")


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
        # 0.0.0.0 is where a demo listens on every interface; whoever calls it calls this machine.
        return address.is_loopback or address.is_unspecified
    except ValueError:
        return host == "localhost"
