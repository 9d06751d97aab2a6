"""What on file answers this question, for this member, on this day?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

import structlog

from knowledge.meaning.sentence_model import Meaning, MeaningUnavailable
from knowledge.policies.model import Fact, PolicyDocument, Scope
from knowledge.policies.service import PolicyService
from knowledge.search.aside import aside
from knowledge.search.contents import Catalogue
from knowledge.search.hits import find_hits, find_hits_within
from knowledge.search.index import View
from knowledge.search.model import SearchResult
from knowledge.search.ranking import Ranking
from knowledge.search.ranking_builder import RankingBuilder
from knowledge.search.vectors import Vectors

log = structlog.get_logger()

# How long a question waits for new content to be indexed; after that it is answered from what was there before.
_PATIENCE_S = 0.5
_LONGEST_QUESTION = 500
# For so many scopes and days: each holds a mark for every entry.
_MOST_VIEWS = 40


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
        self._built: tuple[tuple[PolicyDocument, ...], Catalogue] | None = None
        self._views: dict[tuple[Scope, date], tuple[Ranking, tuple[PolicyDocument, ...], View]] = {}
        self._building: asyncio.Task[None] | None = None

    async def find(self, question: str, scope: Scope, as_of: date, *, limit: int = 3) -> SearchResult:
        """The best hits for a question, and whether the first may be offered as its answer.

        Empty where nothing shares a word or a meaning with it. Raises StoreUnavailable.
        """
        ranking = await self.ranking()
        current = await self._policies.list_current_documents(scope, as_of)
        view, words = self._view(ranking, current, scope, as_of), question[:_LONGEST_QUESTION]
        return await asyncio.to_thread(find_hits, words, ranking, view, current, scope.payer, limit)

    async def find_in(self, question: str, document: PolicyDocument, *, limit: int = 3) -> SearchResult:
        """The parts of one version that say at least half of what is asked, those that say most first.

        `is_confident`: the first says nearly all of it. The question is about this document, so nothing of another
        is looked at, not even how rare a word is. Raises StoreUnavailable.
        """
        ranking = await self.ranking()
        if document.version_id not in ranking.places:
            return SearchResult((), False, 0)
        return await asyncio.to_thread(find_hits_within, question[:_LONGEST_QUESTION], ranking, document, limit)

    async def find_lead(self, question: str, facts: Sequence[Fact]) -> Fact | None:
        """Which of these facts is asked for more clearly than the first; None for none, or while nothing is indexed."""
        if self._ranking is None or len(facts) < 2:
            return None
        ranking, asked = self._ranking, question[:_LONGEST_QUESTION]
        return await asyncio.to_thread(lambda: ranking.find_lead(ranking.read(asked), facts))

    async def prepare(self, patience_s: float | None = _PATIENCE_S) -> None:
        """Indexes what is on file, so that no question waits for it. Raises StoreUnavailable."""
        await self.ranking(patience_s)

    async def ranking(self, patience_s: float | None = _PATIENCE_S) -> Ranking:
        """The ranking of what is on file now; of what was there before where that takes longer than `patience_s`."""
        while True:
            # Not the records: all of them are read again only where there is something to index.
            versions, catalogue = await self._policies.list_versions(), await self._catalogue.read_catalogue()
            if self._ranking and self._built and self._built[0] is versions and self._built[1] is catalogue:
                return self._ranking
            if self._building is None or self._building.done():
                self._building = asyncio.create_task(self._build(versions, catalogue))
                # A failure is told to who waits for it; nobody may.
                self._building.add_done_callback(lambda done: done.cancelled() or done.exception())
            if self._ranking is None:
                await asyncio.shield(self._building)
                continue
            try:
                await asyncio.wait_for(asyncio.shield(self._building), patience_s)
            except asyncio.TimeoutError:
                return self._ranking

    async def _build(self, versions: tuple[PolicyDocument, ...], catalogue: Catalogue) -> None:
        started = self._monotonic()
        records = await self._policies.list_records()
        if self._builder is None:
            self._builder = RankingBuilder(await aside(self._read_vectors))
        builder = self._builder
        self._ranking = await aside(lambda: builder.build(records, catalogue))
        self._built = (versions, catalogue)
        ms = round((self._monotonic() - started) * 1000)
        log.info("search.indexed", documents=len(records), entries=len(self._ranking.index.entries), ms=ms)

    def _view(self, ranking: Ranking, current: tuple[PolicyDocument, ...], scope: Scope, as_of: date) -> View:
        """What is in force as the ranking has it; kept as long as both stay what they are."""
        kept = self._views.get((scope, as_of))
        if kept and kept[0] is ranking and kept[1] is current:
            return kept[2]
        view = ranking.view(current, scope.payer)
        if len(self._views) >= _MOST_VIEWS:
            self._views.clear()
        self._views[scope, as_of] = (ranking, current, view)
        return view

    def _read_vectors(self) -> Vectors | None:
        if self._load_meaning is None:
            return None
        try:
            return Vectors.load(self._load_meaning())
        except MeaningUnavailable as error:
            log.warning("search.meaning_unavailable", code=error.code)
            return None
