"""What is this product, or what is approved for this condition?"""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, SlotSet

from actions.replies import Replies, Sources
from actions.therapy_parts import Description, describe_condition, describe_therapy
from actions.topic_action import TopicAction
from actions.turn_context import Turn

# "What is it for?" asks about the product talked about before; a question with a name that the catalogue does not
# know must not be answered with that product.
_POINTS_BACK = re.compile(r"\b(it|its|this|that|they|them|these|those)\b", re.IGNORECASE)


class AnswerTherapyInfo(TopicAction):
    """Answers from the catalogue; a name that is not in it is said to be unknown, and nothing is guessed."""

    topic = "therapy_info"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The product or condition that this message names, or points back to."""
        description = await self._describe(turn)
        if description is None:
            replies.say("utter_therapy_info_unknown", "handoff_offered")
        else:
            sources = Sources(citations=tuple(dict.fromkeys(description.citations)))
            replies.say("utter_therapy_info_answer", "answer", sources=sources, statement=description.text)
        return [SlotSet("last_topic", self.topic), SlotSet("facts_given", None)]

    async def _describe(self, turn: Turn) -> Description | None:
        therapies = self.services.therapies
        about = turn.named("therapy") or turn.named("condition")
        if about is None and _POINTS_BACK.search(turn.text):
            about = turn.about
        if about and (therapy := await therapies.find_therapy(about)):
            return await describe_therapy(therapy, self.services, self.phrases)
        if about and (condition := await therapies.find_condition(about)):
            return await describe_condition(condition, self.services, self.phrases)
        return None
