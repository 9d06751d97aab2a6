"""How are the weights of a linear model learned from examples? Softmax regression by L-BFGS.

scikit-learn's LogisticRegression learns the same in four times the time: it takes the meanings, of which every number
counts, for sparse ones as well, and works out everything in double precision. With this slope, SciPy's L-BFGS-B takes
twice the time, most of it for its own sums over the million weights.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy
import scipy.sparse

from knowledge.meaning.encoder import Floats

# How many of the last steps tell how the slope bends.
_REMEMBERED = 10
_MOST_HALVINGS = 20
_SMALL_SLOPE = 1e-4
_ENOUGH = numpy.float32(1e-4)


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
    return _descend(look, start, steps)


def score(pieces: scipy.sparse.csr_matrix, meanings: Floats, weights: Floats) -> Floats:
    """What the weights say for each topic, a row for each example."""
    last = pieces.shape[1]
    scores: Floats = pieces @ weights[:last]
    scores += meanings @ weights[last:-1]
    scores += weights[-1]
    return scores


def _descend(look: Callable[[Floats], tuple[float, Floats]], weights: Floats, steps: int) -> Floats:
    """The weights after so many steps downhill, fewer where hardly a slope is left."""
    bends: deque[tuple[Floats, Floats, numpy.float32]] = deque(maxlen=_REMEMBERED)
    wrong, slope = look(weights)
    for _ in range(steps):
        if numpy.abs(slope).max() <= _SMALL_SLOPE:
            break
        way = _turn(slope, bends)
        length = numpy.float32(1 if bends else 1 / numpy.linalg.norm(slope))
        descent = float(numpy.vdot(way, slope))
        for _ in range(_MOST_HALVINGS):
            there = weights + length * way
            wrong_there, slope_there = look(there)
            if wrong_there <= wrong + float(_ENOUGH * length) * descent:
                break
            length *= numpy.float32(0.5)
        else:
            break
        step, change = there - weights, slope_there - slope
        curve = numpy.vdot(step, change)
        if curve > 0:
            bends.append((step, change, 1 / curve))
        weights, wrong, slope = there, wrong_there, slope_there
    return weights


def _turn(slope: Floats, bends: deque[tuple[Floats, Floats, numpy.float32]]) -> Floats:
    """Downhill, turned by how the slope bent in the last steps (Nocedal and Wright, algorithm 7.4)."""
    way = -slope
    shares = []
    for step, change, scale in reversed(bends):
        share = scale * numpy.vdot(step, way)
        way -= share * change
        shares.append(share)
    if bends:
        _, change, scale = bends[-1]
        way *= 1 / (scale * numpy.vdot(change, change))
    for (step, change, scale), share in zip(bends, reversed(shares), strict=True):
        way += (share - scale * numpy.vdot(change, way)) * step
    return way
