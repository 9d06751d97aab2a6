"""Which entries say what a question asks, and in which of their sentences? Weighed words in numpy arrays.

A library for BM25 sums over words. Here several words may stand for one thing that is asked (the best of them counts,
once), entries that are not in force may not even say how rare a word is, and the judgement afterwards needs to know
what each sentence says: with that, the scoring itself is the ten lines of `search`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy
from numpy.typing import NDArray

from knowledge.search.model import Entry
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
_AROUND = 0.9  # what a heading or title counts, against a sentence
_CONTEXT = -1
_CANDIDATES = 30
# A spoken answer has at most three sentences.
WINDOW = 3


@dataclass(frozen=True)
class Asking:
    """What a question asks of an index: how telling each unit is, and the known terms as (unit, term, how alike)."""

    weights: Floats
    units: NDArray[numpy.int64]
    terms: NDArray[numpy.int32]
    alike: Floats
    unknown: int


@dataclass(frozen=True)
class Candidate:
    """An entry with its full-text score and its best sentences (`first` to before `last`).

    `matches` is for each unit how well they say it; `precision` how much of what they say is asked for.
    """

    entry: int
    score: float
    first: int
    last: int
    matches: Floats
    precision: float


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
            for number, text in enumerate(said, start=_CONTEXT):
                found = [numbers.setdefault(term, len(numbers)) for term in self.lexicon.index_terms(text)]
                terms += found
                sentences += [number] * len(found)
            ends.append(len(terms))
        new._terms = numpy.concatenate([self._terms, numpy.array(terms, numpy.int32)])
        new._sentences = numpy.concatenate([self._sentences, numpy.array(sentences, numpy.int16)])
        new._ends = numpy.concatenate([self._ends, self._ends[-1] + numpy.array(ends, numpy.int64)])
        new._invert()
        return new

    def ask(self, units: Sequence[Unit], mask: Mask) -> Asking:
        """What these units ask; how rare a word is counts among the entries of `mask` alone."""
        total = max(int(mask.sum()), 1)
        weights, found, unknown = [], [], 0
        for number, unit in enumerate(units):
            rarest_allowed = float(numpy.log1p(total / 0.5))
            for term in unit.terms:
                owners = self._owners[self._span(self._numbers.get(term, -1))]
                seen = int(mask[owners].sum())
                if seen:
                    rarity = float(numpy.log1p((total - seen + 0.5) / (seen + 0.5)))
                    rarest_allowed = min(rarest_allowed, rarity)
                    found.append((number, self._numbers[term], _ALIKE if term.startswith("=") else 1.0))
            is_known = any(unit_number == number for unit_number, _, _ in found)
            unknown += not (is_known or unit.is_light)
            weights.append(rarest_allowed * (_LIGHT if unit.is_light else 1.0))
        return Asking(
            weights=numpy.array(weights, numpy.float64),
            units=numpy.array([unit_number for unit_number, _, _ in found], numpy.int64),
            terms=numpy.array([term_number for _, term_number, _ in found], numpy.int32),
            alike=numpy.array([alike for _, _, alike in found], numpy.float64),
            unknown=unknown,
        )

    def search(self, asking: Asking, mask: Mask) -> list[Candidate]:
        """The entries of `mask` that say most of what is asked, in no order."""
        scores = numpy.zeros(len(self.entries), numpy.float64)
        best = numpy.zeros_like(scores)
        for unit in numpy.unique(asking.units):
            terms = numpy.flatnonzero(asking.units == unit)
            spans = [self._span(int(asking.terms[place])) for place in terms]
            if len(terms) == 1:
                scores[self._owners[spans[0]]] += (
                    asking.weights[unit] * asking.alike[terms[0]] * self._impacts[spans[0]]
                )
                continue
            best[:] = 0
            for place, span in zip(terms, spans, strict=True):
                owners = self._owners[span]
                best[owners] = numpy.maximum(best[owners], asking.alike[place] * self._impacts[span])
            scores += asking.weights[unit] * best
        scores[~mask] = 0
        reached = numpy.flatnonzero(scores > 0)
        if len(reached) > _CANDIDATES:
            # Every entry that reaches the last place, so that it hangs on no chance which of equal ones comes along.
            least = numpy.partition(scores[reached], len(reached) - _CANDIDATES)[len(reached) - _CANDIDATES]
            reached = reached[scores[reached] >= least]
        likeliest = reached[numpy.argsort(-scores[reached], kind="stable")][:_CANDIDATES]
        return [self.look_into(int(entry), asking, float(scores[entry])) for entry in likeliest]

    def look_into(self, entry: int, asking: Asking, score: float = 0.0) -> Candidate:
        """The entry's sentences that say most of what is asked."""
        span = slice(self._ends[entry], self._ends[entry + 1])
        terms, sentences = self._terms[span], self._sentences[span].astype(numpy.int64)
        count, units = max(len(self.entries[entry].spans), 1), len(asking.weights)
        said = numpy.zeros((units, count + 1))
        at, of = numpy.nonzero(terms[:, None] == asking.terms[None, :])
        # What is said around the sentences stands last.
        numpy.maximum.at(said, (asking.units[of], sentences[at]), asking.alike[of])
        around, said = _AROUND * said[:, -1:], said[:, :-1]
        windows = max(count - WINDOW, 0) + 1
        reach = min(WINDOW, count)
        each = numpy.maximum.reduce([said[:, shift : shift + windows] for shift in range(reach)])
        matches = numpy.maximum(each, around)
        # Of sentences that say as much the last ones: what is asked then stands first in them.
        said_most = numpy.round(asking.weights @ matches, 6)
        first = windows - 1 - int(numpy.argmax(said_most[::-1]))
        last = first + reach
        inside = set(terms[(sentences >= first) & (sentences < last)].tolist())
        precision = len(inside.intersection(asking.terms.tolist())) / max(len(inside), 1)
        return Candidate(entry, score, first, last, matches[:, first], precision)

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
