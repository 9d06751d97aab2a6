"""What does a coach see of one conversation?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.conversations.desk_store import DeskStore
from bot.conversations.handoff import HandoffLogEntry, Note, PastHandoff, Urgency
from bot.conversations.model import Conversation, Message, MessageId, State
from bot.conversations.packet import Packet, RequestFacts, build_packet
from bot.conversations.record import Record


@dataclass(frozen=True)
class Texting:
    """Whether the member stopped the texts, and how far each message that goes by text got."""

    opted_out: bool
    deliveries: Mapping[MessageId, str]


@dataclass(frozen=True)
class CoachView:
    """Everything that a coach sees of one conversation; `version` fences what they do next."""

    conversation: Conversation
    state: State
    version: int
    urgency: Urgency
    cause: str
    requested_at: datetime
    packet: Packet
    messages: tuple[Message, ...]
    notes: tuple[Note, ...]
    log: tuple[HandoffLogEntry, ...]
    past: PastHandoff | None
    texting: Texting


async def read_coach_view(record: Record, desk: DeskStore, conversation: Conversation) -> CoachView:
    """The view of a conversation that has or had a request. Raises StoreUnavailable."""
    messages = await record.store.list_messages(conversation.id, 0)
    past = await desk.find_past_handoff(conversation.id)
    request = await desk.find_request(conversation.id)
    facts = RequestFacts(
        cause=request.cause,
        reason=request.reason,
        requested_at=request.requested_at,
        urgency=Urgency(request.urgency),
        message_id=MessageId(request.message_id) if request.message_id else None,
    )
    return CoachView(
        conversation=conversation,
        state=record.read_state(conversation),
        version=conversation.handoff_version,
        urgency=facts.urgency,
        cause=facts.cause,
        requested_at=facts.requested_at,
        packet=build_packet(
            conversation,
            messages,
            await desk.list_understood(conversation.id),
            facts,
            past,
            record.clock(),
            verified_for=record.settings.verified_for,
            callback=await desk.find_callback(conversation.id),
        ),
        messages=messages,
        notes=await desk.list_notes(conversation.id),
        log=await desk.list_log(conversation.id),
        past=past,
        texting=await read_texting(desk, conversation),
    )


async def read_texting(desk: DeskStore, conversation: Conversation) -> Texting:
    """How it stands with the texts of a conversation; on the web there are none. Raises StoreUnavailable."""
    return Texting(await desk.is_opted_out(conversation), await desk.list_deliveries(conversation.id))
