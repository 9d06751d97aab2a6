"""How are the sentence model's vectors turned, so that members' questions lie near what answers them?

One matrix for all vectors, learned from the questions that were written for what is on file: each is to lie nearer to
its entry than to any other, and those without an answer near none. Steps of Adam from the identity, always the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy
from numpy.typing import NDArray

from knowledge.search.asked_before import AskedBefore
from knowledge.search.meanings import pieces_of
from knowledge.search.model import Entry
from knowledge.search.vectors import Vectors

Floats: TypeAlias = NDArray[numpy.float32]

_STEPS, _RATE, _HOLD = 60, 1e-3, 1e-3
_SHARPNESS, _NONE_FROM = 0.07, 0.6  # the softmax's temperature, and the likeness under which nothing is meant
_ANSWERABLE, _UNANSWERABLE = 256, 128


@dataclass(frozen=True)
class Lessons:
    """What is learned from: the entries' pieces and questions with the number of what they are of, and the others."""

    pieces: Floats
    piece_of: NDArray[numpy.int64]
    questions: Floats
    question_of: NDArray[numpy.int64]
    not_on_file: Floats


def read_lessons(entries: Sequence[Entry], asked: AskedBefore, vectors: Vectors, half: int | None) -> Lessons:
    """The vectors to learn from. `half`: the questions of even or odd place alone (0, 1). Twins are one entry."""
    numbers: dict[str, int] = {}
    pieces, questions = [], []
    for entry in entries:
        number = numbers.setdefault(entry.text, len(numbers))
        pieces += [(vectors.read(piece), number) for piece in pieces_of(entry)]
        questions += [(vectors.read(each), number) for each in _half(asked.of(entry), half)]
    return Lessons(
        pieces=numpy.array([vector for vector, _ in pieces]),
        piece_of=numpy.array([number for _, number in pieces]),
        questions=numpy.array([vector for vector, _ in questions]),
        question_of=numpy.array([number for _, number in questions]),
        not_on_file=numpy.array([vectors.read(each) for each in _half(asked.not_on_file, half)]),
    )


def learn_adaptation(lessons: Lessons) -> Floats:
    """The matrix by which each vector is turned."""
    chance = numpy.random.default_rng(0)
    count = int(lessons.piece_of.max()) + 1
    sums = numpy.zeros((count, lessons.pieces.shape[1]), numpy.float32)
    numpy.add.at(sums, lessons.piece_of, lessons.pieces)
    numpy.add.at(sums, lessons.question_of, lessons.questions)
    middles = sums / numpy.linalg.norm(sums, axis=1, keepdims=True)
    start = numpy.eye(sums.shape[1], dtype=numpy.float32)
    matrix, mean, square = start.copy(), numpy.zeros_like(start), numpy.zeros_like(start)
    for step in range(1, _STEPS + 1):
        chosen = chance.choice(len(lessons.questions), min(_ANSWERABLE, len(lessons.questions)), replace=False)
        others = chance.choice(len(lessons.not_on_file), min(_UNANSWERABLE, len(lessons.not_on_file)), replace=False)
        batch = numpy.r_[lessons.questions[chosen], lessons.not_on_file[others]]
        wanted = numpy.r_[lessons.question_of[chosen], numpy.full(len(others), count)]
        slope = _slope(matrix, batch, wanted, middles) + _HOLD * (matrix - start)
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        matrix = matrix - _RATE * (mean / (1 - 0.9**step)) / (numpy.sqrt(square / (1 - 0.99**step)) + 1e-8)
    result: Floats = matrix.astype(numpy.float32)
    return result


def _slope(matrix: Floats, batch: Floats, wanted: NDArray[numpy.int64], middles: Floats) -> Floats:
    """The slope of the cross entropy: each question's entry among all, "none of them" being one more."""
    asked, length = _turn(batch, matrix)
    answers, answer_length = _turn(middles, matrix)
    logits = numpy.c_[asked @ answers.T, numpy.full(len(batch), _NONE_FROM)] / _SHARPNESS
    likely = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    likely[numpy.arange(len(batch)), wanted] -= 1
    wrong = likely[:, :-1] / (len(batch) * _SHARPNESS)
    of_asked, of_answers = wrong @ answers, wrong.T @ asked
    of_asked = (of_asked - (of_asked * asked).sum(axis=1, keepdims=True) * asked) / length
    of_answers = (of_answers - (of_answers * answers).sum(axis=1, keepdims=True) * answers) / answer_length
    slope: Floats = batch.T @ of_asked + middles.T @ of_answers
    return slope


def _turn(vectors: Floats, matrix: Floats) -> tuple[Floats, Floats]:
    turned = vectors @ matrix
    length = numpy.linalg.norm(turned, axis=1, keepdims=True)
    return turned / length, length


def _half(texts: Sequence[str], half: int | None) -> Sequence[str]:
    return texts if half is None else texts[half::2]
