"""Which topics may a text be about, and how likely is each? Words, meaning and the talk before, in a linear model.

Measured on messages that no example was taken from: `tests/understanding/scorecard.md`; beside Rasa's own classifiers:
`make bench-nlu`.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold

from bot.engine.said_after import Example, SaidAfter
from bot.engine.softmax import learn_weights, score
from knowledge.meaning.encoder import Floats

# Of the examples, one in five tells how sure a model that was not taught them may be.
_FOLDS = 5
_SHARPNESS = numpy.linspace(0.5, 2.0, 31)
# A message of so many words speaks for itself, whatever was answered before.
_SPEAKS_FOR_ITSELF = 5


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
    """The linear model itself: a text, its meaning and what was answered before in, each topic's confidence out.

    scikit-learn tells which pieces of words there are. Reading one text is a handful of additions, which are done
    here: scikit-learn would check its input, build sparse matrices and copy all weights (2.5 ms a text, a twentieth of
    it here).
    """

    def __init__(self, regularisation: float = 1.0, max_iter: int = 100) -> None:
        common = {"strip_accents": "unicode", "sublinear_tf": True, "min_df": 2}
        word = r"(?u)\b\w+\b"
        self._vectorizers = (
            TfidfVectorizer(ngram_range=(1, 2), token_pattern=word, **common),
            # Pieces of words forgive slips of the finger.
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), **common),
        )
        self._said_after = SaidAfter()
        self._regularisation, self._max_iter = regularisation, max_iter
        self._vocabularies: list[list[str]] = []
        self._telling: list[numpy.ndarray] = []
        self._topics: list[str] = []
        self._weights = numpy.zeros((0, 0), numpy.float32)
        self._sharpness = 1.0
        self._pieces: list[_Pieces] = []

    def fit(self, examples: Sequence[Example], meanings: Floats) -> None:
        """Learns from examples and their vectors of meaning, a row for each.

        Raises ValueError when there are fewer than two topics.
        """
        own, again = len(examples), _say_in_talk(examples)
        examples = [*examples, *again.values()]
        # Machines that add in another order differ in the last digits, and must learn the same.
        meanings = numpy.round(numpy.concatenate([meanings, meanings[list(again)]]), 4)
        topics = [example.topic for example in examples]
        self._topics, numbers = (each.tolist() for each in numpy.unique(topics, return_inverse=True))
        if len(self._topics) < 2:
            raise ValueError("there must be two topics or more to tell apart")
        texts = [example.text for example in examples]
        self._said_after = SaidAfter.learn(examples)
        described = [each.fit_transform(texts) for each in self._vectorizers]
        pieces = scipy.sparse.hstack([*described, self._said_after.describe(examples)]).tocsr()
        self._learn(pieces, meanings, numpy.asarray(numbers), own)
        self._vocabularies = [each.get_feature_names_out().tolist() for each in self._vectorizers]
        self._telling = [each.idf_ for each in self._vectorizers]
        self._get_ready()

    def rank(self, text: str, meaning: Floats, after: str | None = None) -> list[tuple[str, float]]:
        """Every topic with its confidence from 0 to 1, the likeliest first; `after` is the topic answered before."""
        said, share = self._said_after.find(text, after)
        scores = self._bias + sum(pieces.weigh(text) for pieces in self._pieces) + meaning @ self._meaning_weights
        scores = self._sharpness * (scores + share * self._talk_weights[said].sum(axis=0))
        shares = numpy.exp(scores - scores.max())
        ranked = sorted(zip((shares / shares.sum()).tolist(), self._topics, strict=True), reverse=True)
        return [(topic, confidence) for confidence, topic in ranked]

    def save(self, folder: Path) -> None:
        """Writes the model into the folder."""
        words = {
            "vocabularies": self._vocabularies,
            "said_after": list(self._said_after.numbers),
            "topics": self._topics,
            "sharpness": self._sharpness,
        }
        (folder / "words.json").write_text(json.dumps(words), encoding="utf-8")
        telling = {f"idf_{number}": idf for number, idf in enumerate(self._telling)}
        numpy.savez(folder / "weights.npz", weights=self._weights, **telling)

    @classmethod
    def open(cls, folder: Path) -> TopicModel:
        """Reads the model that `save` wrote."""
        model = cls()
        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        model._vocabularies, model._topics = words["vocabularies"], words["topics"]
        model._sharpness, model._said_after = words["sharpness"], SaidAfter(words["said_after"])
        with numpy.load(folder / "weights.npz", allow_pickle=False) as weights:
            model._telling = [weights[f"idf_{number}"] for number in range(len(model._vectorizers))]
            model._weights = weights["weights"]
        model._get_ready()
        return model

    def _learn(self, pieces: scipy.sparse.csr_matrix, meanings: Floats, topics: numpy.ndarray, own: int) -> None:
        """The weights, and how far to stretch scores so that of readings with confidence 0.7 seven in ten are right.

        That is found out on the first `own` rows, of which none is another one said again.
        """
        learn = partial(learn_weights, regularisation=self._regularisation, steps=self._max_iter)
        start = None
        if min(numpy.bincount(topics[:own])) >= _FOLDS:
            folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
            taught, asked = next(folds.split(numpy.zeros(own), topics[:own]))
            start = learn(pieces[taught], meanings[taught], topics[taught])
            scores = score(pieces[asked], meanings[asked], start)
            self._sharpness = float(min(_SHARPNESS, key=lambda sharpness: _surprise(sharpness * scores, topics[asked])))
        self._weights = learn(pieces, meanings, topics, start=start)

    def _get_ready(self) -> None:
        self._pieces, first = [], 0
        for vectorizer, vocabulary, telling in zip(self._vectorizers, self._vocabularies, self._telling, strict=True):
            # A text reads a few hundred rows, so a row lies together in memory.
            weights = self._weights[first : first + len(vocabulary)]
            numbers = {piece: number for number, piece in enumerate(vocabulary)}
            self._pieces.append(_Pieces(vectorizer.build_analyzer(), numbers, telling, weights))
            first += len(vocabulary)
        last = first + len(self._said_after.numbers)
        self._talk_weights = self._weights[first:last]
        self._meaning_weights, self._bias = self._weights[last:-1], self._weights[-1]


def _say_in_talk(examples: Sequence[Example]) -> dict[int, Example]:
    """Some first messages again, as said after any topic: as many as there are examples in a talk. By their numbers."""
    afters = [example.after for example in examples if example.after is not None]
    telling = [
        number
        for number, example in enumerate(examples)
        if example.after is None and len(example.text.split()) >= _SPEAKS_FOR_ITSELF
    ]
    chance = random.Random(0)  # noqa: S311 - nothing secret hangs on it, and training must come out the same
    chosen = sorted(chance.sample(telling, min(len(afters), len(telling))))
    return {number: replace(examples[number], after=chance.choice(afters)) for number in chosen}


def _surprise(scores: numpy.ndarray, right: numpy.ndarray) -> float:
    """How surprising the right topics are: the mean of their negative log likelihood."""
    scores = scores - scores.max(axis=1, keepdims=True)
    likely = scores[numpy.arange(len(right)), right] - numpy.log(numpy.exp(scores).sum(axis=1))
    return float(-likely.mean())
