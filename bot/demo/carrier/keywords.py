"""What does the carrier itself understand of a text? The opt-out, opt-in and help words, and its own replies."""

from __future__ import annotations

from enum import Enum


class OptOutMode(str, Enum):
    """Who handles STOP, START and HELP; see the package's docstring."""

    DEFAULT = "default"
    ADVANCED = "advanced"
    GATEWAY = "gateway"


class Keyword(str, Enum):
    """What a text that is one of the reserved words means; the values are those of Twilio's `OptOutType`."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


# Twilio's lists for long codes. A text counts only when it is nothing but the word.
_WORDS = {
    Keyword.STOP: frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}),
    Keyword.START: frozenset({"START", "UNSTOP", "YES"}),
    Keyword.HELP: frozenset({"HELP", "INFO"}),
}

# Worded after Twilio's defaults: these are the carrier's words, not the product's.
REPLIES = {
    Keyword.STOP: (
        "You have successfully been unsubscribed. You will not receive any more messages from this number. "
        "Reply START to resubscribe."
    ),
    Keyword.START: (
        "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
        "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
    ),
    Keyword.HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def find_keyword(text: str, *, is_blocked: bool) -> Keyword | None:
    """The meaning of a text that is a reserved word, in any case; YES is one only from a number that has opted out."""
    word = text.strip().upper()
    if word == "YES" and not is_blocked:
        return None
    return next((keyword for keyword, words in _WORDS.items() if word in words), None)
