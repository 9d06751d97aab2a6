"""How does what is on file become a ranking? Each version of a document once; all of it where the catalogue changes."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge.policies.model import DocumentRecord, VersionId
from knowledge.search.asked_before import read_asked_before
from knowledge.search.contents import Catalogue, build_index, build_spelling
from knowledge.search.entries import read_record
from knowledge.search.index import Index
from knowledge.search.judgement import read_judgements
from knowledge.search.meanings import Meanings
from knowledge.search.model import Entry
from knowledge.search.ranking import Ranking
from knowledge.search.vectors import Vectors


class RankingBuilder:
    """Builds rankings; what was indexed before is not indexed again. Not for two threads at once."""

    def __init__(self, vectors: Vectors | None) -> None:
        self._vectors = vectors
        self._asked = read_asked_before()
        self._by_words, self._by_meaning = read_judgements()
        self._ranking: Ranking | None = None
        self._catalogue: Catalogue | None = None
        self._index: Index | None = None
        self._catalogue_size = 0
        self._places: dict[VersionId, slice] = {}

    def build(self, records: Iterable[DocumentRecord], catalogue: Catalogue) -> Ranking:
        """The ranking of these versions and of the catalogue. A version that was indexed before stays in it."""
        # It is read again after every change of the content, and mostly is what it was.
        if self._index is None or self._catalogue != catalogue:
            # The names of the catalogue go into the words of every document.
            self._index, self._catalogue, self._places = build_index(catalogue), catalogue, {}
            self._catalogue_size, self._ranking = len(self._index.entries), None
        new: list[Entry] = []
        for record in records:
            version = record.document.version_id
            if version not in self._places:
                start = len(self._index.entries) + len(new)
                new += read_record(record)
                self._places[version] = slice(start, len(self._index.entries) + len(new))
        if self._ranking is not None and not new:
            # What changed is none of what is searched, or only the day from which it is in force.
            return self._ranking
        self._index = self._index.extend(new)
        entries = self._index.entries
        self._ranking = Ranking(
            index=self._index,
            places=dict(self._places),
            catalogue_size=self._catalogue_size,
            spelling=build_spelling(self._index),
            by_words=self._by_words,
            by_meaning=self._by_meaning,
            meanings=Meanings(entries, self._asked, self._vectors) if self._vectors else None,
        )
        return self._ranking
