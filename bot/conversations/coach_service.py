"""Which coaches are there, who is signed in, and who is on duty?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.conversations.coach_store import CoachStore
from bot.conversations.handoff import Coach, CoachCredentials, CoachId, CoachNotFound, CoachSession, Role
from bot.conversations.ids import IdSource
from bot.conversations.live import DESK, DeskChanged, LiveHub

log = structlog.get_logger()

# A console gives a sign of life every 20 s; three in a row that are missing mean that nobody is there.
PRESENT_FOR = timedelta(seconds=60)
# A session ends after so long without anything that a person did, and after a long day in any case.
IDLE_AFTER = timedelta(minutes=15)
SESSION_LIFETIME = timedelta(hours=12)


class CoachService:
    """The coaches' own door. Every method raises StoreUnavailable when the database cannot answer."""

    def __init__(self, store: CoachStore, clock: Callable[[], datetime], ids: IdSource, live: LiveHub) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._live = live

    async def add_coach(self, *, username: str, name: str, role: Role, password_hash: str) -> Coach | None:
        """Adds a coach; None when the name is taken."""
        coach = Coach(CoachId(self._ids.message_id()), username, name, role)
        return coach if await self._store.add(coach, password_hash, self._clock()) else None

    async def find_by_username(self, username: str) -> CoachCredentials | None:
        """The coach with this name who may sign in."""
        return await self._store.find_by_username(username)

    async def get(self, coach_id: str) -> Coach:
        """One coach. Raises CoachNotFound."""
        coach = await self._store.find(coach_id)
        if coach is None:
            raise CoachNotFound
        return coach

    async def list_coaches(self) -> tuple[Coach, ...]:
        """Every coach, disabled ones too, by name."""
        return await self._store.list_all()

    async def set_password(self, coach_id: str, password_hash: str) -> None:
        """Replaces the hash of a coach's password."""
        await self._store.update(coach_id, password_hash=password_hash)

    async def disable(self, coach_id: str) -> None:
        """The coach can sign in no more, and is not on duty."""
        await self._store.update(coach_id, disabled_at=self._clock(), is_on_duty=False)
        self._live.publish(DESK, DeskChanged())

    async def enable(self, coach_id: str) -> None:
        """The coach can sign in again."""
        await self._store.update(coach_id, disabled_at=None)

    async def set_duty(self, coach_id: str, is_on_duty: bool) -> Coach:
        """The coach takes members from now on, or no more. Raises CoachNotFound."""
        now = self._clock()
        await self._store.update(coach_id, is_on_duty=is_on_duty, heartbeat_at=now)
        self._live.publish(DESK, DeskChanged())
        coach = await self.get(coach_id)
        log.info("coach.on_duty" if is_on_duty else "coach.off_duty", coach_id=coach_id)
        return coach

    async def heartbeat(self, coach_id: str, token_hash: str | None = None) -> None:
        """The coach's console is there; `token_hash` tells which, where a coach may have several."""
        await self._store.update(coach_id, heartbeat_at=self._clock())
        if token_hash is not None:
            await self._store.update_session(token_hash, heartbeat_at=self._clock())

    async def list_on_duty(self) -> tuple[Coach, ...]:
        """Those who take members now: on duty, and their console gave a sign of life lately."""
        now = self._clock()
        # Later than now is a sign of life from before the clock was put back: it says nothing of this minute.
        return await self._store.list_on_duty(now - PRESENT_FOR, now + PRESENT_FOR)

    async def open_session(self, coach_id: CoachId, token_hash: str, csrf_hash: str) -> None:
        """Records a sign-in, which is a sign of life."""
        await self._store.open_session(coach_id, token_hash, csrf_hash, self._clock())
        await self.heartbeat(coach_id)

    async def find_session(self, token_hash: str) -> CoachSession | None:
        """The session of this token while it lasts: not ended, not idle too long, not too old."""
        session = await self._store.find_session(token_hash)
        now = self._clock()
        # Either way: a clock that was put back must not keep an empty chair signed in for hours.
        if session is None or abs(now - session.active_at) >= IDLE_AFTER:
            return None
        if now - session.created_at >= SESSION_LIFETIME:
            return None
        return session

    async def touch_session(self, token_hash: str) -> None:
        """A person did something in this session, which is a sign of life."""
        now = self._clock()
        await self._store.update_session(token_hash, active_at=now, heartbeat_at=now)

    async def end_session(self, token_hash: str, coach_id: str) -> bool:
        """Ends a session; True when no other console of the coach gives a sign of life, and they are so off duty.

        A laptop that was shut is signed in for a while yet; it holds nobody.
        """
        now = self._clock()
        await self._store.update_session(token_hash, ended_at=now)
        if await self._store.count_sessions(coach_id, now - PRESENT_FOR):
            return False
        await self._store.update(coach_id, is_on_duty=False)
        self._live.publish(DESK, DeskChanged())
        return True

    async def end_sessions(self, coach_id: str) -> None:
        """Ends every session of a coach, who is off duty then: whoever knew the old password is out as well."""
        await self._store.end_sessions(coach_id, self._clock())
        await self._store.update(coach_id, is_on_duty=False)
        self._live.publish(DESK, DeskChanged())

    async def list_idle_sessions(self) -> tuple[tuple[str, str], ...]:
        """Token hash and coach id of the sessions that have lasted too long; whoever finds them ends them."""
        now = self._clock()
        return await self._store.list_idle_sessions(now - IDLE_AFTER, now + IDLE_AFTER, now - SESSION_LIFETIME)
