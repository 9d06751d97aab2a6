"""Which examples are trained on, and which asked? The same ones at every run, and of every topic a fifth."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

ASKED_SHARE = 0.2
# What a pipeline says instead of a topic below its threshold.
FALLBACK = "nlu_fallback"
_Row = TypeVar("_Row")


def split(
    rows: Sequence[tuple[str, _Row]], seed: int, most: int | None = None
) -> tuple[list[tuple[str, _Row]], list[tuple[str, _Row]]]:
    """Pairs of topic and example, as those to train on and those to ask; at most about `most` of all, evenly taken.

    Of a topic at least one is asked and one is trained on. The order of `rows` matters, so it must be a fixed one.
    """
    share = min(1.0, most / len(rows)) if most else 1.0
    by_topic: dict[str, list[tuple[str, _Row]]] = defaultdict(list)
    for row in rows:
        by_topic[row[0]].append(row)
    trained_on, asked = [], []
    for topic, own in sorted(by_topic.items()):
        shuffled = random.Random(f"{seed} {topic}").sample(own, max(2, round(len(own) * share)))  # noqa: S311
        count = max(1, round(len(shuffled) * ASKED_SHARE))
        asked += shuffled[:count]
        trained_on += shuffled[count:]
    return trained_on, asked
