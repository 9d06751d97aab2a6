"""How do products, conditions and terms look as files? One entry a file with the fields of the model; terms by group.

The engine's entity extractor reads the same files as plain data: `id`, `names`, `aliases`, `misspellings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Discriminator, Field, Tag, TypeAdapter

from knowledge.content_files import ContentError, read_content_file
from knowledge.policies.model import FactId, PayerId
from knowledge.therapies.model import Condition, OtherProduct, Phrase, Sentence, Source, Term, TermId, Therapy


def _kind_of(data: Any) -> str:
    return "other_product" if isinstance(data, dict) and "standing" in data else "therapy"


_PRODUCT: TypeAdapter[Therapy | OtherProduct] = TypeAdapter(
    Annotated[
        Annotated[Therapy, Tag("therapy")] | Annotated[OtherProduct, Tag("other_product")], Discriminator(_kind_of)
    ]
)
_CONDITION = TypeAdapter(Condition)


@dataclass(frozen=True)
class _WrittenTerm:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: TermId
    term: Phrase
    also_asked_as: tuple[Phrase, ...]
    definition: Sentence
    do_not_mix_up: Sentence | None
    payer: PayerId | None
    answered_by: str | None
    # Names of the file's own list.
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    own_facts: tuple[FactId, ...] = ()


@dataclass(frozen=True)
class _TermFile:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    sources: Mapping[str, Source]
    terms: tuple[_WrittenTerm, ...]


_TERMS = TypeAdapter(_TermFile)


def read_product(path: Path) -> Therapy | OtherProduct:
    """One product; a file with a `standing` is of one that is none of the therapies. Raises ContentError."""
    return read_content_file(path, _PRODUCT)


def read_condition(path: Path) -> Condition:
    """One condition. Raises ContentError."""
    return read_content_file(path, _CONDITION)


def read_terms(path: Path) -> tuple[Term, ...]:
    """The terms of one group, each with the sources that it names. Raises ContentError."""
    written = read_content_file(path, _TERMS)
    for term in written.terms:
        for name in term.sources:
            if name not in written.sources:
                raise ContentError(path.name, term.id, f"sources: {name} is not in the file's list")
    return tuple(
        Term(
            id=term.id,
            term=term.term,
            also_asked_as=term.also_asked_as,
            definition=term.definition,
            do_not_mix_up=term.do_not_mix_up,
            payer=term.payer,
            answered_by=term.answered_by,
            sources=tuple(written.sources[name] for name in term.sources),
            own_facts=term.own_facts,
        )
        for term in written.terms
    )
