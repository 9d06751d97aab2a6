"""By which plan, state, day and entities is this turn answered?

The tracker's dicts end here: everything else in this package works on a `Turn`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from rasa_sdk.interfaces import Tracker

from actions.alternatives import read_alternatives, read_open
from actions.message import Message, Slots, read_day
from actions.number_or_day import take_number_for_day
from actions.patience import PLAN_BUDGET_S, LookUpIsLate, within
from actions.plain_words import denies_plan, names_plan_not_on_file
from actions.services import ActionServices
from bot.conversations.model import Channel, ConversationContext, ConversationId, ConversationNotFound, Holder
from knowledge.eligibility.model import EligibilityAnswer, MemberId, UnknownMember
from knowledge.policies.model import Plan, Scope

__all__ = ["NOT_ON_FILE", "UNKNOWN_PLAN", "Slots", "Turn", "read_day", "read_turn"]

# What the slot `plan` holds where it is no plan's id: the member does not know it, or nothing is on file for it.
UNKNOWN_PLAN = "unknown"
NOT_ON_FILE = "not_on_file"
_PURPOSE = "plan_rules"


@dataclass(frozen=True)
class Turn(Message):
    """One member message as the actions see it; `actions_run` are those that it has caused already.

    `plan` is the plan to answer for: the one named in this message, else the verified member's own, else the
    conversation's. None with `plan_is_unknown` means that the member was asked and does not know, or that nothing is
    on file for it (`plan_not_on_file`). `denies_plan` is true where this message only says which plan is not theirs.
    `record` is the verified member's, on the day asked about; None with `record_is_late` where its source is slow.
    """

    conversation_id: ConversationId
    is_recorded: bool
    channel: Channel
    locale: str
    holder: Holder
    verified_member_id: MemberId | None = field(repr=False)
    record: EligibilityAnswer | None = field(repr=False)
    record_is_late: bool
    actions_run: frozenset[str]
    last_outcome: str | None
    last_reply_topic: str | None
    named_plan: Plan | None
    plan: Plan | None
    plan_is_unknown: bool
    plan_not_on_file: bool
    denies_plan: bool
    state: str | None
    today: date
    day_asked_about: date | None

    @property
    def scope(self) -> Scope:
        """Whose rules count; payer-neutral ones alone where no plan is known."""
        return self.plan.scope(self.state) if self.plan else Scope(None, None, self.state)

    @property
    def day(self) -> date:
        """The day whose rules count: the one asked about, else today."""
        return self.day_asked_about or self.today

    @property
    def has_own_plan(self) -> bool:
        """True where the plan is proven: no page, button or passing mention changes it."""
        return self.record_is_late or (self.record is not None and self.record.plan_id is not None)


async def read_turn(tracker: Tracker, services: ActionServices) -> Turn:
    """Converts the tracker and adds what the conversation's record knows. Raises StoreUnavailable."""
    message = await take_number_for_day(_read_message(tracker), services.policies)
    context = await _find_context(tracker.sender_id, services)
    day = message.find_day(services.policies.today(None))
    verified = _find_verified_member(context)
    record, is_late = await _find_record(verified, day or services.policies.today(None), tracker.sender_id, services)
    own_plan = await services.policies.find_plan(record.plan_id) if record and record.plan_id else None
    denied = await _find_denied(message, services)
    found = [plan for value in message.entities.get("plan", ()) if (plan := await services.policies.find_plan(value))]
    named = [plan for plan in found if plan not in denied]
    # Two plans in one message: answers are never blended, so none is taken and the member is asked.
    is_ambiguous = len({plan.id for plan in named}) > 1
    says_other = names_plan_not_on_file(message.text, names_plan_on_file=bool(named))
    not_on_file = says_other or (own_plan is None and not named and message.slots.plan == NOT_ON_FILE)
    named_plan = named[0] if named and not is_ambiguous and not not_on_file else None
    plan = named_plan
    # Without the record the plan that a page or a passing mention named may be another payer's than the member's own.
    if plan is None and not is_ambiguous and not not_on_file and not is_late:
        plan = own_plan or await _find_known_plan(context, message.slots, services)
    plan = None if plan in denied and plan != own_plan else plan
    last_outcome, last_reply_topic = _read_last_reply(tracker.events)
    return Turn(
        **{each.name: getattr(message, each.name) for each in fields(Message)},
        conversation_id=ConversationId(tracker.sender_id),
        is_recorded=context is not None,
        channel=context.channel if context else _read_channel(tracker),
        locale=context.locale if context else "en",
        holder=context.holder if context else Holder.ASSISTANT,
        verified_member_id=verified,
        record=record,
        record_is_late=is_late,
        actions_run=_read_actions_run(tracker.events),
        last_outcome=last_outcome,
        last_reply_topic=last_reply_topic,
        named_plan=named_plan,
        plan=plan,
        plan_is_unknown=plan is None and (not_on_file or _was_told_unknown(message)),
        plan_not_on_file=not_on_file,
        denies_plan=bool(denied) and named_plan is None and own_plan is None,
        state=message.plan_state or _find_known_state(context, record, plan, message.slots),
        today=services.policies.today(plan),
        day_asked_about=day,
    )


def _read_message(tracker: Tracker) -> Message:
    entities = _read_entities(tracker.latest_message.get("entities") or [])
    return Message(
        intent=(tracker.latest_message.get("intent") or {}).get("name") or "",
        text=tracker.latest_message.get("text") or "",
        entities=entities,
        slots=_read_slots(tracker.slots),
        active_form=tracker.active_loop_name,
        requested_slot=tracker.slots.get("requested_slot"),
        readings=_read_readings(tracker.latest_message),
        alternatives=read_alternatives(tracker.latest_message.get("entities") or []) or read_open(tracker, entities),
        language=tracker.latest_message.get("language") or "und",
    )


def _read_readings(message: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    ranking = message.get("intent_ranking") or ()
    is_unclear = (message.get("intent") or {}).get("name") == "nlu_fallback"
    return tuple((str(each["name"]), float(each["confidence"])) for each in ranking) if is_unclear else ()


def _was_told_unknown(message: Message) -> bool:
    """True for a member who does not know the plan, or was asked for it often enough; never where two are named."""
    names = message.entities.get("plan", ())
    if UNKNOWN_PLAN in (*names, message.slots.plan):
        return True
    return not names and message.asked.is_enough("plan")


def _find_verified_member(context: ConversationContext | None) -> MemberId | None:
    """Nobody on SMS, whatever was proven on the web: a phone may lie about, and its texts stay on it."""
    if context is None or context.channel is Channel.SMS or not context.verified_member_id:
        return None
    return MemberId(context.verified_member_id)


async def _find_context(conversation_id: str, services: ActionServices) -> ConversationContext | None:
    try:
        return await services.conversations.get_context(conversation_id)
    except ConversationNotFound:
        # A developer's `rasa shell` talks without a recorded conversation; nothing of a member hangs on it.
        return None


async def _find_record(
    member_id: MemberId | None, day: date, conversation_id: str, services: ActionServices
) -> tuple[EligibilityAnswer | None, bool]:
    """The verified member's own record: its plan and state hold, whatever else was said. Audited.

    None and True where its source is slow: whose rules count is not known then.
    """
    if member_id is None:
        return None, False
    look_up = services.eligibility.look_up(
        member_id=member_id, as_of=day, conversation_id=conversation_id, purpose=_PURPOSE
    )
    try:
        return await within(PLAN_BUDGET_S, look_up, conversation_id=conversation_id), False
    except UnknownMember:
        return None, False
    except LookUpIsLate:
        return None, True


async def _find_known_plan(context: ConversationContext | None, slots: Slots, services: ActionServices) -> Plan | None:
    if context and context.plan_id and (plan := await services.policies.find_plan(context.plan_id)):
        return plan
    return await services.policies.find_plan(slots.plan) if slots.plan else None


async def _find_denied(message: Message, services: ActionServices) -> list[Plan]:
    plans = await services.policies.list_plans()
    return [plan for plan in plans if denies_plan(message.text, {plan.payer_name, plan.name, *plan.aliases})]


def _find_known_state(
    context: ConversationContext | None, record: EligibilityAnswer | None, plan: Plan | None, slots: Slots
) -> str | None:
    if record and record.plan_id:
        # For a plan that is not the member's own, the member's state says nothing.
        return record.state if plan is None or plan.id == record.plan_id else None
    return slots.state or (context.state if context else None)


def _read_entities(found: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    entities: dict[str, tuple[str, ...]] = {}
    for item in found:
        name, value = item.get("entity"), item.get("value")
        if name and value is not None:
            values = tuple(str(part) for part in value) if isinstance(value, list) else (str(value),)
            entities[name] = (*entities.get(name, ()), *values)
    return entities


def _read_slots(slots: Mapping[str, Any]) -> Slots:
    # A word that names two ("hemophilia" is A and B) leaves both in the slot: what comes later is about neither alone.
    return Slots(
        **{
            slot.name: None if isinstance(slots.get(slot.name), list) else slots.get(slot.name)
            for slot in fields(Slots)
        }
    )


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


def _read_last_reply(events: list[dict[str, Any]]) -> tuple[str | None, str | None]:
    """Outcome and topic of the reply before this message: an action's envelope, else the response's own metadata."""
    is_before_message = False
    for event in reversed(events):
        if event.get("event") == "user":
            is_before_message = True
        elif event.get("event") == "bot" and is_before_message:
            metadata = event.get("metadata") or {}
            for envelope in (metadata.get("reply"), metadata.get("metadata")):
                if isinstance(envelope, dict) and envelope.get("outcome"):
                    return str(envelope["outcome"]), envelope.get("topic")
            return None, None
    return None, None
