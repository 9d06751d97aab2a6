"""How are the weights of a linear model learned from examples? Softmax regression by L-BFGS.

scikit-learn's LogisticRegression learns the same in four times the time: it takes the meanings, of which every number
counts, for sparse ones as well, and works out everything in double precision.
"""

from __future__ import annotations

import numpy
import scipy.sparse
from scipy.optimize import minimize

from knowledge.meaning.encoder import Floats

_SMALL_SLOPE = 1e-4


def learn_weights(
    pieces: scipy.sparse.csr_matrix,
    meanings: Floats,
    topics: numpy.ndarray,
    *,
    regularisation: float,
    steps: int,
    start: Floats | None = None,
) -> Floats:
    """The weights: a row for each column of `pieces`, of `meanings`, and one more for what holds without any of them.

    `topics` says the number of each example's topic; rare ones count as much as frequent ones. `start` are weights to
    begin with, `regularisation` is scikit-learn's C.
    """
    pieces, meanings = pieces.astype(numpy.float32), meanings.astype(numpy.float32)
    by_piece, by_meaning = pieces.T.tocsr(), numpy.ascontiguousarray(meanings.T)
    examples = numpy.arange(len(topics))
    often = numpy.bincount(topics)
    counts = (len(topics) / (len(often) * often))[topics].astype(numpy.float32)
    last = pieces.shape[1]
    pull = numpy.float32(1 / regularisation)

    def look(weights: Floats) -> tuple[float, Floats]:
        """How wrong the weights are, and in which direction they would be more so."""
        scores = score(pieces, meanings, weights)
        scores -= scores.max(axis=1, keepdims=True)
        right = scores[examples, topics]
        numpy.exp(scores, out=scores)
        total = scores.sum(axis=1)
        wrong = float((counts * (numpy.log(total) - right)).sum(dtype=numpy.float64))
        wrong += 0.5 * float(pull) * float(numpy.square(weights[:-1]).sum(dtype=numpy.float64))
        scores /= total[:, None]
        scores[examples, topics] -= 1
        scores *= counts[:, None]
        slope = numpy.empty_like(weights)
        slope[:last] = by_piece @ scores
        slope[last:-1] = by_meaning @ scores
        slope[-1] = scores.sum(axis=0)
        slope[:-1] += pull * weights[:-1]
        return wrong, slope

    if start is None:
        start = numpy.zeros((last + meanings.shape[1] + 1, len(often)), numpy.float32)
    shape = start.shape

    def look_along(line: numpy.ndarray) -> tuple[float, numpy.ndarray]:
        wrong, slope = look(line.reshape(shape).astype(numpy.float32))
        return wrong, slope.ravel().astype(numpy.float64)

    options = {"maxiter": steps, "gtol": _SMALL_SLOPE}
    found = minimize(look_along, start.ravel(), jac=True, method="L-BFGS-B", options=options)
    weights: Floats = found.x.reshape(shape).astype(numpy.float32)
    return weights


def score(pieces: scipy.sparse.csr_matrix, meanings: Floats, weights: Floats) -> Floats:
    """What the weights say for each topic, a row for each example."""
    last = pieces.shape[1]
    scores: Floats = pieces @ weights[:last]
    scores += meanings @ weights[last:-1]
    scores += weights[-1]
    return scores
