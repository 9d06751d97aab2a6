"""Is a message one of the bare questions that stand for a topic: "why?", "and if they say no", "what about cost"?"""

from __future__ import annotations

import re

from bot.engine.naming import adds_nothing

_INFORM, _PLACES, _WHY_THESE = "inform", "facility_search", "facility_why"
_LEAD = r"^\W*(?:(?:and|so|ok|okay|but|oh|hmm|wait|well|um)\b\W*)*"
_WHY = re.compile(
    rf"{_LEAD}(?:why(?:\s+(?:not|so|is\s+(?:that|it)|only\s+(?:these|those|them)))?|how\s+come)\W*$", re.IGNORECASE
)
_MEANS = re.compile(
    rf"{_LEAD}(?:what\s+(?:does|do|did)\s+(?:that|this|it|you)\s+mean(?:\s+(?:by\s+(?:that|this)|exactly))?|meaning|"
    r"(?:like\s+what|such\s+as)(?:\s+what)?|what\s+(?:else|then)|then\s+what|then|after\s+that)\W*$",
    re.IGNORECASE,
)
# A no that may come: whatever was asked before, it is about what can be done then.
_IF_NO = re.compile(
    rf"{_LEAD}(?:what\s+)?(?:if|when|say)\s+(?:they|it|that|insurance|the\s+plan)(?:['’]?s|\s+\w+)?\s+(?:no|not|denied|"
    r"refused?|rejected|turned\s+down)\b(?:\s+(?:to\s+it|again|still|then|tho))*\W*$",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    rf"{_LEAD}(?:(?:just|please|pls|tell|me|a|simple|plain|say|answer|is\s+(?:it|that)|so)\b\W*)*yes\s+or\s+(?:a\s+)?no"
    r"(?:\W+\w+)?\W*$",
    re.IGNORECASE,
)
# "Yes but what about cost": a word that is a topic by itself.
_NAMES_TOPIC = re.compile(
    r"\b(?:what|how)\s+about\s+(?:(?:the|its|any)\s+)?(?P<word>costs?|prices?|risks?|side\s+effects|coverage|approval|"
    r"appeals?|trials?|hospitals?)\W*$",
    re.IGNORECASE,
)
_TOPIC_OF_WORD = {
    "cost": "cost", "price": "cost", "risk": "safety_risks", "side": "safety_risks", "coverage": "coverage_general",
    "approval": "precertification", "appeal": "appeal_denial", "trial": "clinical_trials", "hospital": _PLACES,
}  # fmt: skip

# Right after an answer on the coaches this is a request for one.
_WANTS_ONE = re.compile(
    rf"{_LEAD}(?:(?:can|could|may|please|pls|just|then|i|you|u|we|i['’]?d)\b\W*)*"
    r"(?:get|give|send|find|want|need|like|have|talk\s+to|speak\s+(?:to|with))\s+(?:to\s+\w+\s+(?:to|with)\s+)?(?:me\s+|us\s+)?one"
    r"(?:\W+(?:of\s+them|please|pls|then|now))*\W*$",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    rf"{_LEAD}(?:(?:what|whats|what['’]?s|is|the|tell|me|a|any|how)\b\W*)*(?:dif+\w*|differ|compare\w*)\b"
    r"(?:\W*(?:between|btw|of|from|with|in|is|are|do|the|them|these|those|they|both|two|2|one|ones|drugs?|therapies)\b)*"
    r"(?:\W*(?:and|n)\b.*)?\W*$|^\W*(?:so\s+)?how\s+do\s+(?:they|those|these)\s+(?:differ|compare)\b.*$",
    re.IGNORECASE,
)


def asks_difference(rest: str) -> bool:
    """True for "the difference between them", whatever they are."""
    return bool(_DIFFERENCE.match(rest))


def find_named_topic(rest: str) -> str | None:
    """The topic whose name is all that the message adds: "yes but what about the cost"."""
    found = _NAMES_TOPIC.search(rest)
    if found is None or not adds_nothing(rest[: found.start()]):
        return None
    return _TOPIC_OF_WORD[found["word"].split()[0].lower().rstrip("s")]


def read_bare_question(rest: str, last_topic: object) -> str | None:
    """The intent of a question that only the talk before it tells: the answer's own, or `inform` for more on it."""
    if not isinstance(last_topic, str):
        return None
    if _WHY.match(rest):
        return _WHY_THESE if last_topic in (_PLACES, _WHY_THESE) else _INFORM
    if _MEANS.match(rest):
        return _INFORM
    if last_topic == "coach_about" and _WANTS_ONE.match(rest):
        return "coach_handoff"
    if _IF_NO.match(rest):
        return "appeal_denial"
    return last_topic if _YES_OR_NO.match(rest) else None
