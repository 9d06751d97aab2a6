"""What on file answers this question, for this member, on this day?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

import numpy
import structlog

from bot.safety.lint import find_fault
from knowledge.citations import Citation
from knowledge.policies.model import DocumentRecord, Fact, Passage, PolicyDocument, Scope
from knowledge.policies.service import PolicyService
from knowledge.search.aside import aside
from knowledge.search.contents import Catalogue
from knowledge.search.meaning import Meaning, MeaningUnavailable
from knowledge.search.model import Entry, Hit, HitKind, SearchResult
from knowledge.search.ranking import SAYS_IT, Ranked, Ranking
from knowledge.search.ranking_builder import RankingBuilder
from knowledge.search.vectors import Vectors
from knowledge.therapies.model import Term

log = structlog.get_logger()

# How long a question waits for new content to be indexed; after that it is answered from what was there before.
_PATIENCE_S = 0.5
_LONGEST_QUESTION = 500


class CatalogueStore(Protocol):
    """Where the catalogue is kept. Raises StoreUnavailable when it can't answer."""

    async def read_catalogue(self) -> Catalogue:
        """All of it; the same object until the content changes."""
        ...


class SearchService:
    """Searches what is in force for a scope on a day: passages, facts and the catalogue; nothing else is ever a hit.

    Everything on file is indexed once, off the event loop, whoever's it is; each question then sees what is current for
    its member alone, also in how rare a word is. A change of the content is indexed at the next question.
    """

    def __init__(
        self,
        policies: PolicyService,
        catalogue: CatalogueStore,
        load_meaning: Callable[[], Meaning] | None = Meaning.load,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policies = policies
        self._catalogue = catalogue
        self._load_meaning = load_meaning
        self._monotonic = monotonic
        self._builder: RankingBuilder | None = None
        self._ranking: Ranking | None = None
        # What the ranking was built of: both are the same objects until the content changes.
        self._built: tuple[tuple[DocumentRecord, ...], Catalogue] | None = None
        self._building: asyncio.Task[None] | None = None

    async def find(self, question: str, scope: Scope, as_of: date, *, limit: int = 3) -> SearchResult:
        """The best hits for a question, and whether the first may be offered as its answer.

        Empty where nothing shares a word or a meaning with it. Raises StoreUnavailable.
        """
        ranking = await self.ranking()
        current = await self._policies.list_current_documents(scope, as_of)
        mask = ranking.mask(current, scope.payer)
        words = question[:_LONGEST_QUESTION]
        if not ranking.asks_anything(words):
            return SearchResult((), False, 0)
        ranked = await asyncio.to_thread(ranking.rank, words, mask, scope.payer)
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
            hits.append(hit)
            if len(hits) == limit:
                break
        return SearchResult(tuple(hits), is_confident, ranking.count_asked(words))

    async def find_in(self, question: str, document: PolicyDocument, *, limit: int = 3) -> SearchResult:
        """The parts of one version that say at least half of what is asked, those that say most first.

        `is_confident`: the first says nearly all of it. The question is about this document, so nothing of another
        is looked at, not even how rare a word is. Raises StoreUnavailable.
        """
        ranking = await self.ranking()
        words = question[:_LONGEST_QUESTION]
        if document.version_id not in ranking.places or not ranking.asks_anything(words):
            return SearchResult((), False, 0)
        found = await asyncio.to_thread(ranking.rank_within, words, document)
        hits = [(_hit(ranked), said) for ranked, said in found]
        # A text that may not be said is no answer, and a payer's own text is first looked at by who quotes it.
        told = [(hit, said) for hit, said in hits if hit.is_quote or not find_fault(hit.text)][:limit]
        is_confident = bool(told) and told[0][1] >= SAYS_IT
        return SearchResult(tuple(hit for hit, _ in told), is_confident, ranking.count_asked(words))

    async def find_lead(self, question: str, facts: Sequence[Fact]) -> Fact | None:
        """Which of these facts is asked for more clearly than the first; None for none, or while nothing is indexed."""
        if self._ranking is None or len(facts) < 2:
            return None
        return await asyncio.to_thread(self._ranking.find_lead, question[:_LONGEST_QUESTION], facts)

    async def prepare(self, patience_s: float | None = _PATIENCE_S) -> None:
        """Indexes what is on file, so that no question waits for it. Raises StoreUnavailable."""
        await self.ranking(patience_s)

    async def ranking(self, patience_s: float | None = _PATIENCE_S) -> Ranking:
        """The ranking of what is on file now; of what was there before where that takes longer than `patience_s`."""
        while True:
            records, catalogue = await self._policies.list_records(), await self._catalogue.read_catalogue()
            if self._ranking and self._built and self._built[0] is records and self._built[1] is catalogue:
                return self._ranking
            if self._building is None or self._building.done():
                self._building = asyncio.create_task(self._build(records, catalogue))
            if self._ranking is None:
                await asyncio.shield(self._building)
                continue
            try:
                await asyncio.wait_for(asyncio.shield(self._building), patience_s)
            except asyncio.TimeoutError:
                return self._ranking

    async def _build(self, records: tuple[DocumentRecord, ...], catalogue: Catalogue) -> None:
        started = self._monotonic()
        if self._builder is None:
            self._builder = RankingBuilder(await aside(self._read_vectors))
        builder = self._builder
        self._ranking = await aside(lambda: builder.build(records, catalogue))
        self._built = (records, catalogue)
        ms = round((self._monotonic() - started) * 1000)
        log.info("search.indexed", documents=len(records), entries=len(self._ranking.index.entries), ms=ms)

    def _read_vectors(self) -> Vectors | None:
        if self._load_meaning is None:
            return None
        try:
            return Vectors.load(self._load_meaning())
        except MeaningUnavailable as error:
            log.warning("search.meaning_unavailable", code=error.code)
            return None


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
        score=float(1 / (1 + numpy.exp(-ranked.score))),
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
