"""Where is a ZIP code, and how far is it from there to a facility?

The points are those of the package `zipcodes` (GeoNames data, CC BY 4.0); no network is used.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import zipcodes

from knowledge.facilities.model import Facility, UnknownZipCode

_ZIP_CODE = re.compile(r"([0-9]{5})(?:-[0-9]{4})?")
# Mean radius of the Earth (IUGG, 6371.0088 km) in statute miles.
_EARTH_RADIUS_MILES = 3958.7613


@dataclass(frozen=True)
class Point:
    """A point in degrees, north and east positive."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Place:
    """A ZIP code's point; `name` is its post office's city and state."""

    zip_code: str
    name: str
    state: str
    point: Point


@lru_cache(maxsize=4096)
def find_place(zip_code: str) -> Place:
    """The place of a US ZIP code or ZIP+4. Raises UnknownZipCode."""
    written = _ZIP_CODE.fullmatch(zip_code.strip())
    if written is None:
        raise UnknownZipCode("not a ZIP code")
    records = zipcodes.matching(written[1])
    if not records:
        raise UnknownZipCode("no such ZIP code")
    record = records[0]
    point = Point(float(record["lat"]), float(record["long"]))
    if point == Point(0.0, 0.0):
        # Military ZIP codes have no place on the map; the package says 0, 0, which lies in the Atlantic.
        raise UnknownZipCode("a ZIP code without a place")
    return Place(written[1], f"{record['city']}, {record['state']}", record["state"], point)


def is_city(name: str) -> bool:
    """True for the name of a US city or of its post office, in any case of letters."""
    return name.casefold() in _city_names()


@lru_cache(maxsize=1024)
def find_towns(name: str) -> Mapping[str, str]:
    """The states that have a town of this name, the one with the most ZIP codes first, each with one in its middle.

    Empty for no town. Post offices and single receivers count only where a town has no ZIP code of its own.
    """
    found = [record for record in zipcodes.list_all() if str(record["city"]).casefold() == name.casefold()]
    by_state: dict[str, list[dict[str, str]]] = {}
    for record in found:
        if (float(record["lat"]), float(record["long"])) != (0.0, 0.0):
            by_state.setdefault(record["state"], []).append(record)
    largest_first = sorted(by_state.items(), key=lambda town: -len(town[1]))
    return {state: _find_middle(records) for state, records in largest_first}


def _find_middle(records: Sequence[Mapping[str, str]]) -> str:
    own = [record for record in records if record["zip_code_type"] == "STANDARD"] or list(records)
    north = sum(float(record["lat"]) for record in own) / len(own)
    east = sum(float(record["long"]) for record in own) / len(own)
    nearest = min(own, key=lambda record: math.hypot(float(record["lat"]) - north, float(record["long"]) - east))
    return nearest["zip_code"]


@cache
def _city_names() -> frozenset[str]:
    return frozenset(str(record["city"]).casefold() for record in zipcodes.list_all())


def miles_between(point: Point, facility: Facility) -> float:
    """Straight-line (great-circle) miles from a point to a facility."""
    latitude, other_latitude = math.radians(point.latitude), math.radians(facility.latitude)
    half_north = (other_latitude - latitude) / 2
    half_east = math.radians(facility.longitude - point.longitude) / 2
    chord = math.sin(half_north) ** 2 + math.cos(latitude) * math.cos(other_latitude) * math.sin(half_east) ** 2
    return 2 * _EARTH_RADIUS_MILES * math.asin(math.sqrt(chord))
