"""How does a member get a person?"""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.form_steps import leave_form
from actions.replies import Replies
from actions.topic_action import TurnAction
from actions.turn_context import Turn
from bot.conversations.model import HandoffCause


class RequestHandoff(TurnAction):
    """Records the request for a coach, once, and says truthfully what happens next."""

    action_name = "action_request_handoff"
    topic = "coach_handoff"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The topic talked about goes along as the reason; never the member's words."""
        cause: HandoffCause = "button" if turn.text.startswith("/") else "words"
        request = await self.services.conversations.request_handoff(
            turn.conversation_id, reason=turn.slots.last_topic or self.topic, cause=cause
        )
        key = "utter_handoff_already_waiting" if request.already else "utter_handoff_waiting"
        replies.say(key, "handoff_waiting")
        return leave_form()
