"""For which topics do a text's words speak, each taken by itself?

The topic model weighs a text as a whole, and is as sure of "can it go faster" as of "is it covered". Here words that
stand in questions of all kinds ("how long do I have") say next to nothing, whatever they are together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy

# The key of a reading under which `weigh` is handed on.
TOPIC_WORDS = "topic_words"
_FILE = "topic_words.npz"
_WORD = re.compile(r"\w+")
_APOSTROPHES = re.compile("['’`]")
# So many examples of a topic are taken to be as all examples are together: a word seen once says little.
_AS_ALL = 4.0
# And in each topic so much of an example has a word that none of them has.
_UNSEEN = 0.02


class TopicWords:
    """How likely each word is in a message on each topic, and how likely each topic is."""

    def __init__(self, topics: Sequence[str], words: Sequence[str], weights: numpy.ndarray) -> None:
        self._topics = tuple(topics)
        self._words = {word: number for number, word in enumerate(words)}
        # A row for each word, and one for how often a topic is; a column for each topic. Natural logarithms.
        self._weights = weights

    @classmethod
    def learn(cls, texts: Sequence[str], topics: Sequence[str]) -> TopicWords:
        """Counts in how many examples of each topic a word stands."""
        often = Counter(topics)
        names = sorted(often)
        seen = Counter((word, topic) for text, topic in zip(texts, topics, strict=True) for word in _split(text))
        words = sorted({word for word, _ in seen})
        counts = numpy.array([[seen[word, topic] for topic in names] for word in words], float)
        examples = numpy.array([often[topic] for topic in names], float)
        overall = counts.sum(axis=1, keepdims=True) / examples.sum()
        likely = (counts + _AS_ALL * overall + _UNSEEN) / (examples + _AS_ALL + 2 * _UNSEEN)
        weights = numpy.log(numpy.vstack([likely, examples / examples.sum()]))
        return cls(names, words, weights)

    def weigh(self, text: str) -> dict[str, float]:
        """For every topic a sum that is the higher, the more its words speak for it; only differences say anything."""
        known = [self._words[word] for word in _split(text) if word in self._words]
        sums = self._weights[[*known, -1]].sum(axis=0)
        return dict(zip(self._topics, sums.tolist(), strict=True))

    def save(self, folder: Path) -> None:
        """Writes the counts into the folder."""
        numpy.savez(
            folder / _FILE,
            topics=numpy.array(self._topics),
            words=numpy.array(list(self._words)),
            weights=self._weights.astype(numpy.float32),
        )

    @classmethod
    def open(cls, folder: Path) -> TopicWords:
        """Reads what `save` wrote."""
        with numpy.load(folder / _FILE, allow_pickle=False) as kept:
            return cls(kept["topics"].tolist(), kept["words"].tolist(), kept["weights"])


def find_lead(weights: Mapping[str, float], topic: str, other: str) -> float:
    """By how much the words speak for the one topic more than for the other; 0 where nothing is known of one."""
    return weights[topic] - weights[other] if topic in weights and other in weights else 0.0


def _split(text: str) -> list[str]:
    """Each word once, in a stable order."""
    return list(dict.fromkeys(_WORD.findall(_APOSTROPHES.sub("", text.lower()))))
