"""Which of the things that a message names does it refuse: "not CareSource", "19104 is wrong, it's 43215"?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.engine.naming import adds_nothing, blank

_SUBJECTS = frozenset({"therapy", "condition"})
# What is refused of these holds for nothing, even where nothing is named in its place.
_DROPPED_ALONE = frozenset({"plan", "state", "zip_code", "city", "member_id", "phone"})
_LEADS_ON = r"(?:(?:the|my|our|for|in|with|on|about|under|a|zip|code|plan|insurance|number|is|was)\s+)*$"
_BEFORE = re.compile(
    r"(?:(?<!\bwhy\s)(?<!\bor\s)\bnot|\b(?:it|that|this|plan|insurance|code|zip|state|mine)\s+(?:isn['’]?t|wasn['’]?t)"
    r"|\b(?:instead\s+of|rather\s+than|no\s+longer(?:\s+(?:have|on|in|with|use))?|used\s+to\s+(?:have|be|live|use)"
    r"|(?:don['’]?t|do\s+not|didn['’]?t)\s+(?:have|use|mean|live)|(?:i|we)(?:['’]ve)?\s+(?:just\s+)?left|my\s+old"
    r"|(?:switched|moved|changed)\s+(?:away\s+)?from))\s+" + _LEADS_ON,
    re.IGNORECASE,
)
_ISNT = re.compile(r"\b(?:isn['’]?t|wasn['’]?t)\s+(?:(?:the|my|for|in|with|on|about)\s+)*$", re.IGNORECASE)
_AFTER = re.compile(
    r"^\W*(?:(?:is|was)\s+(?:wrong|incorrect|old|outdated|my\s+old|an?\s+(?:old|typo|mistake)|not\s+(?:right|correct|mine|it|"
    r"my|our|the\s+(?:right|one))\b)|(?:isn['’]?t|wasn['’]?t)\s+(?:right|correct|mine|it|my|our|the\s+right)\b)",
    re.IGNORECASE,
)
# "I said X but I meant Y": of the two it is the second.
_MEANT_OTHER = re.compile(
    r"^\W*(?:(?:but|sorry|oops|no|wait|and)\b\W*)*(?:(?:i|we)\s+(?:really\s+|actually\s+)?)?(?:mea?nt|mean)\b"
    r"|^\W*(?:but\s+)?(?:it\s+)?should\s+(?:be|have\s+been)\b",
    re.IGNORECASE,
)
# "19104 no wait 08540", "Reading, sorry, Trenton".
_TAKES_BACK = re.compile(
    r"\W*(?:(?:no|nope|wait|sorry|oops|whoops|actually|correction|scratch\s+that|typo|(?:i\s+)?mea?nt?)\b\W*)+"
    r"(?:(?:it['’]?s|make\s+it|try|near|in|at|for|the)\b\W*)*",
    re.IGNORECASE,
)
_OUTRIGHT = re.compile(r"\b(?:i|we)\s+mea?nt?\b|\bnot\b.*,", re.IGNORECASE)


def drop_refused(text: str, parsed: Mapping[str, Any]) -> dict[str, Any]:
    """The reading without what the text refuses or corrects: "not 19104, 08540" only names 08540."""
    named = parsed.get("entities") or []
    meant = without_refused(text, named)
    found = {**parsed, "entities": meant}
    if len(meant) < len(named) and adds_nothing(blank(text, named)):
        found["intent"] = {"name": "inform", "confidence": 1.0}
    return found


def without_refused(text: str, entities: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is meant of the things that the text names.

    A refused plan or place is never kept. "Why is one covered and not the other" asks about both.
    """

    def only_names() -> bool:
        return adds_nothing(blank(text, entities))

    def is_refused(each: Mapping[str, Any]) -> bool:
        before, after = text[: int(each.get("start") or 0)], text[int(each.get("end") or 0) :]
        end = int(each.get("end") or 0)
        others = [_start(other) for other in _of_kind(each, entities) if _start(other) >= end]
        if _AFTER.match(after) or (others and _MEANT_OTHER.match(after)):
            return True
        if others and _TAKES_BACK.fullmatch(text[end : min(others)]):
            return True
        return bool(_BEFORE.search(before) or (_ISNT.search(before) and len(_of_kind(each, entities)) > 1))

    refused = [each for each in entities if is_refused(each)]
    if not refused:
        return list(entities)
    kept = [each for each in entities if each not in refused]
    says_only = bool(_OUTRIGHT.search(text)) or only_names()

    def is_dropped(each: Mapping[str, Any]) -> bool:
        if each["entity"] in _DROPPED_ALONE:
            return True
        if _of_kind(each, kept):
            return says_only or each["entity"] not in _SUBJECTS
        return each["entity"] in _SUBJECTS and only_names()

    return [each for each in entities if each not in refused or not is_dropped(each)]


def _of_kind(each: Mapping[str, Any], entities: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    kinds = _SUBJECTS if each["entity"] in _SUBJECTS else {each["entity"]}
    return [other for other in entities if other["entity"] in kinds]


def _start(each: Mapping[str, Any]) -> int:
    return int(each.get("start") or 0)
