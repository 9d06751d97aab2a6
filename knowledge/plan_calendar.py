"""Which day is it for a plan? Coverage dates are days in the plan's own time zone, not in UTC."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

DEFAULT_TIME_ZONE = "America/New_York"


def today(time_zone: str, now: datetime) -> date:
    """The calendar day of the moment `now` (aware) in the IANA zone `time_zone`."""
    return now.astimezone(ZoneInfo(time_zone)).date()
