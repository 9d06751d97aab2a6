"""How does a row become a conversation or a message, and back? No SQL here, only names and shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from bot.conversations.handoff import CoachRef, HandoffOutcome
from bot.conversations.model import (
    Author,
    Awaiting,
    Channel,
    Conversation,
    Draft,
    Holder,
    Message,
    Queue,
    QuickReply,
    State,
    Understood,
)
from bot.conversations.port import Answer, Entry

# A row's type is not known before it is read; nothing leaves this module untyped.
Row = Any
Values = Mapping[str, object]


def conversation_values(conversation: Conversation) -> Values:
    """The columns of a conversation."""
    return {
        "id": conversation.id,
        "token_hash": conversation.token_hash,
        "channel": conversation.channel.value,
        "locale": conversation.locale,
        "plan_id": conversation.plan_id,
        "state": conversation.state,
        "holder": conversation.holder.value,
        "awaiting_field": conversation.awaiting.field if conversation.awaiting else None,
        "awaiting_kind": conversation.awaiting.kind if conversation.awaiting else None,
        "verified_member_id": conversation.verified_member_id,
        "verified_at": conversation.verified_at,
        "last_member_message_at": conversation.last_member_message_at,
        "created_at": conversation.created_at,
        "expires_at": conversation.expires_at,
        "closed_at": conversation.closed_at,
        "last_seq": conversation.last_seq,
        "version": conversation.version,
        "handoff_version": conversation.handoff_version,
        "coach_id": conversation.coach.id if conversation.coach else None,
        "answered_up_to": conversation.answered_up_to,
        "last_outcome": conversation.last_outcome.value if conversation.last_outcome else None,
        "member_address": conversation.member_address,
        "plan_address": conversation.plan_address,
        "unheard_from": conversation.unheard_from,
    }


def read_conversation(row: Row, coach: Row | None) -> Conversation:
    """A conversation from its row, with its coach's beside it; its standing request is another table's."""
    return Conversation(
        id=row.id,
        channel=Channel(row.channel),
        holder=Holder(row.holder),
        created_at=row.created_at,
        expires_at=row.expires_at,
        token_hash=row.token_hash,
        locale=row.locale,
        plan_id=row.plan_id,
        state=row.state,
        awaiting=_read_awaiting(row.awaiting_field, row.awaiting_kind),
        verified_member_id=row.verified_member_id,
        verified_at=row.verified_at,
        last_member_message_at=row.last_member_message_at,
        closed_at=row.closed_at,
        last_seq=row.last_seq,
        version=row.version,
        handoff_version=row.handoff_version,
        coach=CoachRef(row.coach_id, coach.name) if coach else None,
        coach_seen_at=coach.heartbeat_at if coach else None,
        answered_up_to=row.answered_up_to,
        last_outcome=HandoffOutcome(row.last_outcome) if row.last_outcome else None,
        member_address=row.member_address,
        plan_address=row.plan_address,
        unheard_from=row.unheard_from,
    )


def place(entry: Entry, seq: int, now: datetime, channel: Channel) -> Message:
    """The message that a draft becomes at its place in the order; it goes by `channel` unless it says otherwise."""
    content = {field.name: getattr(entry.draft, field.name) for field in fields(Draft)}
    content["channel"] = entry.draft.channel or channel
    return Message(
        **content,
        id=entry.id,
        seq=seq,
        created_at=now,
        client_message_id=entry.client_message_id,
        choice=entry.choice,
        reply_to=entry.reply_to,
    )


def message_values(message: Message, conversation_id: str) -> Values:
    """The columns of a message."""
    return {
        "id": message.id,
        "conversation_id": conversation_id,
        "seq": message.seq,
        "author": message.author.value,
        "author_name": message.author_name,
        "text": message.text,
        "quick_replies": [{"title": reply.title, "value": reply.value} for reply in message.quick_replies],
        "cards": [dict(card) for card in message.cards],
        "citations": [dict(citation) for citation in message.citations],
        "facts": list(message.facts),
        "topic": message.topic,
        "outcome": message.outcome,
        "response_key": message.key,
        "client_message_id": message.client_message_id,
        "choice": message.choice,
        "reply_to": message.reply_to,
        "channel": (message.channel or Channel.WEB).value,
        "created_at": message.created_at,
    }


def read_message(row: Row) -> Message:
    """A message from its row."""
    return Message(
        author=Author(row.author),
        author_name=row.author_name,
        text=row.text,
        quick_replies=tuple(QuickReply(reply["title"], reply["value"]) for reply in row.quick_replies),
        cards=tuple(row.cards),
        citations=tuple(row.citations),
        facts=tuple(row.facts),
        topic=row.topic,
        outcome=row.outcome,
        key=row.response_key,
        channel=Channel(row.channel),
        id=row.id,
        seq=row.seq,
        created_at=row.created_at,
        client_message_id=row.client_message_id,
        choice=row.choice,
        reply_to=row.reply_to,
    )


def answer_values(answer: Answer, answered_at: datetime) -> Values:
    """The columns of an answered turn."""
    state = answer.state
    return {
        "message_id": answer.message_id,
        "understood": {
            "topics": list(answer.understood.topics),
            "language": answer.understood.language,
            "entities": {name: list(values) for name, values in answer.understood.entities.items()},
            "confidence": answer.understood.confidence,
        },
        "state": {
            "holder": state.holder.value,
            "awaiting": [state.awaiting.field, state.awaiting.kind] if state.awaiting else None,
            "queue_position": state.queue.position if state.queue else None,
            "wait_minutes": state.queue.wait_minutes if state.queue else None,
            "on_duty": state.queue.on_duty if state.queue else None,
            "coach": state.coach,
            "verified": state.verified,
        },
        "model_id": answer.model_id,
        "answered_at": answered_at,
    }


def read_understood(value: Mapping[str, Any]) -> Understood:
    """What was understood, from its column."""
    return Understood(
        topics=tuple(value["topics"]),
        language=value["language"],
        entities={name: tuple(values) for name, values in value["entities"].items()},
        confidence=value["confidence"],
    )


def read_state(value: Mapping[str, Any]) -> State:
    """The state that went with an answer, from its column."""
    wait_minutes = value["wait_minutes"]
    position = value["queue_position"]
    minutes = tuple(wait_minutes) if wait_minutes else None
    return State(
        holder=Holder(value["holder"]),
        awaiting=_read_awaiting(*(value["awaiting"] or (None, None))),
        queue=Queue(position, minutes, value.get("on_duty")) if position is not None else None,
        verified=value["verified"],
        coach=value.get("coach"),
    )


def _read_awaiting(field: str | None, kind: str | None) -> Awaiting | None:
    return Awaiting(field, kind) if field and kind else None
