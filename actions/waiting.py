"""What is the question about that waits for a form's answer, whatever is talked of meanwhile, and what mends it?"""

from __future__ import annotations

import json
from dataclasses import replace

from rasa_sdk.events import EventType, SlotSet

from actions.plain_words import find_therapy_class
from actions.references import Question
from actions.turn_context import Turn

_SUBJECTS = ("therapy", "condition")
# Another of these is another question to answer in the place of the one that waits.
_CHANGES = frozenset({"therapy", "condition", "age", "age_group", "for_whom", "state"})


def keep_about(turn: Turn) -> EventType:
    """What the question of this turn is about: what it names, else what was talked of before."""
    if not _names_subject(turn) and turn.is_bare_answer and turn.slots.waiting_about:
        return SlotSet("waiting_about", turn.slots.waiting_about)
    if any(len(set(turn.entities.get(name, ()))) > 1 for name in _SUBJECTS):
        return SlotSet("waiting_about", None)
    if _names_subject(turn):
        about = {name: turn.named(name) for name in _SUBJECTS}
        about["therapy_class"] = find_therapy_class(turn.text) if turn.names_class else None
    else:
        about = {name: getattr(turn.slots, name) for name in (*_SUBJECTS, "therapy_class")}
    return SlotSet("waiting_about", json.dumps(about) if any(about.values()) else None)


def go_back(turn: Turn) -> tuple[Turn, list[EventType]]:
    """The turn as its form's answer is to be taken: about what was asked, not what was named since; and the events."""
    over = SlotSet("waiting_about", None)
    if not turn.slots.waiting_about or not turn.is_bare_answer or _names_subject(turn):
        return turn, [over]
    about = json.loads(turn.slots.waiting_about)
    slots = replace(turn.slots, waiting_about=None, **about)
    return replace(turn, slots=slots), [over, *(SlotSet(name, value) for name, value in about.items())]


def mend_waiting(turn: Turn) -> list[EventType]:
    """What this turn corrects in the question that waits for the plan: its place, whom or what it is about."""
    zip_code, state = turn.named("zip_code"), turn.plan_state
    mended = [SlotSet("zip_code", zip_code)] if zip_code else []
    mended += [SlotSet("state", state)] if state else []
    if _names_subject(turn):
        mended.append(keep_about(turn))
    asked = Question.read(turn.slots.last_question)
    if asked and asked.topic == turn.slots.topic_in_progress and turn.entities.keys() & _CHANGES:
        asked = asked.ask_for(turn)
        mended += [SlotSet("last_question", asked.write()), SlotSet("waiting_question", asked.text)]
    return mended


def _names_subject(turn: Turn) -> bool:
    return bool(turn.names_class or turn.named("therapy") or turn.named("condition"))
