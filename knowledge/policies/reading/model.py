"""What was understood of a payer's document, and what was not?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from knowledge.policies.model import DocumentKind, PayerId


class Format(str, Enum):
    """What a file is by its content, whatever its name says."""

    PDF = "PDF"
    HTML = "HTML"
    TEXT = "text"


class Unreadable(Exception):
    """A document that is not read; its text is one sentence for the operator, without words of the document."""

    code = "DOCUMENT_UNREADABLE"


@dataclass(frozen=True)
class KnownPayer:
    """A payer with a plan on file, and the names by which a document may name it."""

    id: PayerId
    names: tuple[str, ...]


@dataclass(frozen=True)
class ReadPassage:
    """One section or clause in the payer's words. `section` is its mark (`D.I`, `3.2`), else its heading."""

    section: str
    heading: str
    text: str


@dataclass(frozen=True)
class Definition:
    """A word that the document defines, in the payer's words."""

    term: str
    text: str


@dataclass(frozen=True)
class Revision:
    """One row of the history of reviews; `on` None where the row states no day."""

    label: str
    on: date | None
    action: str


@dataclass(frozen=True)
class ReadPolicy:
    """A document as read. A field is None or empty where the document does not say it, or says two things.

    `states` are two letters each, of boxes only the ticked ones. `must_be_given` names the fields in which the document
    contradicts itself or cannot be seen: a person has to decide them. `understood` and `not_understood` are lines for
    the operator.
    """

    format: Format
    payer: PayerId | None
    number: str | None
    title: str | None
    kind: DocumentKind | None
    lines_of_business: tuple[str, ...]
    states: tuple[str, ...]
    version: str | None
    issued_on: date | None
    effective_on: date | None
    revised_on: date | None
    archived_on: date | None
    passages: tuple[ReadPassage, ...]
    definitions: tuple[Definition, ...]
    history: tuple[Revision, ...]
    references: tuple[str, ...]
    must_be_given: tuple[str, ...]
    understood: tuple[str, ...]
    not_understood: tuple[str, ...]
