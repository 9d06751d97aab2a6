"""What does a bare "yes" or "no" answer?"""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.answer_openings import DECIDED_TOPICS
from actions.coach_handoff import RequestHandoff
from actions.denied_plan import ask_other_plan
from actions.form_questions import is_asked_enough
from actions.more import AnswerMore
from actions.phrases import Phrases
from actions.replies import Replies
from actions.services import ActionServices
from actions.spanish import GoOnInEnglish
from actions.topic_action import TurnAction
from actions.turn_context import Turn

# A "no" of more words than this may be a question: "so that's a no?"
_PLAIN_NO_WORDS = 2
# Its answer ends in "Shall I ask for a coach?".
_OFFERS_COACH = "coach_about"


class AnswerYesOrNo(TurnAction):
    """A yes to an offered coach asks for one, to the rest of an answer gives it. None on coverage is ever confirmed."""

    action_name = "action_answer_yes_or_no"

    def __init__(
        self,
        services: ActionServices,
        phrases: Phrases,
        handoff: RequestHandoff,
        more: AnswerMore,
        english: GoOnInEnglish,
    ) -> None:
        super().__init__(services, phrases)
        self._handoff = handoff
        self._more = more
        self._english = english

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Goes by the reply before this message, then by the topic talked about."""
        if (settled := await self._english.settle_yes_or_no(turn, replies)) is not None:
            return settled
        if (asked := await ask_other_plan(self, turn, replies)) is not None:
            return asked
        is_yes = turn.intent == "affirm"
        if is_yes and (turn.last_outcome == "handoff_offered" or turn.last_reply_topic == _OFFERS_COACH):
            handoff = replies.about(self._handoff.topic)
            return await self._handoff.respond(turn, handoff)
        wants_decision = is_yes or len(turn.text.split()) > _PLAIN_NO_WORDS
        if wants_decision and turn.slots.last_topic in DECIDED_TOPICS:
            replies.say("utter_no_decision", "answer", topic=turn.intent)
        elif is_yes and turn.last_outcome == "answer" and turn.slots.facts_given is not None:
            # What an answer offers is the rest of it.
            return await self._more.respond(turn, replies)
        elif turn.active_form is None or is_asked_enough(turn, turn.requested_slot or ""):
            # In a form its own question follows, and nothing need be said before it.
            replies.say("utter_affirm" if is_yes else "utter_deny", "answer", topic=turn.intent)
        return []
