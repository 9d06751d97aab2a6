"""What is said to a message that was not understood?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from rasa_sdk.events import EventType, SlotSet

from actions.ambiguous import offer, take_choice
from actions.denied_plan import ask_other_plan
from actions.form_steps import MISSES_BEFORE_GIVING_UP, leave_form
from actions.free_question import AnswerFreeQuestion
from actions.phrases import Phrases
from actions.replies import Button, Replies
from actions.services import ActionServices
from actions.topic_action import TopicAction, TurnAction
from actions.turn_context import Turn
from actions.writes_spanish import say_not_understood

# What the engine calls a message that fits no topic.
_NO_TOPIC = "nlu_fallback"
# What a member may have meant: topics that have an answer. A danger, advice or discontent is never offered as a choice.
CHOICES = (
    "therapy_basics", "therapy_info", "safety_risks", "process_followup", "candidacy", "coverage_general",
    "precertification", "policy_lookup", "cost", "eligibility_member", "evidence_of_coverage", "facility_search",
    "facility_why", "appeal_denial", "clinical_trials", "coach_about",
)  # fmt: skip
# Of readings that are less likely the member would wonder; less will do where it is known what the question is about.
_LIKELY, _LIKELY_OF_SUBJECT = 0.1, 0.04
# From here on the only reading is taken in a talk; in a first message it may be a subject that is none of ours.
_LIKELY_IN_TALK = 0.2
# Three are as hard to choose from as the whole menu.
_MOST_CHOICES = 2
# Fewer are rather an answer to the form's question.
_WORDS_OF_QUESTION = 5
# One after the other, the further the more plainly a way to a person. Nobody reads the same words three times in a row.
_LADDER = ("utter_clarify", "utter_clarify_again", "utter_clarify_coach", "utter_clarify_coach_again")


class Clarify(TurnAction):
    """Offers what the member may have meant, then all topics, then a coach. In a form the open question follows."""

    action_name = "action_clarify"
    answers_in_english = True

    def __init__(self, services: ActionServices, phrases: Phrases, free: AnswerFreeQuestion) -> None:
        super().__init__(services, phrases)
        self._free = free
        # What the topics are answered by, for a choice in words.
        self.answers: Mapping[str, TopicAction] = MappingProxyType({})

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """What was offered may be chosen, or what is on file answers; inside a form misses are counted."""
        if (chosen := take_choice(turn)) is not None and chosen.intent in self.answers:
            return await self.answers[chosen.intent].respond(chosen, replies.about(chosen.intent))
        if (asked := await ask_other_plan(self, turn, replies)) is not None:
            return asked
        if turn.active_form is not None:
            return await self._miss(turn, replies)
        if turn.language == "es":
            return say_not_understood(turn, replies)
        choices = self._list_choices(turn)
        if turn.intent == _NO_TOPIC:
            found = await self._free.try_answer(turn, replies, may_say_unknown=not choices)
            if found is not None:
                return found
        if (topic := self._find_only_reading(turn, choices)) is not None:
            meant = replace(turn, intent=topic)
            settled = [SlotSet("unclear_question", None), SlotSet("unclear_choices", None)]
            return [*settled, *await self.answers[topic].answer(meant, replies.about(topic))]
        return self._ask_back(choices, turn, replies)

    def _ask_back(self, choices: list[Button], turn: Turn, replies: Replies) -> list[EventType]:
        times = int(turn.slots.unclear_times or 0) + 1
        in_a_row = int(turn.slots.unclear_in_a_row or 0) + 1 if turn.last_outcome == "clarify" else 1
        kept: list[EventType] = [SlotSet("unclear_question", None), SlotSet("unclear_choices", None)]
        if choices and in_a_row == 1:
            kept = offer(choices, turn.kept_words)
            names = self.phrases.join((choice.title for choice in choices), separator=" / ")
            coach = Button(self.phrases.say("utter_clarify_part_coach"), "/coach_handoff")
            replies.say("utter_clarify_choices", "clarify", buttons=[*choices, coach], numbered=True, choices=names)
        else:
            replies.say(_choose_words(times, in_a_row), "clarify")
        return [SlotSet("unclear_times", times), SlotSet("unclear_in_a_row", in_a_row), *kept]

    def _find_only_reading(self, turn: Turn, choices: list[Button]) -> str | None:
        """The topic that the message most likely has, where no other could be offered beside it."""
        if len(choices) != 1 or turn.intent != _NO_TOPIC or not turn.slots.last_topic:
            return None
        topic, likelihood = turn.readings[0]
        return topic if topic in self.answers and topic in CHOICES and likelihood >= _LIKELY_IN_TALK else None

    def _list_choices(self, turn: Turn) -> list[Button]:
        """The likeliest readings, with what the message names kept for the answer."""
        named = {name: list(values) for name, values in turn.kept_entities.items()}
        likely = _LIKELY_OF_SUBJECT if {"therapy", "condition"} & set(named) else _LIKELY
        topics = [topic for topic, likelihood in turn.readings if topic in CHOICES and likelihood >= likely]
        payload = json.dumps(named) if named else ""
        return [
            Button(self.phrases.say(f"utter_clarify_part_topic_{topic}"), f"/{topic}{payload}")
            for topic in topics[:_MOST_CHOICES]
        ]

    async def _miss(self, turn: Turn, replies: Replies) -> list[EventType]:
        is_question = turn.intent == _NO_TOPIC and ("?" in turn.text or len(turn.text.split()) >= _WORDS_OF_QUESTION)
        if is_question and (found := await self._free.tell_if_found(turn, replies)) is not None:
            return found
        misses = (turn.slots.missed_answers or 0) + 1
        if misses >= MISSES_BEFORE_GIVING_UP or turn.asked.is_enough(turn.requested_slot or ""):
            replies.say("utter_clarify_gave_up", "handoff_offered")
            return leave_form()
        replies.say("utter_clarify_in_form", "clarify")
        return [SlotSet("missed_answers", misses)]


def _choose_words(times: int, in_a_row: int) -> str:
    """The response for the so manieth message of the dialogue that was not understood."""
    step = max(times, in_a_row)
    # Whoever goes on after the last step gets the later ones by turns.
    return _LADDER[step - 1] if step <= len(_LADDER) else _LADDER[1 + (step - 2) % (len(_LADDER) - 1)]
