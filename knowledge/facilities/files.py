"""How does a facility look as a shipped file? One facility with its memberships and the sources of its address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from knowledge.content_files import ContentError, read_content_file
from knowledge.facilities.model import AgeGroup, Facility, FacilityId, FacilityRecord, Membership
from knowledge.policies.model import PayerId

Text = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\"'<>]+$", max_length=1000)]
Phone = Annotated[str, StringConstraints(pattern=r"^[0-9()+. -]{7,32}$")]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
ZipCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{1,60}$")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _MembershipEntry(_Entry):
    payer: Id
    network_name: Text
    therapies: tuple[Id, ...]
    age_groups: tuple[AgeGroup, ...]
    from_on: date
    to_on: date | None = None
    verified_on: date
    read_on: date
    source_title: Text
    source_url: Url
    source_publisher: Text | None = None


class _SourceEntry(_Entry):
    about: Text
    url: Url
    source_date: date | None
    read_on: date


class _FacilityFile(_Entry):
    id: Id
    names: Annotated[tuple[Text, ...], Field(min_length=1)]
    aliases: tuple[Text, ...]
    misspellings: tuple[Text, ...] = ()
    name: Text
    street: Text
    city: Text
    state: State
    zip_code: ZipCode
    latitude: Latitude
    longitude: Longitude
    phone: Phone | None
    url: Url | None
    memberships: tuple[_MembershipEntry, ...]
    # For the reviewer: where address, coordinates, phone and page were read. Not shown to members.
    sources: Annotated[tuple[_SourceEntry, ...], Field(min_length=1)]


_FACILITY = TypeAdapter(_FacilityFile)


def read_facility(path: Path, payer_names: Mapping[PayerId, str]) -> FacilityRecord:
    """One facility; `payer_names` are the payers that have a plan on file. Raises ContentError."""
    entry = read_content_file(path, _FACILITY)
    facility = Facility(
        id=FacilityId(entry.id),
        name=entry.name,
        street=entry.street,
        city=entry.city,
        state=entry.state,
        zip_code=entry.zip_code,
        latitude=entry.latitude,
        longitude=entry.longitude,
        phone=entry.phone,
        url=entry.url,
        names=entry.names,
        aliases=entry.aliases,
    )
    unknown = [membership.payer for membership in entry.memberships if membership.payer not in payer_names]
    if unknown:
        raise ContentError(path.name, entry.id, f"memberships.payer: no plan of payer {unknown[0]} is on file")
    memberships = tuple(
        Membership(
            facility=facility.id,
            payer=PayerId(membership.payer),
            payer_name=payer_names[PayerId(membership.payer)],
            network_name=membership.network_name,
            therapies=membership.therapies,
            age_groups=membership.age_groups,
            from_on=membership.from_on,
            to_on=membership.to_on,
            verified_on=membership.verified_on,
            read_on=membership.read_on,
            source_title=membership.source_title,
            source_url=membership.source_url,
            source_publisher=membership.source_publisher,
        )
        for membership in entry.memberships
    )
    return FacilityRecord(facility, memberships)
