"""What is on file about a topic? Facts in force for the member's plan, each with its source.

Most topics need no code of their own: facts go into the frame `utter_<topic>_answer`, and where nothing is on
file `utter_<topic>_unknown` says so and offers the coach.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from rasa_sdk.events import EventType, SlotSet

from actions.answer_openings import DAY_TOPICS, Opening, open_answer, say_which_day
from actions.form_steps import ask_plan
from actions.leads import SURE, asked_words, find_continued, find_lead, is_passed_by, open_with_lead
from actions.not_on_day import say_not_on_day
from actions.overview import Overview
from actions.phrases import Phrases
from actions.plan_choices import list_plan_choices
from actions.replies import Button, Replies, Sources
from actions.said import say_fact
from actions.services import ActionServices
from actions.spoken import say_state
from actions.subjects import find_facts_about, open_with_subject
from actions.therapy_parts import describe_for_topic
from actions.topic_action import TopicAction
from actions.turn_context import Turn
from actions.unknown_names import names_unknown
from bot.conversations.model import Channel
from knowledge.policies.model import Fact, Plan

if TYPE_CHECKING:
    from actions.free_question import AnswerFreeQuestion

# One payer's rules differ from another's here, so these wait until the plan is known.
PLAN_TOPICS = (
    "coverage_general",
    "precertification",
    "evidence_of_coverage",
    "cost",
    "appeal_denial",
    "candidacy",
    "facility_why",
    "coach_about",
)
# These are answered at once. A plan's own wording is used where the plan is known, but a member who asks what
# gene therapy is should not have to look for a membership card first; neutral sources say nothing of a plan.
NEUTRAL_TOPICS = ("therapy_basics", "safety_risks", "process_followup", "clinical_trials")

# A spoken answer stays readable; the rest waits for "tell me more".
MOST_SENTENCES = 3
_BASICS = "therapy_basics"
# The frame of an answer that holds whatever the plan is.
_GENERAL = "utter_plan_unknown_answer"
# The points of "P.O. Box" end no sentence.
_SENTENCE_END = re.compile(r"(?<!\.[A-Z])[.?!][\"')]*(?=\s|$)")


def count_sentences(text: str) -> int:
    """How many sentences a member reads in this text."""
    return len(_SENTENCE_END.findall(text))


def choose_facts(facts: Sequence[Fact], given: int = 0, *, before: str = "") -> tuple[Fact, ...]:
    """The next facts to speak after the `given` first ones: as many as stay short together with `before`.

    At least one, unless something stands before it. What the payer says and what neutral sources say is never spoken in
    one breath.
    """
    chosen: list[Fact] = []
    sentences = count_sentences(before)
    for fact in facts[given:]:
        is_other_source = bool(chosen) and fact.document.payer != chosen[0].document.payer
        is_too_long = sentences + count_sentences(fact.text) > MOST_SENTENCES
        if is_other_source or (is_too_long and sentences):
            break
        chosen.append(fact)
        sentences += count_sentences(fact.text)
    return tuple(chosen)


def put_first(facts: Sequence[Fact], lead: str | None) -> tuple[Fact, ...]:
    """The fact that is asked for, then those about the same therapies, so that no other's risks stand behind it."""
    about = next((fact.subjects for fact in facts if fact.id == lead), frozenset())
    return tuple(sorted(facts, key=lambda fact: (fact.id != lead, about.isdisjoint(fact.subjects))))


def keep_place(topic: str, turn: Turn, given: int | None = None, lead: str | None = None) -> list[EventType]:
    """What "tell me more" goes on from: topic, facts given (None: nothing is left), the day if it is not today, and the
    fact that went first.

    A question that waited for the state is over; one that waits for the plan is not, until its form has ended.
    """
    day = turn.day.isoformat() if given is not None and turn.day != turn.today else None
    lead = lead if given is not None else None
    return [
        SlotSet("last_topic", topic),
        SlotSet("facts_given", given),
        SlotSet("date", day),
        SlotSet("lead_fact", lead),
        SlotSet("waiting_question", turn.slots.waiting_question if turn.slots.topic_in_progress else None),
    ]


def say_more(turn: Turn, phrases: Phrases, is_more: bool) -> tuple[str, list[Button]]:
    """How a member gets the rest: a sentence on a phone, a button on the page."""
    if not is_more:
        return "", []
    if turn.channel is Channel.SMS:
        return phrases.say("utter_more_part_text"), []
    return "", [Button(phrases.say("utter_more_part_button"), "/more")]


class AnswerTopic(TopicAction):
    """Answers one informational topic."""

    # What looks a question up that the topic has no fact for.
    free: AnswerFreeQuestion | None = None
    # What other topics are answered by: "how long does it take?" may go on with one.
    others: Mapping[str, TopicAction] = MappingProxyType({})

    def __init__(self, services: ActionServices, phrases: Phrases, topic: str) -> None:
        super().__init__(services, phrases)
        self.topic = topic

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Facts for the plan; asks which plan where the answer hangs on it and nobody has asked yet."""
        if (other := self.others.get(find_continued(self.topic, turn) or "")) is not None:
            return await other.respond(turn, replies.about(other.topic))
        if self.topic in PLAN_TOPICS:
            if turn.plan_not_on_file:
                await self.say_not_on_file(replies)
                return keep_place(self.topic, turn)
            if turn.plan is None and not turn.plan_is_unknown:
                return ask_plan(turn, self.topic)
            if turn.plan and _is_elsewhere(turn.plan, turn.state):
                self._say_other_state(turn, turn.plan, replies)
                return keep_place(self.topic, turn)
        return await self.answer_from(None, turn, replies)

    async def answer_from(self, given: int | None, turn: Turn, replies: Replies) -> list[EventType]:
        """Speaks the facts that follow the `given` first ones; None begins, with what must be said before them."""
        facts = await self._find_facts(turn)
        described = await describe_for_topic(self.topic, turn, self.services, self.phrases)
        is_all = described is not None and described.frame is not None
        if is_all:
            facts = tuple(fact for fact in facts if turn.about in fact.subjects)
        replies = replace(replies, as_of=self._day(turn))
        own_text = self.free if given is None and not is_all else None
        if own_text and (said := await own_text.tell_own_text(self.topic, turn, self._day(turn), facts, replies)):
            return said
        if given is None:
            if (instead := await self._answer_instead(turn, facts, replies)) is not None:
                return instead
            if not is_all and await say_not_on_day(
                self.topic, turn, self._day(turn), facts, self.services, self.phrases, replies
            ):
                return keep_place(self.topic, turn)
            if (
                not (facts or is_all)
                and turn.plan is None
                and self.topic in NEUTRAL_TOPICS
                and not turn.plan_is_unknown
            ):
                # Nothing neutral on file: the plan's own sources may answer.
                return ask_plan(turn, self.topic)
            opening = await open_answer(self.topic, turn, facts, self.services, self.phrases)
        else:
            opening = Opening(before=say_which_day(self.topic, turn, self.phrases))
        if given is None:
            asked_for = await find_lead(self.topic, turn, facts, self.services)
            opening, lead = open_with_lead(opening, asked_for, self.phrases), asked_for.fact_id
        else:
            lead = turn.slots.lead_fact
        facts = put_first(facts, lead)
        chosen = choose_facts(facts, given or 0, before=opening.facts)
        if not chosen and not opening.facts:
            if given is None and self.free and (found := await self.free.tell_if_found(turn, replies)) is not None:
                return found
            await self._say_nothing(given, turn, replies)
            return keep_place(self.topic, turn)
        told = (given or 0) + len(chosen)
        more, buttons = say_more(turn, self.phrases, told < len(facts))
        if given is None:
            opening = await open_with_subject(opening, chosen, turn, self.services, self.phrases)
        spoken = self.phrases.join([opening.facts, *map(say_fact, chosen), more])
        frame = (described.frame if described and not facts else None) or self._frame(given, turn)
        if frame == _GENERAL:
            # Whose rules count is not asked again; who knows it now may say so.
            buttons = [*await list_plan_choices(self.services), *buttons]
        replies.say(
            frame,
            "answer",
            sources=Sources.of(chosen, *opening.citations),
            buttons=buttons,
            statement=self.phrases.join([opening.before, spoken], separator="\n\n"),
        )
        self.ask_day(turn, replies)
        return keep_place(self.topic, turn, told if told < len(facts) else None, lead)

    async def _answer_instead(self, turn: Turn, facts: Sequence[Fact], replies: Replies) -> list[EventType] | None:
        """What answers a question that the topic's facts would pass by; None where they are the answer."""
        asked = asked_words(turn)
        if self.topic == _BASICS and (told := await Overview(self.services, self.phrases).tell_if_asked(turn, replies)):
            return told
        if not asked or self.free is None:
            return None
        at_least = SURE if is_passed_by(self.topic, asked, facts) else None
        if at_least is None and not await names_unknown(turn, asked, facts, self.services):
            return None
        found = await self.free.tell_if_found(replace(turn, text=asked), replies, at_least=at_least)
        if found is None:
            replies.say("utter_free_question_unknown", "handoff_offered")
        return found or keep_place(self.topic, turn)

    def _frame(self, given: int | None, turn: Turn) -> str:
        if given is not None:
            return "utter_more_answer"
        is_general = turn.plan is None and self.topic in PLAN_TOPICS
        return _GENERAL if is_general else f"utter_{self.topic}_answer"

    async def _say_nothing(self, given: int | None, turn: Turn, replies: Replies) -> None:
        if given is not None:
            replies.say("utter_more_nothing", "handoff_offered")
        elif turn.plan is None and self.topic in PLAN_TOPICS:
            await self.say_plan_unknown(replies)
        else:
            replies.say(f"utter_{self.topic}_unknown", "handoff_offered")

    def _say_other_state(self, turn: Turn, plan: Plan, replies: Replies) -> None:
        replies.say(
            "utter_plan_other_state",
            "handoff_offered",
            payer=plan.payer_name,
            state_name=say_state(turn.state or ""),
            states=self.phrases.list_of(say_state(state) for state in plan.states),
        )

    async def _find_facts(self, turn: Turn) -> tuple[Fact, ...]:
        """Everything on file for the turn's scope on the day that counts, in speaking order."""
        return await find_facts_about(self.topic, turn, self._day(turn), self.services)

    def _day(self, turn: Turn) -> date:
        return turn.day if self.topic in DAY_TOPICS else turn.today


def _is_elsewhere(plan: Plan, state: str | None) -> bool:
    return bool(plan.states and state) and state not in plan.states
