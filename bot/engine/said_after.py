"""What do a message's words say in a talk? "How long?" asks one thing after an answer on appeals, another on treatment.

Each word, and each pair of words, is tied to the topic that was answered before the message.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy
import scipy.sparse

_WORD = re.compile(r"\w+")
# A piece that stands in fewer examples says nothing of others.
_LEAST = 2
# How much all pieces of a message count beside its words alone; chosen on dialogues of our own.
_WEIGHT = 2.0


@dataclass(frozen=True)
class Example:
    """A text with its topic; `after` is the topic that was answered before, None for a first message."""

    text: str
    topic: str
    after: str | None = None


class SaidAfter:
    """Which pieces are known, by their numbers."""

    def __init__(self, pieces: Iterable[str] = ()) -> None:
        self.numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(pieces)}

    @classmethod
    def learn(cls, examples: Sequence[Example]) -> SaidAfter:
        """The pieces that stand in examples often enough."""
        often = Counter(piece for example in examples for piece in set(_take_apart(example.text, example.after)))
        return cls(sorted(piece for piece, count in often.items() if count >= _LEAST))

    def describe(self, examples: Sequence[Example]) -> scipy.sparse.csr_matrix:
        """A row for each example, a column for each piece."""
        rows = [self.find(example.text, example.after) for example in examples]
        ends = numpy.cumsum([0, *(len(numbers) for numbers, _ in rows)])
        columns = numpy.concatenate([numbers for numbers, _ in rows])
        values = numpy.repeat([value for _, value in rows], numpy.diff(ends))
        return scipy.sparse.csr_matrix((values, columns, ends), shape=(len(rows), len(self.numbers)))

    def find(self, text: str, after: str | None) -> tuple[numpy.ndarray, float]:
        """The numbers of the text's pieces, and how much each counts: the less, the more pieces a text has."""
        pieces = set(_take_apart(text, after))
        known = sorted(self.numbers[piece] for piece in pieces if piece in self.numbers)
        return numpy.array(known, dtype=numpy.intp), _WEIGHT / max(1, len(pieces)) ** 0.5


def _take_apart(text: str, after: str | None) -> list[str]:
    if after is None:
        return []
    words = [word.lower() for word in _WORD.findall(text)]
    pairs = (f"{one} {two}" for one, two in itertools.pairwise(words))
    return [after, *(f"{after}: {piece}" for piece in (*words, *pairs))]
