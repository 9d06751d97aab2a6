"""What follows "not CareSource", where that was the plan that answers were given for?"""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.form_steps import ask_plan
from actions.references import Question
from actions.replies import Replies
from actions.topic_action import TurnAction
from actions.topic_answers import PLAN_TOPICS
from actions.turn_context import Turn

_HANGS_ON_PLAN = frozenset({*PLAN_TOPICS, "policy_lookup", "facility_search"})


async def ask_other_plan(action: TurnAction, turn: Turn, replies: Replies) -> list[EventType] | None:
    """Asks which plan it is then, for the question that was answered last; None where no plan was denied.

    Where no question hangs on it, or the plan was asked for often enough, the plans on file are named.
    """
    if not turn.denies_plan or turn.plan is not None or turn.active_form is not None:
        return None
    asked = Question.read(turn.slots.last_question)
    if asked is not None and asked.topic in _HANGS_ON_PLAN and not turn.asked.is_enough("plan"):
        return ask_plan(asked.as_turn(turn), asked.topic)
    await action.say_plan_unknown(replies.about(turn.slots.last_topic))
    return []
