"""Is this policy about what was asked? Without a number only such a policy may be named as the one that applies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from actions.services import ActionServices
from knowledge.policies.model import DocumentKind, DocumentLookup, DocumentRecord, PolicyDocument, VersionId
from knowledge.therapies.model import Condition, Therapy, TherapyKind

POLICIES = frozenset({DocumentKind.MEDICAL_POLICY, DocumentKind.ADMINISTRATIVE_POLICY})
# The therapies of the catalogue as a class, as payers write it.
_CAR_T = r"\bcar[- ]?t\b|\bchimeric antigen\b"
_CLASS = re.compile(
    rf"\b(?:gene|genetic|genomic|cell|cellular)(?:-| )(?:based )?(?:gene )?(?:therap|edit)|{_CAR_T}", re.I
)
_CAR_T_ALONE = re.compile(_CAR_T, re.I)
_GENES = re.compile(r"\b(?:gene|genetic|genomic)\b", re.I)
_WORD = re.compile(r"[a-z0-9]+", re.I)
# What a title may hold beside the class and still be about all of it.
_GENERAL_WORDS = frozenset(
    _WORD.findall(
        "a administrative adoptive advanced allogeneic and antigen approved as autologous based by car cell cells "
        "cellular chimeric clinical coverage criteria drug drugs edited editing engineered fda for gene genes "
        "genetic genomic guideline guidelines immunotherapies immunotherapy in infusion infusions medical "
        "modified new of on one or other pharmacy policies policy product products receptor review rules services "
        "specialty statement t tcr the therapeutic therapeutics therapies therapy time to treatment treatments "
        "use with"
    )
)
_BRACKETS = re.compile(r"\(([^)]*)\)")


class Matcher:
    """What a policy must name: the product or condition asked about, or else the class of these therapies.

    A product may be named anywhere in it, unless its title is about another one. A condition stands in many a policy
    in passing, so it counts in a title, a heading and a fact alone, and the class in a title that says nothing else.
    """

    def __init__(
        self,
        products: Iterable[str],
        subjects: Iterable[str],
        about: str | None,
        *,
        is_class: bool,
        text: str = "",
        kind: TherapyKind | None = None,
        conditions: Iterable[str] = (),
    ) -> None:
        self._about = about
        self._products = _any_of(products)
        self._subjects = _any_of(subjects)
        self._is_class = is_class
        self._written = frozenset(_words(text))
        self._kind = kind
        self._conditions = frozenset(_words(" ".join(conditions)))

    def rank(self, document: PolicyDocument, record: DocumentRecord | None) -> int | None:
        """The less, the more it is about that; None where it names nothing of it."""
        facts = record.facts if record else ()
        title = document.title
        if self._names_product([title]) or any(self._about in fact.subjects for fact in facts):
            return 0
        if _calls(self._written, title):
            return 0
        said = [title, *(fact.text for fact in facts), *_headings(record)]
        if self._subjects and any(self._subjects.search(text) for text in said):
            return 1
        if self._is_class and self._is_of_class(title):
            return 2
        is_of_another = is_specific(title) and bool(_CLASS.search(title) or _BRACKETS.search(title))
        return 3 if not is_of_another and self._names_product([*said, *_texts(record)]) else None

    def names(self, document: PolicyDocument) -> bool:
        """True where its title names the product, or what this message calls by name."""
        return self._names_product([document.title]) or _calls(self._written, document.title)

    def is_of_class(self, document: PolicyDocument) -> bool:
        """True where its title is about the whole class, and what is asked about is of it."""
        return self._is_class and self._is_of_class(document.title)

    def _names_product(self, texts: Iterable[str]) -> bool:
        return self._products is not None and any(self._products.search(text) for text in texts)

    def _is_of_class(self, title: str) -> bool:
        if not _CLASS.search(title) or not _own_words(title) <= self._conditions:
            return False
        is_car_t_alone = bool(_CAR_T_ALONE.search(title)) and not _GENES.search(title)
        return not is_car_t_alone or self._kind in (None, TherapyKind.CAR_T)


def is_specific(title: str) -> bool:
    """True where a title names something beside the class of these therapies: a product, a disease, a device."""
    return bool(_own_words(title))


def words_of_title(title: str) -> frozenset[str]:
    """Every word of a title, in small letters."""
    return frozenset(_words(title))


def names_title(text: str, title: str) -> bool:
    """True where a message calls a policy by its title: by all that is its own there, in brackets or outside of them.

    "Giraffe Gene Therapy (giraffegene vec-abcd)" is called by "giraffe" and by "giraffegene vec".
    """
    return _calls(frozenset(_words(text)), title)


def only_policies(found: DocumentLookup) -> DocumentLookup:
    """The medical and administrative policies among what was found."""

    def policies(documents: tuple[PolicyDocument, ...]) -> tuple[PolicyDocument, ...]:
        return tuple(document for document in documents if document.kind in POLICIES)

    return DocumentLookup(*map(policies, (found.in_force, found.not_yet, found.ended, found.out_of_scope)))


def is_about_these(names: Iterable[str]) -> Callable[[str], bool]:
    """Whether a title is about the therapies of the class: it says so, or has one of these names."""
    known = _any_of(name for name in names if len(name) > 3)
    return lambda title: bool(_CLASS.search(title) or (known and known.search(title)))


async def build_matcher(about: str | None, services: ActionServices, text: str = "") -> Matcher:
    """The matcher for a product or condition; without one for what the message names, else for the class."""
    find = services.therapies.find_therapy
    if about and (therapy := await find(about)):
        treated = [await services.therapies.find_condition(name) for name in therapy.conditions]
        conditions = [name for condition in treated if condition for name in _names(condition)]
        return Matcher(
            _names(therapy), (), about, is_class=True, text=text, kind=therapy.kind, conditions=conditions
        )  # fmt: skip
    if about and (condition := await services.therapies.find_condition(about)):
        products = [found for name in condition.therapies if (found := await find(name))]
        names = [name for product in products for name in _names(product)]
        return Matcher(names, _names(condition), about, is_class=condition.has_product, text=text)
    if about and (other := await services.therapies.find_other_product(about)):
        # Not one of the class, or not approved: a policy on the class says nothing of it.
        return Matcher((other.brand, other.proper_name, *other.names), (), about, is_class=False)
    return Matcher((), (), None, is_class=True, text=text)


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


@lru_cache(maxsize=4096)
def _ways_to_call(title: str) -> tuple[frozenset[str], ...]:
    parts = (_BRACKETS.sub(" ", title), *_BRACKETS.findall(title))
    found = (_own_words(_plain(part.strip())) for part in parts)
    return tuple(own for own in found if any(len(word) > 3 for word in own))


def _calls(written: frozenset[str], title: str) -> bool:
    return any(own <= written for own in _ways_to_call(title))


@lru_cache(maxsize=4096)
def _own_words(title: str) -> frozenset[str]:
    return frozenset(word for word in _words(title) if word not in _GENERAL_WORDS)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _names(entry: Therapy | Condition) -> Iterator[str]:
    yield from (entry.brand, entry.proper_name) if isinstance(entry, Therapy) else (entry.name,)
    yield from entry.names


def _any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    wanted = sorted({_plain(name) for name in names if name}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, wanted))})\b", re.I) if wanted else None


def _plain(name: str) -> str:
    """Without the four letters that the FDA puts behind a proper name: "abeparvovec-xioi"."""
    return re.sub(r"(?<=\w{3})-[a-z]{4}$", "", name)


def _headings(record: DocumentRecord | None) -> Iterator[str]:
    return (passage.heading for passage in record.passages) if record else iter(())


def _texts(record: DocumentRecord | None) -> Iterator[str]:
    for passage in record.passages if record else ():
        yield passage.rendering
        yield passage.payer_text or ""
