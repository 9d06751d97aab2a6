"""Which topics may a text be about, and how likely is each? Words, pieces of words and meaning, in a linear model.

Measured on messages that no example was taken from: `tests/understanding/scorecard.md`; beside Rasa's own classifiers:
`make bench-nlu`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from knowledge.meaning.encoder import Floats

# Of the examples, one in five tells how sure a model that was not taught them may be.
_FOLDS = 5
_SHARPNESS = numpy.linspace(0.5, 2.0, 31)


@dataclass(frozen=True)
class _Pieces:
    """One way to take a text apart: how, which pieces are known, and how much each says for every topic."""

    take_apart: Callable[[str], Iterable[str]]
    numbers: Mapping[str, int]
    # How telling each piece is, and its weights: a row for each piece, a column for each topic.
    telling: numpy.ndarray
    weights: numpy.ndarray

    def weigh(self, text: str) -> numpy.ndarray | float:
        """What the text's pieces say for every topic: the product of its TF-IDF vector with the weights."""
        counts = Counter(self.numbers[piece] for piece in self.take_apart(text) if piece in self.numbers)
        if not counts:
            return 0.0
        found = numpy.fromiter(counts.keys(), dtype=numpy.intp, count=len(counts))
        often = numpy.fromiter(counts.values(), dtype=numpy.float64, count=len(counts))
        values = (1.0 + numpy.log(often)) * self.telling[found]
        return (values / numpy.linalg.norm(values)) @ self.weights[found]


class TopicModel:
    """The linear model itself: a text and its meaning in, the confidence of every topic out. Stored as plain numbers.

    scikit-learn learns it. Reading one text is a handful of additions, which are done here: scikit-learn would check
    its input, build sparse matrices and copy all weights (2.5 ms a text, a twentieth of it here).
    """

    def __init__(self, regularisation: float = 1.0, max_iter: int = 100) -> None:
        common = {"strip_accents": "unicode", "sublinear_tf": True, "min_df": 2}
        word = r"(?u)\b\w+\b"
        self._vectorizers = (
            TfidfVectorizer(ngram_range=(1, 2), token_pattern=word, **common),
            # Pieces of words forgive slips of the finger.
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), **common),
        )
        self._learner = LogisticRegression(
            C=regularisation, max_iter=max_iter, class_weight="balanced", random_state=0, warm_start=True
        )
        self._vocabularies: list[list[str]] = []
        self._telling: list[numpy.ndarray] = []
        self._topics: list[str] = []
        self._coef = self._intercept = numpy.zeros(0)
        self._sharpness = 1.0
        self._pieces: list[_Pieces] = []

    def fit(self, texts: Sequence[str], meanings: Floats, topics: Sequence[str]) -> None:
        """Learns from texts, their vectors of meaning (a row for each) and their topics.

        Raises ValueError when there are fewer than two topics.
        """
        features = self.describe(texts, meanings, learns=True)
        self._sharpness = self._calibrate(features, numpy.asarray(topics))
        self._learner.fit(features, topics)
        self._vocabularies = [each.get_feature_names_out().tolist() for each in self._vectorizers]
        self._telling = [each.idf_ for each in self._vectorizers]
        self._topics = self._learner.classes_.tolist()
        self._coef, self._intercept = self._learner.coef_, self._learner.intercept_
        self._get_ready()

    def describe(self, texts: Sequence[str], meanings: Floats, *, learns: bool = False) -> scipy.sparse.csr_matrix:
        """What scikit-learn learns from: a row for each text."""
        parts = [each.fit_transform(texts) if learns else each.transform(texts) for each in self._vectorizers]
        # Machines that add in another order differ in the last digits, and must learn the same.
        return scipy.sparse.hstack([*parts, scipy.sparse.csr_matrix(numpy.round(meanings, 4))]).tocsr()

    def rank(self, text: str, meaning: Floats) -> list[tuple[str, float]]:
        """Every topic with its confidence from 0 to 1, the likeliest first."""
        scores = self._bias + sum(pieces.weigh(text) for pieces in self._pieces) + meaning @ self._meaning_weights
        scores = self._sharpness * scores
        shares = numpy.exp(scores - scores.max())
        ranked = sorted(zip((shares / shares.sum()).tolist(), self._topics, strict=True), reverse=True)
        return [(topic, confidence) for confidence, topic in ranked]

    def save(self, folder: Path) -> None:
        """Writes the model into the folder."""
        words = {"vocabularies": self._vocabularies, "topics": self._topics, "sharpness": self._sharpness}
        (folder / "words.json").write_text(json.dumps(words), encoding="utf-8")
        telling = {f"idf_{number}": idf for number, idf in enumerate(self._telling)}
        numpy.savez(folder / "weights.npz", coef=self._coef, intercept=self._intercept, **telling)

    @classmethod
    def open(cls, folder: Path) -> TopicModel:
        """Reads the model that `save` wrote."""
        model = cls()
        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        model._vocabularies, model._topics = words["vocabularies"], words["topics"]
        model._sharpness = words["sharpness"]
        with numpy.load(folder / "weights.npz", allow_pickle=False) as weights:
            model._telling = [weights[f"idf_{number}"] for number in range(len(model._vectorizers))]
            model._coef, model._intercept = weights["coef"], weights["intercept"]
        model._get_ready()
        return model

    def _calibrate(self, features: scipy.sparse.csr_matrix, topics: numpy.ndarray) -> float:
        """By how much scores must be stretched so that of readings with confidence 0.7 seven in ten are right."""
        if min(numpy.unique(topics, return_counts=True)[1]) < _FOLDS:
            return 1.0
        taught, asked = next(StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(features, topics))
        self._learner.fit(features[taught], topics[taught])
        scores = self._learner.decision_function(features[asked])
        if scores.ndim == 1:
            scores = numpy.stack([0 * scores, scores], axis=1)
        right = numpy.searchsorted(self._learner.classes_, topics[asked])
        return float(min(_SHARPNESS, key=lambda sharpness: _surprise(sharpness * scores, right)))

    def _get_ready(self) -> None:
        coef, self._bias = self._coef, self._intercept
        if len(coef) == 1:
            # Between two topics scikit-learn learns the second one's lead.
            coef, self._bias = numpy.vstack([0 * coef, coef]), numpy.append(0.0, self._bias)
        self._pieces, first = [], 0
        for vectorizer, vocabulary, telling in zip(self._vectorizers, self._vocabularies, self._telling, strict=True):
            # A text reads a few hundred rows, so a row lies together in memory.
            weights = numpy.ascontiguousarray(coef.T[first : first + len(vocabulary)])
            numbers = {piece: number for number, piece in enumerate(vocabulary)}
            self._pieces.append(_Pieces(vectorizer.build_analyzer(), numbers, telling, weights))
            first += len(vocabulary)
        self._meaning_weights = numpy.ascontiguousarray(coef.T[first:])


def _surprise(scores: numpy.ndarray, right: numpy.ndarray) -> float:
    """How surprising the right topics are: the mean of their negative log likelihood."""
    scores = scores - scores.max(axis=1, keepdims=True)
    likely = scores[numpy.arange(len(right)), right] - numpy.log(numpy.exp(scores).sum(axis=1))
    return float(-likely.mean())
