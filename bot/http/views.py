"""How are messages and states written as JSON? Fields that a message does not have are left out."""

from __future__ import annotations

from datetime import datetime

from bot.conversations.model import Message, State

JsonObject = dict[str, object]


def view_message(message: Message) -> JsonObject:
    """The contract's Message."""
    optional: JsonObject = {
        "author_name": message.author_name,
        "quick_replies": [{"title": reply.title, "value": reply.value} for reply in message.quick_replies],
        "cards": [dict(card) for card in message.cards],
        "citations": [dict(citation) for citation in message.citations],
        "topic": message.topic,
        "outcome": message.outcome,
        "client_message_id": message.client_message_id,
    }
    return {
        "id": message.id,
        "seq": message.seq,
        "author": message.author.value,
        "text": message.text,
        **{name: value for name, value in optional.items() if value},
        "created_at": view_moment(message.created_at),
    }


def view_messages(messages: tuple[Message, ...]) -> list[JsonObject]:
    """Messages in their order."""
    return [view_message(message) for message in messages]


def view_state(state: State) -> JsonObject:
    """The contract's State; `queue` only while the member waits, `coach` only while one is there."""
    view: JsonObject = {
        "holder": state.holder.value,
        "awaiting": {"field": state.awaiting.field, "kind": state.awaiting.kind} if state.awaiting else None,
        "verified": state.verified,
    }
    if state.queue is not None:
        minutes = state.queue.wait_minutes
        view["queue"] = {
            "position": state.queue.position,
            "wait_minutes": list(minutes) if minutes else None,
            **({"on_duty": state.queue.on_duty} if state.queue.on_duty is not None else {}),
        }
    if state.coach is not None:
        view["coach"] = {"name": state.coach}
    return view


def view_moment(moment: datetime) -> str:
    """A moment in UTC as RFC 3339 with `Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
