"""What is said to a question about the plan record when it could be looked up at last? The same as at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.phrases import Phrases
from actions.record_answer import TOPIC, RecordAnswer, RecordQuestion
from actions.replies import Replies
from actions.services import ActionServices
from bot.conversations.lookups import Finding, Lookup, Said
from bot.conversations.model import Awaiting, Channel, QuickReply
from knowledge.eligibility.model import MemberId
from knowledge.reliance.model import Reliance

_ENVELOPE = ("response", "reply", "buttons")
# What a dispatcher adds to every message beside the values of the response.
_UNUSED = ("text", "template", "elements", "custom", "attachment", "image")


class LateRecord:
    """Looks up behind a turn, with nobody waiting."""

    def __init__(self, services: ActionServices, phrases: Phrases) -> None:
        self._answer = RecordAnswer(services, phrases)

    async def find(self, lookup: Lookup, member_id: str) -> Finding:
        """What the record of this member says; audited. Raises UnknownMember, StoreUnavailable."""
        asked = lookup.request
        question = RecordQuestion(lookup.conversation_id, MemberId(member_id), asked.day, asked.for_whom)
        record = await self._answer.look_up(question)
        dispatcher = CollectingDispatcher()
        await self._answer.say(question, record, Replies(dispatcher, Channel.WEB, TOPIC, asked.day))
        said = tuple(_read(message) for message in dispatcher.messages)
        return Finding(said, record.plan_id, record.state)


def _read(message: Mapping[str, Any]) -> Said:
    envelope = message["reply"]
    made = envelope.get("reliance", {})
    asked = envelope.get("awaiting")
    values = {name: str(value) for name, value in message.items() if name not in (*_ENVELOPE, *_UNUSED)}
    return Said(
        key=message["response"],
        outcome=envelope["outcome"],
        topic=envelope["topic"],
        values=values,
        citations=tuple(envelope.get("citations", ())),
        cards=tuple(envelope.get("cards", ())),
        facts=tuple(envelope.get("facts", ())),
        quick_replies=tuple(QuickReply(each["title"], each["payload"]) for each in message.get("buttons") or ()),
        awaiting=Awaiting(asked["field"], asked["kind"]) if asked else None,
        reliance=Reliance(
            template="",
            values=made.get("values", {}),
            as_of=date.fromisoformat(made["as_of"]) if "as_of" in made else None,
            wordings=made.get("wordings", {}),
            sources=tuple(made.get("sources", ())),
        ),
    )
