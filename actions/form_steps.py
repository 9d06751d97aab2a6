"""How does a form begin, step aside for another question, come back and end? The events for each."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet

from actions.patience import LookUpIsLate
from actions.turn_context import Turn, read_day
from actions.waiting import keep_about
from bot.conversations.model import Channel

PLAN_FORM = "plan_form"
FACILITY_FORM = "facility_form"
VERIFICATION_FORM = "verification_form"

# What an answer is read as that answers nothing asked for.
MISSES = frozenset({"inform", "nlu_fallback", "gibberish"})
# After this many answers in a row that were not understood, a form gives up and choices are offered.
MISSES_BEFORE_GIVING_UP = 2


def ask_plan(turn: Turn, topic: str, *, number: str | None = None) -> list[EventType]:
    """Asks which plan, keeping the question that needs it: its words, topic, day, and the policy `number` it is about.

    What an earlier question named is forgotten, unless that one goes on waiting. Raises LookUpIsLate for a member whose
    own plan is on record, and the record slow: whoever proved it is not asked.
    """
    if turn.record_is_late:
        raise LookUpIsLate
    goes_on = turn.is_bare_answer and turn.slots.topic_in_progress == topic
    day = turn.find_named_day(turn.today) or (read_day(turn.slots.date) if goes_on else None)
    return [
        SlotSet("waiting_question", turn.kept_words),
        keep_about(turn),
        SlotSet("topic_in_progress", topic),
        SlotSet("policy_number", number),
        SlotSet("date", day.isoformat() if day else None),
        *begin_form(turn, PLAN_FORM),
    ]


def begin_form(turn: Turn, form: str) -> list[EventType]:
    """Opens a form; another one that is open steps aside and comes back when this one has ended."""
    aside = turn.active_form if turn.active_form not in (None, PLAN_FORM, form) else None
    kept = [SlotSet("interrupted_form", aside)] if aside else []
    return [*kept, mark_progress(turn), FollowupAction(form)]


def mark_progress(turn: Turn) -> EventType:
    """What is asked from here on is asked anew: a form was opened, or an answer was taken."""
    return SlotSet("asked_fields", turn.asked.after_progress().as_text())


def note_asked(turn: Turn, field: str) -> EventType:
    """The field's question is put once more."""
    return SlotSet("asked_fields", turn.asked.after(field).as_text())


def wait_in_silence() -> list[EventType]:
    """Closes the open form without a word. What waited for it stays, so that a bare answer still counts later."""
    return [
        SlotSet("requested_slot", None),
        SlotSet("interrupted_form", None),
        SlotSet("missed_answers", None),
        # Else the rule of the form's end would run what the form was for.
        FollowupAction("action_listen"),
    ]


def resume_form(turn: Turn) -> list[EventType]:
    """Brings back the form that had stepped aside, if one had."""
    form = turn.slots.interrupted_form
    return [SlotSet("interrupted_form", None), FollowupAction(form)] if form else []


def leave_form() -> list[EventType]:
    """Ends whatever form is open and forgets what it had collected of the member's identity."""
    return [
        ActiveLoop(None),
        SlotSet("requested_slot", None),
        SlotSet("interrupted_form", None),
        SlotSet("waiting_question", None),
        SlotSet("waiting_about", None),
        # What the engine holds back until the form has its answer.
        SlotSet("pending_questions", None),
        SlotSet("topic_in_progress", None),
        SlotSet("policy_number", None),
        SlotSet("date", None),
        SlotSet("missed_answers", None),
        *forget_identity(),
    ]


def leave_verification(turn: Turn) -> tuple[Turn, list[EventType]]:
    """On SMS nobody is asked for proof: a verification that began on the web ends, whether it is open or aside.

    The turn as it is without that form, and the events that end it; the turn itself and none, where there is none.
    """
    if turn.channel is not Channel.SMS or VERIFICATION_FORM not in (turn.active_form, turn.slots.interrupted_form):
        return turn, []
    slots = replace(turn.slots, interrupted_form=None, member_id=None, date_of_birth=None)
    if turn.active_form == VERIFICATION_FORM:
        return replace(turn, active_form=None, requested_slot=None, slots=slots), leave_form()
    return replace(turn, slots=slots), [SlotSet("interrupted_form", None), *forget_identity()]


def forget_identity() -> list[EventType]:
    """Clears the member number and the date of birth: they are needed for one attempt and no longer."""
    return [SlotSet("member_id", None), SlotSet("date_of_birth", None)]
