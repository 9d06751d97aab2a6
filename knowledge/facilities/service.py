"""Which facilities of this payer's network are near this ZIP code on this day?"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from knowledge.facilities.model import Facility, FacilityMatch, FacilitySearch, Membership
from knowledge.facilities.places import find_place, miles_between
from knowledge.policies.model import PayerId


class FacilityStore(Protocol):
    """Where the directory is kept. Raises StoreUnavailable when it can't answer."""

    async def list_members(self, payer: PayerId) -> tuple[tuple[Facility, Membership], ...]:
        """Every membership of this payer's networks, ended ones included."""
        ...


class FacilityService:
    """Searches one payer's network; never another's."""

    def __init__(self, store: FacilityStore) -> None:
        self._store = store

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
        them. `zip_code` is any US ZIP code or ZIP+4; distances are straight-line miles. Raises UnknownZipCode.
        """
        place = find_place(zip_code)
        current = [
            (facility, membership)
            for facility, membership in await self._store.list_members(payer)
            if membership.current_on(as_of)
        ]
        matches = [
            FacilityMatch(facility, membership, round(miles_between(place.point, facility), 1))
            for facility, membership in current
            if membership.serves(therapy, age_group)
        ]
        matches.sort(key=lambda match: (miles_between(place.point, match.facility), match.facility.name))
        return FacilitySearch(
            zip_code=place.zip_code,
            place=place.name,
            network_name=current[0][1].network_name if current else None,
            matches=tuple(matches[:limit]),
        )
