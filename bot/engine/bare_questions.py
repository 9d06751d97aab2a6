"""Is a message one of the bare questions that go on with any topic: "why?", "yes or no", "the difference"?"""

from __future__ import annotations

import re

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
_YES_OR_NO = re.compile(
    rf"{_LEAD}(?:(?:just|please|pls|tell|me|a|simple|plain|say|answer|is\s+(?:it|that)|so)\b\W*)*yes\s+or\s+(?:a\s+)?no"
    r"(?:\W+\w+)?\W*$",
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


def read_bare_question(rest: str, last_topic: object) -> str | None:
    """The intent of a question that only the talk before it tells: the answer's own, or `inform` for more on it."""
    if not isinstance(last_topic, str):
        return None
    if _WHY.match(rest):
        return _WHY_THESE if last_topic in (_PLACES, _WHY_THESE) else _INFORM
    if _MEANS.match(rest):
        return _INFORM
    return last_topic if _YES_OR_NO.match(rest) else None
