"""Does the best hit answer the question? Weights that were learned from `tests/search/development.yml`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from knowledge.search.features import MEANING_FEATURES, STANDING_FEATURES, WORD_FEATURES

WEIGHTS = Path(__file__).with_name("weights.json")


class LearnedWeights(BaseModel):
    """One set of weights as it is kept: for each feature its usual value, how much it varies, and what it counts.

    `threshold` is the score from which a hit is offered as the answer; 0 where the score only ranks.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    features: tuple[str, ...]
    usual: tuple[float, ...]
    spread: tuple[float, ...]
    counts: tuple[float, ...]
    bias: float
    threshold: float


@dataclass(frozen=True)
class Judgement:
    """Turns a row of features into a score, from which the threshold is taken off."""

    usual: NDArray[numpy.float64]
    spread: NDArray[numpy.float64]
    counts: NDArray[numpy.float64]
    bias: float
    threshold: float

    def score(self, rows: Sequence[Sequence[float]]) -> NDArray[numpy.float64]:
        """The score of each row; empty for none."""
        if not rows:
            return numpy.zeros(0)
        values = (numpy.array(rows, numpy.float64) - self.usual) / self.spread
        return values @ self.counts + self.bias - self.threshold


@dataclass(frozen=True)
class Judgements:
    """Two for each way to look: how good a candidate is beside the others, and whether the best may be offered."""

    rank: Judgement
    offer: Judgement


def read_judgements(path: Path = WEIGHTS) -> tuple[Judgements, Judgements]:
    """The judgements by words alone, and those by words and meaning.

    Raises ValueError for weights of other features than these.
    """
    sets = {name: LearnedWeights.model_validate(kept) for name, kept in json.loads(path.read_text("utf-8")).items()}
    by_meaning = (*WORD_FEATURES, *MEANING_FEATURES)
    found = []
    for name, features in (("words", WORD_FEATURES), ("meaning", by_meaning)):
        rank, offer = sets[name], sets[f"{name}_offer"]
        if rank.features != features or offer.features != (*features, *STANDING_FEATURES):
            raise ValueError("the weights were learned for other features: run python -m tests.search.calibrate")
        found.append(Judgements(_judgement(rank), _judgement(offer)))
    return found[0], found[1]


def _judgement(learned: LearnedWeights) -> Judgement:
    return Judgement(
        usual=numpy.array(learned.usual),
        spread=numpy.array(learned.spread),
        counts=numpy.array(learned.counts),
        bias=learned.bias,
        threshold=learned.threshold,
    )
