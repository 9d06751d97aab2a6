"""What is known about one therapy, one condition, one term? Fields that a frame puts into sentences, with sources."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, ClassVar, NewType

from pydantic import ConfigDict, Field, StringConstraints

from knowledge.citations import Citation
from knowledge.policies.model import FactId, PayerId

TherapyId = NewType("TherapyId", str)
ProductId = NewType("ProductId", str)
ConditionId = NewType("ConditionId", str)
TermId = NewType("TermId", str)

# Read from reviewed files: a key that the model doesn't know is a slip, not an extra.
_STRICT = ConfigDict(extra="forbid")


class TherapyKind(str, Enum):
    """How a therapy works, in the terms of the catalogue (not of any payer)."""

    IN_VIVO_GENE_ADDITION = "in_vivo_gene_addition"
    EX_VIVO_GENE_ADDITION = "ex_vivo_gene_addition"
    EX_VIVO_GENE_EDITING = "ex_vivo_gene_editing"
    TOPICAL_GENE_THERAPY = "topical_gene_therapy"
    ENCAPSULATED_CELL_THERAPY = "encapsulated_cell_therapy"
    VIRAL_VECTOR_IMMUNOTHERAPY = "viral_vector_immunotherapy"
    ONCOLYTIC_VIRUS = "oncolytic_virus"
    CAR_T = "car_t"
    TCR_T = "tcr_t"
    TIL_CELL_THERAPY = "til_cell_therapy"


class MarketStatus(str, Enum):
    """Whether a US hospital can still get the therapy."""

    MARKETED = "marketed"
    DISCONTINUED = "discontinued"


class Standing(str, Enum):
    """Why a product that members ask about is not one of the catalogue's therapies."""

    OUTSIDE_SCOPE = "outside_scope"
    NOT_APPROVED = "not_approved"


class Unverified(str, Enum):
    """What no source on file settles for a product today, though members ask for it."""

    AGES = "ages"
    ROUTE = "route"
    SETTING = "setting"
    SCHEDULE = "schedule"
    REPEAT = "repeat"
    LAST_US_DATE = "last_us_date"


@dataclass(frozen=True)
class Source:
    """Where a catalogue entry was read: `source_date` is the date the source states, if it states one."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    title: str
    publisher: str
    url: str
    source_date: date | None
    read_on: date

    def citation(self) -> Citation:
        """The source as an answer shows it; it is no payer's plan document."""
        return Citation(
            document=self.title,
            number=None,
            payer=self.publisher,
            section=None,
            version=self.source_date.isoformat() if self.source_date else None,
            effective_on=None,
            read_on=self.read_on,
            url=self.url,
        )


Phrase = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Sources = Annotated[tuple[Source, ...], Field(min_length=1)]
Names = Annotated[tuple[Phrase, ...], Field(min_length=1)]


@dataclass(frozen=True)
class LookAlike:
    """What an entry must not be taken for. `id` is its entry, None where it has none.

    `reason` goes on after "Do not mix it up with <name>:", without a full stop.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: Phrase
    reason: Phrase
    id: str | None = None


@dataclass(frozen=True)
class LabelChange:
    """What the FDA changed on a product's label, and when; `what` is a whole sentence."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    day: date
    what: Sentence


@dataclass(frozen=True)
class Entry:
    """What every entry of the catalogue has. An entry that changes is another version of it; none is ever deleted."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: str

    @cached_property
    def checksum(self) -> str:
        """The SHA-256 of everything that the entry says."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=_plain).encode()).hexdigest()

    @property
    def version_id(self) -> str:
        """The name of this version: "zolgensma@" and the first 12 signs of the checksum."""
        return f"{self.id}@{self.checksum[:12]}"


@dataclass(frozen=True)
class Therapy(Entry):
    """One FDA-approved product. None means that no source on file settles the field.

    `route`, `setting`, `dosing` and `ages` are short phrases ("infusion into a vein") that fit into a sentence.
    `age_min_years` and `age_max_years` are completed years on the label, both included ("under 2" is 0 to 1); `ages`
    rules. `one_time` is False for products given again on a schedule. `gene` is the one that it adds or edits,
    `target` what its cells look for or what it makes. What is `unverified` is never spoken as a fact.
    """

    id: TherapyId
    brand: Phrase
    proper_name: Phrase
    manufacturer: Phrase
    kind: TherapyKind
    gene: str | None
    conditions: Annotated[tuple[ConditionId, ...], Field(min_length=1)]
    route: Phrase | None
    setting: Phrase | None
    dosing: Phrase | None
    one_time: bool | None
    ages: Phrase | None
    age_min_years: float | None
    age_max_years: float | None
    approved_on: date
    accelerated_approval: bool
    us_status: MarketStatus
    names: Names
    aliases: tuple[Phrase, ...]
    misspellings: tuple[Phrase, ...]
    sources: Sources
    target: Phrase | None = None
    not_to_confuse_with: tuple[LookAlike, ...] = ()
    unverified: tuple[Unverified, ...] = ()
    label_changes: tuple[LabelChange, ...] = ()

    @property
    def written(self) -> tuple[str, ...]:
        """Every way to write it: brand, proper name, further names."""
        return (self.brand, self.proper_name, *self.names)


@dataclass(frozen=True)
class OtherProduct(Entry):
    """A product that members ask about and that is none of the therapies: outside this list, or not approved.

    `what` fits after "<brand> is"; `reason` is a whole sentence: why it is outside, or how far its approval is.
    """

    id: ProductId
    brand: Phrase
    proper_name: Phrase
    manufacturer: Phrase
    standing: Standing
    what: Phrase
    reason: Sentence
    approved_on: date | None
    checked_on: date
    conditions: tuple[ConditionId, ...]
    names: Names
    aliases: tuple[Phrase, ...]
    misspellings: tuple[Phrase, ...]
    sources: Sources


@dataclass(frozen=True)
class Condition(Entry):
    """One condition; `therapies` are the marketed products for it.

    Without any product it is one that members ask about and that has no approved gene therapy on file.
    """

    id: ConditionId
    name: Phrase
    gene: str | None
    icd10cm: tuple[str, ...]
    therapies: tuple[TherapyId, ...]
    discontinued_therapies: tuple[TherapyId, ...]
    not_to_confuse_with: tuple[LookAlike, ...]
    names: Names
    aliases: tuple[Phrase, ...]
    misspellings: tuple[Phrase, ...]
    sources: Sources
    what: Sentence | None = None

    @property
    def has_product(self) -> bool:
        """True where a product is or was approved for it."""
        return bool(self.therapies or self.discontinued_therapies)


@dataclass(frozen=True)
class Term(Entry):
    """One word of the health field in our own plain words.

    One payer's term (`payer`) is told to its members alone. In the topic `answered_by` its answer says more.
    `own_facts` are ids of facts in which payers define the word themselves: where they hold, they are told instead.
    """

    id: TermId
    term: Phrase
    also_asked_as: tuple[Phrase, ...]
    definition: Sentence
    do_not_mix_up: Sentence | None
    payer: PayerId | None
    answered_by: str | None
    sources: Sources
    own_facts: tuple[FactId, ...] = ()

    def citation(self) -> Citation:
        """The first source, which is the one that the definition leans on most."""
        return self.sources[0].citation()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value.value)
