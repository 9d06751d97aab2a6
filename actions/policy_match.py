"""Is this policy about what was asked? Without a number only such a policy may be named as the one that applies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from actions.services import ActionServices
from knowledge.policies.model import DocumentRecord, PolicyDocument, VersionId
from knowledge.therapies.model import Condition, Therapy

# The therapies of the catalogue as a class, as payers write it.
_CLASS = re.compile(
    r"\b(?:gene|genetic|genomic|cell|cellular)(?:-| )(?:based )?(?:gene )?(?:therap|edit)|\bcar[- ]?t\b", re.I
)


class Matcher:
    """What a policy must name: the product or condition asked about, or else the class of these therapies.

    A product may be named anywhere in it. A condition and the class stand in many a policy in passing, so they count
    in a title, a heading and a fact alone.
    """

    def __init__(self, products: Iterable[str], subjects: Iterable[str], about: str | None, *, is_class: bool) -> None:
        self._about = about
        self._products = _any_of(products)
        self._subjects = _any_of(subjects)
        self._is_class = is_class

    def rank(self, document: PolicyDocument, record: DocumentRecord | None) -> int | None:
        """The less, the more it is about that; None where it names nothing of it."""
        facts = record.facts if record else ()
        if self._names_product([document.title]) or any(self._about in fact.subjects for fact in facts):
            return 0
        said = [document.title, *(fact.text for fact in facts), *_headings(record)]
        if self._subjects and any(self._subjects.search(text) for text in said):
            return 1
        if self._is_class and any(_CLASS.search(text) for text in said):
            return 2
        return 3 if self._names_product([*said, *_texts(record)]) else None

    def _names_product(self, texts: Iterable[str]) -> bool:
        return self._products is not None and any(self._products.search(text) for text in texts)


async def build_matcher(about: str | None, services: ActionServices) -> Matcher:
    """The matcher for a product or condition; without one for the class."""
    find = services.therapies.find_therapy
    if about and (therapy := await find(about)):
        return Matcher(_names(therapy), (), about, is_class=True)
    if about and (condition := await services.therapies.find_condition(about)):
        products = [found for name in condition.therapies if (found := await find(name))]
        names = [name for product in products for name in _names(product)]
        return Matcher(names, _names(condition), about, is_class=condition.has_product)
    if about and (other := await services.therapies.find_other_product(about)):
        # Not one of the class, or not approved: a policy on the class says nothing of it.
        return Matcher((other.brand, other.proper_name, *other.names), (), about, is_class=False)
    return Matcher((), (), None, is_class=True)


def choose_matching(
    documents: Iterable[PolicyDocument], matcher: Matcher, records: Mapping[VersionId, DocumentRecord]
) -> tuple[PolicyDocument, ...]:
    """Those that are about it, the closest first, else in their order."""
    ranked = [(matcher.rank(document, records.get(document.version_id)), document) for document in documents]
    return tuple(
        document
        for rank, document in sorted(
            ((rank, found) for rank, found in ranked if rank is not None), key=lambda pair: pair[0]
        )
    )


def _names(entry: Therapy | Condition) -> Iterator[str]:
    yield from (entry.brand, entry.proper_name) if isinstance(entry, Therapy) else (entry.name,)
    yield from entry.names


def _any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    wanted = sorted({_plain(name) for name in names if name}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, wanted))})\b", re.I) if wanted else None


def _plain(name: str) -> str:
    """Without the four letters that the FDA puts behind a proper name: "abeparvovec-xioi"."""
    return re.sub(r"(?<=\w{4})-[a-z]{4}$", "", name)


def _headings(record: DocumentRecord | None) -> Iterator[str]:
    return (passage.heading for passage in record.passages) if record else iter(())


def _texts(record: DocumentRecord | None) -> Iterator[str]:
    for passage in record.passages if record else ():
        yield passage.rendering
        yield passage.payer_text or ""
