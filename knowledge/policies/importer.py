"""How do an operator's documents get in? Reviewed YAML files as they are, a payer's own files as drafts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from bot.database import Database
from knowledge.content_files import ContentError
from knowledge.csv_files import ImportRefused, ImportReport, Problem
from knowledge.plan_calendar import today
from knowledge.policies import draft_store
from knowledge.policies.drafting import Corrections, DraftRefused, make_draft
from knowledge.policies.files import read_document
from knowledge.policies.model import (
    DocumentOfAnotherPayer,
    DocumentRecord,
    FactOfAnotherDocument,
    HasEnded,
    PayerWithoutPlan,
    Plan,
    PolicyDocument,
)
from knowledge.policies.reading.model import KnownPayer, ReadPolicy
from knowledge.policies.reading.process import DocumentUnreadable, read_all
from knowledge.policies.store import find_plans, list_versions

YAML_SUFFIXES = (".yml", ".yaml")
READ_SUFFIXES = (".pdf", ".html", ".htm", ".xhtml", ".md", ".markdown", ".txt", ".text")


# Who did it, where nobody says.
UNKNOWN = "unknown"


class Standing(Enum):
    """How a draft stands to what is on file."""

    NEW = "a new document"
    NEW_VERSION = "a new version of a document on file"
    STORED = "stored already"


@dataclass(frozen=True)
class Draft:
    """A payer's file as it was read, the version that it would become, and what an operator should look at again."""

    file: str
    read: ReadPolicy
    record: DocumentRecord
    standing: Standing
    doubts: tuple[str, ...]


def import_documents(database: Database, path: Path, *, now: datetime, by: str = UNKNOWN) -> ImportReport:
    """Takes one reviewed YAML document with its passages and facts in; it rules over an earlier one from its day on.

    A day that has passed is the payer's: here the document counts from today on.
    From then on it is the operator's: a later release of the shipped content leaves it alone. A document of a payer
    without a plan on file, or a fact id of another document, is refused. All or nothing; `by` is who did it.
    Raises ContentError, StoreUnavailable.
    """
    record = read_document(path)
    try:
        return database.write_now(lambda connection: draft_store.add_reviewed(connection, record, now, by=by))
    except FactOfAnotherDocument as error:
        raise ContentError(path.name, record.document.id, f"fact id {error} belongs to another document") from error
    except DocumentOfAnotherPayer as error:
        raise ContentError(path.name, str(error), "a document of another payer has this id") from error
    except PayerWithoutPlan as error:
        raise ContentError(path.name, record.document.id, f"no plan of payer {error} is on file") from error
    except HasEnded as error:
        began, ended = (f"{day:%m/%d/%Y}" for day in error.args)
        problem = f"this very version began on {began} and ended on {ended}: give it a new read_on to bring it back"
        raise ContentError(path.name, record.document.id, problem) from error


def read_drafts(database: Database, paths: Sequence[Path], said: Corrections, *, now: datetime) -> tuple[Draft, ...]:
    """Reads payers' own files, each in a process with limits, and stores nothing.

    Raises ImportRefused, whose text names every file that cannot be read or says too little; StoreUnavailable.
    """
    plans, on_file = database.write_now(
        lambda connection: (tuple(find_plans(connection).values()), list(list_versions(connection)))
    )
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for path, read in zip(paths, read_all(paths, known_payers(plans)), strict=True):
        try:
            draft = _make_draft(path, read, said, plans, on_file, now)
        except ContentError as error:
            problems.append(Problem(None, None, str(error)))
        else:
            drafts.append(draft)
            # A later file of the same call may be a further version of it.
            on_file.append(draft.record.document)
    if problems:
        raise ImportRefused(problems)
    return tuple(drafts)


def store_drafts(database: Database, drafts: Sequence[Draft], *, now: datetime, by: str) -> ImportReport:
    """Stores the drafts, all or none; nothing of them is spoken before it is activated. `by` is who did it.

    Raises ImportRefused, StoreUnavailable.
    """

    records = [draft.record for draft in drafts]
    try:
        return database.write_now(lambda connection: draft_store.add_drafts(connection, records, now, by=by))
    except DocumentOfAnotherPayer as error:
        raise ImportRefused([Problem(None, None, f"a document of another payer has the id {error}")]) from error
    except PayerWithoutPlan as error:
        raise ImportRefused([Problem(None, None, f"no plan of payer {error} is on file")]) from error


def known_payers(plans: Sequence[Plan]) -> tuple[KnownPayer, ...]:
    """The payers with a plan on file, with every name by which a document may name them."""
    names: dict[str, dict[str, None]] = {}
    for plan in plans:
        names.setdefault(plan.payer, {}).update(dict.fromkeys((plan.payer_name, plan.name, *plan.aliases)))
    return tuple(
        KnownPayer(plan.payer, tuple(names[plan.payer])) for plan in {plan.payer: plan for plan in plans}.values()
    )


def _make_draft(
    path: Path,
    read: ReadPolicy | DocumentUnreadable,
    said: Corrections,
    plans: Sequence[Plan],
    on_file: Sequence[PolicyDocument],
    now: datetime,
) -> Draft:
    if isinstance(read, DocumentUnreadable):
        raise read
    payer = said.payer or read.payer
    zones = [plan.time_zone for plan in plans if plan.payer == payer] or [plan.time_zone for plan in plans]
    try:
        record = make_draft(read, said, plans, on_file, today(zones[0], now))
    except DraftRefused as error:
        raise ContentError(path.name, None, str(error)) from error
    doubts = (*read.not_understood, *_out_of_plans(record.document, plans))
    return Draft(path.name, read, record, _standing(record.document, on_file), doubts)


def _out_of_plans(document: PolicyDocument, plans: Sequence[Plan]) -> Iterator[str]:
    """For whom the document is, and no plan on file: nobody could be told of it."""
    own = [plan for plan in plans if plan.payer == document.payer]
    lines = {plan.line_of_business for plan in own}
    if others := sorted(set(document.lines_of_business) - lines):
        yield f"lines of business: no plan of its payer on file is one of {', '.join(others)}"
    states = {state for plan in own for state in plan.states}
    # A plan without states is not limited by what is on file.
    if all(plan.states for plan in own) and (others := sorted(set(document.states) - states)):
        yield f"states: no plan of its payer on file is in {', '.join(others)}"


def _standing(document: PolicyDocument, on_file: Sequence[PolicyDocument]) -> Standing:
    versions = [known for known in on_file if known.id == document.id and not known.is_withdrawn]
    if any(known.version_id == document.version_id for known in versions):
        return Standing.STORED
    return Standing.NEW_VERSION if versions else Standing.NEW
