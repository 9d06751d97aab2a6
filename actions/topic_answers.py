"""What is on file about a topic? Facts in force for the member's plan, each with its source.

Most topics need no code of their own: facts go into the frame `utter_<topic>_answer`, and where nothing is on
file `utter_<topic>_unknown` says so and offers the coach.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rasa_sdk.events import EventType, SlotSet

from actions.answer_openings import DAY_TOPICS, Opening, open_answer
from actions.form_steps import ask_plan
from actions.phrases import Phrases
from actions.replies import Button, Replies, Sources
from actions.services import ActionServices
from actions.spoken import say_day, say_state
from actions.topic_action import TopicAction
from actions.turn_context import Turn
from knowledge.policies.model import Fact, Plan, Scope

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

MAX_FACTS = 4
# A spoken answer stays readable; the rest waits for "tell me more".
MAX_WORDS = 75


def choose_facts(facts: Sequence[Fact], given: int = 0) -> tuple[Fact, ...]:
    """The next facts to speak after the `given` first ones: at least one, then as many as stay short.

    What the payer says and what neutral sources say is never spoken in one breath.
    """
    chosen: list[Fact] = []
    words = 0
    for fact in facts[given : given + MAX_FACTS]:
        words += len(fact.text.split())
        if chosen and (words > MAX_WORDS or fact.document.payer != chosen[0].document.payer):
            break
        chosen.append(fact)
    return tuple(chosen)


class AnswerTopic(TopicAction):
    """Answers one informational topic."""

    def __init__(self, services: ActionServices, phrases: Phrases, topic: str) -> None:
        super().__init__(services, phrases)
        self.topic = topic

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Facts for the plan; asks which plan where the answer hangs on it and nobody has asked yet."""
        if turn.plan_not_on_file and self.topic in PLAN_TOPICS:
            await self.say_not_on_file(replies)
            return [SlotSet("last_topic", self.topic), SlotSet("facts_given", None)]
        if turn.plan is None and self.topic in PLAN_TOPICS:
            if not turn.plan_is_unknown:
                return ask_plan(turn, self.topic)
            return await self._answer_without_plan(turn, replies)
        if turn.plan and self.topic in PLAN_TOPICS and _is_elsewhere(turn.plan, turn.state):
            self._say_other_state(turn, turn.plan, replies)
            return [SlotSet("last_topic", self.topic), SlotSet("facts_given", None)]
        return await self.answer_from(0, turn, replies)

    async def answer_from(self, given: int, turn: Turn, replies: Replies) -> list[EventType]:
        """Speaks the facts that follow the `given` first ones."""
        facts = await self.find_facts(turn, turn.scope)
        if not given and await self._say_not_on_day(turn, facts, replies):
            return [SlotSet("last_topic", self.topic), SlotSet("facts_given", None)]
        if not facts and turn.plan is None and self.topic in NEUTRAL_TOPICS and not turn.plan_is_unknown:
            # Nothing neutral on file: the plan's own sources may answer.
            return ask_plan(turn, self.topic)
        chosen = choose_facts(facts, given)
        opening = await open_answer(self.topic, turn, chosen, self.services, self.phrases) if not given else Opening()
        if not chosen and not opening.facts:
            replies.say(f"utter_{self.topic}_unknown", "handoff_offered")
            return [SlotSet("last_topic", self.topic), SlotSet("facts_given", None)]
        spoken = self.phrases.join([opening.facts, *(fact.text for fact in chosen)])
        is_more = given + len(chosen) < len(facts) and turn.day == turn.today
        replies.say(
            f"utter_{self.topic}_answer",
            "answer",
            sources=Sources.of(chosen, *opening.citations),
            buttons=self._more(is_more),
            statement=self.phrases.join([opening.before, spoken], separator="\n\n"),
        )
        self.ask_day(turn, replies)
        # "Tell me more" names no day: for another day than today there is nothing to go on with.
        return [SlotSet("last_topic", self.topic), SlotSet("facts_given", given + len(chosen) if is_more else None)]

    async def _say_not_on_day(self, turn: Turn, facts: Sequence[Fact], replies: Replies) -> bool:
        """True where the plan's facts hold today and did not on the day asked about: said, with the source's day."""
        if self._day(turn) == turn.today or any(fact.document.payer for fact in facts):
            return False
        today = await self.services.policies.find_facts(self.topic, turn.scope, turn.today, about=turn.about)
        own = next((fact.document for fact in today if fact.document.payer), None)
        if own is None:
            return False
        since = "dated" if own.effective_on else "undated"
        replies.say(
            "utter_not_on_day",
            "answer",
            sources=Sources((own.citation(),)),
            buttons=[Button(self.phrases.say("utter_not_on_day_part_button"), f"/{self.topic}")],
            day=say_day(turn.day),
            payer=own.payer_name,
            policy=f"{own.title} ({own.number})" if own.number else own.title,
            since=self.phrases.say(f"utter_not_on_day_part_{since}", day=say_day(own.in_force_from)),
        )
        return True

    def _say_other_state(self, turn: Turn, plan: Plan, replies: Replies) -> None:
        replies.say(
            "utter_plan_other_state",
            "handoff_offered",
            payer=plan.payer_name,
            state_name=say_state(turn.state or ""),
            states=self.phrases.list_of(say_state(state) for state in plan.states),
        )

    async def find_facts(self, turn: Turn, scope: Scope) -> tuple[Fact, ...]:
        """Everything on file for the scope on the day asked about, in speaking order."""
        return await self.services.policies.find_facts(self.topic, scope, self._day(turn), about=turn.about)

    def _day(self, turn: Turn) -> date:
        return turn.day if self.topic in DAY_TOPICS else turn.today

    async def _answer_without_plan(self, turn: Turn, replies: Replies) -> list[EventType]:
        chosen = choose_facts(await self.find_facts(turn, turn.scope))
        if chosen:
            statement = " ".join(fact.text for fact in chosen)
            replies.say("utter_plan_unknown_answer", "answer", sources=Sources.of(chosen), statement=statement)
        else:
            await self.say_plan_unknown(replies)
        return [SlotSet("last_topic", self.topic), SlotSet("facts_given", len(chosen) or None)]

    def _more(self, is_more: bool) -> list[Button]:
        return [Button(self.phrases.say("utter_more_part_button"), "/more")] if is_more else []


def _is_elsewhere(plan: Plan, state: str | None) -> bool:
    return bool(plan.states and state) and state not in plan.states
