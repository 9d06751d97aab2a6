"""Does a message call off the question that is open, and does it ask for a person instead?

"Never mind, my husband already called" ends it; so does "forget it, just get me a nurse", which is a request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_CALLS_OFF = re.compile(
    r"^\W*(?:(?:ok|okay|oh|no|well|actually|sorry|hmm|you\s+know\s+what|then|just|please|pls)\b\W*)*"
    r"(?:never\s*mind|nvm|forget\s+(?:about\s+)?(?:it|that|this)|(?:skip|cancel|drop|leave)\s+(?:it|that|this))\b",
    re.IGNORECASE,
)
# What may follow as a question of its own, which is answered.
_ASKS = re.compile(
    r"\?|\b(?:what|how|who|when|where|why|which|can\s+(?:i|you|we)|could|do\s+(?:i|you|we)|does|is\s+(?:it|there)|are\s+there|"
    r"tell\s+me|show\s+me|i\s+(?:want|need|would\s+like)|find|explain|talk\s+to)\b",
    re.IGNORECASE,
)
_PERSON = (
    r"(?:(?:a|an|the|some|any|one\s+of\s+(?:the|your))\s+)?(?:(?:real|live|actual|health)\s+)*"
    r"(?:nurses?|coach(?:es)?|persons?|people|humans?|someone|somebody|rep(?:resentative)?)\b"
)
_ASKS_PERSON = re.compile(
    rf"\b(?:(?:get|give|find|send|connect|put|transfer|let|have)\s+(?:me\s+)?(?:(?:to|with|talk\s+to|speak\s+to)\s+)?{_PERSON}"
    rf"|(?:want|need|wanna|like|rather|just|please|pls)\s+(?:to\s+)?(?:(?:have|talk|speak|chat)\s+)?(?:(?:to|with)\s+)?{_PERSON}"
    r"|(?:call|phone|ring)\s+me\b)",
    re.IGNORECASE,
)
_NOT_WANTED = re.compile(
    r"\b(?:not|no|never|don['’]?t|do\s+not|didn['’]?t|won['’]?t|already|will|['’]ll|would|going\s+to|gonna|nobody|no\s+one|said)\b[^.,;!?]*$",
    re.IGNORECASE,
)


# What is gone back to, or all that is left: "never mind that, only the price".
_STAYS = re.compile(r"\b(?:back\s+to|only|just|instead)\b", re.IGNORECASE)
_SUBJECTS = frozenset({"therapy", "condition"})
_NO_QUESTIONS = frozenset(
    {"cancel", "inform", "more", "emergency", "crisis", "complaint", "affirm", "deny", "greeting", "thanks_goodbye",
     "gibberish", "sms_stop", "sms_help", "out_of_scope", "out_of_scope_far", "coach_handoff"}
)  # fmt: skip
# A reading that is less likely beside the end is none.
_LEAST = 0.03


def asks_person_instead(text: str) -> bool:
    """True where the message ends what is open and then asks for a person: such a request is never lost."""
    begun = _CALLS_OFF.match(text)
    found = _ASKS_PERSON.search(text, begun.end()) if begun else None
    return begun is not None and found is not None and not _NOT_WANTED.search(text[begun.end() : found.start()])


def calls_off(text: str) -> bool:
    """True where the message begins with a word that ends what is open, whatever reason follows, and asks nothing."""
    found = _CALLS_OFF.match(text)
    return found is not None and not _ASKS.search(text, found.end())


def find_what_stays(text: str, parsed: Mapping[str, Any]) -> str | None:
    """What a message that ends something asks, too: "ok back to the price", "no thanks. who sees it"."""
    stays = _STAYS.search(text)
    if stays is None and not _ASKS.search(text):
        return None
    likely = {str(each["name"]): float(each["confidence"]) for each in parsed.get("intent_ranking") or ()}
    asked = {name: share for name, share in likely.items() if name not in _NO_QUESTIONS and share >= _LEAST}
    if asked:
        return max(asked, key=lambda name: asked[name])
    names = any(each["entity"] in _SUBJECTS for each in parsed["entities"])
    return "therapy_info" if names and stays else None
