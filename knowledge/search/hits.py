"""Which hits of a ranking are handed out, and may the first be offered as the answer?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from bot.safety.lint import find_fault
from knowledge.citations import Citation
from knowledge.policies.model import Fact, Passage, PayerId, PolicyDocument
from knowledge.search.index import View
from knowledge.search.model import Entry, Hit, HitKind, SearchResult
from knowledge.search.ranking import SAYS_IT, Ranked, Ranking
from knowledge.therapies.model import Term


def find_hits(
    question: str,
    ranking: Ranking,
    view: View,
    current: Sequence[PolicyDocument],
    payer: PayerId | None,
    limit: int,
) -> SearchResult:
    """The best hits among what is in force, which are the `current` documents, whose marks stand in `view`.

    None for a question that asks for nothing: "explain it simply".
    """
    reading = ranking.read(question)
    if not reading.units:
        return SearchResult((), False, 0)
    ranked = ranking.rank(reading, view, payer)
    hits: list[Hit] = []
    texts: set[str] = set()
    is_confident = False
    for each in ranked:
        hit = _hit(each)
        # The same sentence may stand under two topics; a text that may not be said is no answer.
        if hit.text in texts or (hit.text and find_fault(hit.text)):
            continue
        is_confident = is_confident if hits else ranking.may_offer(each, ranked)
        texts |= {hit.text} if hit.text else set()
        hits.append(_as_it_stands(hit, current))
        if len(hits) == limit:
            break
    return SearchResult(tuple(hits), is_confident, reading.asks_for)


def find_hits_within(question: str, ranking: Ranking, document: PolicyDocument, limit: int) -> SearchResult:
    """The parts of one version that say at least half of what is asked; confident where the first says it.

    Never for a question of words that nearly every one has: what says them is looked up, and may answer something else.
    """
    reading = ranking.read(question)
    if any(not unit.is_light for unit in reading.units):
        found = ranking.rank_within(reading, document)
    else:
        found = [(ranked, 0.0) for ranked in ranking.find_plain(question, document)]
    hits = [(_hit(ranked), said) for ranked, said in found]
    # A text that may not be said is no answer, and a payer's own text is first looked at by who quotes it.
    told = [(hit, said) for hit, said in hits if hit.is_quote or not find_fault(hit.text)][:limit]
    is_confident = bool(told) and told[0][1] >= SAYS_IT
    return SearchResult(tuple(_as_it_stands(hit, (document,)) for hit, _ in told), is_confident, reading.asks_for)


def _as_it_stands(hit: Hit, current: Sequence[PolicyDocument]) -> Hit:
    """The hit with its document as it is now: what a version says is indexed once, and it may be activated later."""
    known = hit.document
    if known is None:
        return hit
    # Not by the version's id, which is put together for each of hundreds.
    standing = next((each for each in current if each.checksum == known.checksum and each.id == known.id), known)
    source = replace(hit.source, document=standing) if isinstance(hit.source, Fact) else hit.source
    return replace(hit, document=standing, source=source)


def _hit(ranked: Ranked) -> Hit:
    entry, candidate = ranked.measured.entry, ranked.measured.candidate
    is_told = entry.kind not in (HitKind.THERAPY, HitKind.CONDITION) and bool(entry.spans)
    source = entry.source
    return Hit(
        kind=entry.kind,
        id=entry.id,
        topic=entry.topic,
        source=source,
        document=entry.document,
        section=source.section if isinstance(source, (Passage, Fact)) else None,
        citation=_citation(entry),
        text=entry.say(candidate.first, candidate.last) if is_told else "",
        excerpt=entry.excerpt(candidate.first, candidate.last) if is_told else (0, 0),
        is_quote=entry.is_quote,
        score=1 / (1 + math.exp(-ranked.score)),
    )


def _citation(entry: Entry) -> Citation:
    source = entry.source
    if isinstance(source, Passage):
        if entry.document is None:
            raise ValueError("a passage belongs to a document")
        return entry.document.citation(source.section)
    if isinstance(source, Fact):
        return source.citation()
    return source.citation() if isinstance(source, Term) else source.sources[0].citation()
