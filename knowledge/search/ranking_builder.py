"""How does what is on file become a ranking? Each version of a document once; all of it where the catalogue changes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy
from numpy.typing import NDArray

from knowledge.policies.model import DocumentRecord, VersionId
from knowledge.search.contents import Catalogue, build_index, build_spelling
from knowledge.search.entries import read_record
from knowledge.search.index import Index
from knowledge.search.judgement import read_judgements
from knowledge.search.model import Entry
from knowledge.search.ranking import Ranking
from knowledge.search.vectors import Floats, Vectors


class RankingBuilder:
    """Builds rankings; what was indexed before is not indexed again. Not for two threads at once."""

    def __init__(self, vectors: Vectors | None) -> None:
        self._vectors = vectors
        self._by_words, self._by_meaning = read_judgements()
        self._catalogue: Catalogue | None = None
        self._index: Index | None = None
        self._catalogue_size = 0
        self._places: dict[VersionId, slice] = {}

    def build(self, records: Iterable[DocumentRecord], catalogue: Catalogue) -> Ranking:
        """The ranking of these versions and of the catalogue. A version that was indexed before stays in it."""
        if self._index is None or self._catalogue is not catalogue:
            # The names of the catalogue go into the words of every document.
            self._index, self._catalogue, self._places = build_index(catalogue), catalogue, {}
            self._catalogue_size = len(self._index.entries)
        new: list[Entry] = []
        for record in records:
            version = record.document.version_id
            if version not in self._places:
                start = len(self._index.entries) + len(new)
                new += read_record(record)
                self._places[version] = slice(start, len(self._index.entries) + len(new))
        self._index = self._index.extend(new)
        meanings, meant = self._read_meanings(self._index.entries)
        return Ranking(
            index=self._index,
            places=dict(self._places),
            catalogue_size=self._catalogue_size,
            spelling=build_spelling(self._index),
            by_words=self._by_words,
            by_meaning=self._by_meaning,
            vectors=self._vectors,
            meanings=meanings,
            meant=meant,
        )

    def _read_meanings(self, entries: Iterable[Entry]) -> tuple[Floats, NDArray[numpy.int64]]:
        """The vectors of all that is said in our own words, and the entry of each."""
        rows, meant = [], []
        if self._vectors is not None:
            for number, entry in enumerate(entries):
                # A payer's own text can be of any length, and hundreds of policies come at once.
                for piece in () if entry.is_quote else pieces_of(entry):
                    rows.append(self._vectors.read(piece))
                    meant.append(number)
        empty = numpy.zeros((0, 1), numpy.float32)
        return numpy.array(rows, numpy.float32) if rows else empty, numpy.array(meant, numpy.int64)


def pieces_of(entry: Entry) -> tuple[str, ...]:
    """The texts whose meanings stand for an entry: all of it, and of a long one each sentence and each three."""
    sentences = [entry.text[slice(*span)] for span in entry.spans]
    whole = f"{'. '.join(entry.names)}: {entry.text}" if entry.names else entry.text
    if len(sentences) <= 3:
        return (whole,)
    threes = [entry.say(first, first + 3) for first in range(len(sentences) - 2)]
    return (whole, *threes, *sentences)
