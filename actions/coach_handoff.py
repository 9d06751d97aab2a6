"""How does a member get a person?"""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.form_steps import leave_form
from actions.replies import Replies
from actions.topic_action import TurnAction
from actions.turn_context import Turn
from bot.conversations.model import HandoffCause


class RequestHandoff(TurnAction):
    """Records the request for a coach, once."""

    action_name = "action_request_handoff"
    topic = "coach_handoff"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The topic talked about goes along as the reason; never the member's words.

        Whether anybody is on duty is the gateway's to know: in the place of this one reply, for the first request and
        for every further one, it says what is true at that moment.
        """
        cause: HandoffCause = "button" if turn.text.startswith("/") else "words"
        request = await self.services.handoffs.request_handoff(
            turn.conversation_id, reason=turn.slots.last_topic or self.topic, cause=cause
        )
        replies.say("utter_handoff_waiting", "handoff_waiting", position=str(request.position))
        return leave_form()
