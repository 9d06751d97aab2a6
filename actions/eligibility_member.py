"""What does the verified member's own plan record say, and what does it leave open?"""

from __future__ import annotations

from datetime import date

from rasa_sdk.events import EventType, SlotSet

from actions.form_steps import VERIFICATION_FORM, begin_form
from actions.patience import RECORD_BUDGET_S, LookUpIsLate, within
from actions.phrases import Phrases
from actions.record_answer import CHILD, SELF, TOPIC, RecordAnswer, RecordQuestion
from actions.replies import LookUpLater, Replies
from actions.services import ActionServices
from actions.topic_action import TopicAction
from actions.turn_context import Turn
from bot.conversations.lookups import LookupKind
from bot.conversations.model import Channel
from knowledge.eligibility.model import MemberId


class AnswerEligibilityMember(TopicAction):
    """Verifies first; then says what the record says, with the plan's rule. Never that a therapy is covered."""

    topic = TOPIC

    def __init__(self, services: ActionServices, phrases: Phrases) -> None:
        super().__init__(services, phrases)
        self._answer = RecordAnswer(services, phrases)

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
        """The record on `day` (None: today) for the member, or for the minor child that was asked about.

        A source that is slower than a turn may be is asked behind the turn: the gateway says then what was found.
        """
        whom = turn.named("for_whom") or turn.slots.for_whom
        question = RecordQuestion(turn.conversation_id, member_id, day or turn.today, whom)
        done = [SlotSet("last_topic", self.topic), SlotSet("date", None), SlotSet("facts_given", None)]
        # Whom it is about is asked anew for the next question: an answer must not speak of the wrong person.
        forgotten = SlotSet("for_whom", None)
        try:
            look_up = self._answer.look_up(question)
            record = await within(RECORD_BUDGET_S, look_up, conversation_id=turn.conversation_id)
        except LookUpIsLate:
            if not turn.is_recorded:
                raise
            later = LookUpLater(LookupKind.PLAN_RECORD.value, question.day, whom)
            replies.say("utter_lookup_checking", "answer", look_up=later)
            self.ask_day(turn, replies)
            # Whom it is about may have to be asked then, and the answer to that is for the same day.
            return [*done, forgotten, *([SlotSet("date", _iso(day))] if whom is None else [])]
        if turn.is_recorded and record.plan_id:
            await self.services.conversations.record_plan(turn.conversation_id, record.plan_id, record.state)
        if record.plan_id:
            done.append(SlotSet("plan", record.plan_id))
        if await self._answer.say(question, record, replies):
            self.ask_day(turn, replies)
        if self._answer.needs_whom(question, record):
            return [*done, SlotSet("date", _iso(day))]
        return [*done, forgotten]

    async def _names_another_number(self, turn: Turn) -> bool:
        """True for a number that is not the verified member's, so that the own record is not shown in its place."""
        number = turn.named("member_id")
        if turn.verified_member_id is None or number is None:
            return False
        own = self.services.eligibility.is_own_number
        is_own = own(turn.verified_member_id, number, conversation_id=turn.conversation_id)
        return not await within(RECORD_BUDGET_S, is_own, conversation_id=turn.conversation_id)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
