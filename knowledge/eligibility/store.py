"""How are member records, failed attempts and the audit kept? Their tables, reads and writes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.database import Database, UtcDateTime, metadata
from knowledge.eligibility.model import (
    Answer,
    AuditEvent,
    Coverage,
    FailureCount,
    Funding,
    Member,
    MemberId,
    MemberRecord,
)
from knowledge.eligibility.service import AuditLog, EligibilityStore, FailureTransition
from knowledge.policies.model import PlanId
from knowledge.policies.store import plans

members = sa.Table(
    "members",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("member_number", sa.String(64), nullable=False),
    sa.Column("first_name", sa.Text, nullable=False),
    sa.Column("date_of_birth", sa.Date, nullable=False),
    sa.Column("zip_code", sa.String(5), nullable=False),
    sa.Column("relationship", sa.String(32), nullable=False),
    sa.Column("subscriber_id", sa.String(32), sa.ForeignKey("members.id"), index=True),
    sa.Column("is_sample", sa.Boolean, nullable=False),
    sa.UniqueConstraint("member_number"),
)

coverages = sa.Table(
    "coverages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("member_id", sa.String(32), sa.ForeignKey("members.id"), nullable=False, index=True),
    sa.Column("plan_id", sa.String(64), nullable=False),
    sa.Column("state", sa.String(2)),
    sa.Column("funding", sa.String(16), nullable=False),
    sa.Column("starts_on", sa.Date),
    sa.Column("ends_on", sa.Date),
    sa.Column("medical_benefit", sa.String(8), nullable=False),
    sa.Column("approval_required", sa.String(8), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)

verification_failures = sa.Table(
    "verification_failures",
    metadata,
    sa.Column("key", sa.String(128), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_failure_at", UtcDateTime),
    sa.Column("locked_until", UtcDateTime),
)

# Append-only: migration 0002 adds triggers that refuse every change and removal.
audit_events = sa.Table(
    "audit_events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor", sa.String(16), nullable=False),
    sa.Column("conversation_id", sa.String(64), nullable=True),
    sa.Column("member_id", sa.String(32)),
    sa.Column("purpose", sa.String(64), nullable=False),
    sa.Column("level", sa.String(16), nullable=False),
    sa.Column("outcome", sa.String(32), nullable=False),
)


class SqlEligibilityStore(EligibilityStore):
    """Member records in the SQL database, read through `source` where it is given; failed attempts in `database`."""

    def __init__(self, database: Database, source: Database | None = None) -> None:
        self._database = database
        self._source = source or database

    async def find_member(self, member_number: str) -> Member | None:
        query = sa.select(members).where(members.c.member_number == member_number)
        row = await self._source.read(lambda connection: connection.execute(query).one_or_none())
        return _member(row) if row else None

    async def find_record(self, member_id: MemberId) -> MemberRecord | None:
        records = await self._source.read(lambda connection: _records(connection, members.c.id == member_id))
        return records[0] if records else None

    async def list_dependents(self, subscriber: MemberId) -> tuple[MemberRecord, ...]:
        return await self._source.read(lambda connection: _records(connection, members.c.subscriber_id == subscriber))

    async def change_failure_counts(self, keys: tuple[str, ...], change: FailureTransition) -> None:
        def work(connection: sa.Connection) -> None:
            # Always in the same order, so that two attempts never wait for each other's row.
            counts = {key: _lock_failure_count(connection, key) for key in sorted(keys)}
            after = change(tuple(counts[key] for key in keys))
            for key, count in zip(keys, after, strict=True):
                _write_failure_count(connection, key, count)

        await self._database.write(work)


class SqlAuditLog(AuditLog):
    """The audit in the SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, event: AuditEvent) -> None:
        values = {column.name: getattr(event, column.name) for column in audit_events.c if column.name != "id"}
        await self._database.write(lambda connection: connection.execute(sa.insert(audit_events).values(values)))


def _records(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> tuple[MemberRecord, ...]:
    found = connection.execute(sa.select(members).where(condition).order_by(members.c.id)).all()
    query = (
        sa.select(coverages, plans.c.name.label("plan_name"), plans.c.line_of_business)
        .outerjoin(plans, plans.c.id == coverages.c.plan_id)
        .where(coverages.c.member_id.in_([row.id for row in found]))
        .order_by(coverages.c.starts_on.desc().nulls_last(), coverages.c.id.desc())
    )
    by_member: dict[str, list[Coverage]] = {}
    for row in connection.execute(query):
        by_member.setdefault(row.member_id, []).append(_coverage(row))
    return tuple(MemberRecord(_member(row), tuple(by_member.get(row.id, ()))) for row in found)


def _lock_failure_count(connection: sa.Connection, key: str) -> FailureCount | None:
    # A row that is not there cannot be locked: make it first, then hold it to the end of the transaction.
    statement = "INSERT INTO verification_failures (key, failures) VALUES (:key, 0) ON CONFLICT DO NOTHING"
    connection.execute(sa.text(statement), {"key": key})
    query = sa.select(verification_failures).where(verification_failures.c.key == key).with_for_update()
    row = connection.execute(query).one()
    return FailureCount(row.failures, row.last_failure_at, row.locked_until) if row.failures else None


def _write_failure_count(connection: sa.Connection, key: str, count: FailureCount | None) -> None:
    # The row stays: another attempt may be waiting for it.
    connection.execute(
        sa.update(verification_failures)
        .where(verification_failures.c.key == key)
        .values(
            failures=count.failures if count else 0,
            last_failure_at=count.last_failure_at if count else None,
            locked_until=count.locked_until if count else None,
        )
    )


def _member(row: sa.Row[Any]) -> Member:
    return Member(
        id=MemberId(row.id),
        member_number=row.member_number,
        date_of_birth=row.date_of_birth,
        relationship=row.relationship,
        subscriber=MemberId(row.subscriber_id) if row.subscriber_id else None,
        is_sample=row.is_sample,
    )


def _coverage(row: sa.Row[Any]) -> Coverage:
    return Coverage(
        plan_id=PlanId(row.plan_id),
        plan_name=row.plan_name,
        line_of_business=row.line_of_business,
        state=row.state,
        funding=Funding(row.funding),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        medical_benefit=Answer(row.medical_benefit),
        approval_required=Answer(row.approval_required),
        source=row.source,
        recorded_at=row.recorded_at,
    )
