"""How does a member file reach the tables? People first, then who belongs to whom, then their periods of cover."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from knowledge.csv_files import ImportReport
from knowledge.eligibility.model import MemberEntry
from knowledge.eligibility.store import coverages, members
from knowledge.policies.store import plans


@dataclass(frozen=True)
class KnownIds:
    """What a member file may refer to: plans, and subscribers by member number."""

    plans: frozenset[str]
    subscribers: frozenset[str]


def find_known_ids(connection: sa.Connection) -> KnownIds:
    """The plans and subscribers on file."""
    holders = sa.select(members.c.member_number).where(members.c.subscriber_id.is_(None))
    return KnownIds(
        plans=frozenset(connection.execute(sa.select(plans.c.id)).scalars()),
        subscribers=frozenset(connection.execute(holders).scalars()),
    )


def upsert_members(
    connection: sa.Connection, entries: Iterable[MemberEntry], now: datetime, new_id: Callable[[], str]
) -> ImportReport:
    """Takes checked entries in; an entry counts as updated when the person or the period of cover changed."""
    query = sa.select(members.c.member_number, members.c.id)
    ids = {row.member_number: row.id for row in connection.execute(query)}
    added = updated = unchanged = 0
    # Subscribers first: the others point at them.
    for entry in sorted(entries, key=lambda entry: entry.subscriber_number is not None):
        is_new = entry.member_number not in ids
        ids.setdefault(entry.member_number, new_id())
        subscriber_id = ids[entry.subscriber_number] if entry.subscriber_number else None
        person_changed = _write_person(connection, entry, ids[entry.member_number], subscriber_id, is_new)
        coverage_changed = _write_coverage(connection, entry, ids[entry.member_number], now)
        added += is_new
        updated += not is_new and (person_changed or coverage_changed)
        unchanged += not (is_new or person_changed or coverage_changed)
    return ImportReport(added, updated, unchanged)


def _write_person(
    connection: sa.Connection, entry: MemberEntry, member_id: str, subscriber_id: str | None, is_new: bool
) -> bool:
    values: dict[str, object] = {
        "first_name": entry.first_name,
        "date_of_birth": entry.date_of_birth,
        "zip_code": entry.zip_code,
        "relationship": entry.relationship,
        "subscriber_id": subscriber_id,
        "is_sample": entry.is_sample,
    }
    if is_new:
        connection.execute(sa.insert(members).values(id=member_id, member_number=entry.member_number, **values))
        return True
    row = connection.execute(sa.select(members).where(members.c.id == member_id)).one()
    if all(getattr(row, name) == value for name, value in values.items()):
        return False
    connection.execute(sa.update(members).where(members.c.id == member_id).values(values))
    return True


def _write_coverage(connection: sa.Connection, entry: MemberEntry, member_id: str, now: datetime) -> bool:
    values: dict[str, object] = {
        "state": entry.state,
        "funding": entry.funding.value,
        "ends_on": entry.ends_on,
        "medical_benefit": entry.medical_benefit.value,
        "approval_required": entry.approval_required.value,
        "source": "sample member file" if entry.is_sample else "member file",
    }
    period = (
        (coverages.c.member_id == member_id)
        & (coverages.c.plan_id == entry.plan_id)
        & coverages.c.starts_on.is_not_distinct_from(entry.starts_on)
    )
    row = connection.execute(sa.select(coverages).where(period)).one_or_none()
    if row is None:
        key = {"member_id": member_id, "plan_id": entry.plan_id, "starts_on": entry.starts_on}
        connection.execute(sa.insert(coverages).values(**key, **values, recorded_at=now))
        return True
    # Written even where nothing changed: the file has confirmed the record today.
    connection.execute(sa.update(coverages).where(coverages.c.id == row.id).values(**values, recorded_at=now))
    return any(getattr(row, name) != value for name, value in values.items())
