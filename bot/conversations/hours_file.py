"""What does the operator's file of coach hours say?

default:                     the hours of every plan that has none of its own; may be left out
  time_zone: America/New_York
  weekly:
    monday: 08:00-18:00      or a list: [08:00-12:00, 13:00-17:00]; 24:00 is the end of the day
  observes: federal          or a list of federal holidays by name
  closed_on: [2026-11-27]
plans:
  <plan id>: the same
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from datetime import date, datetime, time
from pathlib import Path

import yaml

from bot.conversations.hours import MIDNIGHT, CoachHours, HoursBook, LocalHours, check_day
from bot.failures import OperatorError

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*")
_PLAN_FIELDS = ("time_zone", "weekly", "closed_on", "observes")
# Some plans with some lines each; anything far larger is another file.
_MAX_BYTES = 200_000


class HoursError(OperatorError):
    """The file of coach hours cannot be used; the message names the file, the place in it and the reason."""


def load_hours(path: Path) -> HoursBook:
    """The coach hours that the file gives. Raises HoursError."""
    try:
        return _read_book(_read_yaml(path))
    except _Wrong as wrong:
        raise HoursError(f"The coach hours in {path}: {wrong}.") from None


class _Wrong(Exception):
    """What is wrong, and where in the file."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}" if place else reason)


class _Loader(yaml.SafeLoader):
    """Safe YAML in which nothing stands twice: of two mondays the reader would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: set[object] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"'{key.value}' stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _read_yaml(path: Path) -> object:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _Wrong("", "the file is too large")
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise _Wrong(line, error.problem or "this is not YAML") from None
    except OSError as error:
        raise _Wrong("", f"the file cannot be read ({type(error).__name__})") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _Wrong("", f"this is not YAML ({type(error).__name__})") from None


def _read_book(value: object) -> HoursBook:
    book = _mapping(value, "", ("default", "plans"))
    plans = _mapping(book.get("plans") or {}, "plans", None)
    if not book.get("default") and not plans:
        raise _Wrong("", "there are no hours in it; give 'default', 'plans', or both")
    default = _read_hours(book["default"], "default") if book.get("default") else None
    return HoursBook(default, {plan: _read_hours(hours, f"plans.{plan}") for plan, hours in plans.items()})


def _read_hours(value: object, place: str) -> CoachHours:
    fields = _mapping(value, place, _PLAN_FIELDS)
    for name in ("time_zone", "weekly"):
        if not fields.get(name):
            raise _Wrong(f"{place}.{name}", "this is missing")
    time_zone = fields["time_zone"]
    if not isinstance(time_zone, str):
        raise _Wrong(f"{place}.time_zone", "write the name of a time zone, such as America/New_York")
    weekly = _read_weekly(fields["weekly"], f"{place}.weekly")
    closed_on = frozenset(_day(day, f"{place}.closed_on") for day in _list(fields.get("closed_on")))
    observes = tuple(_name(name, f"{place}.observes") for name in _list(fields.get("observes")))
    # Each is tried by itself first, so that the message can name it.
    _try(f"{place}.time_zone", time_zone)
    _try(f"{place}.observes", "UTC", observes)
    return CoachHours(time_zone, weekly, closed_on, observes)


def _try(place: str, time_zone: str, observes: tuple[str, ...] = ()) -> None:
    try:
        CoachHours(time_zone, {}, observes=observes)
    except ValueError as error:
        raise _Wrong(place, str(error)) from None


def _read_weekly(value: object, place: str) -> Mapping[int, tuple[LocalHours, ...]]:
    weekly: dict[int, tuple[LocalHours, ...]] = {}
    for name, spans in _mapping(value, place, _WEEKDAYS).items():
        weekday = _WEEKDAYS.index(name)
        hours = tuple(_span(span, f"{place}.{name}") for span in _list(spans))
        try:
            check_day(weekday, hours)
        except ValueError as error:
            raise _Wrong(f"{place}.{name}", str(error)) from None
        weekly[weekday] = hours
    if not any(weekly.values()):
        raise _Wrong(place, "no day has hours")
    return weekly


def _span(value: object, place: str) -> LocalHours:
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _Wrong(place, "write hours as 08:00-18:00")
    hour, minute, last_hour, last_minute = (int(part) for part in match.groups())
    try:
        opens = time(hour, minute)
        closes = MIDNIGHT if (last_hour, last_minute) == (24, 0) else time(last_hour, last_minute)
    except ValueError:
        raise _Wrong(place, f"'{match.group().strip()}' has a time that no clock shows") from None
    if closes == MIDNIGHT and last_hour != 24:
        raise _Wrong(place, "it closes at 00:00; write 24:00 for the end of the day")
    return opens, closes


def _mapping(value: object, place: str, known: tuple[str, ...] | None) -> Mapping[str, object]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise _Wrong(place, "names with values are expected here")
    for name in value:
        if known is not None and name not in known:
            raise _Wrong(f"{place}.{name}".strip("."), f"this is not known here; the names are: {', '.join(known)}")
    return value


def _list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _day(value: object, place: str) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _Wrong(place, "write days as 2026-11-27")
    return value


def _name(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise _Wrong(place, "write 'federal' or a list of federal holidays by name")
    return value
