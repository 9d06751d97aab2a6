"""How well do the features tell an answer from what is none, on questions that were not learned from?

Each candidate of each question is one row: an answer or none. A logistic regression learns from the rows; the questions
are held out in turn. Run `python -m tests.search.calibrate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from knowledge.search.features import measure_standing
from knowledge.search.ranking import OWN_FIRST, Measured, payer_of
from tests.search.questions import Asked

Floats = NDArray[numpy.float64]

# A candidate of an answerable question that is not listed as its answer may still be one.
_UNLISTED, _WRONG = 0.15, 0.35
_RIDGE = 3.0
_FOLDS = 5
# Nobody wrote both the questions and the content of those.
_OWN_TRUST = 4.0
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
    """Which candidates are answers."""
    kept = [example for example in examples if len(example.rows)]
    answers = numpy.concatenate([example.is_answer for example in kept])
    trust = [numpy.where(each.is_answer, 1.0, _UNLISTED if each.asked.expects else _WRONG) for each in kept]
    return _regress(numpy.concatenate([each.rows for each in kept]), answers, numpy.concatenate(trust))


def learn_offer(examples: Sequence[Example], scores: Sequence[Floats], trust: Floats) -> Learned:
    """Which questions have an answer, by their best candidates; `scores` were not learned from the questions."""
    kept = [place for place, example in enumerate(examples) if len(example.rows)]
    rows = numpy.array([standing_row(examples[place], scores[place]) for place in kept])
    return _regress(rows, numpy.array([bool(examples[place].asked.expects) for place in kept]), trust[kept])


def best_of(example: Example, score: Floats) -> NDArray[numpy.int64]:
    """The candidates from the best on, as members get them."""
    return numpy.argsort(-(score + example.own_first), kind="stable")


def standing_row(example: Example, score: Floats) -> list[float]:
    """The features of the best candidate and of its standing."""
    order = best_of(example, score)
    return measure_standing(example.rows[order[0]].tolist(), score[order].tolist())


def _regress(rows: Floats, answers: NDArray[numpy.bool_], trust: Floats) -> Learned:
    """The logistic regression by Newton's method; always the same for the same rows."""
    usual, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    values = numpy.c_[(rows - usual) / spread, numpy.ones(len(rows))]
    counts, penalty = numpy.zeros(values.shape[1]), numpy.r_[numpy.full(rows.shape[1], _RIDGE), 1e-6]
    for _ in range(50):
        likely = 1 / (1 + numpy.exp(-numpy.clip(values @ counts, -30, 30)))
        slope = values.T @ (trust * (likely - answers)) + penalty * counts
        curve = (values * (trust * likely * (1 - likely))[:, None]).T @ values + numpy.diag(penalty)
        step = numpy.linalg.solve(curve, slope)
        counts = counts - step
        if numpy.abs(step).max() < 1e-9:
            break
    return Learned(usual, spread, counts[:-1], float(counts[-1]))


@dataclass(frozen=True)
class Calibration:
    """What ranks, what decides, and the figures on held-out questions."""

    rank: Learned
    offer: Learned
    figures: Figures


def calibrate(developed: Sequence[Example], written: Sequence[Example]) -> Calibration:
    """Learns both steps; for the figures and the threshold each question is judged by what others taught."""
    examples = [*developed, *written]
    is_own = numpy.arange(len(examples)) < len(developed)
    trust = numpy.where(is_own, _OWN_TRUST, 1.0)
    folds = numpy.random.default_rng(0).permutation(len(examples)) % _FOLDS
    scores = [numpy.zeros(len(example.rows)) for example in examples]
    for fold in range(_FOLDS):
        learned = learn([example for example, own in zip(examples, folds, strict=True) if own != fold])
        for place in numpy.flatnonzero(folds == fold):
            if len(examples[place].rows):
                scores[place] = learned.score(examples[place].rows)
    offers = numpy.full(len(examples), _NOTHING)
    for fold in range(_FOLDS):
        others = numpy.flatnonzero(folds != fold)
        offer = learn_offer([examples[each] for each in others], [scores[each] for each in others], trust[others])
        for place in numpy.flatnonzero(folds == fold):
            if len(examples[place].rows):
                row = numpy.array([standing_row(examples[place], scores[place])])
                offers[place] = float(offer.score(row)[0])
    answerable = numpy.array([bool(example.asked.expects) for example in examples])
    found = [
        bool(len(score)) and bool(example.is_answer[best_of(example, score)[:3]].any())
        for example, score in zip(examples, scores, strict=True)
    ]
    # Between what refuses enough of the development questions and of all: the written ones are the harder ones.
    none = ~answerable
    threshold = float((numpy.quantile(offers[none], REFUSED) + numpy.quantile(offers[none & is_own], REFUSED)) / 2)
    figures = _figures(numpy.array(found), offers, threshold, answerable, is_own)
    return Calibration(learn(examples), learn_offer(examples, scores, trust), figures)


def _figures(
    is_found: NDArray[numpy.bool_],
    offers: Floats,
    threshold: float,
    answerable: NDArray[numpy.bool_],
    is_own: NDArray[numpy.bool_],
) -> Figures:
    def share(what: NDArray[numpy.bool_], among: NDArray[numpy.bool_]) -> tuple[float, float]:
        return float(what[among & is_own].mean()), float(what[among & ~is_own].mean())

    return Figures(
        threshold=threshold,
        recall=share(is_found, answerable),
        recall_with_refusals=share(is_found & (offers > threshold), answerable),
        refused=share(offers <= threshold, ~answerable),
    )
