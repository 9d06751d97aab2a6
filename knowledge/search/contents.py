"""What is there to search: the catalogue and the documents, as an index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowledge.policies.model import DocumentRecord
from knowledge.search.entries import read_condition, read_record, read_term, read_therapy
from knowledge.search.index import Index
from knowledge.search.model import Entry
from knowledge.search.spelling import Spelling
from knowledge.search.words import Lexicon
from knowledge.therapies.model import Condition, Term, Therapy


@dataclass(frozen=True)
class Catalogue:
    """The products, conditions and terms, and the names of everything that a member may name, by id."""

    therapies: tuple[Therapy, ...]
    conditions: tuple[Condition, ...]
    terms: tuple[Term, ...]
    names: Mapping[str, tuple[str, ...]]


def read_catalogue(catalogue: Catalogue) -> tuple[Entry, ...]:
    """Everything in the catalogue that can be found."""
    therapies: dict[str, Therapy] = {therapy.id: therapy for therapy in catalogue.therapies}
    conditions: dict[str, Condition] = {condition.id: condition for condition in catalogue.conditions}
    return (
        *map(read_term, catalogue.terms),
        *(read_therapy(therapy, conditions) for therapy in catalogue.therapies),
        *(read_condition(condition, therapies) for condition in catalogue.conditions if condition.has_product),
    )


def read_records(records: Iterable[DocumentRecord]) -> tuple[Entry, ...]:
    """Everything in these documents that can be found."""
    return tuple(entry for record in records for entry in read_record(record))


def build_index(catalogue: Catalogue) -> Index:
    """An index of the catalogue, with its names; documents come to it with `extend`."""
    return Index(Lexicon(catalogue.names)).extend(read_catalogue(catalogue))


def build_spelling(index: Index) -> Spelling:
    """The words of what is in the index in our own words, of the names and of the lexicon.

    A payer's own text is left out: it may be long, and it has slips of its own.
    """
    lexicon = index.lexicon
    words = set(lexicon.words)
    for entry in index.entries:
        if not entry.is_quote:
            words.update(word.written for word in lexicon.split(f"{entry.context} {entry.text}"))
    return Spelling(words, lexicon.real_words, lexicon.stem)
