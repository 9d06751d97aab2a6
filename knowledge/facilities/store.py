"""How is the directory kept? Facilities, and their memberships in networks as dated facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from bot.database import metadata
from knowledge.content_store import ContentReader, mark_changed
from knowledge.csv_files import ImportReport
from knowledge.facilities.model import Facility, FacilityId, FacilityRecord, Membership
from knowledge.facilities.service import FacilityStore
from knowledge.origin import Origin
from knowledge.policies.model import PayerId
from knowledge.policies.store import find_plans
from knowledge.therapies.store import find_age_min, list_therapy_ids

facilities = sa.Table(
    "facilities",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("street", sa.Text, nullable=False),
    sa.Column("city", sa.Text, nullable=False),
    sa.Column("state", sa.String(2), nullable=False),
    sa.Column("zip_code", sa.String(10), nullable=False),
    sa.Column("latitude", sa.Float, nullable=False),
    sa.Column("longitude", sa.Float, nullable=False),
    sa.Column("phone", sa.String(32)),
    sa.Column("url", sa.Text),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.CheckConstraint("origin IN ('shipped', 'imported')", name="origin"),
)

network_memberships = sa.Table(
    "network_memberships",
    metadata,
    sa.Column("facility_id", sa.String(64), sa.ForeignKey("facilities.id"), primary_key=True),
    sa.Column("payer", sa.String(64), primary_key=True, index=True),
    sa.Column("network_name", sa.String(200), primary_key=True),
    sa.Column("from_on", sa.Date, primary_key=True),
    sa.Column("to_on", sa.Date),
    sa.Column("payer_name", sa.Text, nullable=False),
    sa.Column("therapies", sa.JSON, nullable=False),
    sa.Column("age_groups", sa.JSON, nullable=False),
    sa.Column("verified_on", sa.Date, nullable=False),
    sa.Column("read_on", sa.Date, nullable=False),
    sa.Column("source_title", sa.Text, nullable=False),
    sa.Column("source_url", sa.Text, nullable=False),
    sa.Column("source_publisher", sa.Text),
)

_FACILITY_COLUMNS = [column.name for column in facilities.c if column.name != "origin"]


@dataclass(frozen=True)
class KnownIds:
    """What a list of facilities may refer to."""

    payer_names: dict[PayerId, str]
    therapies: frozenset[str]


class SqlFacilityStore(FacilityStore):
    """The directory in the SQL database."""

    def __init__(self, content: ContentReader) -> None:
        self._content = content

    async def list_members(self, payer: PayerId) -> tuple[tuple[Facility, Membership], ...]:
        def work(connection: sa.Connection) -> tuple[tuple[Facility, Membership], ...]:
            query = sa.select(facilities, network_memberships).join(network_memberships)
            query = query.where(network_memberships.c.payer == payer)
            return tuple((_facility(row), _membership(row)) for row in connection.execute(query))

        return await self._content.read(("network_memberships", payer), work)

    async def find_age_min(self, therapy: str) -> float | None:
        return await self._content.read(("age_min", therapy), lambda connection: find_age_min(connection, therapy))


def find_known_ids(connection: sa.Connection) -> KnownIds:
    """The payers and therapies on file."""
    payer_names = {plan.payer: plan.payer_name for plan in find_plans(connection).values()}
    return KnownIds(payer_names, list_therapy_ids(connection))


def find_records(connection: sa.Connection, origin: Origin) -> dict[FacilityId, FacilityRecord]:
    """Every facility of that origin with its memberships, by id."""
    found = connection.execute(sa.select(facilities).where(facilities.c.origin == origin.value)).all()
    query = sa.select(network_memberships).join(facilities).where(facilities.c.origin == origin.value)
    memberships: dict[str, list[Membership]] = {}
    for row in connection.execute(
        query.order_by(network_memberships.c.from_on, network_memberships.c.network_name, network_memberships.c.payer)
    ):
        memberships.setdefault(row.facility_id, []).append(_membership(row))
    return {row.id: FacilityRecord(_facility(row), tuple(memberships.get(row.id, ()))) for row in found}


def write_facility(connection: sa.Connection, record: FacilityRecord, origin: Origin) -> None:
    """Adds the facility with its memberships, in place of the one with its id."""
    facility = record.facility
    delete_facility(connection, facility.id)
    values = {name: getattr(facility, name) for name in _FACILITY_COLUMNS}
    values |= {"names": list(facility.names), "aliases": list(facility.aliases), "origin": origin.value}
    connection.execute(sa.insert(facilities).values(values))
    for membership in record.memberships:
        connection.execute(
            sa.insert(network_memberships).values(
                facility_id=facility.id,
                payer=membership.payer,
                network_name=membership.network_name,
                from_on=membership.from_on,
                to_on=membership.to_on,
                payer_name=membership.payer_name,
                therapies=list(membership.therapies),
                age_groups=list(membership.age_groups),
                verified_on=membership.verified_on,
                read_on=membership.read_on,
                source_title=membership.source_title,
                source_url=membership.source_url,
                source_publisher=membership.source_publisher,
            )
        )


def upsert_facilities(connection: sa.Connection, records: Iterable[FacilityRecord]) -> ImportReport:
    """Takes an operator's facilities in: they replace what is on file about them, memberships are added to it."""
    on_file = find_records(connection, Origin.SHIPPED) | find_records(connection, Origin.IMPORTED)
    added = updated = unchanged = 0
    for record in records:
        before = on_file.get(record.facility.id)
        after = _merged(before, record)
        added += before is None
        updated += before is not None and before != after
        unchanged += before == after
        if before != after:
            write_facility(connection, after, Origin.IMPORTED)
    return ImportReport(added, updated, unchanged)


def _merged(before: FacilityRecord | None, new: FacilityRecord) -> FacilityRecord:
    if before is None:
        return new
    memberships = {_key(membership): membership for membership in before.memberships}
    for membership in new.memberships:
        same = memberships.get(_key(membership))
        # Read again on a later day and found the same: that is no change.
        is_same = same is not None and replace(membership, read_on=same.read_on) == same
        memberships[_key(membership)] = same if same is not None and is_same else membership
    facility = replace(new.facility, aliases=before.facility.aliases)
    if new.facility.name == before.facility.name:
        facility = replace(facility, names=before.facility.names)
    return FacilityRecord(facility, tuple(memberships[key] for key in sorted(memberships)))


def _key(membership: Membership) -> tuple[date, str, str]:
    return membership.from_on, membership.network_name, membership.payer


def delete_facility(connection: sa.Connection, facility: FacilityId) -> None:
    """Removes the facility with its memberships, if it is there."""
    mark_changed(connection)
    connection.execute(sa.delete(network_memberships).where(network_memberships.c.facility_id == facility))
    connection.execute(sa.delete(facilities).where(facilities.c.id == facility))


def _facility(row: sa.Row[Any]) -> Facility:
    return Facility(
        id=FacilityId(row.id),
        name=row.name,
        street=row.street,
        city=row.city,
        state=row.state,
        zip_code=row.zip_code,
        latitude=row.latitude,
        longitude=row.longitude,
        phone=row.phone,
        url=row.url,
        names=tuple(row.names),
        aliases=tuple(row.aliases),
    )


def _membership(row: sa.Row[Any]) -> Membership:
    return Membership(
        facility=FacilityId(row.facility_id),
        payer=PayerId(row.payer),
        payer_name=row.payer_name,
        network_name=row.network_name,
        therapies=tuple(row.therapies),
        age_groups=tuple(row.age_groups),
        from_on=row.from_on,
        to_on=row.to_on,
        verified_on=row.verified_on,
        read_on=row.read_on,
        source_title=row.source_title,
        source_url=row.source_url,
        source_publisher=row.source_publisher,
    )
