"""What speaks for a candidate being the answer? A row of numbers, which the weights turn into a judgement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import mul

import numpy

from knowledge.search.asked import Asked
from knowledge.search.model import Entry, HitKind
from knowledge.search.sentences import Candidate
from knowledge.search.words import Lexicon, Unit

# By the words alone, and with the meaning beside them.
WORD_FEATURES = (
    "coverage",  # how much of the question the sentences say, light words too
    "heavy_coverage",  # without them
    "unknown",  # things asked for that nothing on file says
    "weight",  # the full-text score for each unit asked for
    "relative",  # against the best full-text score
    "precision",  # how much of what the sentences say is asked for
    "is_term",
    "is_asked_term",  # a term, and the question asks what something is
    "is_catalogue",
    "is_passage",
    "name",  # how much of a term's name the question says
    "is_named",  # the question says all of it
    "other_name",  # names in the question that are not said
    "kind_missing",  # kinds of answer that are asked for and not there
    "kind_held",
    "not_counted",
    "counted",
    "own_case",
    "only_light",  # the question has no word that tells anything by itself
    "only_light_definition",
    "catalogue_uncovered",  # how much of the question a product's or condition's fields do not say
)
MEANING_FEATURES = (
    "likeness",  # of the question to what the entry says
    "relative_likeness",  # against the entry that is most alike
    "best_likeness",
    "likeness_and_coverage",
    "asked_likeness",  # to the questions that were written for the entry
    "mean_asked_likeness",
    "relative_asked_likeness",
    "best_asked_likeness",
    "not_on_file_likeness",  # to the questions that nothing on file answers
    "asked_or_not",  # how much more alike it is to those for the entry
)
# Of the best candidate among the others, beside its own features.
STANDING_FEATURES = ("score", "lead", "mean_of_three", "crowd", "bent_score")


@dataclass(frozen=True)
class Question:
    """A question as the features need it: its units with their weights, what it wants, its stems."""

    units: tuple[Unit, ...]
    weights: tuple[float, ...]
    asked: Asked
    stems: tuple[str, ...]
    unknown: int
    best_score: float

    @cached_property
    def heavy(self) -> tuple[float, ...]:
        """The weights, 0 for the light units."""
        return tuple(0.0 if unit.is_light else weight for unit, weight in zip(self.units, self.weights, strict=True))

    @cached_property
    def total(self) -> float:
        """The sum of the weights, above 0."""
        return max(sum(self.weights), 1e-9)

    @cached_property
    def heavy_total(self) -> float:
        """The sum of those of the units that are not light."""
        return sum(self.heavy)

    @cached_property
    def is_only_light(self) -> bool:
        """True where nothing in it tells anything by itself."""
        return all(unit.is_light for unit in self.units)

    def coverage(self, matches: Sequence[float]) -> tuple[float, float]:
        """How much of the question is said, with the light units and without."""
        all_said, heavy_said = sum(map(mul, self.weights, matches)), sum(map(mul, self.heavy, matches))
        return all_said / self.total, heavy_said / self.heavy_total if self.heavy_total else 1.0

    def names_unsaid(self, matches: Sequence[float]) -> int:
        """How many names in it are not said."""
        parts = zip(self.units, self.heavy, matches, strict=True)
        return sum(unit.is_name and weight * (1 - match) > 1.0 for unit, weight, match in parts)


@dataclass(frozen=True)
class Likeness:
    """How alike a question is in meaning to what an entry says, and to the questions written for it (from -1 to 1).

    `asked` is the most alike of those, `mean_asked` their mean; `best` and `best_asked` are what any entry in force
    reached; `not_on_file` is for questions without an answer.
    """

    own: float
    best: float
    asked: float
    mean_asked: float
    best_asked: float
    not_on_file: float


def measure(
    question: Question, entry: Entry, candidate: Candidate, lexicon: Lexicon, likeness: Likeness | None
) -> list[float]:
    """The numbers for one candidate, in the order of WORD_FEATURES, then MEANING_FEATURES where `likeness` is known."""
    coverage, heavy_coverage = question.coverage(candidate.matches)
    name, is_named = _compare_names(entry.names, question.stems, lexicon)
    is_catalogue = entry.kind in (HitKind.THERAPY, HitKind.CONDITION)
    is_term, asked = entry.kind is HitKind.TERM, question.asked
    counted = bool(asked.counted) and asked.counts(entry.text, lexicon)
    missing = asked.missing(entry.say(candidate.first, candidate.last))
    row = [
        coverage,
        heavy_coverage,
        question.unknown,
        candidate.score / question.total,
        candidate.score / max(question.best_score, 1e-9),
        candidate.precision,
        is_term,
        is_term and asked.is_definition,
        is_catalogue,
        entry.kind is HitKind.PASSAGE,
        name,
        is_named,
        question.names_unsaid(candidate.matches),
        missing,
        asked.wanted - missing,
        bool(asked.counted) and not counted,
        counted,
        asked.is_own_case,
        question.is_only_light,
        question.is_only_light and asked.is_definition,
        is_catalogue * (1 - heavy_coverage),
    ]
    if likeness is not None:
        row += [
            likeness.own,
            likeness.own - likeness.best,
            likeness.best,
            likeness.own * heavy_coverage,
            likeness.asked,
            likeness.mean_asked,
            likeness.asked - likeness.best_asked,
            likeness.best_asked,
            likeness.not_on_file,
            likeness.asked - likeness.not_on_file,
        ]
    return [float(value) for value in row]


def measure_standing(row: Sequence[float], scores: Sequence[float]) -> list[float]:
    """The features of the best candidate, then STANDING_FEATURES; `scores` are all candidates', its own first."""
    best, others = scores[0], numpy.sort(numpy.array(scores, numpy.float64))[::-1]
    second = scores[1] if len(scores) > 1 else best - 5.0
    crowd = float(numpy.log(numpy.exp(others - others[0]).sum()))
    return [*row, best, best - second, float(others[:3].mean()), crowd, float(numpy.log1p(numpy.exp(min(best, 30.0))))]


def _compare_names(names: Sequence[str], stems: tuple[str, ...], lexicon: Lexicon) -> tuple[float, bool]:
    best, is_named = 0.0, False
    for name in names:
        parts = lexicon.stems(name)
        if parts:
            best = max(best, sum(part in stems for part in parts) / len(parts))
            is_named |= any(stems[at : at + len(parts)] == parts for at in range(len(stems) - len(parts) + 1))
    return best, is_named
