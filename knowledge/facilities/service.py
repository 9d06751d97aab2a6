"""Which facilities of this payer's network are near this ZIP code on this day?"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from knowledge.facilities.model import ADULT_AGE_YEARS, Facility, FacilityMatch, FacilitySearch, Membership
from knowledge.facilities.places import find_place, miles_between
from knowledge.policies.model import PayerId


class FacilityStore(Protocol):
    """Where the directory is kept. Raises StoreUnavailable when it can't answer."""

    async def list_members(self, payer: PayerId) -> tuple[tuple[Facility, Membership], ...]:
        """Every membership of this payer's networks, ended ones included."""
        ...

    async def find_age_min(self, therapy: str) -> float | None:
        """The youngest age in years on the therapy's label; None where none is on file."""
        ...


class FacilityService:
    """Searches one payer's network; never another's."""

    def __init__(self, store: FacilityStore) -> None:
        self._store = store

    async def list_network(self, *, payer: PayerId, as_of: date) -> tuple[FacilityMatch, ...]:
        """Every facility of the payer's network on that day, by name; empty when no network of it is on file."""
        matches = [
            FacilityMatch(facility, membership, None)
            for facility, membership in await self._store.list_members(payer)
            if membership.current_on(as_of)
        ]
        return tuple(sorted(matches, key=lambda match: match.facility.name))

    async def search(
        self,
        *,
        zip_code: str,
        payer: PayerId,
        as_of: date,
        therapy: str | None = None,
        age_group: str | None = None,
        limit: int = 5,
    ) -> FacilitySearch:
        """The network's facilities on that day, nearest first, at most `limit`.

        With `therapy` (an id) or `age_group` ("adult", "pediatric") only facilities for which the source names
        them; a therapy whose label is for adults is never matched with a child, or with a hospital for children alone,
        whatever a source reports. `zip_code` is any US ZIP code or ZIP+4; distances are straight-line miles. Raises
        UnknownZipCode.
        """
        place = find_place(zip_code)
        current = [
            (facility, membership)
            for facility, membership in await self._store.list_members(payer)
            if membership.current_on(as_of)
        ]
        age_min = await self._store.find_age_min(therapy) if therapy else None
        is_for_adults = age_min is not None and age_min >= ADULT_AGE_YEARS
        matches = [
            FacilityMatch(facility, membership, round(miles_between(place.point, facility), 1))
            for facility, membership in current
            if membership.serves(therapy, age_group) and not (is_for_adults and membership.serves_only_children)
        ]
        if is_for_adults and age_group == "pediatric":
            matches = []
        matches.sort(key=lambda match: (miles_between(place.point, match.facility), match.facility.name))
        nearest = tuple(matches[:limit])
        told = [match.membership for match in nearest] or [membership for _, membership in current]
        return FacilitySearch(
            zip_code=place.zip_code,
            place=place.name,
            network_names=tuple(sorted({membership.network_name for membership in told})),
            matches=nearest,
            for_adults_only=is_for_adults and age_group == "pediatric",
        )
