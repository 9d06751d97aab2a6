"""By which plan, state, day and entities is this turn answered?

The tracker's dicts end here: everything else in this package works on a `Turn`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from rasa_sdk.interfaces import Tracker

from actions.services import ActionServices
from bot.conversations.model import Channel, ConversationContext, ConversationId, ConversationNotFound, Holder
from knowledge.eligibility.model import MemberId
from knowledge.policies.model import Plan, Scope

UNKNOWN_PLAN = "unknown"
# A member answers a question of ours with one of these.
_BARE_INTENTS = frozenset({"inform", "affirm", "deny", "nlu_fallback", "gibberish"})
# "04/12/1985" alone may be taken for a question about that day.
_BARE_WORDS = 4
_BIRTH_WORDS = re.compile(r"\b(born|birth|birthday|birthdate|dob)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Slots:
    """The dialogue's memory, by the names in domain.yml; None is "not set"."""

    therapy: str | None = None
    condition: str | None = None
    state: str | None = None
    age_group: str | None = None
    for_whom: str | None = None
    plan: str | None = None
    zip_code: str | None = None
    member_id: str | None = field(default=None, repr=False)
    date_of_birth: str | None = field(default=None, repr=False)
    topic_in_progress: str | None = None
    policy_number: str | None = None
    date: str | None = None
    interrupted_form: str | None = None
    last_topic: str | None = None
    facts_given: float | None = None
    missed_answers: float | None = None


@dataclass(frozen=True)
class Turn:
    """One member message as the actions see it; `actions_run` are those that it has caused already.

    `plan` is the plan to answer for: the one named in this message, else the conversation's, else the verified
    member's. None with `plan_is_unknown` means that the member was asked and does not know.
    """

    conversation_id: ConversationId
    is_recorded: bool
    channel: Channel
    holder: Holder
    verified_member_id: MemberId | None = field(repr=False)
    intent: str
    text: str = field(repr=False)
    entities: Mapping[str, tuple[str, ...]] = field(repr=False)
    slots: Slots
    active_form: str | None
    requested_slot: str | None
    actions_run: frozenset[str]
    last_outcome: str | None
    named_plan: Plan | None
    plan: Plan | None
    plan_is_unknown: bool
    state: str | None
    today: date

    def named(self, entity: str) -> str | None:
        """The entity's first value in this message."""
        return next(iter(self.entities.get(entity, ())), None)

    @property
    def is_bare_answer(self) -> bool:
        """True for what answers a question of ours; anything else is a question of its own."""
        is_short = bool(self.entities) and len(self.text.split()) <= _BARE_WORDS
        return self.intent in _BARE_INTENTS or is_short

    @property
    def names_birth_date(self) -> bool:
        """True where a date in this message is when somebody was born, not a day that is asked about."""
        return bool({"member_id", "date_of_birth"} & set(self.entities) or _BIRTH_WORDS.search(self.text))

    @property
    def scope(self) -> Scope:
        """Whose rules count; payer-neutral ones alone where no plan is known."""
        return self.plan.scope(self.state) if self.plan else Scope(None, None, self.state)

    @property
    def about(self) -> str | None:
        """The therapy or condition in question: this message's, else the one talked about before."""
        named = self.named("therapy") or self.named("condition")
        return named or self.slots.therapy or self.slots.condition

    @property
    def day_asked_about(self) -> date | None:
        """The day that the question names, in this message or before the form that interrupted it."""
        return read_day((None if self.names_birth_date else self.named("date")) or self.slots.date)


def read_day(value: str | None) -> date | None:
    """The day of an ISO date, None for anything else."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None


async def read_turn(tracker: Tracker, services: ActionServices) -> Turn:
    """Converts the tracker and adds what the conversation's record knows. Raises StoreUnavailable."""
    context = await _find_context(tracker.sender_id, services)
    entities = _read_entities(tracker.latest_message.get("entities") or [])
    slots = _read_slots(tracker.slots)
    verified = MemberId(context.verified_member_id) if context and context.verified_member_id else None
    named = [plan for value in entities.get("plan", ()) if (plan := await services.policies.find_plan(value))]
    # Two plans in one message: answers are never blended, so none is taken and the member is asked.
    is_ambiguous = len({plan.id for plan in named}) > 1
    named_plan = named[0] if named and not is_ambiguous else None
    plan = named_plan
    if plan is None and not is_ambiguous:
        plan = await _find_known_plan(context, verified, slots, services)
    return Turn(
        conversation_id=ConversationId(tracker.sender_id),
        is_recorded=context is not None,
        channel=context.channel if context else _read_channel(tracker),
        holder=context.holder if context else Holder.ASSISTANT,
        verified_member_id=verified,
        intent=(tracker.latest_message.get("intent") or {}).get("name") or "",
        text=tracker.latest_message.get("text") or "",
        entities=entities,
        slots=slots,
        active_form=tracker.active_loop_name,
        requested_slot=tracker.slots.get("requested_slot"),
        actions_run=_read_actions_run(tracker.events),
        last_outcome=_read_last_outcome(tracker.events),
        named_plan=named_plan,
        plan=plan,
        plan_is_unknown=plan is None and UNKNOWN_PLAN in (*entities.get("plan", ()), slots.plan),
        state=next(iter(entities.get("state", ())), None) or slots.state or (context.state if context else None),
        today=services.policies.today(plan),
    )


async def _find_context(conversation_id: str, services: ActionServices) -> ConversationContext | None:
    try:
        return await services.conversations.get_context(conversation_id)
    except ConversationNotFound:
        # A developer's `rasa shell` talks without a recorded conversation; nothing of a member hangs on it.
        return None


async def _find_known_plan(
    context: ConversationContext | None, verified: MemberId | None, slots: Slots, services: ActionServices
) -> Plan | None:
    if context and context.plan_id and (plan := await services.policies.find_plan(context.plan_id)):
        return plan
    if verified:
        conversation_id = context.conversation_id if context else None
        plan_id = await services.eligibility.find_plan_id(verified, conversation_id=conversation_id)
        if plan_id and (plan := await services.policies.find_plan(plan_id)):
            return plan
    return await services.policies.find_plan(slots.plan) if slots.plan else None


def _read_entities(found: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    entities: dict[str, tuple[str, ...]] = {}
    for item in found:
        name, value = item.get("entity"), item.get("value")
        if name and value is not None:
            values = tuple(str(part) for part in value) if isinstance(value, list) else (str(value),)
            entities[name] = (*entities.get(name, ()), *values)
    return entities


def _read_slots(slots: Mapping[str, Any]) -> Slots:
    return Slots(**{slot.name: slots.get(slot.name) for slot in fields(Slots)})


def _read_channel(tracker: Tracker) -> Channel:
    return Channel.SMS if tracker.get_latest_input_channel() == Channel.SMS.value else Channel.WEB


def _read_actions_run(events: list[dict[str, Any]]) -> frozenset[str]:
    """The actions that this message has caused so far."""
    names = set()
    for event in reversed(events):
        if event.get("event") == "user":
            break
        if event.get("event") == "action" and event.get("name"):
            names.add(str(event["name"]))
    return frozenset(names)


def _read_last_outcome(events: list[dict[str, Any]]) -> str | None:
    """The outcome of the reply before this message: an action's envelope, else the response's own metadata."""
    is_before_message = False
    for event in reversed(events):
        if event.get("event") == "user":
            is_before_message = True
        elif event.get("event") == "bot" and is_before_message:
            metadata = event.get("metadata") or {}
            for envelope in (metadata.get("reply"), metadata.get("metadata")):
                if isinstance(envelope, dict) and envelope.get("outcome"):
                    return str(envelope["outcome"])
            return None
    return None
