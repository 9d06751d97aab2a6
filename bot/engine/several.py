"""What is said in one turn? The answers to all that was asked, one question at the end, and never nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.engine.actions_endpoint import FAILURE_RESPONSE
from bot.engine.channel import Reply
from bot.engine.running import Ran

# So many questions of one message are answered.
MOST_QUESTIONS = 3
# Said where a message asks more than that, and where not all that was asked could be answered.
MORE_RESPONSE = "utter_several_more"
REST_FAILED_RESPONSE = "utter_several_failed"
SILENCE_RESPONSE = "utter_failure_silence"
_ASKS = "ask"
_MORE_BUTTON = "/more"


def say(
    runs: Sequence[Ran],
    last_topic: str | None,
    own_reply: Callable[[str], Reply],
    *,
    is_sms: bool,
    failed: bool,
    leaves_out: bool,
) -> list[Reply]:
    """The replies of one turn's runs, with a reply of the engine's own (by its key) where something is missing.

    `failed` says that the last run failed, `leaves_out` that more was asked than is answered. `last_topic` is what
    "tell me more" goes on with.
    """
    if len(runs) <= 1:
        replies = [reply for ran in runs for reply in ran.replies]
        if failed and not any(reply.key == FAILURE_RESPONSE for reply in replies):
            return [*replies, own_reply(FAILURE_RESPONSE)]
    else:
        replies = _put_together(runs, last_topic, is_sms=is_sms)
        if failed:
            # What was answered stays; what failed, and what would have come after it, is to be asked again.
            answered = [reply for reply in replies if reply.key != FAILURE_RESPONSE]
            return [*answered, own_reply(REST_FAILED_RESPONSE)]
    if not replies:
        return [own_reply(SILENCE_RESPONSE)]
    return _say_before_question(own_reply(MORE_RESPONSE), replies) if leaves_out else replies


def _put_together(runs: Sequence[Ran], last_topic: str | None, *, is_sms: bool) -> list[Reply]:
    """The replies of these runs as they are read one after another. `last_topic` is what "tell me more" goes on with.

    Of the questions to the member only the last stays, of two equal texts the first, and no button that would go on
    with another answer than its own; on SMS, where a number takes a choice, only the last choices.
    """
    replies = [reply for ran in runs for reply in ran.replies]
    questions = [at for at, reply in enumerate(replies) if _is_question(reply)]
    replies = [reply for at, reply in enumerate(replies) if at not in questions[:-1]]
    replies = list({reply.text: reply for reply in reversed(replies)}.values())[::-1]
    continued = next((reply for reply in reversed(replies) if reply.topic == last_topic), None)
    replies = [reply if reply is continued else _without(_MORE_BUTTON, reply) for reply in replies]
    if is_sms:
        offering = next((reply for reply in reversed(replies) if reply.quick_replies), None)
        replies = [reply if reply is offering else replace(reply, quick_replies=()) for reply in replies]
    return replies


def _say_before_question(note: Reply, replies: Sequence[Reply]) -> list[Reply]:
    """The replies with one more behind the answers; a question to the member stays the last thing that is said."""
    asks = bool(replies) and _is_question(replies[-1])
    at = len(replies) - asks
    return [*replies[:at], note, *replies[at:]]


def _is_question(reply: Reply) -> bool:
    return reply.awaiting and reply.envelope.get("outcome") == _ASKS


def _without(button: str, reply: Reply) -> Reply:
    return replace(reply, quick_replies=tuple(each for each in reply.quick_replies if each.value != button))
