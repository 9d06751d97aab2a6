"""How well do the features tell an answer from what is none, on questions that were not learned from?

Each candidate of each question is one row: an answer or none. A logistic regression learns from the rows; the questions
are held out in turn. Run `python -m tests.search.calibrate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from knowledge.search.ranking import OWN_FIRST, Measured, payer_of
from tests.search.questions import Asked

Floats = NDArray[numpy.float64]

# A candidate of an answerable question that is not listed as its answer may still be one.
_UNLISTED, _WRONG = 0.15, 0.35
_RIDGE = 3.0
_FOLDS, _REPEATS = 5, 1
_NOTHING = -99.0
# So many of the unanswerable questions are to be refused.
REFUSED = 0.95


@dataclass(frozen=True)
class Example:
    """One question with what was found for it: features, which are answers, and what puts the payer's own first."""

    asked: Asked
    rows: Floats
    is_answer: NDArray[numpy.bool_]
    own_first: Floats


@dataclass(frozen=True)
class Learned:
    """What was learned: each feature's usual value and spread, what it counts, and the bias."""

    usual: Floats
    spread: Floats
    counts: Floats
    bias: float

    def score(self, rows: Floats) -> Floats:
        """The log odds that each row is an answer."""
        return (rows - self.usual) / self.spread @ self.counts + self.bias


@dataclass(frozen=True)
class Figures:
    """Shares from 0 to 1 on held-out questions of `development.yml` and of those written for what is on file.

    Found among three before anything is refused; found with `REFUSED` of all unanswerable ones refused; refused.
    """

    threshold: float
    recall: tuple[float, float]
    recall_with_refusals: tuple[float, float]
    refused: tuple[float, float]

    def say(self, name: str) -> str:
        """One line for the terminal."""
        pairs = {"recall@3": self.recall, "with refusals": self.recall_with_refusals, "refused": self.refused}
        told = "; ".join(f"{what} {own:.3f} and {written:.3f}" for what, (own, written) in pairs.items())
        return f"{name}: {told} (development and written questions; threshold {self.threshold:.2f})"


def read_example(asked: Asked, found: Sequence[Measured], payer: str | None) -> Example:
    """The question with its candidates as rows. The same sentence under two topics is one answer."""
    answers = {each.entry.text for each in found if any(one.is_met_by(each.entry) for one in asked.expects)}
    return Example(
        asked=asked,
        rows=numpy.array([each.row for each in found], numpy.float64),
        is_answer=numpy.array([each.entry.text in answers for each in found], bool),
        own_first=numpy.array([OWN_FIRST * (payer is not None and payer_of(each.entry) == payer) for each in found]),
    )


def learn(examples: Sequence[Example]) -> Learned:
    """The logistic regression by Newton's method; always the same for the same examples."""
    kept = [example for example in examples if len(example.rows)]
    rows = numpy.concatenate([example.rows for example in kept])
    answers = numpy.concatenate([example.is_answer for example in kept]).astype(float)
    trust = numpy.concatenate(
        [numpy.where(each.is_answer, 1.0, _UNLISTED if each.asked.expects else _WRONG) for each in kept]
    )
    usual, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    values = numpy.c_[(rows - usual) / spread, numpy.ones(len(rows))]
    counts, penalty = numpy.zeros(values.shape[1]), numpy.r_[numpy.full(rows.shape[1], _RIDGE), 1e-6]
    for _ in range(50):
        likely = 1 / (1 + numpy.exp(-values @ counts))
        slope = values.T @ (trust * (likely - answers)) + penalty * counts
        curve = (values * (trust * likely * (1 - likely))[:, None]).T @ values + numpy.diag(penalty)
        step = numpy.linalg.solve(curve, slope)
        counts = counts - step
        if numpy.abs(step).max() < 1e-9:
            break
    return Learned(usual, spread, counts[:-1], float(counts[-1]))


def cross_validate(developed: Sequence[Example], written: Sequence[Example]) -> Figures:
    """The figures on held-out questions, and the threshold that refuses as many as it should."""
    examples = [*developed, *written]
    scores = [numpy.zeros(len(example.rows)) for example in examples]
    for repeat in range(_REPEATS):
        order = numpy.random.default_rng(repeat).permutation(len(examples))
        for fold in range(_FOLDS):
            held_out = set(order[fold::_FOLDS].tolist())
            learned = learn([example for place, example in enumerate(examples) if place not in held_out])
            for place in held_out:
                if len(examples[place].rows):
                    scores[place] += learned.score(examples[place].rows) / _REPEATS
    tops, found = [], []
    for example, score in zip(examples, scores, strict=True):
        best = numpy.argsort(-(score + example.own_first), kind="stable")[:3] if len(score) else []
        tops.append(float(score[best[0]]) if len(score) else _NOTHING)
        found.append(bool(example.is_answer[best].any()) if len(score) else False)
    answerable = numpy.array([bool(example.asked.expects) for example in examples])
    top, is_found = numpy.array(tops), numpy.array(found)
    threshold = float(numpy.quantile(top[~answerable], REFUSED))
    is_own = numpy.arange(len(examples)) < len(developed)

    def share(what: NDArray[numpy.bool_], among: NDArray[numpy.bool_]) -> tuple[float, float]:
        return float(what[among & is_own].mean()), float(what[among & ~is_own].mean()) if (
            among & ~is_own
        ).any() else 1.0

    return Figures(
        threshold=threshold,
        recall=share(is_found, answerable),
        recall_with_refusals=share(is_found & (top > threshold), answerable),
        refused=share(top <= threshold, ~answerable),
    )
