"""How do two versions of a document look beside each other in a terminal, with what leans on what differs?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.conversations.spoken_store import Spoken
from bot.printable import wrap
from knowledge.policies.differences import Change, Differences, FactChange, PassageChange, show_words
from knowledge.policies.ledger import Comparison
from knowledge.policies.model import Fact

_MOST_NAMES = 5


def show_comparison(found: Comparison, spoken: Spoken | None) -> str:
    """What differs, then what leans on it; `spoken` None: the recorded messages could not be counted in time."""
    older, newer = found.older.document, found.newer.document
    lines = [f"--- {older.version_id}", f"+++ {newer.version_id}"]
    if found.differences.is_empty:
        return "\n".join([*lines, "They say the same."])
    lines += ["", "Metadata"] if found.differences.fields else []
    for field in found.differences.fields:
        lines += wrap(f"{field.name}: {field.before or '-'} -> {field.after or '-'}")
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


def show_summary(found: Comparison, spoken: Spoken | None) -> str:
    """What a comparison comes to, in some lines."""
    leaning = found.leaning
    if found.differences.is_empty:
        return f"  It says the same as {found.older.document.version_id}."
    lines = wrap(f"Beside {found.older.document.version_id}: passages {count_passages(found.differences)}.")
    lines += wrap(f"{len(leaning.facts)} facts lean on them, of the topics {', '.join(leaning.topics) or '-'}.")
    lines += show_unsaid(leaning.unsaid)
    if leaning.others:
        lines += wrap(f"Named by its number elsewhere: {name_some(*(fact.id for fact in leaning.others))}.")
    lines += wrap(f"Recorded messages that spoke these facts: {'not counted' if spoken is None else spoken.messages}.")
    return "\n".join(
        [
            *lines,
            *wrap(
                f"gene-guide knowledge diff {found.older.document.version_id} "
                f"{found.newer.document.version_id} shows all of it."
            ),
        ]
    )


def show_unsaid(facts: Iterable[Fact]) -> list[str]:
    """Which topics lose which of our answers: a line for each topic; none where none is lost."""
    topics: dict[str, list[str]] = {}
    for fact in facts:
        topics.setdefault(fact.topic, []).append(fact.id)
    if not topics:
        return []
    count = sum(map(len, topics.values()))
    lines = wrap(
        f"Said no more: {count} facts of ours, of these topics. What members ask there is answered without them."
    )
    return lines + [
        line for topic, names in sorted(topics.items()) for line in wrap(f"{topic}: {name_some(*names)}", 4)
    ]


def name_fact(fact: Fact) -> str:
    """A fact with its topic, section and tags."""
    return f"{fact.id} ({fact.topic}, {name_some(fact.section or 'whole document', *fact.tags)})"


def name_some(*names: str) -> str:
    """The first of the names, and how many more there are."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _show_passage(change: PassageChange) -> Iterator[str]:
    passage, before = change.passage, change.before
    moved = f" (was {before.section})" if before and change.change is Change.MOVED else ""
    yield from wrap(f"{change.change.value}: {passage.section}  {passage.heading}{moved}")
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
            yield from wrap(f"{name}, which the older version did not have: {new}", 4)
        elif old:
            yield from wrap(f"{name}: the newer version has none", 4)


def _show_words(before: str, after: str) -> list[str]:
    return [line for found in show_words(before, after) for line in wrap(found, 6)]


def _show_fact(change: FactChange) -> Iterator[str]:
    fact = change.after or change.before
    if fact is None:
        return
    yield from wrap(f"{change.change.value}: {name_fact(fact)}")
    if change.before and change.after:
        yield from _show_words(change.before.text, change.after.text)
    else:
        yield from wrap(fact.text, 6)


def _show_leaning(found: Comparison, spoken: Spoken | None) -> Iterator[str]:
    leaning, unsaid = found.leaning, {fact.id for fact in found.leaning.unsaid}
    own = {fact.id: fact for fact in (*leaning.facts, *leaning.unsaid)}.values()
    yield f"What leans on it: {len(own)} facts of the older version, {len(leaning.others)} of other documents"
    for topic in leaning.topics:
        yield from wrap(topic)
        for fact in own:
            if fact.topic == topic:
                end = ": said no more, the newer version does not have it" if fact.id in unsaid else ""
                yield from wrap(f"{fact.id} ({fact.section or 'whole document'}){end}", 4)
        for fact in leaning.others:
            if fact.topic == topic:
                yield from wrap(f"{fact.id}: of {fact.document.id}, names {found.older.document.number}", 4)
    keys = sorted({*leaning.responses, *(spoken.keys if spoken else ())})
    yield from wrap(f"responses: {', '.join(keys) or 'none'}")
    count = "not counted, that would take too long" if spoken is None else spoken.messages
    yield from wrap(f"recorded messages that spoke these facts: {count}")
