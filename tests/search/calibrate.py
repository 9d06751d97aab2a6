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

from knowledge.meaning.encoder import Floats
from knowledge.meaning.sentence_model import Meaning
from knowledge.search.asked_before import read_asked_before
from knowledge.search.contents import build_index, read_records
from knowledge.search.features import MEANING_FEATURES, STANDING_FEATURES, WORD_FEATURES
from knowledge.search.judgement import WEIGHTS, LearnedWeights
from knowledge.search.ranking import Ranking
from knowledge.search.ranking_builder import RankingBuilder
from knowledge.search.vectors import Vectors
from tests.search.adapting import learn_adaptation, read_lessons
from tests.search.learning import Example, Learned, calibrate, read_example
from tests.search.questions import DAY, Asked, read_questions
from tests.search.shipped import Shipped, open_shipped
from tests.search.written import read_written_questions, shipped_texts

DEVELOPMENT = Path(__file__).with_name("development.yml")


async def read_examples(
    questions: tuple[Asked, ...], ranking: Ranking, shipped: Shipped, *, by_meaning: bool
) -> list[Example]:
    """Each question with what the ranking finds for it among what is in force for its scope."""
    examples = []
    for asked in questions:
        scope = asked.scope(shipped.plans)
        view = ranking.view(await shipped.knowledge.policies.list_current_documents(scope, DAY), scope.payer)
        found = ranking.measure(ranking.read(asked.question), view, by_meaning=by_meaning, leave_out=True)
        examples.append(read_example(asked, found, scope.payer))
    return examples


async def learn_all(shipped: Shipped) -> dict[str, dict[str, object]]:
    """Learns the adaptation and both sets of weights, prints the figures, and writes the vectors."""
    records = await shipped.knowledge.policies.list_records()
    catalogue = await shipped.catalogue.read_catalogue()
    asked, vectors = read_asked_before(), Vectors.load(Meaning.load())
    entries = build_index(catalogue).extend(read_records(records)).entries
    own = (*read_questions(DEVELOPMENT, "answerable"), *read_questions(DEVELOPMENT, "unanswerable"))
    # A question is judged by an adaptation that was not learned from it.
    halves = [learn_adaptation(read_lessons(entries, asked, vectors.adapted(None), half)) for half in (1, 0)]
    whole = learn_adaptation(read_lessons(entries, asked, vectors.adapted(None), None))
    vectors.adapted(whole).save(shipped_texts(entries, asked))

    def rank_with(adaptation: Floats) -> Ranking:
        return RankingBuilder(vectors.adapted(adaptation)).build(records, catalogue)

    kept: dict[str, dict[str, object]] = {}
    for name, by_meaning in (("words", False), ("meaning", True)):
        developed = await read_examples(own, rank_with(whole), shipped, by_meaning=by_meaning)
        others = []
        for half in (0, 1):
            # By words alone there is less to learn, and it takes as long.
            written = read_written_questions(entries, asked, shipped.plans, half)[:: 2 if by_meaning else 8]
            others += await read_examples(written, rank_with(halves[half]), shipped, by_meaning=by_meaning)
        kept |= weigh(name, developed, others, (*WORD_FEATURES, *(MEANING_FEATURES if by_meaning else ())))
    return kept


def weigh(
    name: str, developed: list[Example], others: list[Example], features: tuple[str, ...]
) -> dict[str, dict[str, object]]:
    """Both sets of weights of one way to look, as they are kept."""
    learned = calibrate(developed, others)
    print(learned.figures.say(name))  # noqa: T201
    return {
        name: _kept(learned.rank, features, 0.0),
        f"{name}_offer": _kept(learned.offer, (*features, *STANDING_FEATURES), learned.figures.threshold),
    }


async def main() -> None:
    """Writes what was learned."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_shipped(Path(folder)) as shipped:
            kept = await learn_all(shipped)
    WEIGHTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _kept(learned: Learned, features: tuple[str, ...], threshold: float) -> dict[str, object]:
    return LearnedWeights(
        features=features,
        usual=_rounded(learned.usual),
        spread=_rounded(learned.spread),
        counts=_rounded(learned.counts),
        bias=round(learned.bias, 4),
        threshold=round(threshold, 4),
    ).model_dump()


def _rounded(values: numpy.ndarray) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)


if __name__ == "__main__":
    asyncio.run(main())
