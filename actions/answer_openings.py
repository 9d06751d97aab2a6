"""What must be said before a topic's facts: that coverage ended, which day counts, which product is meant?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.document_days import say_since
from actions.own_policies import list_own_policies
from actions.phrases import Phrases
from actions.policy_standing import cite, name_policy
from actions.record_parts import record_citation
from actions.services import ActionServices
from actions.spoken import say_day
from actions.therapy_parts import describe_for_topic
from actions.turn_context import Turn
from knowledge.citations import Citation
from knowledge.eligibility.model import Answer
from knowledge.policies.model import Fact

# Rules that change from a day to the next. Elsewhere a day is mostly that of an event ("treated on 03/01/2026,
# what comes next?"), so the answer is today's.
DAY_TOPICS = frozenset({"coverage_general", "precertification", "evidence_of_coverage", "cost", "candidacy"})
# What a member could take for a decision on their own case.
DECIDED_TOPICS = frozenset(
    {
        "coverage_general",
        "precertification",
        "eligibility_member",
        "policy_lookup",
        "candidacy",
        "appeal_denial",
        "cost",
    }
)
_ABOUT_TOPICS = frozenset({"coverage_general", "precertification", "cost"})
# Where the plan's own policy is named, too, although its words could not be quoted.
_RULED_TOPICS = _ABOUT_TOPICS | {"candidacy"}


@dataclass(frozen=True)
class Opening:
    """`before` stands above the answer; `facts` is what the catalogue adds to it."""

    before: str = ""
    facts: str = ""
    citations: tuple[Citation, ...] = ()


async def open_answer(
    topic: str, turn: Turn, facts: Sequence[Fact], services: ActionServices, phrases: Phrases
) -> Opening:
    """The opening for these facts; empty where nothing must be said first."""
    ended = _say_ended(topic, turn, phrases)
    about, own_policy = await _say_about(topic, turn, facts, services, phrases)
    described = await describe_for_topic(topic, turn, services, phrases)
    known, added = (described.before, described.text) if described else ("", "")
    if not facts and not added:
        # Nothing follows that it would stand before: it is the answer.
        known, added = "", known
    # What the catalogue says of a product that no rule is told of has its own day.
    which_day = "" if described and described.frame and not facts else say_which_day(topic, turn, phrases)
    citation = record_citation(turn.record) if ended and turn.record else None
    return Opening(
        before=phrases.join([ended, which_day, known, about]),
        facts=added,
        citations=(
            *((citation,) if citation else ()),
            *(described.citations if described else ()),
            *((own_policy,) if own_policy else ()),
        ),
    )


def _say_ended(topic: str, turn: Turn, phrases: Phrases) -> str:
    record = turn.record
    if record is None or topic not in DECIDED_TOPICS or turn.plan is None or turn.plan.id != record.plan_id:
        return ""
    if record.active is not Answer.NO or record.ends_on is None or record.ends_on >= turn.day:
        return ""
    return phrases.say("utter_part_record_ended", plan_name=turn.plan.name, ends_on=say_day(record.ends_on))


def say_which_day(topic: str, turn: Turn, phrases: Phrases) -> str:
    """That the rules are those of another day than today; empty where it is today, or the topic knows no days."""
    if turn.day == turn.today or topic not in DAY_TOPICS:
        return ""
    key = "utter_part_on_past_day" if turn.day < turn.today else "utter_part_on_later_day"
    return phrases.say(key, day=say_day(turn.day))


async def _say_about(
    topic: str, turn: Turn, facts: Sequence[Fact], services: ActionServices, phrases: Phrases
) -> tuple[str, Citation | None]:
    """Which product the answer is for, and where the plan has a policy on it that none of the facts tells of."""
    if not facts or topic not in _RULED_TOPICS:
        return "", None
    about = turn.about if topic in _ABOUT_TOPICS else None
    therapy = await services.therapies.find_therapy(about) if about else None
    is_own = therapy is not None and any(turn.about in fact.subjects for fact in facts)
    if therapy and is_own:
        return phrases.say("utter_part_about", brand=therapy.brand), None
    day = turn.day if topic in DAY_TOPICS else turn.today
    has_own_facts = any(fact.document.payer for fact in facts)
    policies = await list_own_policies(turn, day, services)
    if policy := next((each for each in policies if each.is_named or (each.is_silent and not has_own_facts)), None):
        document = policy.document
        said = phrases.say(
            "utter_part_about_own_policy" if policy.is_named else "utter_part_about_own_words",
            policy=name_policy(document, turn, phrases),
            number=document.number or phrases.say("utter_part_about_that_policy"),
            payer=document.payer_name,
            since=say_since(document, day, phrases),
        )
        return said, cite(document, turn, phrases)
    return phrases.say("utter_part_about_general", brand=therapy.brand) if therapy else "", None
