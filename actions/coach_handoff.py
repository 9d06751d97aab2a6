"""How does a member get a person?"""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.form_steps import leave_form
from actions.phone_numbers import asks_for_number, asks_for_other_number, find_number
from actions.replies import Replies, Sources
from actions.said import say_fact
from actions.topic_action import TurnAction
from actions.turn_context import Turn
from bot.conversations.model import HandoffCause


class RequestHandoff(TurnAction):
    """Records the request for a coach, once; who asks for a number to call gets that, and the coach is offered."""

    action_name = "action_request_handoff"
    topic = "coach_handoff"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The topic talked about goes along as the reason; never the member's words.

        Whether anybody is on duty is the gateway's to know: in the place of this one reply, for the first request and
        for every further one, it says what is true at that moment.
        """
        if asks_for_number(turn.text):
            return await self._give_number(turn, replies)
        cause: HandoffCause = "button" if turn.text.startswith("/") else "words"
        request = await self.services.handoffs.request_handoff(
            turn.conversation_id, reason=turn.slots.last_topic or self.topic, cause=cause
        )
        replies.say("utter_handoff_waiting", "handoff_waiting", position=str(request.position))
        return leave_form()

    async def _give_number(self, turn: Turn, replies: Replies) -> list[EventType]:
        if asks_for_other_number(turn.text):
            replies.say("utter_phone_number_elsewhere", "handoff_offered")
            return []
        number = await find_number(turn, self.services)
        if turn.plan is None and not turn.plan_not_on_file:
            plans = await self.services.policies.list_plans()
            names = self.phrases.list_of((plan.name for plan in plans), is_choice=True)
            replies.say("utter_phone_number_which_plan", "handoff_offered", plans=names)
        elif number is None:
            replies.say("utter_phone_number_unknown", "handoff_offered")
        else:
            replies.say(
                "utter_phone_number", "handoff_offered", sources=Sources.of([number]), statement=say_fact(number)
            )
        return []
