"""When are coaches there, when do they open next, and when can a member still be called back?

Hours are the clock on the wall of the plan's time zone. Every question is asked and answered in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays

from bot.conversations.handoff import CallbackWindowName

# Stands in `observes` for every federal holiday of the United States.
FEDERAL = "federal"
NOON = time(12)
# As a closing time this is the end of the day: Python has no 24:00.
MIDNIGHT = time(0)

# A coach has to see the call-back before its window begins.
_NOTICE = timedelta(minutes=30)
# Whoever opens on no day of a whole year, leap day included, is closed for good.
_LOOK_AHEAD_DAYS = 366
# Five of the federal holidays have no fixed day of the week, but every one comes once a year.
_YEARS_WITH_ALL_NAMES = range(2022, 2024)
_OBSERVED = " (observed)"

Span = tuple[datetime, datetime]
LocalHours = tuple[time, time]


@dataclass(frozen=True)
class CallbackWindow:
    """Half a day on which a coach can call: the open hours before noon, or those after it, in the plan's zone."""

    day: date
    window: CallbackWindowName


@dataclass(frozen=True)
class WindowWords:
    """What a sentence about a window needs; the sentence itself is in data/responses. `weekday` 0 is Monday."""

    day: date
    window: CallbackWindowName
    weekday: int
    is_today: bool
    is_tomorrow: bool


def window_words(window: CallbackWindow, today: date) -> WindowWords:
    """The window as seen from `today` in the plan's time zone."""
    return WindowWords(
        day=window.day,
        window=window.window,
        weekday=window.day.weekday(),
        is_today=window.day == today,
        is_tomorrow=window.day == today + timedelta(days=1),
    )


@dataclass(frozen=True)
class CoachHours:
    """The hours of one plan's coaches.

    `weekly` gives for a weekday (0 is Monday) its hours in order, (opens, closes); closing at 00:00 is the end of
    the day, so (00:00, 00:00) is a whole day. `closed_on` are days closed beside the holidays in `observes`: names of
    US federal holidays, or "federal" for all. A holiday on a weekend also closes the day on which it is observed.

    Raises ValueError, naming what is wrong, for hours that cannot be.
    """

    time_zone: str
    weekly: Mapping[int, tuple[LocalHours, ...]]
    closed_on: frozenset[date] = frozenset()
    observes: tuple[str, ...] = ()
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_zone", _find_zone(self.time_zone))
        for weekday, hours in self.weekly.items():
            check_day(weekday, hours)
        for name in self.observes:
            if name != FEDERAL and name not in holiday_names():
                raise ValueError(f"'{name}' is no US federal holiday; the names are: {', '.join(holiday_names())}")

    def today(self, now: datetime) -> date:
        """The day on the plan's calendar."""
        return now.astimezone(self._zone).date()

    def is_open(self, now: datetime) -> bool:
        """True within the hours; the moment of closing is outside."""
        day = self.today(now)
        return any(opens <= now < closes for opens, closes in self._spans(day))

    def next_opening(self, now: datetime) -> datetime | None:
        """The next moment after `now`, in UTC, at which closed turns to open.

        None where it never does within a year: always closed, or always open.
        """
        day = self.today(now)
        # A day that ends at midnight goes on in the next: that is no new opening.
        closed_since: datetime | None = None
        for ahead in range(-1, _LOOK_AHEAD_DAYS + 1):
            for opens, closes in self._spans(day + timedelta(days=ahead)):
                if opens > now and (closed_since is None or opens > closed_since):
                    return opens
                closed_since = max(closed_since or closes, closes)
        return None

    def list_windows(self, now: datetime, limit: int = 4) -> tuple[CallbackWindow, ...]:
        """The next windows for a call, soonest first; each begins at least half an hour from now."""
        found: list[CallbackWindow] = []
        for window in self._windows(self.today(now)):
            if len(found) >= limit:
                break
            span = self.find_span(window)
            if span is not None and span[0] >= now + _NOTICE:
                found.append(window)
        return tuple(found)

    def find_span(self, window: CallbackWindow) -> Span | None:
        """When the window begins and ends, in UTC; None where the coaches are closed all through it."""
        if self._is_closed(window.day):
            return None
        halves = [_half(hours, window.window) for hours in self.weekly.get(window.day.weekday(), ())]
        spans = [span for half in halves if half and (span := self._span(window.day, half))]
        return (spans[0][0], spans[-1][1]) if spans else None

    def _windows(self, today: date) -> Iterator[CallbackWindow]:
        for ahead in range(_LOOK_AHEAD_DAYS + 1):
            day = today + timedelta(days=ahead)
            yield CallbackWindow(day, "morning")
            yield CallbackWindow(day, "afternoon")

    def _spans(self, day: date) -> tuple[Span, ...]:
        if self._is_closed(day):
            return ()
        spans = (self._span(day, hours) for hours in self.weekly.get(day.weekday(), ()))
        return tuple(span for span in spans if span)

    def _span(self, day: date, hours: LocalHours) -> Span | None:
        opens, closes = hours
        last = day + timedelta(days=1) if closes == MIDNIGHT else day
        span = self._utc(day, opens), self._utc(last, closes)
        # Hours that lie in the hour which the clock skips in spring are no hours.
        return span if span[0] < span[1] else None

    def _utc(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self._zone).astimezone(timezone.utc)

    def _is_closed(self, day: date) -> bool:
        if day in self.closed_on:
            return True
        names = _holidays_on(day) if self.observes else ()
        return any(FEDERAL in self.observes or name in self.observes for name in names)


@dataclass(frozen=True)
class HoursBook:
    """Every plan's hours: a plan's own, or the default; None where the operator gave none."""

    default: CoachHours | None = None
    plans: Mapping[str, CoachHours] = field(default_factory=dict)

    def of(self, plan_id: str | None) -> CoachHours | None:
        """The hours for members of this plan; a member whose plan is unknown has the default's."""
        return self.plans.get(plan_id or "", self.default)


def check_day(weekday: int, hours: tuple[LocalHours, ...]) -> None:
    """Raises ValueError, in words for the operator, for a day whose hours cannot be."""
    if weekday not in range(7):
        raise ValueError(f"{weekday} is no day of the week")
    for opens, closes in hours:
        if closes <= opens and closes != MIDNIGHT:
            raise ValueError(f"it closes at {closes:%H:%M}, which is not after it opens at {opens:%H:%M}")
    for (_, closes), (opens, _) in pairwise(hours):
        if opens < closes or closes == MIDNIGHT:
            raise ValueError(f"the hours from {opens:%H:%M} overlap those before them, or stand before them")


def holiday_names() -> tuple[str, ...]:
    """The federal holidays by name, as `observes` may list them."""
    names = {name for year in _YEARS_WITH_ALL_NAMES for found in _holidays_of(year).values() for name in found}
    return tuple(sorted(names))


def _find_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    # An unknown name, a path that leads out, a folder: the library has an error for each.
    except (KeyError, ValueError, OSError):
        raise ValueError(f"'{name}' is no time zone; an example is America/New_York") from None


def _half(hours: LocalHours, window: CallbackWindowName) -> LocalHours | None:
    opens, closes = hours
    if window == "morning":
        return (opens, NOON if closes == MIDNIGHT or closes > NOON else closes) if opens < NOON else None
    return (max(opens, NOON), closes) if closes == MIDNIGHT or closes > NOON else None


def _holidays_on(day: date) -> tuple[str, ...]:
    return _holidays_of(day.year).get(day, ())


@lru_cache(maxsize=32)
def _holidays_of(year: int) -> Mapping[date, tuple[str, ...]]:
    # The library also gives the Friday before for a Saturday and the Monday after for a Sunday, in the year in which
    # that day falls. The language is named, so that the machine's own does not change the names.
    found = holidays.country_holidays("US", years=year, observed=True, expand=False, language="en_US")
    return {day: tuple(name.removesuffix(_OBSERVED) for name in found.get_list(day)) for day in found}
