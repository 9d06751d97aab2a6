"""What is said to a message that was not understood?"""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.form_steps import MISSES_BEFORE_GIVING_UP, leave_form
from actions.free_question import AnswerFreeQuestion
from actions.phrases import Phrases
from actions.replies import Replies
from actions.services import ActionServices
from actions.topic_action import TurnAction
from actions.turn_context import Turn

# What the engine calls a message that fits no topic.
_NO_TOPIC = "nlu_fallback"


class Clarify(TurnAction):
    """Asks to say it another way. Inside a form the open question follows, and after two misses the form ends."""

    action_name = "action_clarify"

    def __init__(self, services: ActionServices, phrases: Phrases, free: AnswerFreeQuestion) -> None:
        super().__init__(services, phrases)
        self._free = free

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Outside a form what is on file may answer; inside, misses are counted, so that nobody is asked for ever."""
        if turn.active_form is None:
            if turn.intent == _NO_TOPIC and (events := await self._free.try_answer(turn, replies)) is not None:
                return events
            replies.say("utter_clarify", "clarify")
            return []
        misses = (turn.slots.missed_answers or 0) + 1
        if misses >= MISSES_BEFORE_GIVING_UP:
            replies.say("utter_clarify_gave_up", "handoff_offered")
            return leave_form()
        replies.say("utter_clarify_in_form", "clarify")
        return [SlotSet("missed_answers", misses)]
