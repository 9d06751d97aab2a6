"""What is said to a question about the plan record: in the turn, or behind it when the source was slow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from actions.phrases import Phrases
from actions.record_parts import RecordView, describe_record, record_card, record_citation
from actions.replies import Button, Replies, Sources
from actions.said import say_fact
from actions.services import ActionServices
from knowledge.eligibility.model import Answer, EligibilityAnswer, MemberId
from knowledge.policies.model import Fact

TOPIC = "eligibility_member"
SELF, CHILD = "self", "child"
# The plan's rule that goes with a record: first on approval, else on the benefit.
_RULE_TOPICS = ("precertification", "coverage_general")


@dataclass(frozen=True)
class RecordQuestion:
    """Whose record, on which day, and whom it is about: "self", "child", somebody else, None where nobody said."""

    conversation_id: str
    member_id: MemberId = field(repr=False)
    day: date
    for_whom: str | None


class RecordAnswer:
    """Looks the record up and says what it says, with the plan's rule. Never that a therapy is covered."""

    def __init__(self, services: ActionServices, phrases: Phrases) -> None:
        self._services = services
        self._phrases = phrases

    async def look_up(self, question: RecordQuestion) -> EligibilityAnswer:
        """The record, audited. Raises UnknownMember, StoreUnavailable."""
        return await self._services.eligibility.look_up(
            member_id=question.member_id,
            as_of=question.day,
            conversation_id=question.conversation_id,
            purpose=TOPIC,
        )

    def needs_whom(self, question: RecordQuestion, record: EligibilityAnswer) -> bool:
        """True where the member may mean a child on the plan, and has not said."""
        return question.for_whom is None and bool(record.dependents)

    async def say(self, question: RecordQuestion, record: EligibilityAnswer, replies: Replies) -> bool:
        """Says it; False where whom it is about must be asked, or is nobody whose record may be shown."""
        whom = question.for_whom
        if self.needs_whom(question, record):
            self._ask_for_whom(replies)
        elif whom not in (None, SELF, CHILD):
            replies.say("utter_eligibility_member_refused_privacy", "refused_privacy")
        elif whom == CHILD and not record.dependents and not record.is_minor:
            replies.say(
                "utter_eligibility_member_no_child",
                "handoff_offered",
                sources=_sources_of(record),
                as_of=record.service_day,
            )
        else:
            is_for_child = whom == CHILD and bool(record.dependents)
            view = RecordView.of_children(record) if is_for_child else RecordView.of_member(record)
            await self._say_record(view, record, replies)
            return True
        return False

    def _ask_for_whom(self, replies: Replies) -> None:
        buttons = [
            Button(self._phrases.say("utter_ask_for_whom_part_self"), '/inform{"for_whom": "self"}'),
            Button(self._phrases.say("utter_ask_for_whom_part_child"), '/inform{"for_whom": "child"}'),
        ]
        replies.say("utter_ask_for_whom", "ask", awaiting=("for_whom", "choice"), buttons=buttons)

    async def _say_record(self, view: RecordView, record: EligibilityAnswer, replies: Replies) -> None:
        is_inactive = view.active is Answer.NO
        rule = () if is_inactive else await self._find_rule(record)
        parts = [
            describe_record(view, record, self._phrases),
            *(self._phrases.say("utter_eligibility_member_part_rule", rule=say_fact(fact)) for fact in rule),
        ]
        replies.say(
            "utter_eligibility_member_record_inactive" if is_inactive else "utter_eligibility_member_record",
            "eligibility",
            sources=_sources_of(record, rule),
            cards=[record_card(view, record)],
            as_of=record.service_day,
            statement=self._phrases.join(parts, separator="\n\n"),
        )

    async def _find_rule(self, record: EligibilityAnswer) -> tuple[Fact, ...]:
        policies = self._services.policies
        plan = await policies.find_plan(record.plan_id) if record.plan_id else None
        if plan is None:
            return ()
        for topic in _RULE_TOPICS:
            facts = await policies.find_facts(topic, plan.scope(record.state), record.service_day)
            own = [fact for fact in facts if fact.document.payer]
            if own:
                return tuple(own[:1])
        return ()


def _sources_of(record: EligibilityAnswer, rule: tuple[Fact, ...] = ()) -> Sources:
    citation = record_citation(record)
    return Sources.of(rule, *([citation] if citation else []))
