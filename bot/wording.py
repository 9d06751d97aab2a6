"""Which words do the gateway and the desk themselves say? Read from `data/responses/`, where all wording lives.

The same files that Rasa loads; what the actions and forms say never passes through here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.conversations.handoff import HandoffOutcome
from bot.conversations.model import Author, Channel, Draft, QuickReply
from bot.safety.lint import find_fault
from knowledge.reliance.model import Reliance

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

# How a request for a person stands.
HANDOFF_WAITING_ESTIMATE = "utter_handoff_waiting_estimate"
HANDOFF_UNAVAILABLE = "utter_handoff_unavailable"
HANDOFF_UNAVAILABLE_OPENS = "utter_handoff_unavailable_opens"
HANDOFF_NO_CALLBACK = "utter_handoff_unavailable_no_callback"
SAFETY_WAITING = "utter_handoff_safety_waiting"
SAFETY_UNAVAILABLE = "utter_handoff_safety_unavailable"
SAFETY_NO_CALLBACK = "utter_handoff_safety_no_callback"
COACH_HERE_NOW = "utter_handoff_coach_here_now"
NOBODY_LEFT = "utter_handoff_nobody_left"
NOBODY_LEFT_NO_CALLBACK = "utter_handoff_nobody_left_no_callback"
LONG_WAIT = "utter_handoff_long_wait"
HANDOFF_FAILURE = "utter_handoff_failure"
HANDOFF_EXPIRED = "utter_handoff_expired"

# What a coach's coming and going says.
COACH_JOINED = "utter_coach_joined"
COACH_TRANSFERRED = "utter_coach_transferred"
COACH_VANISHED = "utter_coach_vanished"
COACH_LEFT = "utter_coach_left"
COACH_CLOSED = "utter_coach_closed"
RESUMED = "utter_handoff_resumed"
RESUMED_AFTER = {outcome: f"{RESUMED}_{outcome.value}" for outcome in HandoffOutcome}

# A call instead of the wait.
CALLBACK_ASK_WINDOW = "utter_callback_ask_window"
CALLBACK_WINDOW_GONE = "utter_callback_window_gone"
CALLBACK_NO_WINDOWS = "utter_callback_no_windows"
CALLBACK_ASK_PHONE = "utter_callback_ask_phone"
CALLBACK_CONFIRM_PHONE = "utter_callback_confirm_phone_sms"
CALLBACK_PHONE_INVALID = "utter_callback_phone_invalid"
CALLBACK_RECORDED = "utter_callback_recorded"
CALLBACK_DECLINED = "utter_callback_declined"
CALLBACK_WITHDRAWN = "utter_callback_withdrawn"
CALLBACK_PART_NO_CALL = "utter_callback_part_no_call"
CALLBACK_PART_THIS_NUMBER = "utter_callback_part_this_number"
CALLBACK_PART_OTHER_NUMBER = "utter_callback_part_other_number"
WINDOWS = {
    (day, window): f"utter_window_{day}_{window}"
    for day in ("today", "tomorrow", "day")
    for window in ("morning", "afternoon")
}
CALENDAR = {
    name: f"utter_calendar_part_{name}"
    for name in ("weekdays", "months", "day", "moment", "moment_today", "moment_tomorrow", "halves")
}
ZONES = {
    zone: f"utter_calendar_part_zone_{name}"
    for zone, name in (
        ("America/New_York", "eastern"),
        ("America/Chicago", "central"),
        ("America/Denver", "mountain"),
        ("America/Los_Angeles", "pacific"),
    )
}

# By text message.
SMS_GREETING = "utter_sms_greeting"
SMS_OPTED_OUT = "utter_sms_opted_out"
SMS_OPTED_IN = "utter_sms_opted_in"
SMS_HELP = "utter_sms_help_card"
SMS_PRIVATE = "utter_sms_private"
SMS_RECORD_LINK = "utter_sms_record_link"
SMS_MEDIA = "utter_sms_media"
SMS_EMPTY = "utter_sms_empty"
SMS_TOO_FAST = "utter_sms_too_fast"
SMS_COACH_WROTE = "utter_sms_coach_wrote"
JOIN_WELCOME = "utter_join_welcome"

# A look-up that takes longer than a turn, and what comes of it.
LOOKUP_CHECKING = "utter_lookup_checking"
LOOKUP_FAILED = "utter_lookup_failed"
LOOKUP_UNPROVEN = "utter_lookup_unproven"
# What it found, in the words of the action that would have answered at once; like all answers, in English alone.
LOOKUP_FOUND: Mapping[str, str] = {
    "utter_eligibility_member_record": "statement",
    "utter_eligibility_member_record_inactive": "statement",
    "utter_eligibility_member_no_child": "",
    "utter_eligibility_member_refused_privacy": "",
    "utter_ask_for_whom": "",
}

# Each key with the values that its text needs, separated by spaces.
KEYS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            GREETING, ENGINE_FAILURE, SILENCE, BLOCKED, EMERGENCY, CRISIS, SAFETY_UNSURE, ALREADY_WAITING,
            HANDOFF_CANCELLED, COACH_ENDED, RECORD_HIDDEN, CLOSED, HANDOFF_WANTED, HANDOFF_UNAVAILABLE,
            HANDOFF_NO_CALLBACK, SAFETY_WAITING, SAFETY_UNAVAILABLE, SAFETY_NO_CALLBACK, COACH_HERE_NOW,
            NOBODY_LEFT, NOBODY_LEFT_NO_CALLBACK, LONG_WAIT, HANDOFF_FAILURE,
            HANDOFF_EXPIRED, COACH_VANISHED, COACH_LEFT, COACH_CLOSED,
            RESUMED, CALLBACK_ASK_WINDOW, CALLBACK_WINDOW_GONE,
            CALLBACK_NO_WINDOWS, CALLBACK_ASK_PHONE, CALLBACK_PHONE_INVALID, CALLBACK_DECLINED, CALLBACK_WITHDRAWN,
            CALLBACK_PART_NO_CALL,
            CALLBACK_PART_THIS_NUMBER, CALLBACK_PART_OTHER_NUMBER,
            SMS_GREETING, SMS_OPTED_OUT, SMS_OPTED_IN, SMS_HELP, SMS_PRIVATE, SMS_RECORD_LINK, SMS_MEDIA, SMS_EMPTY,
            SMS_TOO_FAST, SMS_COACH_WROTE, JOIN_WELCOME,
            LOOKUP_CHECKING, LOOKUP_FAILED, LOOKUP_UNPROVEN, *CALENDAR.values(), *ZONES.values(), *WINDOWS.values(),
        ),
        "",
    ),
    HANDOFF_WAITING: "position",
    HANDOFF_WAITING_ESTIMATE: "position low high",
    HANDOFF_UNAVAILABLE_OPENS: "opens",
    COACH_JOINED: "coach",
    COACH_TRANSFERRED: "coach",
    **dict.fromkeys(RESUMED_AFTER.values(), "coach"),
    CALLBACK_CONFIRM_PHONE: "phone",
    CALLBACK_RECORDED: "window phone zone",
    CALENDAR["day"]: "month number",
    **{CALENDAR[name]: "weekday day time half zone" for name in ("moment", "moment_today", "moment_tomorrow")},
    **{WINDOWS["day", window]: "weekday day" for window in ("morning", "afternoon")},
}  # fmt: skip

_LOADED: Mapping[str, str] = {**KEYS, **LOOKUP_FOUND}

# A response in another language has the same key with this at its end.
_SPANISH = "_es"
_PLACE = re.compile(r"\{(\w+)\}")


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

    def say(self, key: str, channel: Channel, language: str = "en", **values: object) -> str:
        """The text alone, with its places filled. Raises WordingError when a value is missing."""
        return _fill(key, self.get(key, channel, language).text, values)

    def draft(
        self,
        key: str,
        channel: Channel,
        language: str = "en",
        author: Author = Author.ASSISTANT,
        **values: object,
    ) -> Draft:
        """The response as a message to be recorded, with its places filled. Raises WordingError."""
        response = self.get(key, channel, language)
        return Draft(
            author=author,
            text=_fill(key, response.text, values),
            quick_replies=response.quick_replies,
            topic=response.topic,
            outcome=response.outcome,
            key=key,
            reliance=Reliance(response.text, {name: str(values[name]) for name in _PLACE.findall(response.text)}),
        )


def load_wording(folder: Path, keys: Mapping[str, str] = _LOADED) -> Wording:
    """Reads `keys` from the response files. Raises WordingError when one is missing or may not be shown."""
    found: dict[str, tuple[Response, ...]] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, yaml.YAMLError):
            raise WordingError(f"{path.name} cannot be read as YAML") from None
        for key, variants in (content.get("responses") or {}).items():
            if key.removesuffix(_SPANISH) in keys:
                places = keys[key.removesuffix(_SPANISH)].split()
                found[key] = tuple(_read(key, variant, places) for variant in variants)
    missing = [key for key in keys if not found.get(key)]
    if missing:
        raise WordingError(f"{folder} has no response {', '.join(missing)}")
    return Wording(found)


def _fill(key: str, text: str, values: Mapping[str, object]) -> str:
    try:
        return text.format_map(values) if "{" in text else text
    except KeyError as error:
        raise WordingError(f"the response {key} needs a value for {error}") from None


def _read(key: str, variant: Mapping[str, Any], places: Sequence[str]) -> Response:
    text = str(variant.get("text") or "").strip()
    filled = text
    for place in places:
        filled = filled.replace(f"{{{place}}}", "1")
    fault = find_fault(filled)
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
