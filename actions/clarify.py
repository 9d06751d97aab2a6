"""What is said to a message that was not understood?"""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.form_steps import MISSES_BEFORE_GIVING_UP, leave_form
from actions.replies import Replies
from actions.topic_action import TurnAction
from actions.turn_context import Turn


class Clarify(TurnAction):
    """Asks to say it another way. Inside a form the open question follows, and after two misses the form ends."""

    action_name = "action_clarify"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Counts misses inside a form, so that nobody is asked the same thing for ever."""
        if turn.active_form is None:
            replies.say("utter_clarify", "clarify")
            return []
        misses = (turn.slots.missed_answers or 0) + 1
        if misses >= MISSES_BEFORE_GIVING_UP:
            replies.say("utter_clarify_gave_up", "handoff_offered")
            return leave_form()
        replies.say("utter_clarify_in_form", "clarify")
        return [SlotSet("missed_answers", misses)]
