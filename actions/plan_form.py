"""Which plan is it? Asked once; then the question that needed it is answered."""

from __future__ import annotations

from collections.abc import Mapping

from rasa_sdk.events import EventType, SlotSet

from actions.form_questions import choose_words, is_asked_enough
from actions.form_steps import MISSES, MISSES_BEFORE_GIVING_UP, note_asked, resume_form, wait_in_silence
from actions.form_words import has_no_answer
from actions.free_question import FREE_QUESTION
from actions.phrases import Phrases
from actions.plan_choices import list_plan_choices
from actions.replies import Button, Replies
from actions.services import ActionServices
from actions.topic_action import TopicAction, TurnAction
from actions.topic_answers import PLAN_TOPICS
from actions.turn_context import NOT_ON_FILE, UNKNOWN_PLAN, Turn
from actions.waiting import go_back, mend_waiting

# A plain reply that names no plan: "no", "I'm not sure", "Aetna".
_ANSWERS = frozenset({"inform", "affirm", "deny"})
_SEVERAL = 2
# More words than these may be a question of their own.
_FEW_WORDS = 5
# After one of these the form only comes back: it has read the message before.
_ANSWERED_BY = frozenset({"action_clarify", "action_answer_inform"})
# What says more of the question that waits, or mends it.
_CORRECTS = frozenset({"zip_code", "state", "city", "therapy", "condition", "age", "age_group", "for_whom", "date"})

_NOTHING_WAITS = tuple(SlotSet(name, None) for name in ("topic_in_progress", "waiting_question", "waiting_about"))


def names_no_plan_on_file(turn: Turn) -> bool:
    """True when a bare answer to "which plan?" names none that is on file: it is not asked a second time."""
    has_named_another = bool(turn.entities.get("plan")) and turn.named_plan is None
    return turn.is_bare_answer and (
        has_named_another or turn.denies_plan or (turn.intent in _ANSWERS and not turn.entities)
    )


def _say_topic(waiting: str | None) -> str:
    """The topic of the contract that the question belongs to; one that fits none is answered from the plan's papers."""
    return "policy_lookup" if waiting == FREE_QUESTION else waiting or "facility_search"


class AskPlan(TurnAction):
    """Asks for the plan with one button for each that is on file; a text message names them."""

    action_name = "action_ask_plan"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The question belongs to the topic that needs the plan; nobody is asked a third time."""
        if is_asked_enough(turn, "plan") and len(turn.entities.get("plan", ())) < _SEVERAL:
            # What was asked since and answered in general is what a plan that is named later answers.
            newer = turn.intent in PLAN_TOPICS
            return [*(_NOTHING_WAITS if newer else ()), *wait_in_silence()]
        plans = await list_plan_choices(self.services)
        not_sure = Button(self.phrases.say("utter_ask_plan_part_not_sure"), f'/inform{{"plan": "{UNKNOWN_PLAN}"}}')
        replies.say(
            choose_words("utter_ask_plan", turn.asked.count("plan")),
            "ask",
            topic=_say_topic(turn.slots.topic_in_progress),
            awaiting=("plan", "choice"),
            buttons=[*plans, not_sure],
            plans=self.phrases.list_of((plan.title for plan in plans), is_choice=True),
        )
        return [note_asked(turn, "plan")]


class ValidatePlanForm(TurnAction):
    """Takes the plan from the member's answer."""

    action_name = "validate_plan_form"
    keeps_plan = False

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """A plan by name; "unknown" for an answer that names none; nothing for a question of its own.

        What corrects the question that waits ("no wait, 19104") is taken, and the plan asked for again.
        """
        if turn.requested_slot != "plan":
            return []
        if turn.plan_not_on_file:
            return [SlotSet("plan", NOT_ON_FILE)]
        if turn.named_plan:
            return [SlotSet("plan", turn.named_plan.id)]
        if names_no_plan_on_file(turn) or _cannot_say(turn):
            return [SlotSet("plan", UNKNOWN_PLAN)]
        return _take_correction(turn)


def _cannot_say(turn: Turn) -> bool:
    """True for words that say so, and for a few words where the question was missed before."""
    if turn.intent not in MISSES or turn.entities or turn.actions_run & _ANSWERED_BY:
        return False
    missed_again = (turn.slots.missed_answers or 0) + 1 >= MISSES_BEFORE_GIVING_UP
    return has_no_answer(turn.text) or (missed_again and len(turn.text.split()) <= _FEW_WORDS)


def _take_correction(turn: Turn) -> list[EventType]:
    if turn.intent not in MISSES or not set(turn.entities) & _CORRECTS:
        return []
    # Asked for often enough: the question is answered in general, with what was mended.
    asked_enough = turn.asked.is_enough("plan")
    taken = [SlotSet("missed_answers", None), *([SlotSet("plan", UNKNOWN_PLAN)] if asked_enough else [])]
    return [*taken, *mend_waiting(turn)]


class ContinueTopic(TurnAction):
    """Answers the question that waited for the plan, then goes back to a form that had stepped aside."""

    action_name = "action_continue_topic"
    answers_in_english = True

    def __init__(self, services: ActionServices, phrases: Phrases, answers: Mapping[str, TopicAction]) -> None:
        super().__init__(services, phrases)
        self._answers = answers

    def held_intent(self, turn: Turn) -> str | None:
        """The question that waited for the plan."""
        return turn.slots.topic_in_progress

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """A question in the same message ("is it covered by CareSource?") is newer than the one that waited."""
        topic = turn.intent if turn.intent in self._answers else turn.slots.topic_in_progress
        turn, events = go_back(turn)
        if topic and topic in self._answers:
            events += await self._answers[topic].answer_one(turn, replies.about(topic))
        else:
            await self.say_plan_unknown(replies)
        # The answer may keep its day, for "tell me more".
        waited = [SlotSet("topic_in_progress", None), SlotSet("waiting_question", None)]
        return [SlotSet("date", None), *events, *waited, *resume_form(turn)]
