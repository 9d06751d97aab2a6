"""What does a member say about a call that was promised: take it back, when is it, another time?

Read without the engine, and only of members who were promised a call, so that the words may be broad; long sentences
are left to the engine.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

CallTalk = Literal["withdraws", "asks", "changes"]

_MOST_WORDS = 14
_CALL = r"(?:call|calls|calling|called|call ?backs?|phone me|llamad\w*|llam[ea]\w*|llamen)"
_TIME = (
    r"(?:time|day|hour|morning|afternoon|tomorrow|mon|tues|wednes|thurs|fri|satur|sun)(?:day)?|hora|dia|manana|tarde"
)
_WITHDRAWS = re.compile(
    r"^(?:please )?(?:never ?mind|retirar|forget (?:it|about it)|no calls?)(?: please| thanks| thank you)?$"
    rf"|\b(?:cancel\w*|forget|withdraw|take back|undo|stop|skip|drop)\b.*\b{_CALL}\b"
    rf"|\b(?:dont|do not|no longer|didnt|not) (?:want|need|wish)\b.*\b{_CALL}\b"
    r"|\b(?:dont|do not|no need to|never|not to|should not|shouldnt) (?:call|phone|ring)\b"
    rf"|\b(?:retir\w*|anul\w*|ya no|no quiero|no necesito|olvid\w*)\b.*\b{_CALL}\b"
    r"|\bno me llam\w+"
)
_ASKS = re.compile(
    rf"\b(?:when|wen|what time|what day|which day|how soon)\b.*\b(?:{_CALL})\b"
    rf"|\b(?:cuando|a que hora|que dia)\b.*\b{_CALL}\b"
    r"|^(?:wen|when) is (?:it|the call|my call)$"
    r"|\b(?:did|do) you (?:save|saved|get|have|keep|write down) (?:down )?my (?:phone )?number\b"
    rf"|\bis (?:my|the) {_CALL} (?:still )?(?:on|set|booked|recorded|there)\b"
)
_CHANGES = re.compile(
    rf"\b(?:change|move|switch|reschedule|different|another|other|cambi\w*|otr[ao])\b.*\b(?:{_CALL}|{_TIME})\b"
)


def read_call_talk(text: str) -> CallTalk | None:
    """What the text says of the promised call; None for anything else."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"[^a-z0-9 ]+", " ", plain.replace("'", "").replace("’", "")).split()
    if not words or len(words) > _MOST_WORDS:
        return None
    said = " ".join(words)
    if _WITHDRAWS.search(said):
        return "withdraws"
    if _CHANGES.search(said):
        return "changes"
    return "asks" if _ASKS.search(said) else None
