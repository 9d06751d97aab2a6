"""How is a plan record said: what it states, and what it leaves open?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from actions.phrases import Phrases
from actions.spoken import say_day
from knowledge.citations import Citation
from knowledge.eligibility.model import Answer, EligibilityAnswer, Funding
from knowledge.plan_calendar import DEFAULT_TIME_ZONE, today

_PART = "utter_eligibility_member_part"

Value = TypeVar("Value")


@dataclass(frozen=True)
class RecordView:
    """One person's cover as it is shown: the verified member's, or that of the children on the plan."""

    is_for_child: bool
    active: Answer
    starts_on: date | None
    ends_on: date | None
    medical_benefit: Answer
    approval_required: Answer
    funding: Funding
    as_of: datetime
    source: str

    @property
    def as_of_day(self) -> date:
        """The day of `as_of` where the plans are, which is what a member calls today."""
        return today(DEFAULT_TIME_ZONE, self.as_of)

    @classmethod
    def of_member(cls, record: EligibilityAnswer) -> RecordView:
        """The verified member's own cover; a child's own where the child's number was used."""
        return cls(
            is_for_child=record.is_minor,
            active=record.active,
            starts_on=record.starts_on,
            ends_on=record.ends_on,
            medical_benefit=record.medical_benefit,
            approval_required=record.approval_required,
            funding=record.funding,
            as_of=record.as_of,
            source=record.source,
        )

    @classmethod
    def of_children(cls, record: EligibilityAnswer) -> RecordView:
        """The cover of the children under 18, nothing of it the parent's.

        Several children who differ can't be told apart without naming them, so that is unknown and left to a person.
        """
        children = record.dependents
        return cls(
            is_for_child=True,
            active=_shared((child.active for child in children), Answer.UNKNOWN),
            starts_on=_shared((child.starts_on for child in children), None),
            ends_on=_shared((child.ends_on for child in children), None),
            medical_benefit=_shared((child.medical_benefit for child in children), Answer.UNKNOWN),
            approval_required=_shared((child.approval_required for child in children), Answer.UNKNOWN),
            funding=_shared((child.funding for child in children), Funding.UNKNOWN),
            as_of=min((child.as_of for child in children), default=record.as_of),
            source=_shared((child.source for child in children), record.source),
        )


def describe_record(view: RecordView, record: EligibilityAnswer, phrases: Phrases) -> str:
    """Coverage and period, and since when this is known; benefit, approval and funding only where it may be active."""
    may_be_active = view.active is not Answer.NO
    parts = [
        _describe_child(view, record, phrases) if view.is_for_child else _describe_period(view, record, phrases),
        phrases.say(f"{_PART}_medical_benefit_{view.medical_benefit.value}") if may_be_active else "",
        phrases.say(f"{_PART}_approval_{view.approval_required.value}") if may_be_active else "",
        phrases.say(f"{_PART}_self_funded") if may_be_active and view.funding is Funding.SELF_FUNDED else "",
        phrases.say(f"{_PART}_as_of", day=say_day(view.as_of_day)),
        phrases.say(f"{_PART}_sample") if record.is_sample else "",
    ]
    return phrases.join(parts)


def record_card(view: RecordView, record: EligibilityAnswer) -> dict[str, object]:
    """The contract's eligibility card; "unknown" is a value of its own, never left out."""
    card: dict[str, object] = {
        "kind": "eligibility",
        "plan": record.plan_name,
        "for_whom": "child" if view.is_for_child else "self",
        "active": view.active.value,
        "service_day": record.service_day.isoformat(),
        "medical_benefit": view.medical_benefit.value,
        "approval_required": view.approval_required.value,
        "funding": view.funding.value,
        "as_of": view.as_of_day.isoformat(),
        "is_sample": record.is_sample,
    }
    if not view.is_for_child:
        card["starts_on"] = view.starts_on.isoformat() if view.starts_on else "unknown"
        card |= {"ends_on": view.ends_on.isoformat()} if view.ends_on else {}
    return {name: value for name, value in card.items() if value is not None}


def record_citation(record: EligibilityAnswer) -> Citation | None:
    """The record itself as a source; None where there is no coverage on file to cite."""
    if not record.source:
        return None
    return Citation(
        document=record.source,
        number=None,
        payer=record.plan_name or "",
        section=None,
        version=None,
        effective_on=None,
        read_on=today(DEFAULT_TIME_ZONE, record.as_of),
        url=None,
    )


def _describe_child(view: RecordView, record: EligibilityAnswer, phrases: Phrases) -> str:
    day = say_day(record.service_day)
    return phrases.say(f"{_PART}_child_{view.active.value}", day=day, plan_name=record.plan_name or "")


def _describe_period(view: RecordView, record: EligibilityAnswer, phrases: Phrases) -> str:
    if record.plan_id is None:
        return phrases.say(f"{_PART}_no_coverage")
    values = {"day": say_day(record.service_day), "plan_name": record.plan_name or str(record.plan_id)}
    if view.active is Answer.UNKNOWN:
        return phrases.say(f"{_PART}_active_unknown", **values)
    if view.active is Answer.NO:
        if view.ends_on is not None and view.ends_on < record.service_day:
            return phrases.say(f"{_PART}_ended", ends_on=say_day(view.ends_on), **values)
        starts_on = say_day(view.starts_on) if view.starts_on else ""
        return phrases.say(f"{_PART}_not_started", starts_on=starts_on, **values)
    period = [phrases.say(f"{_PART}_active_yes", **values)]
    if view.starts_on:
        period.append(phrases.say(f"{_PART}_starts_on", day=say_day(view.starts_on)))
    if view.ends_on:
        period.append(phrases.say(f"{_PART}_ends_on", day=say_day(view.ends_on)))
    return phrases.join(period)


def _shared(values: Iterable[Value], otherwise: Value) -> Value:
    """The value that all have in common, else `otherwise`."""
    found = set(values)
    return found.pop() if len(found) == 1 else otherwise
