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
from knowledge.therapies.agreement import find_slips
from knowledge.therapies.files import read_condition, read_product, read_terms
from knowledge.therapies.model import Condition, OtherProduct, Term, Therapy

CONTENT = Path(__file__).parent.parent / "content"

# Part of the digest: raise it when the same files are to be kept in another way, so that they are loaded anew.
_LAYOUT = 3

T = TypeVar("T")


@dataclass(frozen=True)
class ShippedContent:
    """Everything that is shipped, and the SHA-256 of its files.

    `therapies` and `conditions` are the catalogue; `other_products` and `other_conditions` (those without a product)
    are what members ask about beside it.
    """

    plans: tuple[Plan, ...]
    documents: tuple[DocumentRecord, ...]
    therapies: tuple[Therapy, ...]
    conditions: tuple[Condition, ...]
    facilities: tuple[FacilityRecord, ...]
    digest: str
    other_products: tuple[OtherProduct, ...]
    other_conditions: tuple[Condition, ...]
    terms: tuple[Term, ...]

    @property
    def catalogue(self) -> tuple[Therapy | OtherProduct | Condition | Term, ...]:
        """Every entry of the catalogue and beside it."""
        return (*self.therapies, *self.other_products, *self.conditions, *self.other_conditions, *self.terms)


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
    products = _read_all(folder / "therapies", read_product, lambda product: product.id)
    conditions = _read_all(folder / "conditions", read_condition, lambda condition: condition.id)
    content = ShippedContent(
        plans=plans,
        documents=_read_all(folder / "documents", read_document, lambda record: record.document.id),
        therapies=tuple(product for product in products if isinstance(product, Therapy)),
        conditions=tuple(condition for condition in conditions if condition.has_product),
        facilities=_read_all(
            folder / "facilities",
            lambda path: read_facility(path, payer_names),
            lambda record: record.facility.id,
        ),
        digest=read_digest(folder),
        other_products=tuple(product for product in products if isinstance(product, OtherProduct)),
        other_conditions=tuple(condition for condition in conditions if not condition.has_product),
        terms=tuple(term for path in sorted((folder / "terms").glob("*.yml")) for term in read_terms(path)),
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
    conditions = {condition.id for condition in (*content.conditions, *content.other_conditions)}
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
    yield from find_slips(content.catalogue, payers)
    for facility in content.facilities:
        for membership in facility.memberships:
            name = facility.facility.id
            yield from _unknown(f"{name}.yml", name, "memberships.therapies", membership.therapies, therapies)


def _unknown(file: str, entry: str, field: str, named: Iterable[str], known: Iterable[str]) -> Iterable[ContentError]:
    missing = sorted(set(named) - set(known))
    if missing:
        yield ContentError(file, entry, f"{field}: {missing[0]} is not in the catalogue")
