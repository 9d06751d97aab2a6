"""What does "08540", "and for hemophilia?" or "sorry, my daughter" continue, when no form has asked for it?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from rasa_sdk.events import EventType, SlotSet

from actions.answer_openings import DAY_TOPICS
from actions.clarify import Clarify
from actions.definitions import find_own_facts, say_term
from actions.denied_plan import ask_other_plan
from actions.more import AnswerMore
from actions.phrases import Phrases
from actions.plain_words import read_relative_day
from actions.references import Question
from actions.replies import Replies
from actions.services import ActionServices
from actions.topic_action import TopicAction, TurnAction
from actions.turn_context import Turn
from actions.waiting import go_back

# What an entity is about by itself. The first that is named counts.
_TOPIC_OF_ENTITY = (
    ("member_id", "eligibility_member"),
    ("date_of_birth", "eligibility_member"),
    ("zip_code", "facility_search"),
    ("policy_number", "policy_lookup"),
    ("facility", "facility_search"),
    ("therapy", "therapy_info"),
    ("condition", "therapy_info"),
    ("city", "facility_search"),
)
# These are about one thing alone, whatever was talked about before.
_OWN_TOPIC = frozenset({"member_id", "date_of_birth", "zip_code", "policy_number", "facility"})
_BASICS, _INFO = "therapy_basics", "therapy_info"
_COACHES, _BOUNDARY = "coach_about", "medical_advice"
# Any answer may be asked for once more, for another plan or for somebody else; a day changes only rules.
_CHANGES_RULES = frozenset({*DAY_TOPICS, "policy_lookup", "eligibility_member"})
_CHANGES_ANY = frozenset({"plan", "state", "therapy", "condition", "age_group", "age", "for_whom"})
_MEANS = re.compile(r"\bmean(?:s|ing)?\b", re.IGNORECASE)
_HOW_LONG = re.compile(r"\b(?:how\s+(?:long|soon|quick\w*|fast)|when)\b", re.IGNORECASE)
_OTHER = re.compile(
    r"\bother\b(?!\s+(?:son|daughter|kid|child|twin|boy|girl|baby|brother|sister|cousin|parent|one\W+he))",
    re.IGNORECASE,
)
_WHY_OR_MORE = re.compile(r"\b(?:why|how\s+come|mean\w*|what\s+else|then|like\s+what|such\s+as)\b", re.IGNORECASE)


class AnswerInform(TurnAction):
    """Answers again for what was just named; inside a form it was no answer to the form's question."""

    action_name = "action_answer_inform"
    answers_in_english = True

    def __init__(
        self,
        services: ActionServices,
        phrases: Phrases,
        answers: Mapping[str, TopicAction],
        clarify: Clarify,
        more: AnswerMore,
    ) -> None:
        super().__init__(services, phrases)
        self._answers = answers
        self._clarify = clarify
        self._more = more

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The waiting question first, then the one that was asked last, then what the entity is about."""
        turn = await self._mean_other(turn)
        if (asked := await ask_other_plan(self, turn, replies)) is not None:
            return asked
        if turn.active_form is not None:
            return await self._clarify.respond(turn, replies)
        if self._waits(turn):
            turn, back = go_back(turn)
            return [*back, *await self._answer(turn.slots.topic_in_progress or "", turn, replies)]
        if turn.last_reply_topic == _BOUNDARY and (turn.named("therapy") or turn.named("condition")):
            replies.say("utter_medical_advice", "medical_boundary", topic=_BOUNDARY)
            return []
        if not turn.entities and not turn.names_class and _WHY_OR_MORE.search(turn.text) and turn.slots.last_topic:
            return await self._explain(turn, replies)
        if (topic := _find_continued(turn)) in self._answers:
            return await self._ask_again(topic or "", turn, replies)
        if turn.plan_not_on_file:
            await self.say_not_on_file(replies.about(turn.slots.last_topic))
            return []
        if topic := next((topic for entity, topic in _TOPIC_OF_ENTITY if entity in turn.entities), None):
            return await self._answer(topic, turn, replies)
        if turn.named_plan:
            replies.say("utter_inform_plan_kept", "answer", plan_name=turn.named_plan.name)
            return []
        return await self._clarify.respond(turn, replies)

    async def _mean_other(self, turn: Turn) -> Turn:
        """ "The other sickle cell one" is the product for it that was not talked of; the turn itself for all else."""
        condition = await self.services.therapies.find_condition(turn.named("condition") or "")
        if condition is None or turn.named("therapy") or not _OTHER.search(turn.text):
            return turn
        others = [name for name in condition.therapies if name != turn.slots.therapy]
        if len(others) != 1 or len(others) == len(condition.therapies):
            return turn
        named = {name: values for name, values in turn.entities.items() if name != "condition"}
        return replace(turn, entities={**named, "therapy": tuple(others)})

    def _waits(self, turn: Turn) -> bool:
        waiting = turn.slots.topic_in_progress
        return waiting in self._answers and bool(turn.named_plan or turn.plan_not_on_file)

    async def _answer(self, topic: str, turn: Turn, replies: Replies) -> list[EventType]:
        waited = [SlotSet("topic_in_progress", None), SlotSet("waiting_question", None)]
        return [*waited, *await self._answers[topic].answer_one(turn, replies.about(topic))]

    async def _ask_again(self, topic: str, turn: Turn, replies: Replies) -> list[EventType]:
        """The last question, for what this message names instead; its words alone where the last had another topic."""
        asked = Question.read(turn.slots.last_question)
        if asked is None or asked.topic != topic or not (turn.entities or turn.names_class):
            return await self._answer(topic, turn, replies)
        asked = asked.ask_for(turn)
        return [SlotSet("last_question", asked.write()), *await self._answer(topic, asked.as_turn(turn), replies)]

    async def _explain(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The word that the last answer hangs on; else what else is on file, or that nothing is."""
        topic = turn.slots.last_topic or ""
        if _MEANS.search(turn.text):
            terms = await self.services.therapies.list_terms()
            term = next((term for term in terms if term.answered_by == topic and term.payer is None), None)
            if term is not None:
                own = await find_own_facts(term, turn, self.services.policies)
                return say_term(term, own, turn, topic, self.phrases, replies.about(topic))
        return await self._more.respond(turn, replies.about(topic))


def _find_continued(turn: Turn) -> str | None:
    """The topic that the message goes on with; None where it says nothing that would change the answer."""
    last = turn.slots.last_topic
    if last is None:
        return None
    named = {*turn.entities, *(["date"] if read_relative_day(turn.text, turn.today) else [])}
    own = next((topic for entity, topic in _TOPIC_OF_ENTITY if entity in named & _OWN_TOPIC), None)
    if own is not None:
        return own if own == last else None
    is_subject = bool({"therapy", "condition"} & named)
    if (turn.names_class or is_subject) and last == _COACHES:
        return None
    if is_subject and last == _BASICS:
        return _INFO
    if turn.names_class or named & _CHANGES_ANY or ("date" in named and last in _CHANGES_RULES):
        return last
    return last if not named and _HOW_LONG.search(turn.text) else None
