"""What is a facility, what is its membership in a network, and what does a search give back?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NewType

from knowledge.citations import Citation, dated
from knowledge.policies.model import PayerId

FacilityId = NewType("FacilityId", str)
AgeGroup = Literal["adult", "pediatric"]

ADULT_AGE_YEARS = 18

Card = dict[str, str | float | list[str] | dict[str, str] | None]


class UnknownZipCode(Exception):
    """Not five digits, or no place on the map (unknown, military)."""

    code = "UNKNOWN_ZIP_CODE"


@dataclass(frozen=True)
class Facility:
    """One hospital site; the coordinates are the building's own."""

    id: FacilityId
    name: str
    street: str
    city: str
    state: str
    zip_code: str
    latitude: float
    longitude: float
    phone: str | None
    url: str | None
    names: tuple[str, ...]
    aliases: tuple[str, ...]

    @property
    def address(self) -> str:
        """Street, city, state and ZIP code in one line."""
        return f"{self.street}, {self.city}, {self.state} {self.zip_code}"

    @property
    def map_url(self) -> str:
        """The site on a public map."""
        return f"https://www.openstreetmap.org/?mlat={self.latitude}&mlon={self.longitude}"


@dataclass(frozen=True)
class Membership:
    """That a facility belongs to a payer's network, as a dated fact.

    `therapies` and `age_groups` empty: the source names none. `verified_on` is the date of the newest source that
    says so, `read_on` the day that source was read; neither says that anyone phoned the hospital. So what is told is
    "as reported on" that date in `source_title`. `source_publisher` None: the payer published it itself.
    `to_on` is the last day, None while it lasts.
    """

    facility: FacilityId
    payer: PayerId
    payer_name: str
    network_name: str
    therapies: tuple[str, ...]
    age_groups: tuple[str, ...]
    from_on: date
    to_on: date | None
    verified_on: date
    read_on: date
    source_title: str
    source_url: str
    source_publisher: str | None = None

    def current_on(self, day: date) -> bool:
        """True from the first day to the last, both included."""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)

    def serves(self, therapy: str | None, age_group: str | None) -> bool:
        """True where the source names the therapy and the age group asked about."""
        return (therapy is None or therapy in self.therapies) and (age_group is None or age_group in self.age_groups)

    @property
    def serves_only_children(self) -> bool:
        """True where children are the only age group that the source names."""
        return set(self.age_groups) == {"pediatric"}

    def citation(self) -> Citation:
        """The source that puts the facility into the network."""
        return Citation(
            document=self.source_title,
            number=None,
            payer=self.source_publisher or self.payer_name,
            section=self.network_name,
            version=dated(self.verified_on),
            effective_on=None,
            read_on=self.read_on,
            url=self.source_url,
        )


@dataclass(frozen=True)
class FacilityRecord:
    """A facility with every membership on file: what one content file holds."""

    facility: Facility
    memberships: tuple[Membership, ...]


@dataclass(frozen=True)
class FacilityMatch:
    """One facility of the answer; `distance_miles` is the straight line from the ZIP code's point, one decimal.

    None where nobody said from where.
    """

    facility: Facility
    membership: Membership
    distance_miles: float | None

    def card(self) -> Card:
        """The contract's facility Card; its `verified_on` is the date of the source, see Membership."""
        card: Card = {
            "kind": "facility",
            "name": self.facility.name,
            "address": self.facility.address,
            "serves": list(self.membership.age_groups),
            "therapies": list(self.membership.therapies),
            "network": {"name": self.membership.network_name, "payer": self.membership.payer_name},
            "verified_on": self.membership.verified_on.isoformat(),
            "map_url": self.facility.map_url,
        }
        if self.distance_miles is not None:
            card["distance_miles"] = self.distance_miles
        if self.facility.phone:
            card["phone"] = self.facility.phone
        if self.facility.url:
            card["url"] = self.facility.url
        return card

    def citation(self) -> Citation:
        """The source that puts this facility into the network."""
        return self.membership.citation()

    @property
    def source_title(self) -> str:
        """The source by name, so that "as reported on" can say where."""
        return self.membership.source_title


@dataclass(frozen=True)
class FacilitySearch:
    """What was searched and what was found, nearest first.

    `network_names` are those of the matches; without matches, those of the payer that are on file on that day. Each
    match names its own. `for_adults_only`: nothing was found because a child was asked about and the therapy's label
    is for adults.
    """

    zip_code: str
    place: str | None
    network_names: tuple[str, ...]
    matches: tuple[FacilityMatch, ...]
    for_adults_only: bool

    @property
    def network_name(self) -> str | None:
        """The network that was searched; all of them, with commas, where there are several; None: none is on file."""
        return ", ".join(self.network_names) or None

    @property
    def verified_on(self) -> date | None:
        """The oldest date of the matches' sources: what holds for the whole list; None without matches."""
        return min((match.membership.verified_on for match in self.matches), default=None)
