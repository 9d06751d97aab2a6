"""What does a bare "yes" or "no" answer?"""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.coach_handoff import RequestHandoff
from actions.phrases import Phrases
from actions.replies import Replies
from actions.services import ActionServices
from actions.topic_action import TurnAction
from actions.turn_context import Turn


class AnswerYesOrNo(TurnAction):
    """A yes to an offered coach asks for one; any other yes or no invites the next question."""

    action_name = "action_answer_yes_or_no"

    def __init__(self, services: ActionServices, phrases: Phrases, handoff: RequestHandoff) -> None:
        super().__init__(services, phrases)
        self._handoff = handoff

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Goes by the outcome of the reply before this message."""
        is_yes = turn.intent == "affirm"
        if is_yes and turn.last_outcome == "handoff_offered":
            handoff = Replies(replies.dispatcher, turn.channel, self._handoff.topic)
            return await self._handoff.respond(turn, handoff)
        replies.say("utter_affirm" if is_yes else "utter_deny", "answer", topic=turn.intent)
        return []
