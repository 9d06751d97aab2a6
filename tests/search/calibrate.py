"""What do the features count, and from which score is a hit offered? Learns it from `development.yml`.

    python -m tests.search.calibrate

prints the figures on questions that were held out, by words alone and with the meaning, and writes the weights and the
vectors of the shipped texts.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

import numpy

from knowledge.search.features import MEANING_FEATURES, WORD_FEATURES
from knowledge.search.judgement import WEIGHTS, LearnedWeights
from knowledge.search.ranking_builder import pieces_of
from tests.search.learning import REFUSED, Example, cross_validate, learn, read_example
from tests.search.questions import DAY, Asked, read_questions
from tests.search.shipped import Shipped, open_shipped

DEVELOPMENT = Path(__file__).with_name("development.yml")


async def read_examples(questions: tuple[Asked, ...], shipped: Shipped, *, by_meaning: bool) -> list[Example]:
    """Each question with what the ranking finds for it among what is in force for its scope."""
    ranking = await shipped.knowledge.search.ranking()
    examples = []
    for asked in questions:
        scope = asked.scope(shipped.plans)
        mask = ranking.mask(await shipped.knowledge.policies.list_current_documents(scope, DAY), scope.payer)
        examples.append(read_example(asked, ranking.measure(asked.question, mask, by_meaning=by_meaning), scope.payer))
    return examples


async def main() -> None:
    """Learns both sets of weights and writes them."""
    questions = (*read_questions(DEVELOPMENT, "answerable"), *read_questions(DEVELOPMENT, "unanswerable"))
    kept = {}
    with tempfile.TemporaryDirectory() as folder:
        async with open_shipped(Path(folder)) as shipped:
            ranking = await shipped.knowledge.search.ranking()
            if ranking.vectors is None:
                raise SystemExit("the sentence model is not installed")
            ranking.vectors.save(piece for entry in ranking.index.entries for piece in pieces_of(entry))
            for name, by_meaning in (("words", False), ("meaning", True)):
                examples = await read_examples(questions, shipped, by_meaning=by_meaning)
                figures, learned = cross_validate(examples), learn(examples)
                print(  # noqa: T201
                    f"{name}: recall@3 {figures.recall_at_3:.3f}, and {figures.recall_at_3_with_refusals:.3f} with"
                    f" {REFUSED:.0%} of the unanswerable refused (threshold {figures.threshold:.2f})"
                )
                kept[name] = LearnedWeights(
                    features=(*WORD_FEATURES, *MEANING_FEATURES) if by_meaning else WORD_FEATURES,
                    usual=_rounded(learned.usual),
                    spread=_rounded(learned.spread),
                    counts=_rounded(learned.counts),
                    bias=round(learned.bias, 4),
                    threshold=round(figures.threshold, 4),
                ).model_dump()
    WEIGHTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _rounded(values: numpy.ndarray) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)


if __name__ == "__main__":
    asyncio.run(main())
