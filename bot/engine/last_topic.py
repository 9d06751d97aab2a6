"""Is a short question with no subject of its own about the topic that was talked about?

"Does it wear off" may be about an effect, an approval or a product: read by itself, it is a guess. So two things are
weighed against the talk: how much surer the classifier is of another topic, and how much more the words, each by
itself, speak for it ("deadline" hardly, "price" a lot).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.engine.topic_words import TOPIC_WORDS, find_lead

_MOST_WORDS = 9
# What the talk weighs against both together, as a natural logarithm. Chosen on 290 pairs of a topic and a short message
# of our own, of which it takes nine in ten as they were meant.
_TALK = 9.75
# Less, where a member has learned what there is, and goes on to what it takes.
_TALK_OF_START, _STARTS = 7.0, frozenset({"therapy_basics", "therapy_info", "coverage_general"})
# A topic that stands nowhere in the ranking is no less likely than this.
_LEAST = 0.0003
# The topics that a member asks on about.
_TALKED_ABOUT = frozenset(
    {
        "therapy_basics", "therapy_info", "safety_risks", "process_followup", "candidacy", "coverage_general",
        "precertification", "policy_lookup", "cost", "evidence_of_coverage", "facility_search", "facility_why",
        "appeal_denial", "clinical_trials", "coach_about",
    }
)  # fmt: skip
_DANGERS = frozenset({"emergency", "crisis"})
# Said outright: read this surely they are meant. What is outside of the subject is named by rare words.
_SAID_OUTRIGHT = frozenset(
    {"coach_handoff", "identity", "cancel", "sms_stop", "eligibility_member", "out_of_scope", "out_of_scope_far"}
)
# These go on with nothing, unless the words ask: "why not?" is no yes.
_SMALL_TALK = frozenset({"affirm", "deny", "greeting", "thanks_goodbye", "gibberish", "more", "sms_help"})
# What is said of oneself, and discontent: a few words that hardly speak for it are read so for want of better. Who is
# discontent seldom asks, and "why so bad?" is about the risks.
_WEIGHTY_LEAD = {"medical_advice": 1.0, "complaint": 5.0}
_WEIGHTY_WORDS = 5
_SURE = 0.55
_ASKS = re.compile(
    r"\?|^\W*(?:(?:and|so|ok|okay|but|oh|well|n)\b\W*)*(?:what|whats|how|hows|who|whos|when|where|wheres|why|which|wich|can|"
    r"could|do|does|did|is|are|will|would|should|has|have|if|even)\b",
    re.IGNORECASE,
)
# They name what the question is about, and it is not what was talked about before.
_OWN_SUBJECT = frozenset(
    {"therapy", "condition", "facility", "zip_code", "city", "policy_number", "member_id", "date_of_birth", "phone"}
)
# So do these words, whatever the classifier makes of them.
_ASKS_WHERE = re.compile(r"\bwhere\b.*\b(?:get|go|take|bring|have|done|treated)\b", re.IGNORECASE)
_UNCLEAR, _INFORM = "nlu_fallback", "inform"


def find_last_topic(text: str, parsed: Mapping[str, Any], last_topic: object) -> str | None:
    """The last topic, where the talk makes it likelier than the reading of the message by itself; else None."""
    if last_topic not in _TALKED_ABOUT or len(text.split()) > _MOST_WORDS:
        return None
    if _OWN_SUBJECT & {each["entity"] for each in parsed["entities"]} or _ASKS_WHERE.search(text):
        return None
    last = str(last_topic)
    ranking: Sequence[Mapping[str, Any]] = parsed.get("intent_ranking") or ()
    likely = {each["name"]: float(each["confidence"]) for each in ranking if each["name"] != _INFORM}
    is_unclear = parsed["intent"]["name"] == _UNCLEAR
    best = max(likely, key=lambda name: likely[name], default=last)
    if (is_unclear or best in _SMALL_TALK) and not _ASKS.search(text):
        # "Explain it simply": nobody knows what, and the member is asked.
        return None
    if best == last:
        return best if is_unclear else None
    if best in _DANGERS or (best in _SAID_OUTRIGHT and likely[best] >= _SURE) or says_outright(text, parsed, last):
        return None
    lead = find_lead(parsed.get(TOPIC_WORDS) or {}, best, last)
    surer = math.log(likely[best] / max(likely.get(last, 0.0), _LEAST))
    return last if lead + surer < (_TALK_OF_START if last in _STARTS else _TALK) else None


def says_outright(text: str, parsed: Mapping[str, Any], last_topic: object) -> bool:
    """True for discontent and for what only a doctor can say, read surely, with words that speak for it."""
    intent = parsed["intent"]["name"]
    if intent not in _WEIGHTY_LEAD or float(parsed["intent"]["confidence"]) < _SURE:
        return False
    if last_topic not in _TALKED_ABOUT or len(text.split()) > _WEIGHTY_WORDS:
        return True
    if intent == "complaint" and not _ASKS.search(text):
        return True
    return find_lead(parsed.get(TOPIC_WORDS) or {}, intent, str(last_topic)) >= _WEIGHTY_LEAD[intent]
