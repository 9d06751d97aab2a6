"""What is this product, or what is approved for this condition?"""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, SlotSet

from actions.replies import Replies, Sources
from actions.therapy_parts import Description, describe_condition, describe_therapy
from actions.topic_action import TopicAction
from actions.turn_context import Turn
from knowledge.policies.model import Fact

# "What is it for?" asks about the product talked about before; a question with a name that the catalogue does not
# know must not be answered with that product.
_POINTS_BACK = re.compile(r"\b(it|its|this|that|they|them|these|those)\b", re.IGNORECASE)
# "Hemophilia" names two conditions; a list of more than these is no answer to read.
_MOST_NAMES = 3
_MOST_FACTS = 2


class AnswerTherapyInfo(TopicAction):
    """Answers from the catalogue; a name that is not in it is said to be unknown, and nothing is guessed."""

    topic = "therapy_info"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The products or conditions that this message names, or the one that it points back to."""
        described = [found for name in _names(turn) if (found := await self._describe(name))][:_MOST_NAMES]
        if not described:
            replies.say("utter_therapy_info_unknown", "handoff_offered")
        else:
            facts = [fact for found in described for fact in await self._find_own_facts(turn, found.about)]
            statement = " ".join(["\n\n".join(found.text for found in described), *(fact.text for fact in facts)])
            sources = Sources.of(facts, *(citation for found in described for citation in found.citations))
            replies.say("utter_therapy_info_answer", "answer", sources=sources, statement=statement)
        return [SlotSet("last_topic", self.topic), SlotSet("facts_given", None)]

    async def _find_own_facts(self, turn: Turn, about: str) -> tuple[Fact, ...]:
        facts = await self.services.policies.find_facts(self.topic, turn.scope, turn.today, about=about)
        return tuple(fact for fact in facts if fact.subjects)[:_MOST_FACTS]

    async def _describe(self, name: str) -> Description | None:
        if therapy := await self.services.therapies.find_therapy(name):
            return await describe_therapy(therapy, self.services, self.phrases)
        if condition := await self.services.therapies.find_condition(name):
            return await describe_condition(condition, self.services, self.phrases)
        return None


def _names(turn: Turn) -> tuple[str, ...]:
    named = turn.entities.get("therapy") or turn.entities.get("condition") or ()
    if not named and turn.about and _POINTS_BACK.search(turn.text):
        named = (turn.about,)
    return tuple(dict.fromkeys(named))
