"""Why was this said? What a coach is shown of the record of reliance of one message."""

from __future__ import annotations

from datetime import date

from aiohttp import web
from pydantic import Field

from bot.console.door import SIGNED
from bot.conversations.handoff_service import HandoffService
from bot.conversations.ids import is_id
from bot.conversations.model import ConversationNotFound, Message
from bot.http.schemas import Citation, Model
from bot.http.views import JsonObject
from knowledge.reliance.service import CatalogueUse, CitedVersion, Explanation, RelianceService, ReplayCode


class CitedSection(Model):
    """A section that the message leans on; its heading where the version has one."""

    section: str
    heading: str | None


class SpokenFact(Model):
    """A fact that the message speaks, as it stands in the version."""

    id: str
    section: str | None
    text: str | None


class CitedDocument(Model):
    """One stored version that the message leans on; only `version` is known of one that is missing."""

    version: str
    checksum: str | None
    title: str | None
    number: str | None
    payer: str | None
    label: str | None = Field(description="What the document calls this version, else the date it bears.")
    effective_on: date | None = Field(description="The day that the document states; null where it states none.")
    read_on: date | None
    in_force_from: date | None = Field(
        description="The first day on which it counts here: the one it states, or the day it was read or activated."
    )
    ends_on: date | None = Field(
        description="The first day on which it counts no longer; that of `in_force_from`: it counted for part of it."
    )
    url: str | None
    sections: list[CitedSection]
    facts: list[SpokenFact]


class SpokenField(Model):
    """A field of a catalogue entry with the text that was said of it, null where that is missing."""

    field: str
    text: str | None


class CatalogueEntry(Model):
    """Fields of a catalogue entry as it stood under this checksum, and the sources that it named then."""

    entry: str
    checksum: str
    fields: list[str]
    spoken: list[SpokenField]
    sources: list[Citation]


class Replay(Model):
    """Whether the same text comes out again from what is stored; where not, why, and what it is about."""

    same: bool
    code: ReplayCode | None
    what: str | None


class ExplainedMessage(Model):
    """What one message relied on: its response, the values in it, and the versions, facts and passages behind them."""

    message_id: str
    topic: str | None
    response_key: str | None
    as_of: date | None
    template: str | None
    values: dict[str, str]
    citations: list[Citation] = Field(description="The sources as they were shown and recorded with the message.")
    documents: list[CitedDocument]
    catalogue: list[CatalogueEntry]
    replay: Replay


class ExplainApi:
    """The handler, named as the operation is."""

    def __init__(self, handoffs: HandoffService, reliance: RelianceService) -> None:
        self._handoffs = handoffs
        self._reliance = reliance

    async def explain_message(self, request: web.Request) -> web.Response:
        """What a message relied on; that the coach looked is recorded."""
        conversation_id, message_id = request.match_info["id"], request.match_info["message_id"]
        if not (is_id(conversation_id) and is_id(message_id)):
            raise ConversationNotFound
        message = await self._handoffs.view_message(conversation_id, message_id, request[SIGNED].coach.id)
        explained = await self._reliance.explain(message.id, message.text)
        return web.json_response(view_explanation(message, explained))


def view_explanation(message: Message, explained: Explanation) -> JsonObject:
    """The explanation of a message as JSON."""
    replay = explained.replay
    return {
        "message_id": message.id,
        "topic": message.topic,
        "response_key": message.key,
        "as_of": explained.as_of.isoformat() if explained.as_of else None,
        "template": explained.template,
        "values": dict(explained.values),
        "citations": [dict(citation) for citation in message.citations],
        "documents": [_view_version(version) for version in explained.versions],
        "catalogue": [_view_entry(use) for use in explained.catalogue],
        "replay": {"same": replay.same, "code": replay.code, "what": replay.what},
    }


def _view_entry(use: CatalogueUse) -> JsonObject:
    return {
        "entry": use.entry,
        "checksum": use.checksum,
        "fields": list(use.fields),
        "spoken": [{"field": name, "text": text} for name, text in use.spoken],
        "sources": [source.as_json() for source in use.sources],
    }


def _view_version(cited: CitedVersion) -> JsonObject:
    document = cited.document
    ends_on = document.ends_on if document else None
    return {
        "version": cited.version,
        "checksum": document.checksum if document else None,
        "title": document.title if document else None,
        "number": document.number if document else None,
        "payer": document.payer_name if document else None,
        "label": document.citation().version if document else None,
        "effective_on": document.effective_on.isoformat() if document and document.effective_on else None,
        "read_on": document.read_on.isoformat() if document else None,
        "in_force_from": document.in_force_from.isoformat() if document else None,
        "ends_on": ends_on.isoformat() if ends_on else None,
        "url": document.url if document else None,
        "sections": [{"section": mark, "heading": heading} for mark, heading in cited.sections],
        "facts": [{"id": fact.id, "section": fact.section, "text": fact.text} for fact in cited.facts],
    }
