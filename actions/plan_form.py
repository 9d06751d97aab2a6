"""Which plan is it? Asked once; then the question that needed it is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping

from rasa_sdk.events import EventType, SlotSet

from actions.form_steps import resume_form
from actions.free_question import FREE_QUESTION
from actions.phrases import Phrases
from actions.replies import Button, Replies
from actions.services import ActionServices
from actions.topic_action import TopicAction, TurnAction
from actions.turn_context import NOT_ON_FILE, UNKNOWN_PLAN, Turn

# A plain reply that names no plan: "no", "I'm not sure", "Aetna".
_ANSWERS = frozenset({"inform", "affirm", "deny"})


def names_no_plan_on_file(turn: Turn) -> bool:
    """True when a bare answer to "which plan?" names none that is on file: it is not asked a second time."""
    has_named_another = bool(turn.entities.get("plan")) and turn.named_plan is None
    return turn.is_bare_answer and (has_named_another or (turn.intent in _ANSWERS and not turn.entities))


def _say_topic(waiting: str | None) -> str:
    """The topic of the contract that the question belongs to; one that fits none is answered from the plan's papers."""
    return "policy_lookup" if waiting == FREE_QUESTION else waiting or "facility_search"


class AskPlan(TurnAction):
    """Asks for the plan with one button for each that is on file; a text message names them."""

    action_name = "action_ask_plan"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The question belongs to the topic that needs the plan."""
        plans = await self.services.policies.list_plans()
        buttons = [Button(plan.name, f"/inform{json.dumps({'plan': plan.id})}") for plan in plans]
        not_sure = Button(self.phrases.say("utter_ask_plan_part_not_sure"), f'/inform{{"plan": "{UNKNOWN_PLAN}"}}')
        replies.say(
            "utter_ask_plan",
            "ask",
            topic=_say_topic(turn.slots.topic_in_progress),
            awaiting=("plan", "choice"),
            buttons=[*buttons, not_sure],
            plans=self.phrases.list_of((plan.name for plan in plans), is_choice=True),
        )
        return []


class ValidatePlanForm(TurnAction):
    """Takes the plan from the member's answer."""

    action_name = "validate_plan_form"
    keeps_plan = False

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """A plan by name; "unknown" for an answer that names none; nothing for a question of its own."""
        if turn.requested_slot != "plan":
            return []
        if turn.plan_not_on_file:
            return [SlotSet("plan", NOT_ON_FILE)]
        if turn.named_plan:
            return [SlotSet("plan", turn.named_plan.id)]
        return [SlotSet("plan", UNKNOWN_PLAN)] if names_no_plan_on_file(turn) else []


class ContinueTopic(TurnAction):
    """Answers the question that waited for the plan, then goes back to a form that had stepped aside."""

    action_name = "action_continue_topic"

    def __init__(self, services: ActionServices, phrases: Phrases, answers: Mapping[str, TopicAction]) -> None:
        super().__init__(services, phrases)
        self._answers = answers

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """A question in the same message ("is it covered by CareSource?") is newer than the one that waited."""
        topic = turn.intent if turn.intent in self._answers else turn.slots.topic_in_progress
        events: list[EventType] = []
        if topic and topic in self._answers:
            events = await self._answers[topic].respond(turn, replies.about(topic))
        else:
            await self.say_plan_unknown(replies)
        # The answer may keep its day, for "tell me more".
        waited = [SlotSet("topic_in_progress", None), SlotSet("waiting_question", None)]
        return [SlotSet("date", None), *events, *waited, *resume_form(turn)]
