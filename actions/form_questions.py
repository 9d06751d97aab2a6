"""How does a form put its question: plainly, once more with a way out, and never a third time in a row?"""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.form_steps import note_asked, wait_in_silence
from actions.phrases import Phrases
from actions.replies import Replies
from actions.services import ActionServices
from actions.topic_action import TurnAction
from actions.turn_context import Turn
from bot.conversations.model import Holder

# Each field with the topic that it is asked for and the kind of answer.
FIELDS = {
    "zip_code": ("facility_search", "postal_code"),
    "member_id": ("eligibility_member", "text"),
    "date_of_birth": ("eligibility_member", "date"),
}
# The words of a dialogue's first question for a field, of its second, and of every later one.
_WORDS = ("", "_again", "_briefly")


def choose_words(key: str, asked_before: int) -> str:
    """The response for a question that has been put so often before: nobody reads the same words three times."""
    return key + _WORDS[min(asked_before, len(_WORDS) - 1)]


def is_asked_enough(turn: Turn, field: str) -> bool:
    """True where the question is not put again: to a member who waits for a coach, perhaps in danger, not even once."""
    return turn.asked.is_enough(field) or (turn.holder is Holder.WAITING and turn.asked.count_in_a_row(field) > 0)


class AskField(TurnAction):
    """Asks for one field of a form."""

    # The form has read the message; nothing of it is to be kept a second time.
    keeps_plan = False

    def __init__(self, services: ActionServices, phrases: Phrases, field: str) -> None:
        super().__init__(services, phrases)
        self.action_name = f"action_ask_{field}"
        self.topic, self._kind = FIELDS[field]
        self._field = field

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The question; after the second time without an answer the form is left without a word."""
        if is_asked_enough(turn, self._field):
            return wait_in_silence()
        if self._field == "zip_code" and turn.slots.town and not turn.asked.count_in_a_row(self._field):
            replies.say("utter_ask_zip_code_of_town", "ask", awaiting=(self._field, self._kind), place=turn.slots.town)
            return [note_asked(turn, self._field)]
        key = choose_words(f"utter_ask_{self._field}", turn.asked.count(self._field))
        replies.say(key, "ask", awaiting=(self._field, self._kind))
        return [note_asked(turn, self._field)]
