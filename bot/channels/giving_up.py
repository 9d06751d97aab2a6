"""When does the assistant ask for a person by itself? When it has no answer or understands nothing, again and again."""

from __future__ import annotations

from collections.abc import Sequence

from bot import wording as words
from bot.channels.replies import CheckedAnswer
from bot.conversations.model import Author, HandoffCause, Mark

# So many failures, or so many questions back, in a row.
_IN_A_ROW = {"failure": 2, "clarify": 3}
# Offered a coach once, and complaining again: a person must hear it, whether a button was pressed or not.
_COMPLAINT = "complaint"
# What is broken on our side says nothing about whether the assistant understands, and is over in a minute, as these
# replies say. They offer a coach, and the choice is the member's: asking for everybody who happens to write meanwhile
# would leave the coaches a queue of members who have long been answered, and who were told to wait for a coach.
_OUT_OF_ORDER = frozenset({words.ENGINE_FAILURE, "utter_failure_action", "utter_several_failed"})


def is_candidate(answer: CheckedAnswer) -> bool:
    """True where what was said before decides: for most answers nobody needs to look."""
    last = answer.replies[-1]
    return last.topic == _COMPLAINT or (last.outcome in _IN_A_ROW and last.key not in _OUT_OF_ORDER)


def find_cause(answer: CheckedAnswer, messages: Sequence[Mark]) -> HandoffCause | None:
    """Why a person is asked for after this answer, which is_candidate; None where none is. Once in a conversation.

    `messages` is everything said before. Whoever took such a request back does not want another one. What was said
    while something was out of order neither counts nor ends a row.
    """
    said = [each for each in messages if each.author is not Author.MEMBER and each.key not in _OUT_OF_ORDER]
    if any(message.key == words.HANDOFF_FAILURE for message in said):
        return None
    last = answer.replies[-1]
    if last.topic == _COMPLAINT:
        return "rule" if any(message.topic == _COMPLAINT for message in said) else None
    needed = _IN_A_ROW.get(last.outcome or "")
    if needed is None:
        return None
    before = [message.outcome for message in said[-(needed - 1) :]]
    return "failure" if before == [last.outcome] * (needed - 1) else None
