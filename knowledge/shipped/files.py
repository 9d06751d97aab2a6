"""What does the product ship? Reads the reviewed files of `knowledge/content` whole and checks that they agree."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from knowledge.content_files import ContentError
from knowledge.facilities.files import read_facility
from knowledge.facilities.model import FacilityRecord
from knowledge.policies.files import read_document, read_plans
from knowledge.policies.model import DocumentRecord, Plan
from knowledge.therapies.files import read_condition, read_therapy
from knowledge.therapies.model import Condition, Therapy

CONTENT = Path(__file__).parent.parent / "content"

# Part of the digest: raise it when the same files are to be kept in another way, so that they are loaded anew.
_LAYOUT = 2

T = TypeVar("T")


@dataclass(frozen=True)
class ShippedContent:
    """Everything that is shipped, and the SHA-256 of its files."""

    plans: tuple[Plan, ...]
    documents: tuple[DocumentRecord, ...]
    therapies: tuple[Therapy, ...]
    conditions: tuple[Condition, ...]
    facilities: tuple[FacilityRecord, ...]
    digest: str


def read_digest(folder: Path = CONTENT) -> str:
    """The SHA-256 over names and bytes of every content file."""
    digest = hashlib.sha256(f"layout {_LAYOUT}".encode())
    for path in sorted(folder.rglob("*.yml")):
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def read_shipped_content(folder: Path = CONTENT) -> ShippedContent:
    """Reads and checks every file. Raises ContentError for the first that is not right."""
    plans = read_plans(folder / "plans.yml")
    payer_names = {plan.payer: plan.payer_name for plan in plans}
    content = ShippedContent(
        plans=plans,
        documents=_read_all(folder / "documents", read_document, lambda record: record.document.id),
        therapies=_read_all(folder / "therapies", read_therapy, lambda therapy: therapy.id),
        conditions=_read_all(folder / "conditions", read_condition, lambda condition: condition.id),
        facilities=_read_all(
            folder / "facilities",
            lambda path: read_facility(path, payer_names),
            lambda record: record.facility.id,
        ),
        digest=read_digest(folder),
    )
    for problem in _disagreements(content):
        raise problem
    return content


def _read_all(folder: Path, read: Callable[[Path], T], entry_id: Callable[[T], str]) -> tuple[T, ...]:
    entries = []
    for path in sorted(folder.glob("*.yml")):
        entry = read(path)
        if entry_id(entry) != path.stem:
            raise ContentError(path.name, entry_id(entry), "the file is not named after its id")
        entries.append(entry)
    return tuple(entries)


def _disagreements(content: ShippedContent) -> Iterable[ContentError]:
    payers = {plan.payer for plan in content.plans}
    therapies = {therapy.id for therapy in content.therapies}
    conditions = {condition.id for condition in content.conditions}
    seen: set[str] = set()
    for record in content.documents:
        file = f"{record.document.id}.yml"
        if record.document.payer and record.document.payer not in payers:
            yield ContentError(file, record.document.id, "payer: no plan of this payer is on file")
        for fact in record.facts:
            if fact.id in seen:
                yield ContentError(file, fact.id, "the id stands in another document, too")
            seen.add(fact.id)
            yield from _unknown(file, fact.id, "tags", fact.subjects, therapies | conditions)
    for therapy in content.therapies:
        yield from _unknown(f"{therapy.id}.yml", therapy.id, "conditions", therapy.conditions, conditions)
    for condition in content.conditions:
        named = (*condition.therapies, *condition.discontinued_therapies)
        yield from _unknown(f"{condition.id}.yml", condition.id, "therapies", named, therapies)
        others = condition.not_to_confuse_with
        yield from _unknown(f"{condition.id}.yml", condition.id, "not_to_confuse_with", others, conditions)
    for facility in content.facilities:
        for membership in facility.memberships:
            name = facility.facility.id
            yield from _unknown(f"{name}.yml", name, "memberships.therapies", membership.therapies, therapies)


def _unknown(file: str, entry: str, field: str, named: Iterable[str], known: Iterable[str]) -> Iterable[ContentError]:
    missing = sorted(set(named) - set(known))
    if missing:
        yield ContentError(file, entry, f"{field}: {missing[0]} is not in the catalogue")
