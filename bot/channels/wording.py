"""Which words does the gateway itself say? Read from `data/responses/`, where all wording lives.

The same files that Rasa loads; what the actions and forms say never passes through here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.conversations.model import Author, Channel, Draft, QuickReply
from bot.safety.lint import find_fault

GREETING = "utter_greeting_first"
ENGINE_FAILURE = "utter_failure_engine"
SILENCE = "utter_failure_silence"
BLOCKED = "utter_blocked_wording"
EMERGENCY = "utter_safety_emergency"
CRISIS = "utter_safety_crisis"
SAFETY_UNSURE = "utter_safety_unsure"
HANDOFF_WAITING = "utter_handoff_waiting"
ALREADY_WAITING = "utter_handoff_already_waiting"
HANDOFF_CANCELLED = "utter_handoff_cancelled"
COACH_ENDED = "utter_handoff_coach_ended"
RECORD_HIDDEN = "utter_record_hidden"
CLOSED = "utter_conversation_closed"
# What a member "says" with a button for a person that no message offered.
HANDOFF_WANTED = "utter_handoff_wanted"

KEYS = (
    GREETING,
    ENGINE_FAILURE,
    SILENCE,
    BLOCKED,
    EMERGENCY,
    CRISIS,
    SAFETY_UNSURE,
    HANDOFF_WAITING,
    ALREADY_WAITING,
    HANDOFF_CANCELLED,
    COACH_ENDED,
    RECORD_HIDDEN,
    CLOSED,
    HANDOFF_WANTED,
)


# A response in another language has the same key with this at its end.
_SPANISH = "_es"


class WordingError(Exception):
    """The wording cannot be used; the message names the key or the file, for the operator."""


@dataclass(frozen=True)
class Response:
    """One way to say one thing; `channel` is None for the wording of every channel without its own."""

    channel: str | None
    text: str
    quick_replies: tuple[QuickReply, ...]
    topic: str | None
    outcome: str | None


class Wording:
    """The gateway's own responses, by key, channel and language; what has no Spanish is said in English."""

    def __init__(self, responses: Mapping[str, tuple[Response, ...]]) -> None:
        self._responses = responses

    def get(self, key: str, channel: Channel, language: str = "en") -> Response:
        """The response in this channel's wording, else in the common one."""
        translated = self._responses.get(key + _SPANISH) if language == "es" else None
        variants = translated or self._responses[key]
        own = (variant for variant in variants if variant.channel == channel.value)
        common = (variant for variant in variants if variant.channel is None)
        return next(own, None) or next(common, None) or variants[0]

    def draft(self, key: str, channel: Channel, language: str = "en", author: Author = Author.ASSISTANT) -> Draft:
        """The response as a message to be recorded."""
        response = self.get(key, channel, language)
        return Draft(
            author=author,
            text=response.text,
            quick_replies=response.quick_replies,
            topic=response.topic,
            outcome=response.outcome,
            key=key,
        )


def load_wording(folder: Path, keys: tuple[str, ...] = KEYS) -> Wording:
    """Reads `keys` from the response files. Raises WordingError when one is missing or may not be shown."""
    found: dict[str, tuple[Response, ...]] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, yaml.YAMLError):
            raise WordingError(f"{path.name} cannot be read as YAML") from None
        for key, variants in (content.get("responses") or {}).items():
            if key.removesuffix(_SPANISH) in keys:
                found[key] = tuple(_read(key, variant) for variant in variants)
    missing = [key for key in keys if not found.get(key)]
    if missing:
        raise WordingError(f"{folder} has no response {', '.join(missing)}")
    return Wording(found)


def _read(key: str, variant: Mapping[str, Any]) -> Response:
    text = str(variant.get("text") or "").strip()
    fault = find_fault(text)
    if fault is not None:
        raise WordingError(f"the response {key} may not be shown: {fault.value}")
    metadata = variant.get("metadata") or {}
    return Response(
        channel=variant.get("channel"),
        text=text,
        quick_replies=tuple(QuickReply(row["title"], row["payload"]) for row in variant.get("buttons") or ()),
        topic=metadata.get("topic"),
        outcome=metadata.get("outcome"),
    )
