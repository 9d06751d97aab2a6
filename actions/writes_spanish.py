"""Does this member write Spanish and has not agreed to English yet? What they are told then, before any answer."""

from __future__ import annotations

import json
from dataclasses import replace

from rasa_sdk.events import EventType, SlotSet

from actions.form_steps import FACILITY_FORM, VERIFICATION_FORM, leave_form
from actions.replies import Replies
from actions.turn_context import Turn

# Inner intents whose action can answer later what was asked now.
HELD_INNER = frozenset({"inform", "more"})
_OFFERS = ("utter_spanish_offer", "utter_spanish_offer_again", "utter_spanish_offer_other")
_NOT_UNDERSTOOD = ("utter_spanish_not_understood", "utter_spanish_not_understood_again")
_TOPIC_OF_FORM = {FACILITY_FORM: "facility_search", VERIFICATION_FORM: "eligibility_member"}


def awaits_agreement(turn: Turn) -> bool:
    """True where English may not be said yet.

    In a conversation in Spanish a bare "19104" counts as Spanish, too, until something was answered in English. A form
    asks in English: one word, such as "si", and a bare value are answers to it.
    """
    if turn.slots.english_agreed:
        return False
    if turn.active_form is not None and (turn.language == "und" or len(turn.text.split()) == 1):
        return False
    is_bare = turn.language == "und" and turn.locale == "es" and turn.slots.last_topic is None
    return turn.language == "es" or is_bare


def offer_english(turn: Turn, replies: Replies, intent: str | None) -> list[EventType]:
    """Asks whether English will do, each time in other words, and offers a coach with an interpreter.

    `intent` is what the message asks for, None where nobody could tell; it waits for a yes. An open form ends: its
    question is in English.
    """
    count = int(turn.slots.spanish_offers or 0)
    # A second offer is a question back: after some of these in a row the gateway asks for a person by itself.
    replies.say(_OFFERS[count % len(_OFFERS)], "clarify" if count else "handoff_offered", topic="identity")
    held = intent or turn.slots.topic_in_progress or _TOPIC_OF_FORM.get(turn.active_form or "")
    kept = json.dumps({"intent": held, "entities": turn.kept_entities}) if held else turn.slots.held_question
    ended = leave_form() if turn.active_form else []
    return [*ended, SlotSet("held_question", kept), SlotSet("spanish_offers", count + 1)]


def offer_with_identity(turn: Turn, replies: Replies) -> list[EventType]:
    """Says in Spanish what the assistant is, with the same question after it."""
    replies.say("utter_identity_in_spanish", "handoff_offered")
    return [SlotSet("spanish_offers", int(turn.slots.spanish_offers or 0) + 1)]


def say_not_understood(turn: Turn, replies: Replies) -> list[EventType]:
    """Says in Spanish that these words could not be read, and offers the coach again."""
    count = int(turn.slots.spanish_offers or 0)
    replies.say(_NOT_UNDERSTOOD[count % len(_NOT_UNDERSTOOD)], "clarify")
    return [SlotSet("spanish_offers", count + 1)]


def in_english(turn: Turn) -> Turn:
    """The turn with its topic's button in the place of Spanish words, which no search in English could use."""
    is_topic = turn.language == "es" and turn.intent not in ("inform", "affirm", "deny", "nlu_fallback", "gibberish")
    return replace(turn, text=f"/{turn.intent}") if is_topic else turn
