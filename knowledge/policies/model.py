"""What is a plan, a policy document and a fact, and when may a document be spoken as current?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NewType

from knowledge.citations import Citation, dated
from knowledge.policies.numbers import number_key

PlanId = NewType("PlanId", str)
PayerId = NewType("PayerId", str)
DocumentId = NewType("DocumentId", str)
VersionId = NewType("VersionId", str)
FactId = NewType("FactId", str)

# Tags with a meaning of their own; any other tag is the id of the therapy or condition that a fact is about.
DETAIL = "detail"  # for "tell me more": comes after every other fact
DEFINITION = "definition"  # a neutral one (of a word, of a deadline) gives way to the payer's own: never two at once
GENERAL = "general"  # names its therapies in its words, so it may also be told where no therapy is asked about
MARKS = frozenset({DETAIL, DEFINITION, GENERAL})


@dataclass(frozen=True)
class Scope:
    """Whose rules are asked about. None is "not known"; `payer` None lets only payer-neutral facts through."""

    payer: PayerId | None
    line_of_business: str | None
    state: str | None


@dataclass(frozen=True)
class Plan:
    """One product of a payer, as a member would name it. `states` empty: not limited by what is on file."""

    id: PlanId
    payer: PayerId
    payer_name: str
    name: str
    line_of_business: str
    states: tuple[str, ...]
    time_zone: str
    aliases: tuple[str, ...]

    def scope(self, state: str | None) -> Scope:
        """The scope of this plan's members who live in `state` (two letters), None if that is not known."""
        return Scope(self.payer, self.line_of_business, state)


class DocumentKind(str, Enum):
    """What a document is; its order is its authority, from the one that controls to the weakest."""

    PLAN_DOCUMENT_POINTER = "plan_document_pointer"
    MEDICAL_POLICY = "medical_policy"
    ADMINISTRATIVE_POLICY = "administrative_policy"
    MEMBER_PAGE = "member_page"
    PUBLIC_SOURCE = "public_source"

    @property
    def rank(self) -> int:
        """1 controls: the plan's contract above a therapy's policy above an administrative one above a page."""
        return list(DocumentKind).index(self) + 1


@dataclass(frozen=True)
class PolicyDocument:
    """A source with an owner, a scope and a time in force.

    `payer` None: a public source that belongs to no plan. `payer_name` is whose document it is, as a member reads it:
    the payer's name, or the publisher's (of a report about a payer, too).
    `lines_of_business` and `states` empty: not limited. `url` None: a payer's numbered document without an
    address on file. `checksum` is the SHA-256 of the stored record.
    """

    id: DocumentId
    payer: PayerId | None
    payer_name: str
    number: str | None
    title: str
    kind: DocumentKind
    lines_of_business: tuple[str, ...]
    states: tuple[str, ...]
    version: str | None
    issued_on: date | None
    effective_on: date | None
    revised_on: date | None
    archived_on: date | None
    read_on: date
    url: str | None
    checksum: str
    rank: int
    active_on: date | None = None
    retired_on: date | None = None
    superseded_on: date | None = None
    is_draft: bool = False
    is_withdrawn: bool = False
    sequence: int = 0

    @property
    def version_id(self) -> VersionId:
        """The one name of this very content: `<document id>@<first 12 hex of its checksum>`."""
        return VersionId(f"{self.id}@{self.checksum[:12]}")

    @property
    def series(self) -> tuple[str, ...]:
        """What its versions have in common: the payer's number in its lines of business, else the document's id."""
        if self.payer and self.number:
            return (self.payer, number_key(self.number), *sorted(self.lines_of_business))
        return (self.id,)

    @property
    def in_force_from(self) -> date:
        """The day the source states, else the day it was read (no date is invented), or later if activated later."""
        own = self.effective_on or self.read_on
        return max(own, self.active_on) if self.active_on else own

    @property
    def ends_on(self) -> date | None:
        """The first day on which it is no longer in force; None where no end is known."""
        return min(
            (day for day in (self.archived_on, self.retired_on, self.superseded_on) if day is not None), default=None
        )

    @property
    def is_retired(self) -> bool:
        """True where an operator alone ends it: that says nothing of what its payer has in force."""
        others = (self.archived_on, self.superseded_on)
        return self.retired_on is not None and all(day is None or day > self.retired_on for day in others)

    def in_force_on(self, day: date) -> bool:
        """True when the document may be spoken as current on `day`; the day on which it ends is out."""
        return not (self.is_draft or self.is_withdrawn) and self.in_force_from <= day and not self.has_ended_on(day)

    def has_ended_on(self, day: date) -> bool:
        """True from the day on which it is archived, or a later version rules."""
        return self.ends_on is not None and day >= self.ends_on

    @property
    def is_never_spoken(self) -> bool:
        """True where its own end, or an operator's, comes no later than its first day."""
        ends = (day for day in (self.archived_on, self.retired_on) if day)
        return any(day <= self.in_force_from for day in ends)

    @property
    def is_cancelled(self) -> bool:
        """True where an operator, or another version, took the very day away on which it would begin."""
        days = (self.retired_on, self.superseded_on)
        return any(day is not None and day <= self.in_force_from for day in days)

    def applies_to(self, scope: Scope) -> bool:
        """True when nothing in the scope speaks against the document; an unknown never widens it."""
        return (
            self.payer in (None, scope.payer)
            and _within(self.lines_of_business, scope.line_of_business)
            and _within(self.states, scope.state)
        )

    def citation(self, section: str | None = None) -> Citation:
        """This document as a source, with the section that a statement leans on."""
        own_date = self.revised_on or self.issued_on
        return Citation(
            document=self.title,
            number=self.number,
            payer=self.payer_name,
            section=section,
            version=self.version or (dated(own_date) if own_date else None),
            effective_on=self.effective_on,
            read_on=self.read_on,
            url=self.url,
            stored=self.version_id,
        )


def _within(limits: tuple[str, ...], value: str | None) -> bool:
    return not limits or value in limits


@dataclass(frozen=True)
class Passage:
    """One section of a version in our rendering; `payer_text` is the payer's own, only where imported.

    `rendering` is empty where an operator imported the payer's text and nobody has rendered it.
    """

    version: VersionId
    position: int
    section: str
    heading: str
    rendering: str
    payer_text: str | None


@dataclass(frozen=True)
class Fact:
    """One or two plain sentences of our own about one point, tied to the document that they lean on."""

    id: FactId
    topic: str
    position: int
    text: str
    document: PolicyDocument
    section: str | None
    tags: tuple[str, ...]

    def citation(self) -> Citation:
        """The document and section that this fact leans on."""
        return self.document.citation(self.section)

    @property
    def subjects(self) -> frozenset[str]:
        """The therapies and conditions this fact is only about; empty for a general one."""
        return frozenset(self.tags) - MARKS

    def fits(self, about: str | None) -> bool:
        """True where the fact may be told of that therapy or condition (None: of these therapies in general)."""
        return not self.subjects or about in self.subjects or (about is None and GENERAL in self.tags)


@dataclass(frozen=True)
class DocumentRecord:
    """A document with all that is kept of it: what one content file or one imported file holds."""

    document: PolicyDocument
    passages: tuple[Passage, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class DocumentLookup:
    """The documents of one payer on one day, each in exactly one place, each tuple ordered by rank."""

    in_force: tuple[PolicyDocument, ...]
    not_yet: tuple[PolicyDocument, ...]
    ended: tuple[PolicyDocument, ...]
    out_of_scope: tuple[PolicyDocument, ...]

    def each(self, choose: Callable[[tuple[PolicyDocument, ...]], tuple[PolicyDocument, ...]]) -> DocumentLookup:
        """What `choose` takes of each place."""
        return DocumentLookup(*map(choose, (self.in_force, self.not_yet, self.ended, self.out_of_scope)))


class FactOfAnotherDocument(Exception):
    """A fact id is in use by another document already."""

    code = "FACT_OF_ANOTHER_DOCUMENT"


class PayerWithoutPlan(Exception):
    """A document of a payer that has no plan on file: nobody could ever ask for it."""

    code = "PAYER_WITHOUT_PLAN"


class DocumentOfAnotherPayer(Exception):
    """The document with this id (`args[0]`) is another payer's: a version must not take its place."""

    code = "DOCUMENT_OF_ANOTHER_PAYER"


class VersionNotFound(Exception):
    """No version with this id stands on file; the message is the id that was asked for."""

    code = "VERSION_NOT_FOUND"


class AlreadyInForce(Exception):
    """The version began on this day (`args[0]`) already, and what was in force on a day stays so."""

    code = "VERSION_ALREADY_IN_FORCE"


class ActivationTooEarly(Exception):
    """The document itself takes effect on this day (`args[0]`), later than it was to be spoken."""

    code = "ACTIVATION_TOO_EARLY"


class RetiredBeforeForce(Exception):
    """The version begins on this day (`args[0]`; a draft on none), later than it was to end."""

    code = "RETIRED_BEFORE_FORCE"


class DayHasPassed(Exception):
    """It was to begin or to end before today (`args[0]`), and what was in force on a day stays so."""

    code = "DAY_HAS_PASSED"


class EndedByThen(Exception):
    """The version has ended by the day in question, on this day (`args[0]`)."""

    code = "VERSION_ENDED_BY_THEN"


class HasEnded(Exception):
    """The version began on the first of these days and ended on the second (`args`), and what was in force stays so."""

    code = "VERSION_HAS_ENDED"


class InForceToday(Exception):
    """The version is in force today (`args[0]`), so it ends tomorrow at the earliest, or at once."""

    code = "VERSION_IN_FORCE_TODAY"
