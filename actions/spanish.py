"""What does a member who writes Spanish hear? An offer first; English once they agree, for the question that waited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from rasa_sdk.events import EventType, SlotSet

from actions.phrases import Phrases
from actions.replies import Replies
from actions.services import ActionServices
from actions.topic_action import TurnAction
from actions.turn_context import Turn
from actions.writes_spanish import HELD_INNER, awaits_agreement

# What an offer is about: the language is part of who the assistant is.
_LANGUAGE_TOPIC = "identity"
# A yes after one of these is about a coach.
_COACH_TOPICS = frozenset({"coach_handoff", "coach_about", "complaint"})
_ASKED_BY = frozenset({_LANGUAGE_TOPIC, "greeting"})


class GoOnInEnglish(TurnAction):
    """The member agrees to English: the question that waited is answered."""

    action_name = "action_go_on_in_english"

    def __init__(self, services: ActionServices, phrases: Phrases, answers: Mapping[str, TurnAction]) -> None:
        super().__init__(services, phrases)
        self._answers = answers

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """What was asked in Spanish, as its topic's button would ask it: the Spanish words lead no search here."""
        agreed = [SlotSet("english_agreed", True), SlotSet("held_question", None)]
        held = _read_held(turn.slots.held_question)
        action = self._answers.get(held[0]) if held else None
        if held is None or action is None:
            replies.say("utter_english_agreed", "answer", topic=_LANGUAGE_TOPIC)
            return agreed
        intent, entities = held
        asked = replace(turn, intent=intent, text=f"/{intent}", entities=entities, language="en")
        asked = replace(asked, day_asked_about=asked.find_day(turn.today))
        topic = None if intent in HELD_INNER else intent
        return [*agreed, *await action.answer(asked, replies.about(topic))]

    async def settle_yes_or_no(self, turn: Turn, replies: Replies) -> list[EventType] | None:
        """A yes or no to English, or to the coach in its place; None where it answers something else."""
        was_asked = turn.last_reply_topic in _ASKED_BY and bool(turn.slots.spanish_offers or turn.locale == "es")
        is_new = turn.last_outcome is None and turn.locale == "es"
        if turn.slots.english_agreed or not (was_asked or is_new or awaits_agreement(turn)):
            return None
        if turn.intent == "deny" and turn.last_reply_topic in _COACH_TOPICS:
            replies.say("utter_spanish_no_coach", "answer", topic="coach_handoff")
            return []
        if not (was_asked or is_new):
            return None
        if turn.intent == "affirm":
            return await self.respond(turn, replies)
        replies.say("utter_spanish_declined", "handoff_offered", topic="coach_handoff")
        return []


def _read_held(value: str | None) -> tuple[str, dict[str, tuple[str, ...]]] | None:
    if not value:
        return None
    held = json.loads(value)
    return held["intent"], {name: tuple(values) for name, values in held["entities"].items()}
