"""How may a conversation change? Pure rules: a conversation in, a conversation out, or a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversations.model import (
    Author,
    Awaiting,
    Conversation,
    ConversationClosed,
    ConversationContext,
    Draft,
    Holder,
    Queue,
    State,
)

# Outcomes that end a question the assistant had asked; a safety message or a failure leaves it open, so that
# the member can still answer it.
_KEEPS_QUESTION = frozenset({"emergency", "crisis", "failure"})


def check_open(conversation: Conversation) -> None:
    """Raises ConversationClosed."""
    if conversation.holder is Holder.CLOSED:
        raise ConversationClosed


def is_verified(conversation: Conversation, now: datetime, verified_for: timedelta) -> bool:
    """True while an identity proof stands: open conversation, and no gap of `verified_for` without a message."""
    if conversation.verified_member_id is None or conversation.verified_at is None:
        return False
    if conversation.holder is Holder.CLOSED:
        return False
    last = max(conversation.verified_at, conversation.last_member_message_at or conversation.verified_at)
    return now - last < verified_for


def hear(conversation: Conversation, now: datetime, verified_for: timedelta) -> Conversation:
    """The member wrote: a proof that has gone stale ends here, before anything is answered.

    Raises ConversationClosed.
    """
    check_open(conversation)
    if not is_verified(conversation, now, verified_for):
        conversation = replace(conversation, verified_member_id=None, verified_at=None)
    return replace(conversation, last_member_message_at=now)


def may_speak(holder: Holder, author: Author) -> bool:
    """The assistant is silent while a coach holds and after the end; the safety gate is never silent."""
    if author is Author.ASSISTANT:
        return holder in (Holder.ASSISTANT, Holder.WAITING)
    if author is Author.COACH:
        return holder is Holder.COACH
    return True


def ask(conversation: Conversation, replies: tuple[Draft, ...], awaiting: Awaiting | None) -> Conversation:
    """What the assistant waits for after these replies."""
    if awaiting is None and (not replies or replies[-1].outcome in _KEEPS_QUESTION):
        return conversation
    return replace(conversation, awaiting=awaiting)


def verify(conversation: Conversation, member_id: str, now: datetime) -> Conversation:
    """The member proved who they are. Raises ConversationClosed."""
    check_open(conversation)
    return replace(conversation, verified_member_id=member_id, verified_at=now)


def wait(conversation: Conversation) -> Conversation:
    """The member asked for a person; asking again changes nothing. Raises ConversationClosed."""
    check_open(conversation)
    if conversation.holder is Holder.ASSISTANT:
        return replace(conversation, holder=Holder.WAITING)
    return conversation


def claim(conversation: Conversation) -> Conversation:
    """A coach takes a waiting conversation; in any other state nothing changes. Raises ConversationClosed."""
    check_open(conversation)
    if conversation.holder is Holder.WAITING:
        return replace(conversation, holder=Holder.COACH)
    return conversation


def resume(conversation: Conversation) -> Conversation:
    """The assistant has the conversation again: request cancelled or live part over. Raises ConversationClosed."""
    check_open(conversation)
    return replace(conversation, holder=Holder.ASSISTANT)


def close(conversation: Conversation, now: datetime) -> Conversation:
    """The end: nobody speaks any more and the identity proof is gone. Closing twice changes nothing."""
    if conversation.holder is Holder.CLOSED:
        return conversation
    return replace(
        conversation,
        holder=Holder.CLOSED,
        closed_at=now,
        awaiting=None,
        verified_member_id=None,
        verified_at=None,
    )


def read_state(conversation: Conversation, now: datetime, verified_for: timedelta) -> State:
    """What clients are shown of the conversation now."""
    waiting = conversation.handoff if conversation.holder is Holder.WAITING else None
    return State(
        holder=conversation.holder,
        awaiting=conversation.awaiting,
        queue=Queue(waiting.position) if waiting else None,
        verified=is_verified(conversation, now, verified_for),
    )


def read_context(conversation: Conversation, now: datetime, verified_for: timedelta) -> ConversationContext:
    """What an action may know of the conversation now."""
    verified = is_verified(conversation, now, verified_for)
    return ConversationContext(
        conversation_id=conversation.id,
        channel=conversation.channel,
        plan_id=conversation.plan_id,
        state=conversation.state,
        locale=conversation.locale,
        verified_member_id=conversation.verified_member_id if verified else None,
        holder=conversation.holder,
    )
