"""What do the console's answers look like? The models that the published document is built from.

Answers are made by `views.py`, and the contract tests hold every real answer against the published document.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, get_args

from pydantic import Field

from bot.conversations.handoff import HandoffEvent
from bot.conversations.packet import PacketKind
from bot.http.schemas import Awaiting, Citation, Message, Model, State, enum_of

Channel = Literal["web", "sms"]
Holder = Literal["assistant", "waiting", "coach", "closed"]
Urgency = Literal["urgent", "normal"]
Delivery = Literal["queued", "sending", "accepted", "sent", "delivered", "undelivered", "failed", "suppressed"]


class CoachRef(Model):
    """A coach, as other coaches and members know them."""

    id: str
    name: str


class SignedInCoach(CoachRef):
    """Who is signed in."""

    role: Literal["coach", "supervisor"]
    on_duty: bool


class ConsoleSession(Model):
    """A signed-in console. `csrf_token` goes back as the header X-CSRF-Token of everything that changes something."""

    coach: SignedInCoach
    csrf_token: str
    idle_seconds: int
    demo: bool


class Presence(Model):
    """How long the session lasts if nobody does anything."""

    idle_seconds_left: int
    on_duty: bool


class Duty(Model):
    """The coach after the change."""

    coach: SignedInCoach


class QueueItem(Model):
    """A conversation of the desk; `position` counts the waiting from 1 and is 0 for those that a coach holds."""

    conversation_id: str
    version: int
    urgency: Urgency
    cause: str
    requested_at: datetime
    channel: Channel
    locale: str
    plan_id: str | None
    position: int
    holder: Holder
    coach: CoachRef | None
    last_member_message_at: datetime | None
    unread: int


class DeskQueue(Model):
    """The waiting, urgent first and then oldest first, then those that a coach holds."""

    items: list[QueueItem]
    on_duty: list[CoachRef]
    callbacks_open: int


class DeskMessage(Message):
    """A message with the way it came or goes."""

    channel: Channel | None = None
    delivery: Delivery | None = Field(None, description="How far the text message got, where a conversation is shown.")


class DeskConversation(Model):
    """Where a conversation stands; what a coach may do with it follows from holder, coach and version."""

    id: str
    version: int
    channel: Channel
    locale: str
    plan_id: str | None
    holder: Holder
    coach: CoachRef | None
    urgency: Urgency
    cause: str
    requested_at: datetime
    verified: bool
    opted_out: bool
    phone: str | None = Field(None, description="E.164 number of a member who texts, so that a coach can call.")
    awaiting: Awaiting | None


class PacketLine(Model):
    """One thing to know, and the message that it is from; `bot/conversations/packet.py` lists the kinds' parts."""

    kind: str = Field(json_schema_extra=enum_of(get_args(PacketKind)))
    label_key: str | None = Field(None, description="What sets the line apart from others of its kind.")
    value: str | None = Field(None, description="An id: a topic, an entity's value, a language.")
    quote: str | None = Field(None, description="Words as they were written.")
    citations: list[Citation] | None = None
    at: datetime | None = None
    message_id: str | None = None
    seq: int | None = None


class Packet(Model):
    """What a coach should know first, put together by rules."""

    lines: list[PacketLine]


class Note(Model):
    """A private note; no member ever sees it."""

    id: int
    coach: CoachRef
    text: str
    created_at: datetime


class LogEntry(Model):
    """One event of a handoff; `coach` is who did it, null for a member or a rule."""

    event: str = Field(json_schema_extra=enum_of(tuple(event.value for event in HandoffEvent)))
    at: datetime
    cause: str | None
    coach: CoachRef | None
    holder_before: Holder
    holder_after: Holder


class ShownConversation(Model):
    """All that a coach sees of a conversation."""

    conversation: DeskConversation
    packet: Packet
    messages: list[DeskMessage]
    notes: list[Note]
    log: list[LogEntry]


class DeskMessages(Model):
    """Messages in order, and where the conversation stands after them."""

    messages: list[DeskMessage]
    version: int
    state: State
    opted_out: bool


class Moved(Model):
    """What was said at the change of hands, and where the conversation stands now."""

    version: int
    state: State
    messages: list[DeskMessage]


class Written(Model):
    """The message as recorded."""

    message: DeskMessage
    version: int


class AddedNote(Model):
    """The note as kept."""

    note: Note


class Callback(Model):
    """A promised call: day and window in the time zone, phone in E.164."""

    id: int
    conversation_id: str
    day: date
    window: Literal["morning", "afternoon"]
    phone: str
    time_zone: str
    status: Literal["open", "taken", "done"]
    coach: CoachRef | None
    attempts: int
    note: str | None
    created_at: datetime
    version: int


class Callbacks(Model):
    """The promised calls."""

    callbacks: list[Callback]


class ChangedCallback(Model):
    """The call-back after the change."""

    callback: Callback


class CoachesOnDuty(Model):
    """Those who take members now."""

    coaches: list[CoachRef]
