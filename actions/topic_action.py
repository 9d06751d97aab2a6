"""What do all actions share? Reading the turn, keeping the plan that was named, and answering."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker

from actions.phrases import Phrases
from actions.replies import Replies
from actions.services import ActionServices
from actions.turn_context import Turn, read_turn


class TurnAction(Action):
    """An action on one turn. Subclasses set `action_name` and write `respond`."""

    action_name: str
    topic: str | None = None
    # A form's check must not: whatever it returns counts as an answer to the form's question.
    keeps_plan = True

    def __init__(self, services: ActionServices, phrases: Phrases) -> None:
        self.services = services
        self.phrases = phrases

    def name(self) -> str:
        """The name in domain.yml."""
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Reads the turn and responds; a plan or state that this message names is kept for later questions."""
        turn = await read_turn(tracker, self.services)
        kept = await self.keep_plan(turn) if self.keeps_plan else []
        return [*kept, *await self.respond(turn, Replies(dispatcher, turn.channel, self.topic))]

    @abstractmethod
    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Says what there is to say and returns what is to be remembered."""

    def events_after_failure(self) -> list[EventType]:
        """What must be remembered, or forgotten, even if the action fails."""
        return []

    async def say_plan_unknown(self, replies: Replies) -> None:
        """Says that the answer hangs on the plan, and which plans are on file."""
        plans = await self.services.policies.list_plans()
        names = self.phrases.list_of(plan.name for plan in plans)
        replies.say("utter_plan_unknown", "handoff_offered", plans=names)

    async def keep_plan(self, turn: Turn) -> list[EventType]:
        """Records the plan and state that this message names, so that neither is asked again."""
        plan, state = turn.named_plan or turn.plan, turn.named("state")
        if plan is None or not (turn.named_plan or state):
            return []
        if turn.is_recorded:
            await self.services.conversations.record_plan(turn.conversation_id, plan.id, state)
        return [SlotSet("plan", plan.id)]


class TopicAction(TurnAction):
    """The answer to one topic of the public contract; named `action_answer_<topic>`."""

    topic: str

    def name(self) -> str:
        """The name in domain.yml."""
        return f"action_answer_{self.topic}"
