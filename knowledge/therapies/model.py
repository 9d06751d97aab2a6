"""What is known about one therapy and about one condition: structured fields, no sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, ClassVar, NewType

from pydantic import ConfigDict, Field, StringConstraints

TherapyId = NewType("TherapyId", str)
ConditionId = NewType("ConditionId", str)

# These entries are read from reviewed files: a key that the model doesn't know is a slip, not an extra.
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


@dataclass(frozen=True)
class Source:
    """Where a catalogue entry was read: `source_date` is the date the source states, if it states one."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    title: str
    publisher: str
    url: str
    source_date: date | None
    read_on: date


Phrase = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Sources = Annotated[tuple[Source, ...], Field(min_length=1)]
Names = Annotated[tuple[Phrase, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Therapy:
    """One FDA-approved product. None means that no source on file settles the field.

    `route`, `setting`, `dosing` and `ages` are short phrases ("infusion into a vein") that fit into a sentence.
    `age_min_years` and `age_max_years` are completed years, both included ("under 2" is 0 to 1); `ages` rules.
    `one_time` is False for products given again on a schedule.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: TherapyId
    brand: str
    proper_name: str
    manufacturer: str
    kind: TherapyKind
    gene: str | None
    conditions: tuple[ConditionId, ...]
    route: str | None
    setting: str
    dosing: str | None
    one_time: bool | None
    ages: str | None
    age_min_years: float | None
    age_max_years: float | None
    approved_on: date
    accelerated_approval: bool
    us_status: MarketStatus
    names: Names
    aliases: tuple[Phrase, ...]
    misspellings: tuple[Phrase, ...]
    sources: Sources


@dataclass(frozen=True)
class Condition:
    """One condition; `therapies` are the marketed products for it, `not_to_confuse_with` other conditions."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: ConditionId
    name: str
    gene: str | None
    icd10cm: tuple[str, ...]
    therapies: tuple[TherapyId, ...]
    discontinued_therapies: tuple[TherapyId, ...]
    not_to_confuse_with: tuple[ConditionId, ...]
    names: Names
    aliases: tuple[Phrase, ...]
    misspellings: tuple[Phrase, ...]
    sources: Sources
