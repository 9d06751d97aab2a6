"""What does the verified member's own plan record say, and what does it leave open?"""

from __future__ import annotations

from datetime import date

from rasa_sdk.events import EventType, SlotSet

from actions.form_steps import VERIFICATION_FORM, begin_form
from actions.record_parts import RecordView, describe_record, record_card, record_citation
from actions.replies import Button, Replies, Sources
from actions.topic_action import TopicAction
from actions.turn_context import Turn
from bot.conversations.model import Channel
from knowledge.eligibility.model import Answer, EligibilityAnswer, MemberId
from knowledge.policies.model import Fact

SELF, CHILD = "self", "child"
# The plan's rule that goes with a record: first on approval, else on the benefit.
_RULE_TOPICS = ("precertification", "coverage_general")


class AnswerEligibilityMember(TopicAction):
    """Verifies first; then says what the record says, with the plan's rule. Never that a therapy is covered."""

    topic = "eligibility_member"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """A proof of the last 15 minutes stands; else the form asks for one. For others nobody is asked for proof.

        On SMS nobody is asked and nothing is shown: the secure chat does both.
        """
        whom = turn.named("for_whom")
        if whom not in (None, SELF, CHILD) or await self._names_another_number(turn):
            replies.say("utter_eligibility_member_refused_privacy", "refused_privacy")
            return [SlotSet("last_topic", self.topic), SlotSet("for_whom", None), SlotSet("facts_given", None)]
        if turn.channel is Channel.SMS:
            self.say_record_link(replies)
            return [SlotSet("last_topic", self.topic), SlotSet("for_whom", None), SlotSet("facts_given", None)]
        if turn.verified_member_id is None:
            kept = [SlotSet("date", _iso(turn.day_asked_about)), SlotSet("for_whom", whom)]
            return [*kept, *begin_form(turn, VERIFICATION_FORM)]
        return await self.answer_from_record(turn, turn.verified_member_id, turn.day_asked_about, replies)

    async def answer_from_record(
        self, turn: Turn, member_id: MemberId, day: date | None, replies: Replies
    ) -> list[EventType]:
        """The record on `day` (None: today) for the member, or for the minor child that was asked about."""
        record = await self.services.eligibility.look_up(
            member_id=member_id,
            as_of=day or turn.today,
            conversation_id=turn.conversation_id,
            purpose=self.topic,
        )
        if turn.is_recorded and record.plan_id:
            await self.services.conversations.record_plan(turn.conversation_id, record.plan_id, record.state)
        whom = turn.named("for_whom") or turn.slots.for_whom
        done = [
            SlotSet("last_topic", self.topic),
            SlotSet("date", None),
            SlotSet("facts_given", None),
            *([SlotSet("plan", record.plan_id)] if record.plan_id else []),
        ]
        if whom is None and record.dependents:
            self._ask_for_whom(replies)
            return [*done, SlotSet("date", _iso(day))]
        # Whom it is about is asked anew for the next question: an answer must not speak of the wrong person.
        done.append(SlotSet("for_whom", None))
        if whom not in (None, SELF, CHILD):
            replies.say("utter_eligibility_member_refused_privacy", "refused_privacy")
        elif whom == CHILD and not record.dependents and not record.is_minor:
            replies.say("utter_eligibility_member_no_child", "handoff_offered")
        else:
            is_for_child = whom == CHILD and bool(record.dependents)
            view = RecordView.of_children(record) if is_for_child else RecordView.of_member(record)
            await self._say_record(view, record, replies)
            self.ask_day(turn, replies)
        return done

    async def _names_another_number(self, turn: Turn) -> bool:
        """True for a number that is not the verified member's, so that the own record is not shown in its place."""
        number = turn.named("member_id")
        if turn.verified_member_id is None or number is None:
            return False
        own = self.services.eligibility.is_own_number
        return not await own(turn.verified_member_id, number, conversation_id=turn.conversation_id)

    def _ask_for_whom(self, replies: Replies) -> None:
        buttons = [
            Button(self.phrases.say("utter_ask_for_whom_part_self"), '/inform{"for_whom": "self"}'),
            Button(self.phrases.say("utter_ask_for_whom_part_child"), '/inform{"for_whom": "child"}'),
        ]
        replies.say("utter_ask_for_whom", "ask", awaiting=("for_whom", "choice"), buttons=buttons)

    async def _say_record(self, view: RecordView, record: EligibilityAnswer, replies: Replies) -> None:
        is_inactive = view.active is Answer.NO
        rule = () if is_inactive else await self._find_rule(record)
        parts = [
            describe_record(view, record, self.phrases),
            *(self.phrases.say("utter_eligibility_member_part_rule", rule=fact.text) for fact in rule),
        ]
        citation = record_citation(record)
        replies.say(
            "utter_eligibility_member_record_inactive" if is_inactive else "utter_eligibility_member_record",
            "eligibility",
            sources=Sources.of(rule, *([citation] if citation else [])),
            cards=[record_card(view, record)],
            statement=self.phrases.join(parts, separator="\n\n"),
        )

    async def _find_rule(self, record: EligibilityAnswer) -> tuple[Fact, ...]:
        policies = self.services.policies
        plan = await policies.find_plan(record.plan_id) if record.plan_id else None
        if plan is None:
            return ()
        for topic in _RULE_TOPICS:
            facts = await policies.find_facts(topic, plan.scope(record.state), record.service_day)
            own = [fact for fact in facts if fact.document.payer]
            if own:
                return tuple(own[:1])
        return ()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
