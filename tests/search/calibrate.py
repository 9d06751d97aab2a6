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
from tests.search.learning import Example, cross_validate, learn, read_example
from tests.search.questions import DAY, Asked, read_questions
from tests.search.shipped import Shipped, open_shipped
from tests.search.written import read_written_questions, save_vectors

DEVELOPMENT = Path(__file__).with_name("development.yml")


async def read_examples(questions: tuple[Asked, ...], shipped: Shipped, *, by_meaning: bool) -> list[Example]:
    """Each question with what the ranking finds for it among what is in force for its scope."""
    ranking = await shipped.knowledge.search.ranking()
    examples = []
    for asked in questions:
        scope = asked.scope(shipped.plans)
        mask = ranking.mask(await shipped.knowledge.policies.list_current_documents(scope, DAY), scope.payer)
        found = ranking.measure(asked.question, mask, by_meaning=by_meaning, leave_out=True)
        examples.append(read_example(asked, found, scope.payer))
    return examples


async def main() -> None:
    """Learns both sets of weights and writes them."""
    own = (*read_questions(DEVELOPMENT, "answerable"), *read_questions(DEVELOPMENT, "unanswerable"))
    kept = {}
    with tempfile.TemporaryDirectory() as folder:
        async with open_shipped(Path(folder)) as shipped:
            await shipped.knowledge.search.prepare()
            written = await read_written_questions(shipped)
            save_vectors(await shipped.knowledge.search.ranking())
            for name, by_meaning in (("words", False), ("meaning", True)):
                developed = await read_examples(own, shipped, by_meaning=by_meaning)
                # By words alone there is less to learn, and it takes as long.
                others = await read_examples(written[:: 2 if by_meaning else 8], shipped, by_meaning=by_meaning)
                figures, learned = cross_validate(developed, others), learn([*developed, *others])
                print(figures.say(name))  # noqa: T201
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
