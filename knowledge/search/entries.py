"""What can be found in a document or in the catalogue, and by which words?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from knowledge.policies.model import DocumentKind, DocumentRecord, Fact, Passage, PolicyDocument
from knowledge.search.model import Entry, HitKind
from knowledge.therapies.model import Condition, MarketStatus, Term, Therapy
from knowledge.us_states import US_STATES

# Not after "P.O." and "U.S.": a capital with a full stop ends no sentence.
_SENTENCE_END = re.compile(r"(?<![ .(][A-Z]\.)(?<=[.!?])[\"”)]*\s+(?=[\"“(]*[A-Z0-9])|\n{2,}|\n(?=\s*[-•*·])")
_LONGEST_SENTENCE = 400
_IN_BRACKETS = re.compile(r"\(([^)]*)\)")
_POLICIES = frozenset({DocumentKind.MEDICAL_POLICY, DocumentKind.ADMINISTRATIVE_POLICY})


def read_record(record: DocumentRecord) -> Iterator[Entry]:
    """The passages and facts of one version of a document."""
    topics = Counter((fact.section, fact.topic) for fact in record.facts)
    for passage in record.passages:
        own = [(count, topic) for (section, topic), count in topics.items() if section == passage.section]
        other = "policy_lookup" if record.document.kind in _POLICIES else "coverage_general"
        yield _read_passage(passage, record.document, max(own)[1] if own else other)
    for fact in record.facts:
        yield _read_fact(fact, record.document)


def read_term(term: Term) -> Entry:
    """A word with its meaning, found by all the ways in which it is asked for."""
    plain = _IN_BRACKETS.sub(" ", term.term)
    names = (plain, *_IN_BRACKETS.findall(term.term), *term.also_asked_as)
    topic = term.answered_by or "therapy_basics"
    return Entry(
        kind=HitKind.TERM,
        id=term.id,
        topic=topic,
        source=term,
        document=None,
        text=term.definition,
        spans=split_sentences(term.definition),
        context=" . ".join(names),
        names=names,
    )


def read_therapy(therapy: Therapy, conditions: Mapping[str, Condition]) -> Entry:
    """A product, found by what its fields hold: what it is for, whose it is, how it is given, for whom, since when."""
    sold = "discontinued, no longer sold" if therapy.us_status is MarketStatus.DISCONTINUED else "sold on the market"
    parts = [
        f"{therapy.brand}. generic name {therapy.proper_name}. used for",
        *(conditions[found].name for found in therapy.conditions if found in conditions),
        f"maker {therapy.manufacturer}",
        f"FDA approved year {therapy.approved_on.year}",
        f"gene {therapy.gene}" if therapy.gene else "",
        f"how given {therapy.route}, {therapy.setting or ''}" if therapy.route else "",
        f"how often, dose {therapy.dosing}" if therapy.dosing else "",
        f"age {therapy.ages} years old" if therapy.ages else "",
        "accelerated approval" if therapy.accelerated_approval else "",
        sold,
    ]
    return _catalogue_entry(HitKind.THERAPY, therapy, ". ".join(part for part in parts if part))


def read_condition(condition: Condition, therapies: Mapping[str, Therapy]) -> Entry:
    """A condition, found by its name and by the products for it."""
    brands = [therapies[found].brand for found in condition.therapies if found in therapies]
    ended = [therapies[found].brand for found in condition.discontinued_therapies if found in therapies]
    parts = [
        f"{condition.name} disease. approved treatment, FDA approved for it: {', '.join(brands)}",
        f"no longer sold: {', '.join(ended)}" if ended else "",
        f"gene {condition.gene}" if condition.gene else "",
    ]
    return _catalogue_entry(HitKind.CONDITION, condition, ". ".join(part for part in parts if part))


def split_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Where the sentences of a text begin and end; lines of a list count as sentences, and very long ones are cut."""
    spans, start = [], 0
    for end, after in [*((found.start(), found.end()) for found in _SENTENCE_END.finditer(text)), (len(text),) * 2]:
        # The mark that ends a sentence belongs to it; brackets and quotes after it, too.
        end += len(text[end:after].rstrip()) if after > end else 0
        while end - start > _LONGEST_SENTENCE:
            cut = text.rfind(" ", start, start + _LONGEST_SENTENCE)
            cut = cut if cut > start else start + _LONGEST_SENTENCE
            spans.append((start, cut))
            start = cut + 1
        if text[start:end].strip():
            spans.append((start, end))
        start = after
    return tuple(spans)


def _read_passage(passage: Passage, document: PolicyDocument, topic: str) -> Entry:
    is_quote = passage.payer_text is not None
    text = passage.payer_text if passage.payer_text is not None else passage.rendering
    return Entry(
        kind=HitKind.PASSAGE,
        id=passage.section,
        topic=topic,
        source=passage,
        document=document,
        text=text,
        spans=split_sentences(text),
        context=f"{passage.heading}. {passage.section}. {_describe(document)}",
        is_quote=is_quote,
    )


def _read_fact(fact: Fact, document: PolicyDocument) -> Entry:
    return Entry(
        kind=HitKind.FACT,
        id=fact.id,
        topic=fact.topic,
        source=fact,
        document=document,
        text=fact.text,
        spans=split_sentences(fact.text),
        context=_describe(document),
    )


def _catalogue_entry(kind: HitKind, source: Therapy | Condition, text: str) -> Entry:
    return Entry(
        kind=kind,
        id=source.id,
        topic="therapy_info",
        source=source,
        document=None,
        text=text,
        spans=split_sentences(text),
        context="",
    )


def _describe(document: PolicyDocument) -> str:
    states = " ".join(US_STATES.get(state, state) for state in document.states)
    return f"{document.title}. {document.payer_name}. {document.number or ''} {states}"
