"""How are coaches, their sessions and their presence kept?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.conversations.handoff import Coach, CoachCredentials, CoachId, CoachSession, Role
from bot.conversations.tables_store import coach_sessions, coaches
from bot.database import Database

# A row's type is not known before it is read; nothing leaves this module untyped.
_Row = Any


class CoachStore:
    """The coaches in the SQL database. Every method raises StoreUnavailable when it cannot answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, coach: Coach, password_hash: str, now: datetime) -> bool:
        """Adds a coach; False when the name is taken."""
        return await self._database.write(lambda connection: add_coach(connection, coach, password_hash, now))

    async def find_by_username(self, username: str) -> CoachCredentials | None:
        """The coach with this name who may sign in."""
        query = sa.select(coaches).where(coaches.c.username == username, coaches.c.disabled_at.is_(None))
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return CoachCredentials(_read(row), row.password_hash) if row else None

    async def find(self, coach_id: str) -> Coach | None:
        """One coach, disabled or not."""
        query = sa.select(coaches).where(coaches.c.id == coach_id)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return _read(row) if row else None

    async def list_all(self) -> tuple[Coach, ...]:
        """Every coach, by name."""
        query = sa.select(coaches).order_by(coaches.c.username)
        return await self._database.read(lambda connection: tuple(map(_read, connection.execute(query))))

    async def list_on_duty(self, alive_since: datetime, alive_until: datetime) -> tuple[Coach, ...]:
        """Those on duty whose console gave a sign of life between the two, by name."""
        query = (
            sa.select(coaches)
            .where(coaches.c.is_on_duty, coaches.c.disabled_at.is_(None))
            .where(coaches.c.heartbeat_at >= alive_since, coaches.c.heartbeat_at <= alive_until)
            .order_by(coaches.c.name)
        )
        return await self._database.read(lambda connection: tuple(map(_read, connection.execute(query))))

    async def update(self, coach_id: str, **values: object) -> None:
        """Sets columns of one coach."""
        await self._write(sa.update(coaches).where(coaches.c.id == coach_id).values(values))

    async def open_session(self, coach_id: CoachId, token_hash: str, csrf_hash: str, now: datetime) -> None:
        """Records a sign-in."""
        values = {"coach_id": coach_id, "csrf_hash": csrf_hash, "created_at": now, "active_at": now}
        await self._write(sa.insert(coach_sessions).values(token_hash=token_hash, heartbeat_at=now, **values))

    async def find_session(self, token_hash: str) -> CoachSession | None:
        """The session of this token, unless it has ended or its coach was disabled."""
        query = (
            sa.select(coaches, coach_sessions.c.csrf_hash, coach_sessions.c.created_at.label("since"))
            .add_columns(coach_sessions.c.active_at)
            .join(coach_sessions, coach_sessions.c.coach_id == coaches.c.id)
            .where(coach_sessions.c.token_hash == token_hash, coach_sessions.c.ended_at.is_(None))
            .where(coaches.c.disabled_at.is_(None))
        )
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return CoachSession(_read(row), row.csrf_hash, row.since, row.active_at) if row else None

    async def list_idle_sessions(
        self, active_before: datetime, active_after: datetime, opened_before: datetime
    ) -> tuple[tuple[str, str], ...]:
        """Token hash and coach id of the open sessions in which nobody did anything for too long, or that are old."""
        table = coach_sessions
        query = sa.select(table.c.token_hash, table.c.coach_id).where(
            table.c.ended_at.is_(None),
            sa.or_(
                table.c.active_at < active_before,
                table.c.active_at > active_after,
                table.c.created_at < opened_before,
            ),
        )
        return await self._database.read(
            lambda connection: tuple((row.token_hash, row.coach_id) for row in connection.execute(query))
        )

    async def count_sessions(self, coach_id: str, alive_since: datetime) -> int:
        """How many consoles of this coach are signed in and gave a sign of life since then."""
        table = coach_sessions
        query = sa.select(sa.func.count()).where(
            table.c.coach_id == coach_id, table.c.ended_at.is_(None), table.c.heartbeat_at >= alive_since
        )
        return await self._database.read(lambda connection: connection.execute(query).scalar_one())

    async def update_session(self, token_hash: str, **values: object) -> None:
        """Sets columns of one open session."""
        table = coach_sessions
        await self._write(
            sa.update(table).where(table.c.token_hash == token_hash, table.c.ended_at.is_(None)).values(values)
        )

    async def end_sessions(self, coach_id: str, now: datetime) -> None:
        """Ends every open session of one coach."""
        table = coach_sessions
        await self._write(
            sa.update(table).where(table.c.coach_id == coach_id, table.c.ended_at.is_(None)).values(ended_at=now)
        )

    async def _write(self, statement: sa.Executable) -> None:
        await self._database.write(lambda connection: connection.execute(statement))


def add_coach(connection: sa.Connection, coach: Coach, password_hash: str, now: datetime) -> bool:
    """Adds a coach; False when the name is taken."""
    taken = connection.execute(sa.select(coaches.c.id).where(coaches.c.username == coach.username)).first()
    if taken is not None:
        return False
    connection.execute(
        sa.insert(coaches).values(
            id=coach.id,
            username=coach.username,
            name=coach.name,
            role=coach.role.value,
            password_hash=password_hash,
            is_on_duty=False,
            created_at=now,
        )
    )
    return True


def _read(row: _Row) -> Coach:
    return Coach(
        id=CoachId(row.id),
        username=row.username,
        name=row.name,
        role=Role(row.role),
        is_on_duty=row.is_on_duty,
        heartbeat_at=row.heartbeat_at,
        disabled_at=row.disabled_at,
    )
