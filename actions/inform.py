"""What does a bare "08540", "CareSource" or "my son" continue, when no form has asked for it?"""

from __future__ import annotations

from collections.abc import Mapping

from rasa_sdk.events import EventType, SlotSet

from actions.answer_openings import DAY_TOPICS
from actions.clarify import Clarify
from actions.phrases import Phrases
from actions.plain_words import read_relative_day
from actions.replies import Replies
from actions.services import ActionServices
from actions.topic_action import TopicAction, TurnAction
from actions.topic_answers import PLAN_TOPICS
from actions.turn_context import Turn

# What an entity is about, when nothing was talked about that it could continue. The first that is named counts.
_TOPIC_OF_ENTITY = (
    ("member_id", "eligibility_member"),
    ("date_of_birth", "eligibility_member"),
    ("zip_code", "facility_search"),
    ("policy_number", "policy_lookup"),
    ("therapy", "therapy_info"),
    ("condition", "therapy_info"),
    ("facility", "facility_search"),
    ("city", "facility_search"),
)
_PLAN_DEPENDENT = frozenset({*PLAN_TOPICS, "policy_lookup", "facility_search", "therapy_basics"})
# The topics for which an entity changes the answer: "what about 08540?", "and on April 30?", "and my son?"
_CONTINUES = {
    "plan": _PLAN_DEPENDENT,
    "state": _PLAN_DEPENDENT,
    "zip_code": frozenset({"facility_search"}),
    "age_group": frozenset({"facility_search"}),
    "for_whom": frozenset({"eligibility_member"}),
    "date": frozenset({*DAY_TOPICS, "policy_lookup", "eligibility_member"}),
    "policy_number": frozenset({"policy_lookup"}),
    "therapy": frozenset({"facility_search", "process_followup", "candidacy", "policy_lookup", "therapy_info"}),
    "condition": frozenset({"therapy_info"}),
}


class AnswerInform(TurnAction):
    """Answers again for what was just named; inside a form it was no answer to the form's question."""

    action_name = "action_answer_inform"
    answers_in_english = True

    def __init__(
        self, services: ActionServices, phrases: Phrases, answers: Mapping[str, TopicAction], clarify: Clarify
    ) -> None:
        super().__init__(services, phrases)
        self._answers = answers
        self._clarify = clarify

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The waiting question first, then the topic talked about, then what the entity is about."""
        topic = self._find_topic(turn)
        if turn.active_form is None and topic is not None:
            replies = replies.about(topic)
            waited = [SlotSet("topic_in_progress", None), SlotSet("waiting_question", None)]
            return [*waited, *await self._answers[topic].respond(turn, replies)]
        if turn.active_form is None and turn.plan_not_on_file:
            await self.say_not_on_file(replies)
            return []
        if turn.active_form is None and turn.named_plan:
            replies.say("utter_inform_plan_kept", "answer", plan_name=turn.named_plan.name)
            return []
        return await self._clarify.respond(turn, replies)

    def _find_topic(self, turn: Turn) -> str | None:
        waiting, last = turn.slots.topic_in_progress, turn.slots.last_topic
        if waiting and waiting in self._answers and (turn.named_plan or turn.plan_not_on_file):
            return waiting
        named = [*turn.entities, *(["date"] if read_relative_day(turn.text, turn.today) else [])]
        if last and any(last in _CONTINUES.get(entity, ()) for entity in named):
            return last
        return next((topic for entity, topic in _TOPIC_OF_ENTITY if entity in turn.entities), None)
