"""Which entries answer a question best, and is the best of them good enough to be offered?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import mul

import numpy

from knowledge.policies.model import Fact, PayerId, PolicyDocument, VersionId
from knowledge.search.asked import read_asked
from knowledge.search.features import WORD_FEATURES, Question, measure, measure_standing
from knowledge.search.index import Index, View
from knowledge.search.judgement import Judgements
from knowledge.search.meanings import Meanings
from knowledge.search.model import Entry, HitKind
from knowledge.search.reading import Reading, read_question
from knowledge.search.sentences import Candidate
from knowledge.search.spelling import Spelling
from knowledge.therapies.model import Term

# The payer's own words come before a neutral source that answers as well.
OWN_FIRST = 0.8
# In the weight of words: about that of one word which half of a topic's facts say.
CLEARLY_MORE = 0.6
# Members' questions are less like the learned ones than these are like each other, so more is asked of a hit than the
# learned threshold does (in log odds). To refuse is safer than to tell the wrong thing.
MARGIN = 0.5
# How much of what tells something in a question a part of the document that it is about must say to be named at all,
# and to be taken for the answer.
SAYS_SOME, SAYS_IT = 0.5, 0.8
# So many more candidates come from the meaning alone.
_MOST_ALIKE = 15


@dataclass(frozen=True)
class Measured:
    """A candidate with its features; `by_meaning` where those of the meaning are among them."""

    candidate: Candidate
    entry: Entry
    row: list[float]
    by_meaning: bool


@dataclass(frozen=True)
class Ranked:
    """A candidate with its score, the log odds that it is an answer. `rank` puts the payer's own first."""

    measured: Measured
    score: float
    rank: float


@dataclass(frozen=True)
class Ranking:
    """Everything that is needed to rank what is on file.

    `places` are the entries of each version, and the first `catalogue_size` entries are the catalogue's. `meanings`
    is None where the sentence model is not there.
    """

    index: Index
    places: Mapping[VersionId, slice]
    catalogue_size: int
    spelling: Spelling
    by_words: Judgements
    by_meaning: Judgements
    meanings: Meanings | None

    def view(self, current: Iterable[PolicyDocument], payer: PayerId | None) -> View:
        """What is in force: the entries of the `current` documents, and the catalogue's for this payer."""
        mask = numpy.zeros(len(self.index.entries), bool)
        for document in current:
            if document.version_id in self.places:
                mask[self.places[document.version_id]] = True
        for number, entry in enumerate(self.index.entries[: self.catalogue_size]):
            mask[number] = payer_of(entry) in (None, payer)
        return View(mask)

    def read(self, question: str) -> Reading:
        """The question, taken apart for all that is asked of this ranking."""
        return read_question(question, self.index.lexicon, self.spelling)

    def rank(self, question: Reading, view: View, payer: PayerId | None) -> list[Ranked]:
        """The candidates of `view`, the best first."""
        ranked = []
        measured = self.measure(question, view)
        for judgements, by_meaning in ((self.by_words, False), (self.by_meaning, True)):
            own = [each for each in measured if each.by_meaning is by_meaning]
            for each, score in zip(own, judgements.rank.score([each.row for each in own]), strict=True):
                first = OWN_FIRST if payer is not None and payer_of(each.entry) == payer else 0.0
                ranked.append(Ranked(each, float(score), float(score) + first))
        return sorted(ranked, key=lambda each: -each.rank)

    def rank_within(self, question: Reading, document: PolicyDocument) -> list[tuple[Ranked, float]]:
        """What one version says of it, by words, with how much of the question it says (from 0.5 to 1), most first.

        For a question with a word that tells one part from another.
        """
        measured = self.measure(question, self._view_of(document), by_meaning=False)
        scores = self.by_words.rank.score([each.row for each in measured])
        place = WORD_FEATURES.index("heavy_coverage")
        found = [
            (Ranked(each, float(score), float(score)), each.row[place])
            for each, score in zip(measured, scores, strict=True)
            if each.row[place] >= SAYS_SOME
        ]
        return sorted(found, key=lambda pair: (-round(pair[1], 1), -pair[0].score))

    def find_plain(self, question: str, document: PolicyDocument) -> list[Ranked]:
        """The sentences of one version that say every word of a question, those that say them most first.

        For one of words that nearly every question has ("at home", "a child"): of one document they may be all that is
        asked. Empty where nothing is left of it without what says nothing.
        """
        lexicon = self.index.lexicon
        units = lexicon.plain_units(lexicon.split(question, self.spelling))
        if not units:
            return []
        view = self._view_of(document)
        found = []
        for candidate in self.index.search(self.index.ask(units, view), view):
            entry = self.index.entries[candidate.entry]
            # In one sentence, and not in a title or heading: what stands near by may be about something else.
            for place in range(candidate.first, candidate.last):
                said = set(lexicon.index_terms(entry.say(place, place + 1)))
                if all(said.intersection(unit.terms) for unit in units):
                    only = replace(candidate, first=place, last=place + 1)
                    found.append(Ranked(Measured(only, entry, [], False), 0.0, candidate.score))
                    break
        return sorted(found, key=lambda each: -each.rank)

    def _view_of(self, document: PolicyDocument) -> View:
        mask = numpy.zeros(len(self.index.entries), bool)
        mask[self.places[document.version_id]] = True
        return View(mask)

    def find_lead(self, question: Reading, facts: Sequence[Fact]) -> Fact | None:
        """The fact that says clearly more of what is asked than the first one does; None where none does.

        By words alone: it is asked for in every answer, where the meaning would take longer than all the rest.
        """
        mask, numbers = numpy.zeros(len(self.index.entries), bool), {}
        for fact in facts:
            for number in range(*self.places.get(fact.document.version_id, slice(0, 0)).indices(len(mask))):
                if isinstance(self.index.entries[number].source, Fact) and self.index.entries[number].id == fact.id:
                    mask[number] = True
                    numbers[fact.id] = number
        # The topic's own words tell none of its facts from another.
        topic = {self.index.lexicon.stem(word) for fact in facts[:1] for word in fact.topic.split("_")}
        units = [unit for unit in question.units if not unit.is_light and unit.stem not in topic]
        if not units or len(numbers) < len(facts):
            return None
        asking = self.index.ask(units, View(mask))
        looked = self.index.look_into([numbers[fact.id] for fact in facts], asking)
        said = [sum(map(mul, asking.weights, candidate.matches)) for candidate in looked]
        best = max(range(len(facts)), key=lambda place: (said[place], -place))
        return facts[best] if said[best] - said[0] >= CLEARLY_MORE else None

    def may_offer(self, best: Ranked, ranked: Iterable[Ranked]) -> bool:
        """True where the hit that would be told is good enough to be offered as the answer."""
        is_alike = best.measured.by_meaning
        others = [each.score for each in ranked if each is not best and each.measured.by_meaning is is_alike]
        judgements = self.by_meaning if is_alike else self.by_words
        row = measure_standing(best.measured.row, [best.score, *others])
        return bool(judgements.offer.score([row])[0] > MARGIN)

    def measure(
        self, question: Reading, view: View, *, by_meaning: bool = True, leave_out: bool = False
    ) -> list[Measured]:
        """The features of every candidate of `view`, with those of the meaning unless `by_meaning` is False.

        `leave_out`: as if the question itself were not among those that were written for the entries.
        """
        lexicon = self.index.lexicon
        asking = self.index.ask(question.units, view)
        candidates = self.index.search(asking, view)
        compared = None
        if by_meaning and self.meanings is not None:
            compared = self.meanings.compare(question.text, view, leave_out=leave_out)
            have = {candidate.entry for candidate in candidates}
            extra = [entry for entry in compared.most_alike(_MOST_ALIKE) if entry not in have]
            candidates += self.index.look_into(extra, asking)
        asked = Question(
            units=question.units,
            weights=asking.weights,
            asked=read_asked(question.text, lexicon),
            stems=question.stems,
            unknown=asking.unknown,
            best_score=max((candidate.score for candidate in candidates), default=0.0),
        )
        named = {term[1:] for unit in question.units for term in unit.terms if term.startswith("@")}
        found = []
        for candidate in candidates:
            entry = self.index.entries[candidate.entry]
            if entry.kind in (HitKind.THERAPY, HitKind.CONDITION) and entry.id not in named:
                continue
            known = compared.of(candidate.entry) if compared else None
            row = measure(asked, entry, candidate, lexicon, known)
            found.append(Measured(candidate, entry, row, known is not None))
        return found


def payer_of(entry: Entry) -> PayerId | None:
    """Whose an entry is; None for what belongs to no plan."""
    if entry.document is not None:
        return entry.document.payer
    return entry.source.payer if isinstance(entry.source, Term) else None
