"""Which therapy, condition or term is meant, and what is on file about it?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from knowledge.policies.model import PayerId
from knowledge.therapies.model import Condition, OtherProduct, Term, Therapy

_SIGNS = re.compile(r"[^a-z0-9]+")


class TherapyStore(Protocol):
    """Where the catalogue is kept. Every method raises StoreUnavailable when it can't answer."""

    async def find_therapy(self, therapy_id: str) -> Therapy | None: ...

    async def find_other_product(self, product_id: str) -> OtherProduct | None: ...

    async def find_condition(self, condition_id: str) -> Condition | None: ...

    async def list_terms(self) -> tuple[Term, ...]: ...

    async def list_names(self) -> Mapping[str, tuple[str, ...]]: ...


class TherapyService:
    """Reads the catalogue; its ids are what the engine's entities are normalised to."""

    def __init__(self, store: TherapyStore) -> None:
        self._store = store

    async def find_therapy(self, therapy_id: str) -> Therapy | None:
        """The product with that id, marketed or discontinued; None if it is not in the catalogue."""
        return await self._store.find_therapy(therapy_id)

    async def find_other_product(self, product_id: str) -> OtherProduct | None:
        """The product with that id that is outside the catalogue's scope or not approved; None for any other."""
        return await self._store.find_other_product(product_id)

    async def find_condition(self, condition_id: str) -> Condition | None:
        """The condition with that id, also one without any product; None if it is not on file."""
        return await self._store.find_condition(condition_id)

    async def list_terms(self) -> tuple[Term, ...]:
        """Every term, by id; those of one payer bear its id in `payer`. Raises StoreUnavailable."""
        return await self._store.list_terms()

    async def find_term(self, text: str, payer: PayerId | None = None) -> Term | None:
        """The term that is written like `text`, by its name or as it is asked; None if there is none for that payer.

        Capitals, signs and a plural make no difference. A term of one payer is found for that payer alone.
        Raises StoreUnavailable.
        """
        wanted = _spelled(text)
        for term in await self._store.list_terms():
            if term.payer in (None, payer) and wanted in {_spelled(name) for name in (term.term, *term.also_asked_as)}:
                return term
        return None

    async def list_names(self) -> Mapping[str, tuple[str, ...]]:
        """Every way in which a therapy or condition is written, by its id. Raises StoreUnavailable."""
        return await self._store.list_names()


def _spelled(text: str) -> str:
    words = _SIGNS.sub(" ", text.casefold()).split()
    return " ".join(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words)
