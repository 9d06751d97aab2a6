"""Who is it that answers, in which language, from what, and what becomes of what a member writes?"""

from __future__ import annotations

import re

from rasa_sdk.events import EventType

from actions.replies import Replies
from actions.topic_action import TurnAction
from actions.turn_context import Turn
from actions.writes_spanish import offer_with_identity

# What is asked, the first that fits; each has its own answer. All that is left asks who or what this is.
_ASKED = (
    (
        "decides",
        r"\b(?:decid\w*|decision|den(?:y|ied|ial)|approve\w*|hold (?:it|this|that) against|used? against|affect\w*)\b",
    ),
    (
        "language",
        r"\b(?:spanish|espa[nñ]ol|castellano|languages?|idiomas?|interpret\w*|translat\w*|intérprete|english|ingl[eé]s|"
        r"chinese|mandarin|cantonese|vietnamese|arabic|russian|korean|tagalog|french|portuguese|polish|creole|hablas?|"
        r"habla)\b",
    ),
    (
        "who_reads",
        r"\bwho(?:['’]?s| is| all| else)?\b.*\b"
        r"(?:see|sees|read|reads|reading|look|looks|looking|access|get|gets|watch\w*|has|have)\b"
        r"|\b(?:anyone|anybody|somebody|someone|people|nurses?|doctors?|boss|employer|husband|wife|family|parents?)\b"
        r".*\b(?:see|read|know|find out|look|access|watch\w*)\b|\b(?:see|read)\w* (?:this|that|my|what|these)\b",
    ),
    (
        "record",
        r"\b(?:data|info\w*|private|privacy|confidential\w*|hipaa|hippa|secure|secret|safe|record(?:ed|ing|s)?|sav(?:e|ed|ing)|"
        r"stor(?:e|ed|ing)|keep|kept|keeping|delete[ds]?|erase\w*|shar(?:e|ed|ing)|sell\w*|sold|track\w*|anonym\w*|encrypt\w*|"
        r"remember|chat log|transcripts?|hack\w*|leak\w*|log(?:ged|s)?)\b",
    ),
    (
        "sources",
        r"\b(?:sources?|where (?:do|does|did|are) (?:you|u|this|that|your)\b.*\b(?:get|from|come|answers?|info\w*)|"
        r"trust\w*|reliable|accurate|correct|wrong|mistakes?|made? (?:this|it|that|things|stuff) up|up to date|google|"
        r"how do (?:you|u) know|internet|hallucinat\w*)\b",
    ),
)
_PATTERNS = tuple((what, re.compile(pattern, re.IGNORECASE)) for what, pattern in _ASKED)


def find_asked(text: str) -> str:
    """What a question about the assistant asks: `decides`, `language`, `who_reads`, `record`, `sources` or `who`."""
    return next((what for what, pattern in _PATTERNS if pattern.search(text)), "who")


class AnswerIdentity(TurnAction):
    """Says what is true of this assistant; what it does not know of the plan's own rules it says, too."""

    action_name = "action_answer_identity"
    topic = "identity"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """One short answer; a form that is open asks its question after it."""
        if turn.language == "es":
            return offer_with_identity(turn, replies)
        replies.say(f"utter_identity_{find_asked(turn.text)}", "answer")
        return []
