"""Is this policy about what was asked? Without a number only such a policy may be named as the one that applies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from actions.policy_titles import TitleReader, Words, title_reader
from actions.services import ActionServices
from knowledge.policies.model import DocumentKind, DocumentLookup, PolicyDocument
from knowledge.therapies.model import TherapyKind

POLICIES = frozenset({DocumentKind.MEDICAL_POLICY, DocumentKind.ADMINISTRATIVE_POLICY})
# The therapies of the catalogue as a class, as payers write it.
_CAR_T = re.compile(r"\bcar[- ]?t\b|\bchimeric antigen\b", re.I)
_CLASS = re.compile(
    rf"\b(?:gene|genetic|genomic|cell|cellular)(?:-| )(?:based )?(?:gene )?(?:therap|edit)|{_CAR_T.pattern}", re.I
)
_GENES = re.compile(r"\b(?:gene|genetic|genomic)\b", re.I)
_CAR_T_KINDS = frozenset({TherapyKind.CAR_T})
# What is made of cells; a policy on cell therapies alone says nothing of a gene that is given by itself.
_CELL_KINDS = frozenset(
    {
        TherapyKind.EX_VIVO_GENE_ADDITION,
        TherapyKind.EX_VIVO_GENE_EDITING,
        TherapyKind.ENCAPSULATED_CELL_THERAPY,
        TherapyKind.CAR_T,
        TherapyKind.TCR_T,
        TherapyKind.TIL_CELL_THERAPY,
    }
)
_WORD = re.compile(r"[a-z0-9]+", re.I)
# What a title may hold beside the class and still be about all of it.
_GENERAL_WORDS = frozenset(
    _WORD.findall(
        "administrative adoptive advanced allogeneic and antigen approved as autologous based benefit benefits "
        "by car cell cells cellular chimeric clinical coverage criteria drug drugs edited editing engineered fda "
        "for gene genes genetic genomic guideline guidelines immunotherapies immunotherapy in infusion infusions "
        "injection injections intravenous medical modified new of on one or other pharmacy policies policy "
        "product products receptor replacement review rules services specialty statement suspension t tcr the "
        "therapeutic therapeutics therapies therapy time to treatment treatments use with"
    )
)
_BRACKETS = re.compile(r"\(([^)]*)\)")


class Matcher:
    """Whose title names the product or condition asked about and no other one, or else the class of these therapies.

    What a policy says inside counts for nothing: it may say there that it is not for it.
    """

    def __init__(
        self,
        titles: TitleReader,
        subject: Subject | None = None,
        *,
        is_class: bool = True,
        kinds: frozenset[TherapyKind] | None = None,
        text: str = "",
    ) -> None:
        self._titles = titles
        self._subject = subject
        self._is_class = is_class
        self._kinds = kinds
        self._text = text

    def rank(self, document: PolicyDocument) -> int | None:
        """The less, the more it is about that; None where its title names nothing of it."""
        if self._calls(document.title):
            return 0
        return 1 if self.names(document) else 2 if self.is_of_class(document) else None

    def names(self, document: PolicyDocument) -> bool:
        """True where its title is about just what is asked, which the message may also call by that title."""
        title = document.title
        if self._subject is not None:
            return self._subject.is_named_by(title, self._titles)
        is_about_therapy = bool(_CLASS.search(title) or self._titles.read(title).named)
        return is_about_therapy and names_title(self._text, title)

    def is_of_another(self, document: PolicyDocument) -> bool:
        """True where a product or condition is asked about, and the policy's title names something else."""
        if document.kind not in POLICIES or not is_specific(document.title):
            return False
        is_asked = self._subject is not None or bool(self._titles.read(self._text).named)
        return is_asked and self.rank(document) is None

    def is_foreign(self, document: PolicyDocument) -> bool:
        """`is_of_another`, and its title names neither that nor its product or condition."""
        kin = {self._subject.id, *self._subject.products, *self._subject.also} if self._subject else frozenset()
        return self.is_of_another(document) and not self._titles.names_any(document.title, kin)

    def is_near(self, document: PolicyDocument) -> bool:
        """True where its title names what is asked about among others, a product for the condition, or its condition.

        Such a policy may be named as one on file, never as the one that applies.
        """
        if self._subject is None:
            return False
        own = {self._subject.id}
        products = self._subject.products if self._subject.is_condition else own
        conditions = own if self._subject.is_condition else self._subject.also
        # A disease has policies on other things, too.
        near = products | conditions if _CLASS.search(document.title) else products
        return self._titles.names_any(document.title, near)

    def _calls(self, title: str) -> bool:
        """True where the message calls a policy by its title, and is not about a product or condition outside of it."""
        if not names_title(self._text, title):
            return False
        if self._subject is None or not self._titles.names_any(self._text, {self._subject.id}):
            return True
        is_on_therapy = not self._subject.is_condition or bool(_CLASS.search(title))
        return is_on_therapy and self._titles.names_any(title, {self._subject.id})

    def is_of_class(self, document: PolicyDocument) -> bool:
        """True where its title is about the whole class, and what is asked about is of it."""
        title = document.title
        if not self._is_class or not _CLASS.search(title) or is_specific(title):
            return False
        if _GENES.search(title):
            return True
        if self._kinds is None:
            return not _CAR_T.search(title) or bool(_CAR_T.search(self._text))
        return bool(self._kinds & (_CAR_T_KINDS if _CAR_T.search(title) else _CELL_KINDS))


@dataclass(frozen=True)
class Subject:
    """The entry of the catalogue that is asked about.

    `names` are its whole names; `also` the ids that may stand beside it in a title: the conditions of a product.
    `products` are those for a condition.
    """

    id: str
    names: frozenset[Words]
    is_condition: bool
    also: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()

    def is_named_by(self, title: str, titles: TitleReader) -> bool:
        """True where the title names it whole, nothing else of the catalogue, and nothing that could narrow it.

        Of a condition it must be about the class. "Antibody Testing Before Zolgensma" is not the policy on Zolgensma.
        """
        reading = titles.read(title)
        own = self.also | {self.id}
        if not all(name.ids & own for name in reading.named):
            return False
        if not any(name.words in self.names and self.id in name.ids for name in reading.named):
            return False
        return set(reading.rest) <= _GENERAL_WORDS and (not self.is_condition or bool(_CLASS.search(title)))


def is_specific(title: str) -> bool:
    """True where a title names something beside the class of these therapies: a product, a disease, a device."""
    return bool(_own_words(title))


def words_of_title(title: str) -> frozenset[str]:
    """Every word of a title, in small letters."""
    return frozenset(_words(title))


def names_title(text: str, title: str) -> bool:
    """True where a message calls a policy by its title: by all that is its own there, in brackets or outside of them.

    "Giraffe Gene Therapy (giraffegene vec-abcd)" is called by "giraffe" and by "giraffegene vec-abcd".
    """
    written = f" {' '.join(_words(text))} "
    return any(all(f" {phrase} " in written for phrase in own) for own in _ways_to_call(title))


def only_policies(found: DocumentLookup) -> DocumentLookup:
    """The medical and administrative policies among what was found."""
    return found.each(lambda documents: tuple(document for document in documents if document.kind in POLICIES))


def is_about_these(names: Iterable[str]) -> Callable[[str], bool]:
    """Whether a title is about the therapies of the class: it says so, or has one of these names."""
    known = _any_of(name for name in names if len(name) > 3)
    return lambda title: bool(_CLASS.search(title) or (known and known.search(title)))


async def build_matcher(about: str | None, services: ActionServices, text: str = "") -> Matcher:
    """The matcher for a product or condition; without one for what the message names, else for the class."""
    catalogue = services.therapies
    titles = title_reader(tuple((await catalogue.list_names()).items()))
    if about and (therapy := await catalogue.find_therapy(about)):
        names = titles.whole_names((therapy.brand, therapy.proper_name))
        product = Subject(about, names, is_condition=False, also=frozenset(therapy.conditions))
        return Matcher(titles, product, kinds=frozenset({therapy.kind}), text=text)
    if about and (condition := await catalogue.find_condition(about)):
        products = frozenset((*condition.therapies, *condition.discontinued_therapies))
        known = [await catalogue.find_therapy(name) for name in sorted(products)]
        kinds = frozenset(therapy.kind for therapy in known if therapy)
        names = titles.whole_names((condition.name, *condition.names))
        subject = Subject(about, names, is_condition=True, products=products)
        return Matcher(titles, subject, is_class=condition.has_product, kinds=kinds, text=text)
    if about and (other := await catalogue.find_other_product(about)):
        # Not one of the class, or not approved: a policy on the class says nothing of it.
        names = titles.whole_names((other.brand, other.proper_name))
        subject = Subject(about, names, is_condition=False, also=frozenset(other.conditions))
        return Matcher(titles, subject, is_class=False, text=text)
    return Matcher(titles, text=text)


def choose_matching(documents: Iterable[PolicyDocument], matcher: Matcher) -> tuple[PolicyDocument, ...]:
    """Those that are about it, the closest first, else in their order."""
    ranked = [(matcher.rank(document), document) for document in documents]
    return tuple(
        document
        for rank, document in sorted(
            ((rank, found) for rank, found in ranked if rank is not None), key=lambda pair: pair[0]
        )
    )


@lru_cache(maxsize=4096)
def _ways_to_call(title: str) -> tuple[tuple[str, ...], ...]:
    parts = (_BRACKETS.sub(" ", title), *_BRACKETS.findall(title))
    found = (_own_phrases(part) for part in parts)
    return tuple(own for own in found if any(len(word) > 3 for phrase in own for word in phrase.split()))


def _own_phrases(title: str) -> tuple[str, ...]:
    """The own words of a title; a short one behind another, as in "hemophilia A" and "type 1", counts with that one."""
    phrases: list[str] = []
    is_behind_own = False
    for word in _words(title):
        is_own = word not in _GENERAL_WORDS
        if is_own and is_behind_own and len(word) < 4:
            phrases[-1] += f" {word}"
        elif is_own:
            phrases.append(word)
        is_behind_own = is_own
    return tuple(phrases)


@lru_cache(maxsize=4096)
def _own_words(title: str) -> frozenset[str]:
    return frozenset(word for word in _words(title) if word not in _GENERAL_WORDS)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    wanted = sorted({name for name in names if name}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, wanted))})\b", re.I) if wanted else None
