"""What came out of a turn? The output channel that collects every reply whole, as the gateway will get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from rasa.core.channels.channel import OutputChannel

from bot.engine.wording import WORDED_FROM

log = structlog.get_logger()

# What an action may put beside a reply's words (`reply=`), and what a response's `metadata:` may say.
_ENVELOPE: Mapping[str, type] = {
    "topic": str,
    "outcome": str,
    "citations": list,
    "cards": list,
    "facts": list,
    "awaiting": dict,
    "look_up": dict,
    "reliance": dict,
}


@dataclass(frozen=True)
class QuickReply:
    """A button: what the member reads, and the opaque value that choosing it sends."""

    title: str
    value: str


@dataclass(frozen=True)
class Reply:
    """One message of the assistant: its response key, its words, its buttons and its envelope (no empty values)."""

    key: str
    text: str
    quick_replies: tuple[QuickReply, ...]
    envelope: Mapping[str, Any]

    @property
    def topic(self) -> str | None:
        """The topic that the reply is about, where it says so."""
        return self.envelope.get("topic")

    @property
    def awaiting(self) -> bool:
        """Whether it asks the member for something."""
        return "awaiting" in self.envelope

    def as_json(self) -> dict[str, Any]:
        """The reply in the form of the engine's HTTP answer."""
        buttons = [{"title": each.title, "value": each.value} for each in self.quick_replies]
        return {"key": self.key, "text": self.text, "quick_replies": buttons, **self.envelope}


def read_reply(message: Mapping[str, Any]) -> Reply | None:
    """Reads a worded response with what the action added; None for text that no response key stands behind.

    The action's `reply` wins over the response's own `metadata`; fields of the wrong type are dropped.
    """
    key, text = message.get("utter_action"), message.get("text")
    if not key or not text:
        return None
    buttons = message.get("quick_replies") or message.get("buttons") or ()
    quick_replies = tuple(
        QuickReply(str(button["title"]), str(button["payload"]))
        for button in buttons
        if button.get("title") and button.get("payload")
    )
    envelope: dict[str, Any] = {}
    for source in (message.get("metadata"), message.get("reply")):
        if isinstance(source, Mapping):
            envelope.update(
                (field, source[field])
                for field, kind in _ENVELOPE.items()
                if source.get(field) and isinstance(source[field], kind)
            )
    traced = _trace(message.get(WORDED_FROM), envelope.pop("reliance", {}))
    return Reply(str(key), str(text), quick_replies, {**envelope, **traced})


def _trace(worded: Mapping[str, Any] | None, told: Mapping[str, Any]) -> dict[str, Any]:
    """What the reply was made of: its template, and each value that is in it as the action traced it, else as it is."""
    if not worded:
        return {}
    trees = told.get("values") or {}
    values = {place: trees.get(place, value) for place, value in worded["values"].items()}
    return {"reliance": {**told, "template": worded["template"], "values": values}}


class TurnChannel(OutputChannel):
    """Collects the replies of one turn; its name, `web` or `sms`, chooses the variants of the wording."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.replies: list[Reply] = []
        self.dropped = 0

    def name(self) -> str:
        """The channel's name, as responses write it behind `channel:`."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Takes a message of Rasa whole; one without a response key is dropped and counted."""
        reply = read_reply(message)
        if reply is None:
            # Only data/responses holds words for members.
            self.dropped += 1
            log.error("engine.reply_without_key", conversation_id=recipient_id, channel=self._channel)
        else:
            self.replies.append(reply)
