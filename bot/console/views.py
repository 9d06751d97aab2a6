"""How are the console's answers written as JSON? Never with a token, its hash, or a member's number to text."""

from __future__ import annotations

from collections.abc import Mapping

from bot.console.sessions import Signed
from bot.conversations.coach_service import IDLE_AFTER
from bot.conversations.coach_view import CoachView
from bot.conversations.handoff import Callback, Coach, CoachRef, HandoffLogEntry, Note, QueueItem
from bot.conversations.handoff_service import Handled
from bot.conversations.model import Message, MessageId
from bot.conversations.packet import PacketLine
from bot.http.views import JsonObject, view_message, view_moment, view_state


def view_coach(coach: CoachRef | None) -> JsonObject | None:
    """A coach as others know them."""
    return {"id": coach.id, "name": coach.name} if coach else None


def view_own(coach: Coach) -> JsonObject:
    """The coach who is signed in."""
    return {"id": coach.id, "name": coach.name, "role": coach.role.value, "on_duty": coach.is_on_duty}


def view_session(signed: Signed, *, demo: bool) -> JsonObject:
    """A signed-in console."""
    return {
        "coach": view_own(signed.coach),
        "csrf_token": signed.csrf_token,
        "idle_seconds": int(IDLE_AFTER.total_seconds()),
        "demo": demo,
    }


def view_queue_item(item: QueueItem) -> JsonObject:
    """A conversation of the desk."""
    heard = item.last_member_message_at
    return {
        "conversation_id": item.conversation_id,
        "version": item.version,
        "urgency": item.urgency.value,
        "cause": item.cause,
        "requested_at": view_moment(item.requested_at),
        "channel": item.channel,
        "locale": item.locale,
        "plan_id": item.plan_id,
        "position": item.position,
        "holder": item.holder,
        "coach": view_coach(item.coach),
        "last_member_message_at": view_moment(heard) if heard else None,
        "unread": item.unread,
    }


def view_desk_message(message: Message) -> JsonObject:
    """A message with the way it came or goes."""
    return {**view_message(message), **({"channel": message.channel.value} if message.channel else {})}


def view_desk_messages(
    messages: tuple[Message, ...], deliveries: Mapping[MessageId, str] | None = None
) -> list[JsonObject]:
    """Messages in their order, and how far those that go by text got."""
    sent = deliveries or {}
    return [
        {**view_desk_message(message), **({"delivery": sent[message.id]} if message.id in sent else {})}
        for message in messages
    ]


def view_note(note: Note) -> JsonObject:
    """A private note."""
    return {
        "id": note.id,
        "coach": view_coach(note.coach),
        "text": note.text,
        "created_at": view_moment(note.created_at),
    }


def view_log_entry(entry: HandoffLogEntry) -> JsonObject:
    """One event of a handoff."""
    return {
        "event": entry.event.value,
        "at": view_moment(entry.at),
        "cause": entry.cause,
        "coach": view_coach(entry.coach),
        "holder_before": entry.holder_before,
        "holder_after": entry.holder_after,
    }


def view_callback(callback: Callback) -> JsonObject:
    """A promised call."""
    return {
        "id": callback.id,
        "conversation_id": callback.conversation_id,
        "day": callback.day.isoformat(),
        "window": callback.window,
        "phone": callback.phone,
        "time_zone": callback.time_zone,
        "status": callback.status,
        "coach": view_coach(callback.coach),
        "attempts": callback.attempts,
        "note": callback.note,
        "created_at": view_moment(callback.created_at),
        "version": callback.version,
    }


def view_conversation(view: CoachView) -> JsonObject:
    """All that a coach sees of a conversation."""
    conversation = view.conversation
    return {
        "conversation": {
            "id": conversation.id,
            "version": view.version,
            "channel": conversation.channel.value,
            "locale": conversation.locale,
            "plan_id": conversation.plan_id,
            "holder": conversation.holder.value,
            "coach": view_coach(conversation.coach),
            "urgency": view.urgency.value,
            "cause": view.cause,
            "requested_at": view_moment(view.requested_at),
            "opted_out": view.texting.opted_out,
            **({"phone": view.conversation.member_address} if view.conversation.member_address else {}),
            **{name: value for name, value in view_state(view.state).items() if name in ("verified", "awaiting")},
        },
        "packet": {"lines": [view_packet_line(line) for line in view.packet.lines]},
        "messages": view_desk_messages(view.messages, view.texting.deliveries),
        "notes": [view_note(note) for note in view.notes],
        "log": [view_log_entry(entry) for entry in view.log],
    }


def view_packet_line(line: PacketLine) -> JsonObject:
    """One thing to know, and the message that it is from."""
    optional: JsonObject = {
        "label_key": line.label_key,
        "value": line.value,
        "quote": line.quote,
        "citations": [dict(citation) for citation in line.citations],
        "at": view_moment(line.at) if line.at else None,
        "message_id": line.message_id,
        "seq": line.seq,
    }
    return {"kind": line.kind, **{name: value for name, value in optional.items() if value}}


def view_handled(handled: Handled) -> JsonObject:
    """What the member was told at the change of hands, and where things stand."""
    return {
        "version": handled.version,
        "state": view_state(handled.state),
        "messages": view_desk_messages(handled.messages),
    }
