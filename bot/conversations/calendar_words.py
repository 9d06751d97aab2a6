"""How are a day, an hour and a call-back window said to a member? In the words of data/responses/calendar.yml."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import wording as words
from bot.conversations.hours import CallbackWindow, window_words
from bot.conversations.model import Channel
from bot.wording import Wording


class CalendarWords:
    """Days and hours in one language."""

    def __init__(self, wording: Wording, language: str) -> None:
        self._wording = wording
        self._language = language

    def window(self, window: CallbackWindow, today: date) -> str:
        """A window as it stands within a sentence."""
        seen = window_words(window, today)
        day = "today" if seen.is_today else "tomorrow" if seen.is_tomorrow else "day"
        key = words.WINDOWS[day, seen.window]
        return self._say(key, weekday=self._listed("weekdays", seen.weekday), day=self._day(seen.day))

    def title(self, window: CallbackWindow, today: date) -> str:
        """A window as it stands on a button."""
        said = self.window(window, today)
        return said[:1].upper() + said[1:]

    def moment(self, moment: datetime, zone: str, now: datetime) -> str:
        """An hour of a day in that time zone, as seen from now."""
        local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
        days = (local.date() - today).days
        name = {0: "moment_today", 1: "moment_tomorrow"}.get(days, "moment")
        return self._say(
            words.CALENDAR[name],
            weekday=self._listed("weekdays", local.weekday()),
            day=self._day(local.date()),
            time=f"{local.hour % 12 or 12}:{local.minute:02}",
            half=self._listed("halves", local.hour // 12),
            zone=self.zone(zone),
        )

    def zone(self, zone: str) -> str:
        """A time zone's name."""
        return self._say(words.ZONES[zone]) if zone in words.ZONES else zone

    def _day(self, day: date) -> str:
        return self._say(words.CALENDAR["day"], month=self._listed("months", day.month - 1), number=day.day)

    def _listed(self, name: str, index: int) -> str:
        return self._say(words.CALENDAR[name]).split(", ")[index]

    def _say(self, key: str, **values: object) -> str:
        return self._wording.say(key, Channel.WEB, self._language, **values)
