"""What does `gene-guide knowledge why MESSAGE_ID` print? What one message relied on, and whether it comes out again."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.conversations.ids import is_id
from bot.conversations.model import Author, Message, MessageId
from bot.conversations.store import SqlConversationStore
from bot.database import Database
from bot.document_days import say_beginning, say_day, say_iso_days
from bot.failures import OperatorError
from bot.knowledge_terminal import say_standing
from bot.printable import printable
from knowledge.bootstrap import build_knowledge
from knowledge.eligibility.model import AuditEvent
from knowledge.eligibility.store import SqlAuditLog
from knowledge.policies.holdings import Holdings
from knowledge.policies.ledger_store import look
from knowledge.reliance.service import CatalogueUse, CitedVersion, Explanation

_LONGEST_PURPOSE = 64
# Who writes in words of their own: there is nothing to make again.
_PEOPLE = (Author.MEMBER, Author.COACH)


class NotExplained(OperatorError):
    """There is nothing to explain."""


@dataclass(frozen=True)
class Why:
    """What is printed, and whether the message came out again byte for byte."""

    text: str
    is_same: bool


def explain_message(database: Database, message_id: str, clock: Callable[[], datetime], *, by: str) -> Why:
    """Explains one message to the operator `by`, which is audited: it may hold a member's own record.

    Raises NotExplained, StoreUnavailable.
    """
    return asyncio.run(_explain(database, message_id, clock, by))


async def _explain(database: Database, message_id: str, clock: Callable[[], datetime], by: str) -> Why:
    store = SqlConversationStore(database)
    message = await store.find_message(MessageId(message_id)) if is_id(message_id) else None
    if message is None:
        raise NotExplained(f"There is no message {message_id} in the record.")
    if message.author in _PEOPLE:
        who = message.author.value
        raise NotExplained(f"A {who} wrote message {message_id}: it relies on nothing that is kept here.")
    purpose = f"why {message.id} by {by}"[:_LONGEST_PURPOSE]
    event = AuditEvent(clock(), "operator", None, None, purpose, "verified", "shown")
    await SqlAuditLog(database).record(event)
    explained = await build_knowledge(database, clock).reliance.explain(message.id, message.text)
    holdings = await database.read(lambda connection: look(connection, clock()))
    return Why("\n".join(map(printable, _lines(message, explained, holdings))), explained.replay.same)


def _lines(message: Message, explained: Explanation, holdings: Holdings) -> Iterator[str]:
    yield f"message   {message.id}, by the {message.author.value}, {message.created_at:%m/%d/%Y %H:%M:%S} UTC"
    yield f"topic     {message.topic or 'none'}"
    yield f"response  {message.key or 'none'}"
    yield f"as of     {say_day(explained.as_of) if explained.as_of else 'no day: it leans on no document'}"
    if explained.template is not None:
        yield "template"
        yield from _indented(explained.template)
    for name, value in explained.values.items():
        yield f"value {name}"
        yield from _indented(value)
    for citation in message.citations:
        yield "cited"
        yield from _source_lines(citation)
    for cited in explained.versions:
        yield from _version_lines(cited, holdings)
    for use in explained.catalogue:
        yield from _catalogue_lines(use)
    replay = explained.replay
    about = f" ({replay.what})" if replay.what else ""
    yield "replay    the same text, byte for byte" if replay.same else f"replay    NOT the same: {replay.code}{about}"


def _version_lines(cited: CitedVersion, holdings: Holdings) -> Iterator[str]:
    document = cited.document
    yield f"version   {cited.version}"
    if document is None:
        yield "  missing"
        return
    yield from _source_lines(document.citation().as_json())
    unstated = "" if document.effective_on else "states no effective day; "
    yield from _indented(f"{unstated}{say_beginning(document)}; today: {say_standing(holdings, document)}")
    yield f"    sha-256 {document.checksum}"
    for mark, heading in cited.sections:
        yield f"  section {mark}{f': {heading}' if heading and heading != mark else ''}"
    for fact in cited.facts:
        yield f"  fact {fact.id}" + (f" ({fact.section})" if fact.section else "")
        yield from _indented(fact.text or "missing")


def _catalogue_lines(use: CatalogueUse) -> Iterator[str]:
    yield f"catalogue {use.entry}, sha-256 {use.checksum}"
    for name, text in use.spoken:
        yield from _indented(f"{name}: {text or 'missing'}")
    for source in use.sources:
        yield "  source"
        yield from _source_lines(source.as_json())


def _source_lines(citation: Mapping[str, str]) -> Iterator[str]:
    """One source: document and number, payer or publisher, section, version, day and address, as far as it has them."""
    number = f" ({citation['number']})" if "number" in citation else ""
    yield from _indented(f"{citation['document']}{number}, {citation['payer']}")
    told = [f"section {citation['section']}"] if "section" in citation else []
    told += [f"version {say_iso_days(citation['version'])}"] if "version" in citation else []
    told += [f"effective {say_iso_days(citation['effective_on'])}"] if "effective_on" in citation else []
    told += [f"read on {say_iso_days(citation['read_on'])}"] if "read_on" in citation else []
    yield from _indented(", ".join(told))
    if "url" in citation:
        # In one piece, however long it is: it is copied.
        yield f"    {citation['url']}"


def _indented(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from textwrap.wrap(line, 110, initial_indent="    ", subsequent_indent="    ") or [""]
