"""Which therapy or condition is meant, and what is on file about it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from knowledge.therapies.model import Condition, Therapy


class TherapyStore(Protocol):
    """Where the catalogue is kept. Every method raises StoreUnavailable when it can't answer."""

    async def find_therapy(self, therapy_id: str) -> Therapy | None: ...

    async def find_condition(self, condition_id: str) -> Condition | None: ...

    async def list_names(self) -> Mapping[str, tuple[str, ...]]: ...


class TherapyService:
    """Reads the catalogue; its ids are what the engine's entities are normalised to."""

    def __init__(self, store: TherapyStore) -> None:
        self._store = store

    async def find_therapy(self, therapy_id: str) -> Therapy | None:
        """The product with that id, marketed or discontinued; None if it is not in the catalogue."""
        return await self._store.find_therapy(therapy_id)

    async def find_condition(self, condition_id: str) -> Condition | None:
        """The condition with that id; None if it is not in the catalogue."""
        return await self._store.find_condition(condition_id)

    async def list_names(self) -> Mapping[str, tuple[str, ...]]:
        """Every way in which a therapy or condition is written, by its id. Raises StoreUnavailable."""
        return await self._store.list_names()
