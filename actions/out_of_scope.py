"""What is said to a question that is not for this assistant? What is on file, where it is; else what it is for."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.free_question import AnswerFreeQuestion
from actions.leads import SURE
from actions.phrases import Phrases
from actions.replies import Replies
from actions.services import ActionServices
from actions.topic_action import TopicAction
from actions.turn_context import Turn

# The reply to each and its outcome.
OUT_OF_SCOPE = {
    "out_of_scope": ("utter_out_of_scope", "out_of_scope"),
    "out_of_scope_far": ("utter_out_of_scope_far", "redirect"),
}


class AnswerOutOfScope(TopicAction):
    """Sends the member on, kindly; but a word that stands in the plan's own policy is no other subject."""

    def __init__(self, services: ActionServices, phrases: Phrases, topic: str, free: AnswerFreeQuestion) -> None:
        super().__init__(services, phrases)
        self.topic = topic
        self._free = free

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """What is found without a doubt, else the boundary."""
        if (found := await self._free.tell_if_found(turn, replies, at_least=SURE)) is not None:
            return found
        replies.say(*OUT_OF_SCOPE[self.topic])
        return []
