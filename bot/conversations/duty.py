"""Is a coach there now, and if not, when is one, and when could one call?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from bot.conversations.coach_service import CoachService
from bot.conversations.hours import CallbackWindow, HoursBook


@dataclass(frozen=True)
class DutyNow:
    """What a member may be told of the coaches at this moment.

    `opens_at` (UTC) and `windows` are empty where the hours of the plan's coaches are not known; `today` is the day in
    `time_zone`.
    """

    at: datetime
    on_duty: bool
    opens_at: datetime | None
    windows: tuple[CallbackWindow, ...]
    time_zone: str | None
    today: date


class Duty:
    """Looks at the coaches' presence, and at the hours of a plan."""

    def __init__(self, coaches: CoachService, hours: HoursBook, clock: Callable[[], datetime]) -> None:
        self._coaches = coaches
        self._hours = hours
        self._clock = clock

    async def look(self, plan_id: str | None) -> DutyNow:
        """How things stand for a member of this plan. Presence is the truth: hours only say what to expect.

        Raises StoreUnavailable.
        """
        now = self._clock()
        hours = self._hours.of(plan_id)
        return DutyNow(
            at=now,
            on_duty=bool(await self._coaches.list_on_duty()),
            opens_at=hours.next_opening(now) if hours else None,
            windows=hours.list_windows(now) if hours else (),
            time_zone=hours.time_zone if hours else None,
            today=hours.today(now) if hours else now.date(),
        )
