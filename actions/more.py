"""Is there more to say about what was answered last?"""

from __future__ import annotations

from collections.abc import Mapping

from rasa_sdk.events import EventType

from actions.phrases import Phrases
from actions.replies import Replies
from actions.services import ActionServices
from actions.topic_action import TurnAction
from actions.topic_answers import AnswerTopic
from actions.turn_context import Turn


class AnswerMore(TurnAction):
    """Gives the facts that a short answer held back."""

    action_name = "action_answer_more"

    def __init__(self, services: ActionServices, phrases: Phrases, answers: Mapping[str, AnswerTopic]) -> None:
        super().__init__(services, phrases)
        self._answers = answers

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Nothing left, or nothing begun: says so and offers what comes next."""
        answer = self._answers.get(turn.slots.last_topic or "")
        given = int(turn.slots.facts_given or 0)
        if answer is None or given == 0:
            replies.say("utter_more_nothing", "handoff_offered", topic=turn.slots.last_topic)
            return []
        facts = await answer.find_facts(turn, turn.scope)
        if given >= len(facts):
            replies.say("utter_more_nothing", "handoff_offered", topic=answer.topic)
            return []
        return await answer.answer_from(given, turn, Replies(replies.dispatcher, turn.channel, answer.topic))
