"""Does a message call off the question that is open: "never mind, my husband already called"?"""

from __future__ import annotations

import re

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


def calls_off(text: str) -> bool:
    """True where the message begins with a word that ends what is open, whatever reason follows, and asks nothing."""
    found = _CALLS_OFF.match(text)
    return found is not None and not _ASKS.search(text, found.end())
