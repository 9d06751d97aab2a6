"""How may a conversation change? Pure rules: a conversation in, a conversation out, or a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversations.handoff import AlreadyClaimed, CoachRef, HandoffEvent, NotHolder, NotWaiting, Urgency
from bot.conversations.model import (
    Author,
    Awaiting,
    Channel,
    Conversation,
    ConversationClosed,
    ConversationContext,
    Draft,
    HandoffCause,
    Holder,
    Message,
    OpenHandoff,
    Queue,
    State,
)
from bot.conversations.port import Change, Ending, HandoffEffect, Logged

# Outcomes that end a question the assistant had asked; a safety message or a failure leaves it open, so that
# the member can still answer it.
_KEEPS_QUESTION = frozenset({"emergency", "crisis", "failure"})

# What is asked of a member to whom a call-back is offered.
_CALLBACK_FIELDS = ("callback_window", "phone")


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
    # Either way: a clock that was put back must not make a proof last for hours.
    return abs(now - last) < verified_for


def hear(
    conversation: Conversation, now: datetime, verified_for: timedelta, channel: Channel | None = None
) -> Conversation:
    """The member wrote, by `channel`: a proof that has gone stale ends here, before anything is answered.

    Raises ConversationClosed.
    """
    check_open(conversation)
    if not is_verified(conversation, now, verified_for):
        conversation = replace(conversation, verified_member_id=None, verified_at=None)
    return replace(conversation, last_member_message_at=now, channel=channel or conversation.channel)


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


def note_engine(
    conversation: Conversation, message: Message, model_id: str | None, *, was_unheard: bool
) -> Conversation:
    """Whether the engine was heard: what was said in its place may hide an answer of which only the engine knows."""
    if model_id is not None:
        return replace(conversation, unheard_from=None)
    if was_unheard and conversation.unheard_from is None:
        return replace(conversation, unheard_from=message.seq)
    return conversation


def verify(conversation: Conversation, member_id: str, now: datetime) -> Conversation:
    """The member proved who they are. Raises ConversationClosed."""
    check_open(conversation)
    return replace(conversation, verified_member_id=member_id, verified_at=now)


def may_answer(conversation: Conversation, message: Message, author: Author) -> bool:
    """Who may speak now, to this message: what stood before or in a coach's part is not the assistant's any more."""
    if author is Author.ASSISTANT and message.seq <= conversation.answered_up_to:
        return False
    return may_speak(conversation.holder, author)


def wait(conversation: Conversation) -> Conversation:
    """The member asked for a person; asking again changes nothing. Raises ConversationClosed."""
    check_open(conversation)
    if conversation.holder is Holder.ASSISTANT:
        return replace(conversation, holder=Holder.WAITING)
    return conversation


def claim(conversation: Conversation, coach: CoachRef) -> Conversation:
    """A coach takes a waiting conversation. Raises ConversationClosed, AlreadyClaimed, NotWaiting."""
    check_open(conversation)
    if conversation.coach is not None:
        raise AlreadyClaimed(conversation.coach.name)
    if conversation.holder is not Holder.WAITING:
        raise NotWaiting
    return replace(
        conversation,
        holder=Holder.COACH,
        coach=coach,
        answered_up_to=conversation.last_seq,
        awaiting=_without_callback(conversation),
    )


def give_to(conversation: Conversation, coach: CoachRef) -> Conversation:
    """Another coach takes over a held conversation. Raises NotHolder where nobody holds."""
    if conversation.holder is not Holder.COACH:
        raise NotHolder
    return replace(conversation, coach=coach)


def release(conversation: Conversation) -> Conversation:
    """The coach is gone: the member waits again. Raises NotHolder where nobody holds."""
    if conversation.holder is not Holder.COACH:
        raise NotHolder
    return replace(conversation, holder=Holder.WAITING, coach=None, answered_up_to=conversation.last_seq)


def resume(conversation: Conversation) -> Conversation:
    """The assistant has the conversation again: request cancelled or live part over. Raises ConversationClosed."""
    check_open(conversation)
    was_coached = conversation.holder is Holder.COACH
    return replace(
        conversation,
        holder=Holder.ASSISTANT,
        coach=None,
        # What the member told the coach is not the assistant's to answer.
        answered_up_to=conversation.last_seq if was_coached else conversation.answered_up_to,
        awaiting=_without_callback(conversation),
    )


def urgency_of(cause: HandoffCause, has_danger: bool = False) -> Urgency:
    """How soon a request should be seen: danger comes first."""
    return Urgency.URGENT if has_danger or cause == "safety" else Urgency.NORMAL


def apply(conversation: Conversation, effect: HandoffEffect) -> tuple[Conversation, Change]:
    """What an answer does to the handoff beside being said: the conversation after it, and the rows that it writes.

    A request that stands is not opened again, and a coach's part is not ended by it. Raises ConversationClosed.
    """
    standing = conversation.handoff
    opens = effect.opens if standing is None else None
    urgent = effect.opens is not None and effect.opens.urgency is Urgency.URGENT and standing is not None
    log: list[Logged] = []
    ends = None
    if opens is not None:
        conversation = wait(conversation)
        kept = opens.keeps_until or conversation.expires_at
        conversation = replace(conversation, expires_at=max(conversation.expires_at, kept), last_outcome=None)
        log.append(Logged(HandoffEvent.REQUESTED, opens.cause))
    if urgent and standing is not None and standing.urgency is not Urgency.URGENT:
        log.append(Logged(HandoffEvent.URGENT, "safety"))
    callback = effect.callback
    if callback is not None:
        log.append(Logged(HandoffEvent.CALLBACK))
        # Whoever was in danger stays before the coaches' eyes, call or not.
        is_urgent = standing is not None and standing.urgency is Urgency.URGENT
        if conversation.holder is Holder.WAITING and not is_urgent:
            conversation = resume(conversation)
            ends = Ending(HandoffEvent.CALLBACK)
        elif conversation.holder is Holder.WAITING:
            conversation = replace(conversation, awaiting=None)
    is_waiting = conversation.holder is Holder.WAITING
    return conversation, Change(
        conversation,
        opens=opens,
        urgent=urgent,
        told=effect.told if is_waiting else None,
        callback_choice=effect.callback_choice if is_waiting else None,
        callback=callback,
        withdraws_callback=effect.withdraws_callback,
        ends=ends,
        log=tuple(log),
    )


def asks_for_callback(conversation: Conversation) -> bool:
    """True while the open question is a call-back's; "confirm" is one once a window was chosen."""
    awaiting, handoff = conversation.awaiting, conversation.handoff
    if awaiting is None or handoff is None:
        return False
    return awaiting.field in _CALLBACK_FIELDS or (awaiting.field == "confirm" and handoff.callback_day is not None)


def _without_callback(conversation: Conversation) -> Awaiting | None:
    """What is still asked once no call-back is offered any more."""
    return None if asks_for_callback(conversation) else conversation.awaiting


def close(conversation: Conversation, now: datetime) -> Conversation:
    """The end: nobody speaks any more and the identity proof is gone. Closing twice changes nothing."""
    if conversation.holder is Holder.CLOSED:
        return conversation
    return replace(
        conversation,
        holder=Holder.CLOSED,
        coach=None,
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
        queue=_read_queue(waiting) if waiting else None,
        verified=is_verified(conversation, now, verified_for),
        coach=conversation.coach.name if conversation.coach else None,
    )


def _read_queue(waiting: OpenHandoff) -> Queue:
    # A place and a wait mean something only as long as somebody serves the line; the member hears of that in messages,
    # and what stands beside them must not say otherwise.
    on_duty = None if waiting.told is None else waiting.told == "waiting"
    return Queue(waiting.position, waiting.wait_minutes if on_duty else None, on_duty)


def read_context(conversation: Conversation, now: datetime, verified_for: timedelta) -> ConversationContext:
    """What an action may know of the conversation now."""
    verified = is_verified(conversation, now, verified_for)
    is_text = conversation.channel is Channel.SMS
    return ConversationContext(
        conversation_id=conversation.id,
        channel=conversation.channel,
        plan_id=conversation.plan_id,
        state=conversation.state,
        locale=conversation.locale,
        # Whoever holds the phone reads its texts: a record is shown in the secure chat alone.
        verified_member_id=conversation.verified_member_id if verified and not is_text else None,
        holder=conversation.holder,
        coach_outcome=conversation.last_outcome,
    )
