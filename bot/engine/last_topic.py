"""Is a short question with no subject of its own about the topic that was talked about?

"Does it wear off" may be about an effect, an approval or a product: read by itself, it is a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_MOST_WORDS = 9
# By how much the last topic gains on a reading without the talk: with a word that points back, and without.
# Chosen on a hundred short dialogues of our own (tests/journeys/follow_ups).
_POINTING_GAIN, _PLAIN_GAIN = 12.0, 5.0
# The topics that a member asks on about.
_TALKED_ABOUT = frozenset(
    {
        "therapy_basics", "therapy_info", "safety_risks", "process_followup", "candidacy", "coverage_general",
        "precertification", "policy_lookup", "cost", "evidence_of_coverage", "facility_search", "facility_why",
        "appeal_denial", "clinical_trials", "coach_about",
    }
)  # fmt: skip
# Never taken for a question that goes on, unless they are less likely than not.
_SAID_OUTRIGHT = frozenset(
    {
        "coach_handoff", "emergency", "crisis", "complaint", "identity", "cancel", "more", "greeting",
        "thanks_goodbye", "affirm", "deny", "sms_stop", "sms_help", "eligibility_member",
    }
)  # fmt: skip
_SURE = 0.5
# Too few words for a question like these.
_SMALL_TALK = frozenset({"affirm", "deny", "greeting", "thanks_goodbye", "gibberish", "more"})
_SMALL_TALK_DISCOUNT = 0.3
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|but|oh|well)\b\W*)*(?:what|how|who|when|where|why|which|can|could|do|does|did|is|are|will|"
    r"would|should|has|have)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|it['’]s|that|this|they|them|their|those|these|there|one|he|she)\b", re.IGNORECASE
)
# They name what the question is about, and it is not what was talked about before.
_OWN_SUBJECT = frozenset(
    {"therapy", "condition", "facility", "zip_code", "city", "policy_number", "member_id", "date_of_birth", "phone"}
)
# So do these words, whatever the classifier makes of them.
_ASKS_WHERE = re.compile(r"\bwhere\b.*\b(?:get|go|have|done|treated)\b", re.IGNORECASE)
_UNCLEAR = "nlu_fallback"
# "They" are the coaches right after an answer on them, unless the words say plainly what else it is about.
_COACHES, _PLAIN = "coach_about", 0.9
_PERSONS = re.compile(r"\b(?:they|them|their)\b", re.IGNORECASE)
# Below this no reading of an unclear message says more than that it goes on.
_FAINT = 0.3


def find_last_topic(text: str, parsed: Mapping[str, Any], last_topic: object) -> str | None:
    """The last topic, where the talk makes it likelier than the reading of the message by itself; else None."""
    if last_topic not in _TALKED_ABOUT or len(text.split()) > _MOST_WORDS:
        return None
    if _OWN_SUBJECT & {each["entity"] for each in parsed["entities"]} or _ASKS_WHERE.search(text):
        return None
    ranking: Sequence[Mapping[str, Any]] = parsed.get("intent_ranking") or ()
    likely = {each["name"]: float(each["confidence"]) for each in ranking}
    is_unclear = parsed["intent"]["name"] == _UNCLEAR
    if is_unclear and not _ASKS.search(text):
        # "Explain it simply": nobody knows what, and the member is asked.
        return None
    best = max(likely, key=lambda name: likely[name], default=last_topic)
    if best == last_topic:
        return best if is_unclear else None
    if last_topic == _COACHES and _PERSONS.search(text) and likely[best] < _PLAIN:
        return _COACHES
    points_back = bool(_POINTS_BACK.search(text))
    if is_unclear and points_back and likely[best] < _FAINT:
        return str(last_topic)
    if best in _SAID_OUTRIGHT - _SMALL_TALK and likely[best] >= _SURE:
        return None
    against = likely[best]
    if best in _SMALL_TALK:
        if not _ASKS.search(text):
            return None
        against *= _SMALL_TALK_DISCOUNT
    gain = _POINTING_GAIN if points_back else _PLAIN_GAIN
    return str(last_topic) if likely.get(str(last_topic), 0.0) * gain > against else None
