"""What should a coach know first? A summary by rules, each line of which points to the message that it is from.

Values are ids of ours or the member's own words, never a sentence: the console's page has the words for them. What
nobody said is no line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.conversations import rules
from bot.conversations.handoff import Callback, PastHandoff, Urgency
from bot.conversations.model import Author, Citation, Conversation, HandoffCause, Message, MessageId, Understood
from bot.conversations.transcript import UNANSWERED, Transcript
from bot.conversations.vocabulary import HANDOFF_CHOICE, TOPICS

PacketKind = Literal[
    "request", "urgency", "question", "said", "not_answered", "verified", "for_whom", "therapy", "condition",
    "age_group", "zip_code", "plan", "state", "language", "channel", "callback", "before",
]  # fmt: skip

# In the order in which a nurse asks.
_FACTS: tuple[PacketKind, ...] = ("for_whom", "therapy", "condition", "age_group", "zip_code", "plan", "state")
# More than this is a transcript again.
_MOST_LINES = 5
_NO_REASON = "coach_handoff"


@dataclass(frozen=True)
class RequestFacts:
    """The request for a person: why it came, when, how urgent it is.

    `reason` is a topic, or what the member wrote with the button; `message_id` is the member's message or the one that
    told the member about the request, and None where neither was recorded.
    """

    cause: HandoffCause | str
    reason: str
    requested_at: datetime
    urgency: Urgency
    message_id: MessageId | None = None


@dataclass(frozen=True)
class PacketLine:
    """One thing to know.

    `value` is an id (topic, entity value, language, ...), `quote` words as they were written, `label_key` what sets
    this line apart from others of its kind, `at` the time that goes with it. `message_id` and `seq` are None where no
    message says it, such as a plan that the page named.

    kind: label_key / value / quote / at
    - request: cause, or "reason" / topic talked about / the member's words / asked at
    - urgency: level of danger / "urgent" or "normal" / the words of danger
    - question: - / topic / the question
    - said: outcome / topic (with its citations)
    - not_answered: outcome / topic / the member's words
    - verified: - / "yes" or "no" / - / until
    - for_whom ... state: None, "earlier", or "conversation" where the page or the record named it / the value
    - language: None as written, "locale" as the page is set / language
    - channel: - / channel
    - callback: window / day (ISO) / - / asked at
    - before: - / the last coach's outcome / that coach's note / ended at
    """

    kind: PacketKind
    label_key: str | None = None
    value: str | None = None
    quote: str | None = None
    citations: tuple[Citation, ...] = ()
    at: datetime | None = None
    message_id: MessageId | None = None
    seq: int | None = None


@dataclass(frozen=True)
class Packet:
    """The summary, in the order in which it is read."""

    lines: tuple[PacketLine, ...]


def build_packet(
    conversation: Conversation,
    messages: Sequence[Message],
    understood: Mapping[MessageId, Understood],
    request: RequestFacts,
    last_outcome: PastHandoff | None,
    now: datetime,
    *,
    verified_for: timedelta,
    callback: Callback | None = None,
) -> Packet:
    """What the record says about a conversation that asked for a person.

    `verified_for` is how long an identity proof lasts without a message; `callback` one that is not done yet.
    """
    transcript = Transcript(messages, understood)
    return Packet(
        (
            *_request(transcript, request),
            *_urgency(transcript, request),
            *_question(transcript),
            *_not_answered(transcript),
            *_said(transcript),
            _verified(transcript, conversation, now, verified_for),
            *(line for kind in _FACTS for line in _named(transcript, conversation, kind)),
            *_language(transcript, conversation),
            _line("channel", transcript.find_newest(Author.MEMBER), value=conversation.channel.value),
            *_callback(transcript, callback),
            *_before(transcript, last_outcome),
        )
    )


def _line(
    kind: PacketKind,
    message: Message | None,
    *,
    label_key: str | None = None,
    value: str | None = None,
    quote: str | None = None,
    citations: tuple[Citation, ...] = (),
    at: datetime | None = None,
) -> PacketLine:
    return PacketLine(
        kind, label_key, value, quote, citations, at, message.id if message else None, message.seq if message else None
    )


def _request(transcript: Transcript, request: RequestFacts) -> list[PacketLine]:
    is_topic = request.reason in TOPICS
    message = _asked(transcript, request)
    is_quoted = message is not None and message.author is Author.MEMBER and request.cause in ("words", "safety")
    lines = [
        _line(
            "request",
            message,
            label_key=request.cause,
            value=request.reason if is_topic and request.reason != _NO_REASON else None,
            quote=message.text if message and is_quoted else None,
            at=request.requested_at,
        )
    ]
    if request.reason and not is_topic:
        # Written with the button: it stands in no message.
        lines.append(_line("request", None, label_key="reason", quote=request.reason))
    return lines


def _asked(transcript: Transcript, request: RequestFacts) -> Message | None:
    """The message that the request came from, as near as the record knows."""
    until = request.requested_at
    told = transcript.find(request.message_id)
    asked = transcript.find(told.reply_to) if told and told.author is not Author.MEMBER else told
    if asked is not None and (asked.author is not Author.MEMBER or asked.created_at > until):
        # The member asked again later, and was told again.
        asked = None
    if request.cause == "safety":
        dangers = [each for danger in transcript.list_dangers() for each in (danger.said, danger.warning) if each]
        return asked or next((each for each in dangers if each.created_at <= until), None)
    if request.cause == "failure":
        failed = transcript.find_newest(Author.ASSISTANT, lambda each: each.outcome in UNANSWERED, until=until)
        return failed or asked
    if request.cause == "button":
        pressed = transcript.find_newest(Author.MEMBER, lambda each: each.choice == HANDOFF_CHOICE, until=until)
        return asked or pressed or told
    return asked or transcript.find_newest(Author.MEMBER, until=until)


def _urgency(transcript: Transcript, request: RequestFacts) -> list[PacketLine]:
    """Urgent or not, with the words of danger; those of a request before this one are shown as well."""
    value = request.urgency.value
    lines = [
        _line(
            "urgency",
            danger.said or danger.warning,
            label_key=danger.level,
            value=value,
            quote=danger.said.text if danger.said else None,
        )
        for danger in transcript.list_dangers()
    ]
    return lines or ([_line("urgency", None, value=value)] if request.urgency is Urgency.URGENT else [])


def _question(transcript: Transcript) -> list[PacketLine]:
    asked = transcript.find_question()
    return [_line("question", asked, value=transcript.find_topic(asked), quote=asked.text)] if asked else []


def _said(transcript: Transcript) -> list[PacketLine]:
    return [
        _line("said", message, label_key=message.outcome, value=message.topic, citations=message.citations)
        for message in transcript.list_answered()[:_MOST_LINES]
    ]


def _not_answered(transcript: Transcript) -> list[PacketLine]:
    return [
        _line(
            "not_answered",
            each.asked or each.reply,
            label_key=each.reply.outcome,
            value=each.topic,
            quote=each.asked.text if each.asked else None,
        )
        for each in transcript.list_open_questions()[:_MOST_LINES]
    ]


def _verified(transcript: Transcript, conversation: Conversation, now: datetime, verified_for: timedelta) -> PacketLine:
    proven_at = conversation.verified_at
    if proven_at is None or not rules.is_verified(conversation, now, verified_for):
        return _line("verified", None, value="no")
    until = max(proven_at, conversation.last_member_message_at or proven_at) + verified_for
    proof = transcript.find_newest(Author.ASSISTANT, lambda each: each.outcome == "verified")
    return _line("verified", proof, value="yes", at=until)


def _named(transcript: Transcript, conversation: Conversation, kind: PacketKind) -> list[PacketLine]:
    named = transcript.list_named(kind)
    lines = [
        _line(kind, each.message, label_key=None if each.is_newest else "earlier", value=each.value) for each in named
    ]
    own = {"plan": conversation.plan_id, "state": conversation.state}.get(kind)
    if own and own not in {each.value for each in named}:
        lines.append(_line(kind, None, label_key="conversation", value=own))
    return lines


def _language(transcript: Transcript, conversation: Conversation) -> list[PacketLine]:
    message = transcript.find_language()
    lines = [_line("language", message, value=transcript.language_of(message))] if message else []
    return [*lines, _line("language", None, label_key="locale", value=conversation.locale)]


def _callback(transcript: Transcript, callback: Callback | None) -> list[PacketLine]:
    if callback is None or callback.status == "done":
        return []
    said = transcript.find_newest(Author.ASSISTANT, lambda each: each.outcome == "callback_recorded")
    return [_line("callback", said, label_key=callback.window, value=callback.day.isoformat(), at=callback.created_at)]


def _before(transcript: Transcript, past: PastHandoff | None) -> list[PacketLine]:
    if past is None:
        return []
    last = transcript.find_newest(Author.COACH, until=past.ended_at)
    return [_line("before", last, value=past.outcome.value, quote=past.note, at=past.ended_at)]
