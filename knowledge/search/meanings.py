"""How alike is a question in meaning to what is on file, and to the questions that were written for it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy
from numpy.typing import NDArray

from knowledge.meaning.encoder import Floats
from knowledge.search.asked_before import AskedBefore
from knowledge.search.features import Likeness
from knowledge.search.index import View
from knowledge.search.model import Entry
from knowledge.search.vectors import Vectors

_NONE = -2.0
_WHOLE = 3


@dataclass(frozen=True)
class Compared:
    """The likeness of a question to each entry that has a meaning; -2 for one that is not in force.

    `places` is where in the arrays an entry stands.
    """

    places: Mapping[int, int]
    said: Floats
    asked: Floats
    mean_asked: NDArray[numpy.float64]
    not_on_file: float

    @cached_property
    def best(self) -> float:
        """The likeness to what is said that any entry reached."""
        return float(self.said.max(initial=_NONE))

    @cached_property
    def best_asked(self) -> float:
        """The same with what is asked for them."""
        return float(numpy.maximum(self.asked, self.said).max(initial=_NONE))

    def of(self, entry: int) -> Likeness | None:
        """The likenesses of one entry, None where its meaning is not known."""
        place = self.places.get(entry)
        if place is None or self.said[place] == _NONE:
            return None
        said, asked = float(self.said[place]), float(self.asked[place])
        return Likeness(
            own=said,
            best=self.best,
            asked=asked if asked != _NONE else said,
            mean_asked=float(self.mean_asked[place]) if asked != _NONE else said,
            best_asked=self.best_asked,
            not_on_file=self.not_on_file,
        )

    def most_alike(self, count: int) -> list[int]:
        """The entries that are most alike, by what they say or by what is asked for them."""
        best, entries = numpy.maximum(self.said, self.asked), list(self.places)
        return [entries[place] for place in numpy.argsort(-best, kind="stable")[:count].tolist() if best[place] > 0]


class Meanings:
    """The vectors of everything that is said in our own words, and of the questions that were written for it."""

    def __init__(self, entries: Sequence[Entry], asked: AskedBefore, vectors: Vectors) -> None:
        self.vectors = vectors
        # A payer's own text can be of any length, and hundreds of policies come at once: it has no meaning here.
        own = [number for number, entry in enumerate(entries) if not entry.is_quote]
        self._entries = numpy.array(own, numpy.int64)
        self._places = {number: place for place, number in enumerate(own)}
        said = [pieces_of(entries[number]) for number in own]
        questions = [asked.of(entries[number]) for number in own]
        self._said_from = _starts(said)
        # Not every entry has questions.
        self._has_asked = numpy.array([bool(each) for each in questions], bool)
        self._asked_from = _starts([each for each in questions if each])
        self._asked_texts = numpy.array([question for each in questions for question in each], object)
        self._not_on_file_texts = numpy.array(asked.not_on_file, object)
        # One under the other: what is said, what is asked for it, what nothing answers.
        texts = [*(piece for each in said for piece in each), *self._asked_texts, *asked.not_on_file]
        self._rows = vectors.read_all(texts)
        self._ends = numpy.cumsum([sum(map(len, said)), len(self._asked_texts)]).tolist()

    def compare(self, question: str, view: View, *, leave_out: bool = False) -> Compared:
        """How alike the question is to each entry of `view`. `leave_out`: but for itself among the written ones."""
        alike = self._rows @ self.vectors.read_question(question)
        said, asked, not_on_file = numpy.split(alike, self._ends)
        if leave_out:
            asked = numpy.where(self._asked_texts == question, numpy.float32(_NONE), asked)
            not_on_file = numpy.where(self._not_on_file_texts == question, numpy.float32(_NONE), not_on_file)
        is_in_force = view.mask[self._entries]
        best_asked = numpy.full(len(self._entries), _NONE, numpy.float32)
        mean_asked = numpy.zeros(len(self._entries))
        if len(self._asked_from):
            best_asked[self._has_asked] = numpy.maximum.reduceat(asked, self._asked_from)
            is_counted = asked != _NONE
            sums = numpy.add.reduceat(numpy.where(is_counted, asked, 0.0), self._asked_from, dtype=numpy.float64)
            mean_asked[self._has_asked] = sums / numpy.maximum(
                numpy.add.reduceat(is_counted, self._asked_from, dtype=numpy.int64), 1
            )
        best_said = numpy.maximum.reduceat(said, self._said_from) if len(self._said_from) else said
        return Compared(
            places=self._places,
            said=numpy.where(is_in_force, best_said, numpy.float32(_NONE)),
            asked=numpy.where(is_in_force, best_asked, numpy.float32(_NONE)),
            mean_asked=mean_asked,
            not_on_file=float(not_on_file.max(initial=0.0)),
        )


def _starts(groups: Sequence[Sequence[str]]) -> NDArray[numpy.int64]:
    """Where each group begins if they stand one after the other."""
    return numpy.cumsum([0, *map(len, groups)], dtype=numpy.int64)[:-1]


def pieces_of(entry: Entry) -> tuple[str, ...]:
    """The texts whose meanings stand for an entry: all of it, and of a long one each sentence and each three."""
    sentences = [entry.text[slice(*span)] for span in entry.spans]
    whole = f"{'. '.join(entry.names)}: {entry.text}" if entry.names else entry.text
    if len(sentences) <= _WHOLE:
        return (whole,)
    threes = [entry.say(first, first + _WHOLE) for first in range(len(sentences) - _WHOLE + 1)]
    return (whole, *threes, *sentences)
