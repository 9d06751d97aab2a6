"""What was a member's message taken to mean? The contract's view of Rasa's reading, without what identifies anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.engine.channel import Reply
from bot.engine.entities.found import PROOF
from bot.engine.language import tell_language

# The public contract's list. Other intents (`inform`, `cancel`, `more`, `nlu_fallback`) never show.
TOPICS = frozenset(
    {
        "therapy_basics", "therapy_info", "safety_risks", "process_followup", "candidacy", "coverage_general",
        "precertification", "policy_lookup", "cost", "eligibility_member", "evidence_of_coverage", "facility_search",
        "facility_why", "appeal_denial", "clinical_trials", "coach_handoff", "coach_about", "emergency", "crisis",
        "medical_advice", "complaint", "greeting", "thanks_goodbye", "affirm", "deny", "identity", "sms_stop",
        "sms_help", "out_of_scope", "out_of_scope_far", "gibberish",
    }
)  # fmt: skip
# Member number and birth date are read and used, and shown to nobody.
_SHOWN = (
    "therapy", "condition", "plan", "state", "zip_code", "city", "age", "age_group", "for_whom", "facility",
    "policy_number", "date", "phone",
)  # fmt: skip
# What a birth date may have been read as: "03.14.62" looks like a policy's number.
_MAY_BE_BIRTH_DATE = frozenset({"date", "policy_number"})


@dataclass(frozen=True)
class Understood:
    """Topics in the order of the message, its language, its entities by name, and how sure the reading is (0 to 1)."""

    topics: tuple[str, ...]
    language: str
    entities: Mapping[str, tuple[str, ...]]
    confidence: float

    def as_json(self) -> dict[str, Any]:
        """The reading in the form of the engine's HTTP answer."""
        return {
            "topics": list(self.topics),
            "language": self.language,
            "entities": {name: list(values) for name, values in self.entities.items()},
            "confidence": self.confidence,
        }


def describe_understanding(
    parse_data: Mapping[str, Any],
    questions: Sequence[tuple[Mapping[str, Any], Sequence[Reply]]],
    *,
    text: str | None,
    asked_for: str | None,
    topic_in_progress: str | None,
) -> Understood:
    """Turns Rasa's reading into the contract's.

    `parse_data` reads the whole message, `questions` each question of it in order, with the replies to it.
    `text` is None for a quick reply. `asked_for` is the form field that the message answered, `topic_in_progress` the
    topic that the dialogue was about: a bare answer carries the topic that it continues.
    """
    read = questions or [(parse_data, ())]
    topics = [_find_topic(reading, replies, topic_in_progress) for reading, replies in read]
    confidences = [float((reading.get("intent") or {}).get("confidence") or 0.0) for reading, _ in read]
    return Understood(
        topics=tuple(topic for topic in topics if topic),
        language=tell_language(text) if text is not None else "und",
        entities=_shown(parse_data.get("entities") or (), asked_for),
        confidence=round(min(confidences), 4),
    )


def _find_topic(reading: Mapping[str, Any], replies: Sequence[Reply], topic_in_progress: str | None) -> str | None:
    topic = (reading.get("intent") or {}).get("name")
    continued = [reply.topic for reply in replies] + [topic_in_progress]
    return next((each for each in ([topic] if topic in TOPICS else continued) if each in TOPICS), None)


def _shown(found: Sequence[Mapping[str, Any]], asked_for: str | None) -> dict[str, tuple[str, ...]]:
    names = {each.get("entity") for each in found}
    # A day that comes with a member number, or where one was asked for, is a birth date.
    identifies = asked_for in PROOF or bool(names & PROOF)
    shown: dict[str, tuple[str, ...]] = {}
    for name in _SHOWN:
        if name in _MAY_BE_BIRTH_DATE and identifies:
            continue
        values = [each["value"] for each in found if each.get("entity") == name]
        flat = [str(value) for each in values for value in (each if isinstance(each, list) else [each])]
        if flat:
            shown[name] = tuple(dict.fromkeys(flat))
    return shown
