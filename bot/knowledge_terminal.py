"""How do the plan's documents look in a terminal? Tables and pages for operators; nothing here is read by members."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from bot.conversations.spoken_store import Spoken
from bot.document_days import say_day, say_since
from bot.printable import printable
from knowledge.policies.differences import (
    METADATA,
    Change,
    Differences,
    FactChange,
    PassageChange,
    show_words,
    write_field,
)
from knowledge.policies.holdings import Holdings, Standing, by_document
from knowledge.policies.ledger import Activation, Comparison, Ending
from knowledge.policies.ledger_store import Arrival, KnowledgeEvent
from knowledge.policies.model import DocumentRecord, Fact, PolicyDocument

_WIDTH = 110
_MOST_NAMES = 5


def say_standing(holdings: Holdings, document: PolicyDocument) -> str:
    """How the version stands today, with the days that matter."""
    standing = holdings.standing(document)
    ends = document.ends_on
    if standing in (Standing.IN_FORCE, Standing.NOT_YET):
        first = f"begins on {say_day(document.in_force_from)}" if standing is Standing.NOT_YET else say_since(document)
        return first + (f", ends on {say_day(ends)}" if ends else "")
    if standing is Standing.ENDED and ends:
        return f"ended on {say_day(ends)}"
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
    return "\n".join(_columns(rows))


def show_history(events: Iterable[KnowledgeEvent]) -> str:
    """A row for each act, the oldest first."""
    rows = [("WHEN (UTC)", "WHO", "WHAT", "FROM", "VERSION")]
    rows += [
        (f"{event.at:%m/%d/%Y %H:%M}", event.by, event.act.value, say_day(event.on) if event.on else "-", event.version)
        for event in events
    ]
    return "\n".join(_columns(rows))


def show_version(
    holdings: Holdings, document: PolicyDocument, record: DocumentRecord, arrival: Arrival, history: str
) -> str:
    """One version whole; `document` is as it stands among the others."""
    lines = [document.version_id, *_wrap(f"standing: {say_standing(holdings, document)}")]
    lines += [line for name in METADATA for line in _wrap(f"{name}: {write_field(getattr(document, name)) or '-'}")]
    lines += _wrap(f"checksum: {document.checksum}")
    lines += _wrap(f"stored: {arrival.origin}, {arrival.at:%m/%d/%Y %H:%M} UTC")
    lines += ["", f"{len(record.passages)} passages"]
    for passage in record.passages:
        lines += ["", *_wrap(f"{passage.section}  {passage.heading}")]
        lines += _wrap(f"ours: {passage.rendering or '- (not rendered)'}", 4)
        if passage.payer_text:
            lines += _wrap(f"payer's text: {passage.payer_text}", 4)
    lines += ["", f"{len(record.facts)} facts"]
    for fact in record.facts:
        lines += ["", *_wrap(_name_fact(fact)), *_wrap(fact.text, 4)]
    return "\n".join([*lines, *(["", history] if history else [])])


def show_comparison(found: Comparison, spoken: Spoken | None) -> str:
    """What differs, then what leans on it; `spoken` None: the recorded messages could not be counted in time."""
    older, newer = found.older.document, found.newer.document
    lines = [f"--- {older.version_id}", f"+++ {newer.version_id}"]
    if found.differences.is_empty:
        return "\n".join([*lines, "They say the same."])
    lines += ["", "Metadata"] if found.differences.fields else []
    for field in found.differences.fields:
        lines += _wrap(f"{field.name}: {field.before or '-'} -> {field.after or '-'}")
    lines += ["", f"Passages: {count_passages(found.differences)}"]
    for passage in found.differences.passages:
        lines += _show_passage(passage)
    lines += ["", f"Facts: {len(found.differences.facts)} differ"]
    for change in found.differences.facts:
        lines += _show_fact(change)
    return "\n".join([*lines, "", *_show_leaning(found, spoken)])


def count_passages(differences: Differences) -> str:
    """How many were added, removed, changed, moved."""
    return ", ".join(f"{differences.count_passages(change)} {change.value}" for change in Change)


def show_activation(plan: Activation, holdings: Holdings, record: DocumentRecord) -> str:
    """What an activation would do."""
    document = plan.document
    until = f" until {say_day(document.ends_on)}" if document.ends_on else ""
    lines = _wrap(f"{document.version_id} would be in force from {say_day(document.in_force_from)}{until}.")
    for ended in plan.ended:
        if ended.is_cancelled:
            lines += _wrap(f"{ended.version_id} would never come into force: this one takes its day.")
        elif ended.ends_on:
            lines += _wrap(f"{ended.version_id} would end on {say_day(ended.ends_on)}.")
    if plan.goes_on:
        lines += _wrap(f"{plan.goes_on.version_id} would go on where this one is not for: see states and lines.")
    if not record.facts:
        lines += _wrap("It has no facts of ours: no topic is answered from it. It is found by its number and quoted.")
    if not any(passage.rendering for passage in record.passages):
        lines += _wrap("None of its passages is in our words.")
    return "\n".join(lines)


def show_summary(found: Comparison, spoken: Spoken | None) -> str:
    """What a comparison comes to, in some lines."""
    leaning = found.leaning
    if found.differences.is_empty:
        return f"  It says the same as {found.older.document.version_id}."
    lines = _wrap(f"Beside {found.older.document.version_id}: passages {count_passages(found.differences)}.")
    lines += _wrap(f"{len(leaning.facts)} facts lean on them, of the topics {', '.join(leaning.topics) or '-'}.")
    if leaning.unsaid:
        lines += _wrap(
            f"Said no more, as this version does not have them: {_name_some(*(fact.id for fact in leaning.unsaid))}."
        )
    if leaning.others:
        lines += _wrap(f"Named by its number elsewhere: {_name_some(*(fact.id for fact in leaning.others))}.")
    lines += _wrap(f"Recorded messages that spoke these facts: {'not counted' if spoken is None else spoken.messages}.")
    return "\n".join(
        [
            *lines,
            *_wrap(
                f"gene-guide knowledge diff {found.older.document.version_id} "
                f"{found.newer.document.version_id} shows all of it."
            ),
        ]
    )


def show_endings(endings: Sequence[Ending]) -> str:
    """What an archiving would do."""
    lines = []
    for ending in endings:
        name, day = ending.document.version_id, say_day(ending.on)
        end = "would never come into force" if ending.is_cancelled else f"would be spoken no more from {day} on"
        lines += _wrap(f"{name} {end}.")
    return "\n".join(lines)


def _show_passage(change: PassageChange) -> Iterator[str]:
    passage, before = change.passage, change.before
    moved = f" (was {before.section})" if before and change.change is Change.MOVED else ""
    yield from _wrap(f"{change.change.value}: {passage.section}  {passage.heading}{moved}")
    if change.change is not Change.CHANGED or before is None:
        return
    for name, old, new in (
        ("heading", before.heading, passage.heading),
        ("ours", before.rendering, passage.rendering),
        ("payer's text", before.payer_text or "", passage.payer_text or ""),
    ):
        if old and new:
            shown = _show_words(old, new)
            yield from [f"    {name}:", *shown] if shown else []
        elif new:
            yield from _wrap(f"{name}, which the older version did not have: {new}", 4)
        elif old:
            yield from _wrap(f"{name}: the newer version has none", 4)


def _show_words(before: str, after: str) -> list[str]:
    return [line for found in show_words(before, after) for line in _wrap(found, 6)]


def _show_fact(change: FactChange) -> Iterator[str]:
    fact = change.after or change.before
    if fact is None:
        return
    yield from _wrap(f"{change.change.value}: {_name_fact(fact)}")
    if change.before and change.after:
        yield from _show_words(change.before.text, change.after.text)
    else:
        yield from _wrap(fact.text, 6)


def _show_leaning(found: Comparison, spoken: Spoken | None) -> Iterator[str]:
    leaning, unsaid = found.leaning, {fact.id for fact in found.leaning.unsaid}
    own = {fact.id: fact for fact in (*leaning.facts, *leaning.unsaid)}.values()
    yield f"What leans on it: {len(own)} facts of the older version, {len(leaning.others)} of other documents"
    for topic in leaning.topics:
        yield from _wrap(topic)
        for fact in own:
            if fact.topic == topic:
                end = ": said no more, the newer version does not have it" if fact.id in unsaid else ""
                yield from _wrap(f"{fact.id} ({fact.section or 'whole document'}){end}", 4)
        for fact in leaning.others:
            if fact.topic == topic:
                yield from _wrap(f"{fact.id}: of {fact.document.id}, names {found.older.document.number}", 4)
    keys = sorted({*leaning.responses, *(spoken.keys if spoken else ())})
    yield from _wrap(f"responses: {', '.join(keys) or 'none'}")
    count = "not counted, that would take too long" if spoken is None else spoken.messages
    yield from _wrap(f"recorded messages that spoke these facts: {count}")


def _name_fact(fact: Fact) -> str:
    return f"{fact.id} ({fact.topic}, {_name_some(fact.section or 'whole document', *fact.tags)})"


def _name_some(*names: str) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [[_in_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _wrap(text: str, indent: int = 2) -> list[str]:
    first, rest = " " * indent, " " * (indent + 2)
    return textwrap.wrap(_in_line(text), _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def _in_line(text: str) -> str:
    return printable(text).replace("\n", " ")
