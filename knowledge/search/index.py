"""Which entries say what a question asks, and in which of their sentences? Weighed words in numpy arrays.

A library for BM25 sums over words. Here several words may stand for one thing that is asked (the best of them counts,
once), entries that are not in force may not even say how rare a word is, and the judgement afterwards needs to know
what each sentence says: with that, the scoring itself is the ten lines of `search`.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple, TypeAlias

import numpy
from numpy.typing import NDArray

from knowledge.search.model import Entry
from knowledge.search.sentences import CONTEXT, Candidate, Said, choose_sentences
from knowledge.search.words import Lexicon, Unit

Floats: TypeAlias = NDArray[numpy.float64]
Mask: TypeAlias = NDArray[numpy.bool_]

# How soon saying a word again tells nothing more, and how much a long entry is held against it (BM25's k1 and b).
_SATURATION = 0.9
_LENGTH = 0.4
# As long as what ships is in the mean: a mean of all on file would hang on other payers' documents.
_USUAL_TERMS = 30
_ALIKE = 0.85  # what a word that only means the same counts, against the very word
_LIGHT = 0.25  # what a word counts that nearly every question has
_CANDIDATES = 30


class AskedTerm(NamedTuple):
    """A known term that stands for a unit: by their numbers, and how alike they are."""

    unit: int
    term: int
    alike: float


@dataclass(frozen=True)
class Asking:
    """What a question asks of an index: how telling each unit is, and the known terms, those of a unit together."""

    weights: tuple[float, ...]
    terms: tuple[AskedTerm, ...]
    unknown: int


class View:
    """What of an index is in force, and in how many entries of it a word stands, which is counted once."""

    def __init__(self, mask: Mask) -> None:
        self.mask = mask
        self.total = max(int(mask.sum()), 1)
        self._seen: dict[int, int] = {}

    def count(self, term: int, owners: NDArray[numpy.int32]) -> int:
        """How many of a term's `owners` are in force."""
        seen = self._seen.get(term)
        if seen is None:
            seen = self._seen[term] = int(numpy.count_nonzero(self.mask[owners]))
        return seen


class Index:
    """Entries by what they say. It is never changed: `extend` makes another."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.entries: tuple[Entry, ...] = ()
        self._numbers: dict[str, int] = {}
        self._terms = numpy.zeros(0, numpy.int32)
        self._sentences = numpy.zeros(0, numpy.int16)
        self._ends = numpy.zeros(1, numpy.int64)
        self._invert()

    def extend(self, entries: Sequence[Entry]) -> Index:
        """This index with more entries."""
        new = Index(self.lexicon)
        new.entries = (*self.entries, *entries)
        new._numbers = numbers = dict(self._numbers)
        terms: list[int] = []
        sentences: list[int] = []
        ends: list[int] = []
        for entry in entries:
            said = (entry.context, *(entry.text[slice(*span)] for span in entry.spans))
            for number, text in enumerate(said, start=CONTEXT):
                found = [numbers.setdefault(term, len(numbers)) for term in self.lexicon.index_terms(text)]
                terms += found
                sentences += [number] * len(found)
            ends.append(len(terms))
        new._terms = numpy.concatenate([self._terms, numpy.array(terms, numpy.int32)])
        new._sentences = numpy.concatenate([self._sentences, numpy.array(sentences, numpy.int16)])
        new._ends = numpy.concatenate([self._ends, self._ends[-1] + numpy.array(ends, numpy.int64)])
        new._invert()
        return new

    def ask(self, units: Sequence[Unit], view: View) -> Asking:
        """What these units ask; how rare a word is counts among the entries of `view` alone."""
        weights, found, unknown = [], [], 0
        for number, unit in enumerate(units):
            rarest_allowed, is_known = math.log1p(view.total / 0.5), False
            for term in unit.terms:
                known = self._numbers.get(term, -1)
                seen = view.count(known, self._owners[self._span(known)]) if known >= 0 else 0
                if seen:
                    rarest_allowed = min(rarest_allowed, math.log1p((view.total - seen + 0.5) / (seen + 0.5)))
                    found.append(AskedTerm(number, known, _ALIKE if term.startswith("=") else 1.0))
                    is_known = True
            unknown += not (is_known or unit.is_light)
            weights.append(rarest_allowed * (_LIGHT if unit.is_light else 1.0))
        return Asking(tuple(weights), tuple(found), unknown)

    def search(self, asking: Asking, view: View) -> list[Candidate]:
        """The entries of `view` that say most of what is asked, in no order."""
        scores = numpy.zeros(len(self.entries), numpy.float64)
        for unit, group in groupby(asking.terms, key=lambda asked: asked.unit):
            weight, asked = asking.weights[unit], [(each.alike, self._span(each.term)) for each in group]
            if len(asked) == 1:
                alike, span = asked[0]
                scores[self._owners[span]] += weight * alike * self._impacts[span]
                continue
            best = numpy.zeros_like(scores)
            for alike, span in asked:
                owners = self._owners[span]
                best[owners] = numpy.maximum(best[owners], alike * self._impacts[span])
            best *= weight
            scores += best
        scores *= view.mask
        reached = numpy.flatnonzero(scores)
        if len(reached) > _CANDIDATES:
            # Every entry that reaches the last place, so that it hangs on no chance which of equal ones comes along.
            least = numpy.partition(scores[reached], len(reached) - _CANDIDATES)[len(reached) - _CANDIDATES]
            reached = reached[scores[reached] >= least]
        likeliest = reached[numpy.argsort(-scores[reached], kind="stable")][:_CANDIDATES]
        return self.look_into(likeliest.tolist(), asking, scores[likeliest].tolist())

    def look_into(
        self, entries: Sequence[int], asking: Asking, scores: Sequence[float] | None = None
    ) -> list[Candidate]:
        """Each entry with its sentences that say most of what is asked; `scores` are theirs, else 0."""
        chosen = numpy.array(entries, numpy.int64)
        lengths = self._ends[chosen + 1] - self._ends[chosen]
        ends = numpy.cumsum(lengths)
        # What all of them say, one after the other: a sum for each by itself would take longer than the sums.
        at = numpy.arange(int(lengths.sum())) + numpy.repeat(self._ends[chosen + 1] - ends, lengths)
        terms, sentences = self._terms[at], self._sentences[at]
        is_asked = numpy.zeros(len(self._numbers), bool)
        is_asked[[each.term for each in asking.terms]] = True
        units: dict[int, list[tuple[int, float]]] = {}
        for unit, term, alike in asking.terms:
            units.setdefault(term, []).append((unit, alike))
        said: list[list[Said]] = [[] for _ in entries]
        hits = numpy.flatnonzero(is_asked[terms])
        owners = numpy.searchsorted(ends, hits, side="right")
        for owner, sentence, term in zip(owners.tolist(), sentences[hits].tolist(), terms[hits].tolist(), strict=True):
            said[owner] += [Said(sentence, unit, alike) for unit, alike in units[term]]
        found, all_terms, all_sentences = [], terms.tolist(), sentences.tolist()
        for place, (entry, end, length) in enumerate(zip(entries, ends.tolist(), lengths.tolist(), strict=True)):
            count = max(len(self.entries[entry].spans), 1)
            first, last, matches = choose_sentences(count, said[place], asking.weights)
            start = bisect_left(all_sentences, first, end - length, end)
            inside = set(all_terms[start : bisect_left(all_sentences, last, start, end)])
            precision = sum(term in inside for term in units) / max(len(inside), 1)
            found.append(Candidate(entry, scores[place] if scores else 0.0, first, last, matches, precision))
        return found

    def vocabulary(self) -> list[str]:
        """Every word on file, as stems."""
        return [term for term in self._numbers if term[0] not in "=@"]

    def _span(self, number: int) -> slice:
        return slice(self._starts[number], self._starts[number + 1]) if number >= 0 else slice(0, 0)

    def _invert(self) -> None:
        """From "what each entry says" to "who says each word, and how much"."""
        count, lengths = max(len(self.entries), 1), numpy.diff(self._ends)
        owners = numpy.repeat(numpy.arange(len(lengths), dtype=numpy.int64), lengths)
        pairs, often = numpy.unique(self._terms.astype(numpy.int64) * count + owners, return_counts=True)
        self._owners = (pairs % count).astype(numpy.int32)
        against = _SATURATION * (1 - _LENGTH + _LENGTH * lengths / _USUAL_TERMS)
        self._impacts = often * (1 + _SATURATION) / (often + against[self._owners])
        self._starts = numpy.searchsorted(pairs // count, numpy.arange(len(self._numbers) + 1))
