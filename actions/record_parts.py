"""How is a plan record said: what it states, and what it leaves open?"""

from __future__ import annotations

from actions.phrases import Phrases
from actions.spoken import say_day
from knowledge.citations import Citation
from knowledge.eligibility.model import Answer, EligibilityAnswer, Funding

_PART = "utter_eligibility_member_part"


def describe_record(record: EligibilityAnswer, phrases: Phrases, *, with_period: bool = True) -> str:
    """Coverage and period, medical benefit, approval, funding, and since when this is known."""
    parts = [
        _describe_period(record, phrases) if with_period else "",
        phrases.say(f"{_PART}_medical_benefit_{record.medical_benefit.value}"),
        phrases.say(f"{_PART}_approval_{record.approval_required.value}"),
        phrases.say(f"{_PART}_self_funded") if record.funding is Funding.SELF_FUNDED else "",
        phrases.say(f"{_PART}_as_of", day=say_day(record.as_of.date())),
        phrases.say(f"{_PART}_sample") if record.is_sample else "",
    ]
    return phrases.join(parts)


def describe_child(record: EligibilityAnswer, phrases: Phrases) -> str:
    """The children under 18 on the member's plan: whether their coverage is active, and nothing else."""
    day = say_day(record.service_day)
    answers = {dependent.active for dependent in record.dependents}
    # Several children who differ can't be told apart without naming them, so that is left to a person.
    active = answers.pop() if len(answers) == 1 else Answer.UNKNOWN
    return phrases.say(f"{_PART}_child_{active.value}", day=day, plan_name=record.plan_name or "")


def record_card(record: EligibilityAnswer, *, is_for_child: bool) -> dict[str, object]:
    """The contract's eligibility card; "unknown" is a value of its own, never left out."""
    children = {dependent.active.value for dependent in record.dependents}
    card: dict[str, object] = {
        "kind": "eligibility",
        "plan": record.plan_name,
        "for_whom": "child" if is_for_child else "self",
        "active": (children.pop() if len(children) == 1 else "unknown") if is_for_child else record.active.value,
        "service_day": record.service_day.isoformat(),
        "medical_benefit": record.medical_benefit.value,
        "approval_required": record.approval_required.value,
        "funding": record.funding.value,
        "as_of": record.as_of.date().isoformat(),
        "is_sample": record.is_sample,
    }
    if not is_for_child:
        card["starts_on"] = record.starts_on.isoformat() if record.starts_on else "unknown"
        card |= {"ends_on": record.ends_on.isoformat()} if record.ends_on else {}
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
        read_on=record.as_of.date(),
        url=None,
    )


def _describe_period(record: EligibilityAnswer, phrases: Phrases) -> str:
    if record.plan_id is None:
        return phrases.say(f"{_PART}_no_coverage")
    values = {"day": say_day(record.service_day), "plan_name": record.plan_name or str(record.plan_id)}
    if record.active is Answer.UNKNOWN:
        return phrases.say(f"{_PART}_active_unknown", **values)
    if record.active is Answer.NO:
        if record.ends_on is not None and record.ends_on < record.service_day:
            return phrases.say(f"{_PART}_ended", ends_on=say_day(record.ends_on), **values)
        starts_on = say_day(record.starts_on) if record.starts_on else ""
        return phrases.say(f"{_PART}_not_started", starts_on=starts_on, **values)
    period = [phrases.say(f"{_PART}_active_yes", **values)]
    if record.starts_on:
        period.append(phrases.say(f"{_PART}_starts_on", day=say_day(record.starts_on)))
    if record.ends_on:
        period.append(phrases.say(f"{_PART}_ends_on", day=say_day(record.ends_on)))
    return phrases.join(period)
