"""Is there more to say about what was answered last?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from rasa_sdk.events import EventType

from actions.phrases import Phrases
from actions.replies import Replies
from actions.services import ActionServices
from actions.topic_action import TurnAction
from actions.turn_context import Turn, read_day


class KeepsRest(Protocol):
    """An answer that comes in steps."""

    topic: str

    async def answer_from(self, given: int | None, turn: Turn, replies: Replies) -> list[EventType]:
        """Says what follows the `given` first facts, or that this was all."""
        ...


class AnswerMore(TurnAction):
    """Gives the facts that a short answer held back, for the day that it was given for."""

    action_name = "action_answer_more"
    answers_in_english = True

    def __init__(self, services: ActionServices, phrases: Phrases, answers: Mapping[str, KeepsRest]) -> None:
        super().__init__(services, phrases)
        self._answers = answers

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Nothing left, or nothing begun: says so and offers what comes next."""
        answer, given = self._answers.get(turn.slots.last_topic or ""), turn.slots.facts_given
        if answer is None or given is None:
            replies.say("utter_more_nothing", "handoff_offered", topic=turn.slots.last_topic)
            return []
        turn = replace(turn, day_asked_about=read_day(turn.slots.date))
        return await answer.answer_from(int(given), turn, replies.about(answer.topic))
