"""What does "never mind" end: an open question, a wait for a coach, or nothing?"""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.form_steps import leave_form
from actions.replies import Replies
from actions.topic_action import TurnAction
from actions.turn_context import Turn
from bot.conversations.model import Holder

# Not CANCEL, at which a carrier ends all texts.
_WORDS_OF_TEXTS = frozenset({"nevermind", "retirar"})
# What a bare word ("why?") would go on with.
_TALKED_OF = (
    "last_topic", "last_question", "last_shown", "facts_given", "lead_fact", "unclear_question", "unclear_choices",
)  # fmt: skip


class Cancel(TurnAction):
    """Ends what is open and says what was ended."""

    action_name = "action_cancel"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The form first: that is what the member was last asked about. "Cancel" in words ends the wait too."""
        if turn.active_form and not (turn.holder is Holder.WAITING and _says_cancel(turn)):
            replies.say("utter_cancel_form", "cancelled")
        elif turn.holder is Holder.WAITING:
            await self.services.handoffs.cancel_handoff(turn.conversation_id)
            replies.say("utter_handoff_cancelled", "cancelled", topic="coach_handoff")
        else:
            replies.say("utter_cancel_nothing", "cancelled")
        return leave_form()


def _says_cancel(turn: Turn) -> bool:
    """True for what is said of a request, and for the one word that texts about the wait tell a member to write.

    The button of a form's question ends the form.
    """
    text = turn.text.strip().lower()
    return text in _WORDS_OF_TEXTS or ("cancel" in text and not text.startswith("/"))


class LeaveForm(TurnAction):
    """Ends an open form, and all that was talked about, without a word: after a danger nothing goes on by itself."""

    action_name = "action_leave_form"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """What the form had collected of the member's identity goes with it."""
        return [*leave_form(), *(SlotSet(name, None) for name in _TALKED_OF)]
