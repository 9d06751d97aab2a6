"""When does the assistant ask for a person by itself? After failures, after too many questions back, by a rule."""

from __future__ import annotations

from collections.abc import Sequence

from bot import wording as words
from bot.channels.replies import CheckedAnswer
from bot.conversations.model import Author, HandoffCause, Message

# So many failures, or so many questions back, in a row.
_IN_A_ROW = {"failure": 2, "clarify": 3}
# Offered a coach once, and complaining again: a person must hear it, whether a button was pressed or not.
_COMPLAINT = "complaint"


def is_candidate(answer: CheckedAnswer) -> bool:
    """True where what was said before decides: for most answers nobody needs to look."""
    last = answer.replies[-1]
    return last.topic == _COMPLAINT or last.outcome in _IN_A_ROW


def find_cause(answer: CheckedAnswer, messages: Sequence[Message]) -> HandoffCause | None:
    """Why a person is asked for after this answer, or None; once in a conversation.

    `messages` is everything said before. Whoever took such a request back does not want another one.
    """
    said = [message for message in messages if message.author is not Author.MEMBER]
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
