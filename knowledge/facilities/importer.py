"""How does an operator's list of facilities get in? From a CSV file with one row for each network membership.

Columns (all in the header, in any order):

facility_id     the operator's own id: small letters, digits, dashes
name, street, city, state, zip_code     state two letters, ZIP code five digits
latitude, longitude                     of the building, in degrees
phone, url                              may be empty
payer           the payer's id, as in the plans on file; empty: no membership, and the rest of the row is empty too
network_name    as the payer names it
therapies       ids of the catalogue, separated by semicolons; empty: the source names none
age_groups      adult, pediatric, or both with a semicolon; empty: the source names none
from_on, to_on  first and last day (YYYY-MM-DD); to_on empty while it lasts
verified_on     the day on which the source says so
source_title, source_url
source_publisher                        who published the source; empty: the payer itself

A facility with several memberships has several rows; its own columns are the same in each. A facility that is on
file is updated; a membership is the same one when payer, network and first day are the same, and those that the file
does not name stay as they are. All or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from bot.database import Database
from knowledge.csv_files import ImportRefused, ImportReport, Problem, Row, check_harmless, read_csv
from knowledge.facilities import store
from knowledge.facilities.files import Id, Latitude, Longitude, Phone, State, Text, Url, ZipCode
from knowledge.facilities.model import Facility, FacilityId, FacilityRecord, Membership
from knowledge.policies.model import PayerId

_AGE_GROUPS = {"adult", "pediatric"}
_MEMBERSHIP_COLUMNS = ("network_name", "from_on", "verified_on", "source_title", "source_url")
_ONLY_WITH_PAYER = (*_MEMBERSHIP_COLUMNS, "therapies", "age_groups", "to_on", "source_publisher")


PlainText = Annotated[Text, AfterValidator(check_harmless)]


class FacilityRow(BaseModel):
    """One row of the file."""

    model_config = ConfigDict(frozen=True)

    facility_id: Id
    name: PlainText
    street: PlainText
    city: PlainText
    state: State
    zip_code: ZipCode
    latitude: Latitude
    longitude: Longitude
    phone: Phone | None
    url: Url | None
    payer: Id | None
    network_name: PlainText | None
    therapies: PlainText | None
    age_groups: PlainText | None
    from_on: date | None
    to_on: date | None
    verified_on: date | None
    source_title: PlainText | None
    source_url: Url | None
    source_publisher: PlainText | None

    @model_validator(mode="after")
    def _membership_is_whole(self) -> FacilityRow:
        if self.payer is None:
            filled = [name for name in _ONLY_WITH_PAYER if getattr(self, name) is not None]
            if filled:
                raise ValueError(f"{filled[0]} without a payer")
            return self
        missing = [name for name in _MEMBERSHIP_COLUMNS if getattr(self, name) is None]
        if missing:
            raise ValueError(f"a payer without {missing[0]}")
        if self.from_on and self.to_on and self.to_on < self.from_on:
            raise ValueError("to_on is before from_on")
        return self

    def facility(self) -> Facility:
        """The facility's own columns."""
        return Facility(
            id=FacilityId(self.facility_id),
            name=self.name,
            street=self.street,
            city=self.city,
            state=self.state,
            zip_code=self.zip_code,
            latitude=self.latitude,
            longitude=self.longitude,
            phone=self.phone,
            url=self.url,
            names=(self.name,),
            aliases=(),
        )


def import_facilities(database: Database, path: Path, *, now: datetime | None = None) -> ImportReport:
    """Takes the file into the directory; the report counts facilities. Raises ImportRefused, StoreUnavailable."""
    rows = read_csv(path, FacilityRow)
    known = database.write_now(store.find_known_ids)
    problems = list(_problems(rows, known))
    if problems:
        raise ImportRefused(problems)
    read_on = (now or datetime.now(timezone.utc)).date()
    records: dict[FacilityId, FacilityRecord] = {}
    for row in rows:
        facility = row.values.facility()
        before = records.get(facility.id, FacilityRecord(facility, ()))
        membership = _membership(row.values, known, read_on)
        records[facility.id] = FacilityRecord(facility, (*before.memberships, *membership))
    return database.write_now(lambda connection: store.upsert_facilities(connection, tuple(records.values())))


def _problems(rows: Iterable[Row[FacilityRow]], known: store.KnownIds) -> Iterable[Problem]:
    seen: dict[str, Facility] = {}
    memberships: set[tuple[str, str, str, date]] = set()
    for row in rows:
        values = row.values
        facility = values.facility()
        if seen.setdefault(values.facility_id, facility) != facility:
            yield Problem(row.number, "facility_id", "an earlier row says something else about this facility")
        if values.payer is None or values.network_name is None or values.from_on is None:
            continue
        key = (values.facility_id, values.payer, values.network_name, values.from_on)
        if key in memberships:
            yield Problem(row.number, None, "the same membership stands in an earlier row")
        memberships.add(key)
        if values.payer not in known.payer_names:
            yield Problem(row.number, "payer", "no plan of this payer is on file")
        if not set(_words(values.therapies)) <= known.therapies:
            yield Problem(row.number, "therapies", "not ids of the catalogue")
        if not set(_words(values.age_groups)) <= _AGE_GROUPS:
            yield Problem(row.number, "age_groups", "only adult and pediatric")


def _membership(row: FacilityRow, known: store.KnownIds, read_on: date) -> tuple[Membership, ...]:
    if not (row.payer and row.network_name and row.from_on and row.verified_on and row.source_title and row.source_url):
        return ()
    return (
        Membership(
            facility=FacilityId(row.facility_id),
            payer=PayerId(row.payer),
            payer_name=known.payer_names[PayerId(row.payer)],
            network_name=row.network_name,
            therapies=_words(row.therapies),
            age_groups=_words(row.age_groups),
            from_on=row.from_on,
            to_on=row.to_on,
            verified_on=row.verified_on,
            read_on=read_on,
            source_title=row.source_title,
            source_url=row.source_url,
            source_publisher=row.source_publisher,
        ),
    )


def _words(cell: str | None) -> tuple[str, ...]:
    return tuple(word for part in (cell or "").split(";") if (word := part.strip()))
