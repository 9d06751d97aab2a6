"""How does a member file reach the tables? People first, then who belongs to whom, then their periods of cover.

What is on file is read once, compared in memory, and written in batches: nobody else can write meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from knowledge.csv_files import ImportReport
from knowledge.eligibility.model import MemberEntry
from knowledge.eligibility.store import coverages, members
from knowledge.policies.store import plans

# Fewer than any database takes as values of one statement.
_BATCH = 1000

Values = dict[str, object]
Period = tuple[str, str, date | None]


@dataclass(frozen=True)
class KnownIds:
    """What a member file may refer to: plans, and subscribers by member number."""

    plans: frozenset[str]
    subscribers: frozenset[str]


@dataclass
class _OnFile:
    """What the tables hold about the people of the file; kept up as its entries are taken."""

    ids: dict[str, str] = field(default_factory=dict)
    people: dict[str, Values] = field(default_factory=dict)
    periods: dict[Period, tuple[int, Values]] = field(default_factory=dict)


@dataclass
class _Writes:
    """What is to be written at the end."""

    new_people: dict[str, Values] = field(default_factory=dict)
    changed_people: dict[str, Values] = field(default_factory=dict)
    new_periods: list[Values] = field(default_factory=list)
    changed_periods: list[Values] = field(default_factory=list)
    confirmed_periods: list[int] = field(default_factory=list)


def find_known_ids(connection: sa.Connection) -> KnownIds:
    """The plans and subscribers on file."""
    holders = sa.select(members.c.member_number).where(members.c.subscriber_id.is_(None))
    return KnownIds(
        plans=frozenset(connection.execute(sa.select(plans.c.id)).scalars()),
        subscribers=frozenset(connection.execute(holders).scalars()),
    )


def upsert_members(
    connection: sa.Connection, entries: Sequence[MemberEntry], now: datetime, new_id: Callable[[], str]
) -> ImportReport:
    """Takes checked entries in; an entry counts as updated when the person or the period of cover changed."""
    on_file = _read(connection, entries)
    writes = _Writes()
    added = updated = unchanged = 0
    # Subscribers first: the others point at them.
    for entry in sorted(entries, key=lambda entry: entry.subscriber_number is not None):
        is_new = entry.member_number not in on_file.ids
        on_file.ids.setdefault(entry.member_number, new_id())
        person_changed = _take_person(entry, on_file, writes)
        period_changed = _take_period(entry, on_file, writes)
        added += is_new
        updated += not is_new and (person_changed or period_changed)
        unchanged += not (is_new or person_changed or period_changed)
    _write(connection, writes, now)
    return ImportReport(added, updated, unchanged)


def _read(connection: sa.Connection, entries: Iterable[MemberEntry]) -> _OnFile:
    on_file = _OnFile()
    numbers = {number for entry in entries for number in (entry.member_number, entry.subscriber_number) if number}
    for batch in _batches(sorted(numbers)):
        for row in connection.execute(sa.select(members).where(members.c.member_number.in_(batch))).mappings():
            on_file.ids[row["member_number"]] = row["id"]
            on_file.people[row["id"]] = dict(row)
    for batch in _batches(sorted(on_file.people)):
        for row in connection.execute(sa.select(coverages).where(coverages.c.member_id.in_(batch))).mappings():
            on_file.periods[row["member_id"], row["plan_id"], row["starts_on"]] = (row["id"], dict(row))
    return on_file


def _take_person(entry: MemberEntry, on_file: _OnFile, writes: _Writes) -> bool:
    member_id = on_file.ids[entry.member_number]
    values: Values = {
        "id": member_id,
        "member_number": entry.member_number,
        "first_name": entry.first_name,
        "date_of_birth": entry.date_of_birth,
        "zip_code": entry.zip_code,
        "relationship": entry.relationship,
        "subscriber_id": on_file.ids[entry.subscriber_number] if entry.subscriber_number else None,
        "is_sample": entry.is_sample,
    }
    before = on_file.people.get(member_id)
    if before == values:
        return False
    on_file.people[member_id] = values
    (writes.new_people if before is None else writes.changed_people)[member_id] = values
    return True


def _take_period(entry: MemberEntry, on_file: _OnFile, writes: _Writes) -> bool:
    key: Period = (on_file.ids[entry.member_number], entry.plan_id, entry.starts_on)
    values: Values = {
        "member_id": key[0],
        "plan_id": entry.plan_id,
        "starts_on": entry.starts_on,
        "state": entry.state,
        "funding": entry.funding.value,
        "ends_on": entry.ends_on,
        "medical_benefit": entry.medical_benefit.value,
        "approval_required": entry.approval_required.value,
        "source": "sample member file" if entry.is_sample else "member file",
    }
    if key not in on_file.periods:
        writes.new_periods.append(values)
        return True
    period_id, before = on_file.periods[key]
    if all(before[name] == value for name, value in values.items()):
        # Nothing changed, but the file has confirmed the record today.
        writes.confirmed_periods.append(period_id)
        return False
    writes.changed_periods.append({"id": period_id, **values})
    return True


def _write(connection: sa.Connection, writes: _Writes, now: datetime) -> None:
    _insert(connection, members, list(writes.new_people.values()))
    _update(connection, members, list(writes.changed_people.values()))
    _insert(connection, coverages, [{**values, "recorded_at": now} for values in writes.new_periods])
    _update(connection, coverages, [{**values, "recorded_at": now} for values in writes.changed_periods])
    for batch in _batches(writes.confirmed_periods):
        connection.execute(sa.update(coverages).where(coverages.c.id.in_(batch)).values(recorded_at=now))


def _insert(connection: sa.Connection, table: sa.Table, rows: list[Values]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _update(connection: sa.Connection, table: sa.Table, rows: list[Values]) -> None:
    if not rows:
        return
    columns: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in rows[0] if name != "id"}
    statement = sa.update(table).where(table.c.id == sa.bindparam("row_id")).values(columns)
    parameters = [
        {"row_id": row["id"], **{f"new_{name}": value for name, value in row.items() if name != "id"}} for row in rows
    ]
    connection.execute(statement, parameters)


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
