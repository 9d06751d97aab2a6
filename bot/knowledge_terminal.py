"""How do the plan's documents look in a terminal? Tables and pages for operators; nothing here is read by members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.document_days import say_beginning, say_day, say_moment, say_since
from bot.knowledge_comparison import name_fact, show_unsaid
from bot.printable import columns, wrap
from knowledge.policies.differences import METADATA, write_field
from knowledge.policies.holdings import Holdings, Standing, by_document
from knowledge.policies.ledger import Activation
from knowledge.policies.ledger_store import Arrival, Ending, KnowledgeEvent
from knowledge.policies.model import DocumentRecord, Fact, PolicyDocument


def say_standing(holdings: Holdings, document: PolicyDocument) -> str:
    """How the version stands today, with the days that matter."""
    standing = holdings.standing(document)
    ends, stopped = document.ends_on, holdings.stopped.get(document.version_id)
    if standing in (Standing.IN_FORCE, Standing.NOT_YET):
        first = f"begins on {say_day(document.in_force_from)}" if standing is Standing.NOT_YET else say_since(document)
        return first + (f", ends on {say_day(ends)}" if ends else "")
    if standing is Standing.ENDED and ends:
        if stopped:
            return f"in force for part of {say_day(ends)}, ended {say_moment(stopped)}"
        return f"ended on {say_day(ends)}"
    if standing is Standing.CANCELLED and not document.retired_on and ends and ends <= holdings.today(document.payer):
        # Another version that begins on the same day may have come in the course of it.
        return f"replaced on its first day, {say_day(ends)}"
    words = {Standing.DRAFT: "draft, never spoken", Standing.CANCELLED: "never in force"}
    return words.get(standing, "withdrawn")


def show_list(holdings: Holdings, versions: Iterable[PolicyDocument]) -> str:
    """A row for each version, the newest of a document first."""
    rows = [("VERSION", "NUMBER", "PAYER", "KIND", "STANDING")]
    for documents in by_document(versions).values():
        rows += [
            (
                document.version_id,
                document.number or "-",
                document.payer or "-",
                write_field(document.kind),
                say_standing(holdings, document),
            )
            for document in documents
        ]
    return "\n".join(columns(rows))


def show_history(events: Iterable[KnowledgeEvent]) -> str:
    """A row for each act, the oldest first."""
    rows = [("WHEN (UTC)", "WHO", "WHAT", "FROM", "VERSION")]
    rows += [
        (f"{event.at:%m/%d/%Y %H:%M}", event.by, event.act.value, say_day(event.on) if event.on else "-", event.version)
        for event in events
    ]
    return "\n".join(columns(rows))


def show_version(
    holdings: Holdings, document: PolicyDocument, record: DocumentRecord, arrival: Arrival, history: str
) -> str:
    """One version whole; `document` is as it stands among the others."""
    lines = [document.version_id, *wrap(f"standing: {say_standing(holdings, document)}")]
    lines += [line for name in METADATA for line in wrap(f"{name}: {write_field(getattr(document, name)) or '-'}")]
    lines += wrap(f"checksum: {document.checksum}")
    lines += wrap(f"stored: {arrival.origin}, {arrival.at:%m/%d/%Y %H:%M} UTC")
    lines += ["", f"{len(record.passages)} passages"]
    for passage in record.passages:
        lines += ["", *wrap(f"{passage.section}  {passage.heading}")]
        lines += wrap(f"ours: {passage.rendering or '- (not rendered)'}", 4)
        if passage.payer_text:
            lines += wrap(f"payer's text: {passage.payer_text}", 4)
    lines += ["", f"{len(record.facts)} facts"]
    for fact in record.facts:
        lines += ["", *wrap(name_fact(fact)), *wrap(fact.text, 4)]
    return "\n".join([*lines, *(["", history] if history else [])])


def show_activation(plan: Activation, holdings: Holdings, record: DocumentRecord) -> str:
    """What an activation would do."""
    document = plan.document
    until = f", until {say_day(document.ends_on)}" if document.ends_on else ""
    lines = wrap(f"{document.version_id}: {say_beginning(document)}{until}.")
    for ended in plan.ended:
        if ended.is_cancelled:
            lines += wrap(f"{ended.version_id} would never come into force: this one takes its day.")
        elif ended.ends_on:
            lines += wrap(f"{ended.version_id} would end on {say_day(ended.ends_on)}.")
    if plan.goes_on:
        lines += wrap(f"{plan.goes_on.version_id} would go on where this one is not for: see states and lines.")
    if not record.facts:
        lines += wrap("It has no facts of ours: it is named, and quoted where its own words answer.")
    if not any(passage.rendering for passage in record.passages):
        lines += wrap("None of its passages is in our words.")
    return "\n".join(lines)


def show_endings(endings: Sequence[Ending], facts: Iterable[Fact]) -> str:
    """What an archiving would do; `facts` are those of the versions that have begun."""
    lines = []
    for ending in endings:
        name, day = ending.document.version_id, say_day(ending.on)
        if ending.at_once:
            end = f"would be spoken no more from now on; that it was in force for part of {day} is kept"
        elif ending.is_cancelled:
            end = "would never come into force"
        else:
            end = f"would be spoken no more from {day} on"
        lines += wrap(f"{name} {end}.")
    return "\n".join([*lines, *show_unsaid(facts)])
