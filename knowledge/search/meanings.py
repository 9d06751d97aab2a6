"""How alike is a question in meaning to what is on file, and to the questions that were written for it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from knowledge.search.asked_before import AskedBefore
from knowledge.search.encoder import Floats
from knowledge.search.features import Likeness
from knowledge.search.index import Mask
from knowledge.search.model import Entry
from knowledge.search.vectors import Vectors

_NONE = -2.0
_WHOLE = 3


@dataclass(frozen=True)
class Compared:
    """The likeness of a question to each entry; -2 for one outside what is in force, or without a meaning."""

    said: Floats
    asked: Floats
    mean_asked: Floats
    not_on_file: float

    def of(self, entry: int) -> Likeness | None:
        """The likenesses of one entry, None where its meaning is not known."""
        said, asked = float(self.said[entry]), float(self.asked[entry])
        if said == _NONE:
            return None
        return Likeness(
            own=said,
            best=float(self.said.max()),
            asked=asked if asked != _NONE else said,
            mean_asked=float(self.mean_asked[entry]) if asked != _NONE else said,
            best_asked=float(numpy.maximum(self.asked, self.said).max()),
            not_on_file=self.not_on_file,
        )

    def most_alike(self, count: int) -> list[int]:
        """The entries that are most alike, by what they say or by what is asked for them."""
        best = numpy.maximum(self.said, self.asked)
        return [int(entry) for entry in numpy.argsort(-best, kind="stable")[:count] if best[entry] > 0]


class Meanings:
    """The vectors of everything that is said in our own words, and of the questions that were written for it."""

    def __init__(self, entries: Sequence[Entry], asked: AskedBefore, vectors: Vectors) -> None:
        self.vectors = vectors
        self._size = len(entries)
        # A payer's own text can be of any length, and hundreds of policies come at once: it has no meaning here.
        said = [
            (piece, number) for number, entry in enumerate(entries) if not entry.is_quote for piece in pieces_of(entry)
        ]
        questions = [(question, number) for number, entry in enumerate(entries) for question in asked.of(entry)]
        self._said, self._said_of = self._read(said)
        self._asked, self._asked_of = self._read(questions)
        self._not_on_file, _ = self._read([(question, 0) for question in asked.not_on_file])
        self._asked_texts = numpy.array([question for question, _ in questions], object)
        self._not_on_file_texts = numpy.array(asked.not_on_file, object)

    def compare(self, question: str, mask: Mask, *, leave_out: bool = False) -> Compared:
        """How alike the question is to each entry of `mask`. `leave_out`: but for itself among the written ones."""
        vector = self.vectors.read_question(question)
        asked = self._asked @ vector
        not_on_file = self._not_on_file @ vector
        if leave_out:
            asked = numpy.where(self._asked_texts == question, _NONE, asked)
            not_on_file = numpy.where(self._not_on_file_texts == question, _NONE, not_on_file)
        is_counted = asked != _NONE
        sums = numpy.bincount(self._asked_of[is_counted], asked[is_counted], self._size)
        counts = numpy.bincount(self._asked_of[is_counted], minlength=self._size)
        return Compared(
            said=self._best(self._said @ vector, self._said_of, mask),
            asked=self._best(asked, self._asked_of, mask),
            mean_asked=sums / numpy.maximum(counts, 1),
            not_on_file=float(not_on_file.max(initial=0.0)),
        )

    def _best(self, alike: Floats, of: NDArray[numpy.int64], mask: Mask) -> Floats:
        best: Floats = numpy.full(self._size, _NONE, numpy.float32)
        numpy.maximum.at(best, of, alike.astype(numpy.float32))
        best[~mask[: self._size]] = _NONE
        return best

    def _read(self, texts: Sequence[tuple[str, int]]) -> tuple[Floats, NDArray[numpy.int64]]:
        return self.vectors.read_all(text for text, _ in texts), numpy.array(
            [number for _, number in texts], numpy.int64
        )


def pieces_of(entry: Entry) -> tuple[str, ...]:
    """The texts whose meanings stand for an entry: all of it, and of a long one each sentence and each three."""
    sentences = [entry.text[slice(*span)] for span in entry.spans]
    whole = f"{'. '.join(entry.names)}: {entry.text}" if entry.names else entry.text
    if len(sentences) <= _WHOLE:
        return (whole,)
    threes = [entry.say(first, first + _WHOLE) for first in range(len(sentences) - _WHOLE + 1)]
    return (whole, *threes, *sentences)
