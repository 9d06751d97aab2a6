"""Is the payer's rule on file younger than the day asked about? Then that is the answer, with the source's day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actions.document_days import say_on_file_from
from actions.phrases import Phrases
from actions.policy_match import POLICIES
from actions.policy_standing import cite, name_policy
from actions.replies import Button, Replies, Sources
from actions.services import ActionServices
from actions.spoken import say_day
from actions.turn_context import Turn
from knowledge.policies.model import DETAIL, Fact, PolicyDocument


async def say_not_on_day(
    topic: str,
    turn: Turn,
    day: date,
    facts: Sequence[Fact],
    services: ActionServices,
    phrases: Phrases,
    replies: Replies,
) -> bool:
    """True where the plan's facts hold today and did not on the day asked about: said, with the source's day."""
    if day == turn.today or _has_own_answer(facts):
        return False
    today = await services.policies.find_facts(topic, turn.scope, turn.today, about=turn.about)
    if not _has_own_answer(today) and not all(map(_is_detail, facts)):
        # Neutral sources answer, on that day as today; the payer adds details alone.
        return False
    told = {fact.id for fact in facts}
    others = sorted((fact for fact in today if fact.document.payer and fact.id not in told), key=_is_detail)
    own = next((fact.document for fact in others), None)
    if own is None:
        return False
    is_policy = own.kind in POLICIES
    own_day = phrases.say(
        "utter_not_on_day_part_dated" if own.effective_on else "utter_not_on_day_part_undated",
        day=say_day(own.effective_on or own.read_on),
    )
    replies.say(
        "utter_not_on_day",
        "answer",
        sources=Sources((cite(own, turn, phrases) if is_policy else own.citation(),)),
        buttons=[Button(phrases.say("utter_not_on_day_part_button"), f"/{topic}")],
        day=say_day(turn.day),
        payer=own.payer_name,
        policy=name_policy(own, turn, phrases) if is_policy else _name_page(own),
        since=phrases.join([own_day, say_on_file_from(own, phrases)]),
    )
    return True


def _name_page(document: PolicyDocument) -> str:
    return f"{document.title} ({document.number})" if document.number else document.title


def _is_detail(fact: Fact) -> bool:
    return DETAIL in fact.tags


def _has_own_answer(facts: Sequence[Fact]) -> bool:
    """True where the payer says more than details, which are no answer alone."""
    return any(fact.document.payer and not _is_detail(fact) for fact in facts)
