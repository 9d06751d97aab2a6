"""Does the best hit answer the question? Weights that were learned from `tests/search/development.yml`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from knowledge.search.features import MEANING_FEATURES, WORD_FEATURES

WEIGHTS = Path(__file__).with_name("weights.json")


class LearnedWeights(BaseModel):
    """One set of weights as it is kept: for each feature its usual value, how much it varies, and what it counts.

    `threshold` is the score from which a hit is offered as the answer.
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
    """Turns a row of features into a score: 0 is the threshold, above it the hit may be offered."""

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


def read_judgements(path: Path = WEIGHTS) -> tuple[Judgement, Judgement]:
    """The judgement by words alone, and that by words and meaning.

    Raises ValueError for weights of other features than these.
    """
    sets: Mapping[str, object] = json.loads(path.read_text(encoding="utf-8"))
    words = LearnedWeights.model_validate(sets["words"])
    meaning = LearnedWeights.model_validate(sets["meaning"])
    if words.features != WORD_FEATURES or meaning.features != (*WORD_FEATURES, *MEANING_FEATURES):
        raise ValueError("the weights were learned for other features: run python -m tests.search.calibrate")
    return _judgement(words), _judgement(meaning)


def _judgement(learned: LearnedWeights) -> Judgement:
    return Judgement(
        usual=numpy.array(learned.usual),
        spread=numpy.array(learned.spread),
        counts=numpy.array(learned.counts),
        bias=learned.bias,
        threshold=learned.threshold,
    )
