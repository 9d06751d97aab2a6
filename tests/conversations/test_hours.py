"""When coaches are there, when they open next, and which windows for a call are still possible."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.conversations.hours import (
    FEDERAL,
    MIDNIGHT,
    CallbackWindow,
    CoachHours,
    HoursBook,
    LocalHours,
    WindowWords,
    holiday_names,
    window_words,
)
from bot.conversations.hours_file import HoursError, load_hours

DEMO = Path(__file__).parents[2] / "bot/demo/coach_hours.yml"
NEW_YORK = "America/New_York"
HALF_AN_HOUR = timedelta(minutes=30)


def at(text: str, zone: str = NEW_YORK) -> datetime:
    """A moment in UTC from the clock on the wall."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)


def weekdays(*hours: LocalHours) -> dict[int, tuple[LocalHours, ...]]:
    return dict.fromkeys(range(5), hours)


OFFICE = CoachHours(NEW_YORK, {**weekdays((time(8), time(18))), 5: ((time(9), time(13)),)}, observes=(FEDERAL,))
ROUND_THE_CLOCK = CoachHours(NEW_YORK, dict.fromkeys(range(7), ((MIDNIGHT, MIDNIGHT),)))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23 07:59:59", False),
        ("2026-11-23 08:00", True),
        ("2026-11-23 17:59:59", True),
        ("2026-11-23 18:00", False),
        ("2026-11-21 12:59", True),  # a Saturday
        ("2026-11-21 13:00", False),
        ("2026-11-22 10:00", False),  # a Sunday
        ("2026-11-26 10:00", False),  # Thanksgiving
        ("2026-11-27 10:00", True),
        ("2026-07-03 10:00", False),  # the Fourth of July, a Saturday, observed on Friday
        ("2026-07-04 10:00", False),
        ("2022-12-26 10:00", False),  # Christmas, a Sunday, observed on Monday
        ("2027-12-31 10:00", False),  # New Year's Day 2028, a Saturday, observed in the year before
    ],
)
def test_open_within_the_hours_and_not_on_holidays(moment: str, is_open: bool) -> None:
    assert OFFICE.is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-23 06:00", "2026-11-23 08:00"),
        ("2026-11-23 08:00", "2026-11-24 08:00"),
        ("2026-11-23 12:00", "2026-11-24 08:00"),
        ("2026-11-21 14:00", "2026-11-23 08:00"),
        ("2026-11-25 18:00", "2026-11-27 08:00"),
        ("2026-07-02 20:00", "2026-07-06 08:00"),
    ],
)
def test_the_next_opening(moment: str, opening: str) -> None:
    assert OFFICE.next_opening(at(moment)) == at(opening)


def test_the_hours_follow_the_wall_clock_when_it_changes() -> None:
    # Clocks go back on 1 November 2026 and forward on 14 March 2027.
    assert OFFICE.next_opening(at("2026-10-31 14:00")) == datetime(2026, 11, 2, 13, tzinfo=timezone.utc)
    assert OFFICE.next_opening(at("2027-03-13 14:00")) == datetime(2027, 3, 15, 12, tzinfo=timezone.utc)
    every_day = CoachHours(NEW_YORK, dict.fromkeys(range(7), ((MIDNIGHT, time(4)),)))
    night = every_day.find_span(CallbackWindow(date(2026, 11, 1), "morning"))
    assert night is not None
    assert night[1] - night[0] == timedelta(hours=5)


def test_hours_in_the_hour_that_spring_skips_are_no_hours() -> None:
    hours = CoachHours(NEW_YORK, {6: ((time(2, 30), time(3)),)})
    assert hours.find_span(CallbackWindow(date(2027, 3, 14), "morning")) is None
    assert hours.next_opening(at("2027-03-13 12:00")) == at("2027-03-21 02:30")


def test_round_the_clock_is_always_open_and_never_opens() -> None:
    now = at("2026-11-23 00:00")
    assert ROUND_THE_CLOCK.is_open(now)
    assert ROUND_THE_CLOCK.next_opening(now) is None
    closed_once = CoachHours(NEW_YORK, ROUND_THE_CLOCK.weekly, closed_on=frozenset({date(2026, 11, 25)}))
    assert closed_once.next_opening(now) == at("2026-11-26 00:00")


def test_hours_that_go_on_after_midnight_open_once() -> None:
    hours = CoachHours(NEW_YORK, {0: ((time(20), MIDNIGHT),), 1: ((MIDNIGHT, time(2)),)})
    assert hours.next_opening(at("2026-11-23 21:00")) == at("2026-11-30 20:00")


def test_who_never_opens_says_so() -> None:
    closed = CoachHours(NEW_YORK, {})
    now = at("2026-11-23 10:00")
    assert (closed.is_open(now), closed.next_opening(now), closed.list_windows(now)) == (False, None, ())


@pytest.mark.parametrize(
    ("moment", "windows"),
    [
        # Before the morning, with half an hour to go and with less.
        ("2026-11-23 07:30", ["23 morning", "23 afternoon", "24 morning", "24 afternoon"]),
        ("2026-11-23 07:31", ["23 afternoon", "24 morning", "24 afternoon", "25 morning"]),
        ("2026-11-23 11:30", ["23 afternoon", "24 morning", "24 afternoon", "25 morning"]),
        ("2026-11-23 11:31", ["24 morning", "24 afternoon", "25 morning", "25 afternoon"]),
        # Thanksgiving is left out, and the Saturday has a short afternoon.
        ("2026-11-25 15:00", ["27 morning", "27 afternoon", "28 morning", "28 afternoon"]),
        ("2026-11-21 18:00", ["23 morning", "23 afternoon", "24 morning", "24 afternoon"]),
    ],
)
def test_the_windows_for_a_call(moment: str, windows: list[str]) -> None:
    found = OFFICE.list_windows(at(moment))
    assert [f"{each.day.day} {each.window}" for each in found] == windows


def test_a_window_spans_the_open_hours_of_its_half_of_the_day() -> None:
    hours = CoachHours(NEW_YORK, weekdays((time(8), time(10)), (time(11), time(13)), (time(14), time(17))))
    monday = date(2026, 11, 23)
    assert hours.find_span(CallbackWindow(monday, "morning")) == (at("2026-11-23 08:00"), at("2026-11-23 12:00"))
    assert hours.find_span(CallbackWindow(monday, "afternoon")) == (at("2026-11-23 12:00"), at("2026-11-23 17:00"))
    mornings = CoachHours(NEW_YORK, weekdays((time(8), time(12))))
    assert mornings.find_span(CallbackWindow(monday, "afternoon")) is None
    assert [each.window for each in mornings.list_windows(at("2026-11-23 06:00"), limit=3)] == ["morning"] * 3
    afternoons = CoachHours(NEW_YORK, weekdays((time(12), MIDNIGHT)))
    assert afternoons.find_span(CallbackWindow(monday, "morning")) is None
    assert afternoons.find_span(CallbackWindow(monday, "afternoon")) == (
        at("2026-11-23 12:00"),
        at("2026-11-24 00:00"),
    )


def test_only_the_named_holidays_and_the_closures_close() -> None:
    hours = CoachHours(NEW_YORK, OFFICE.weekly, frozenset({date(2026, 11, 27)}), ("Thanksgiving Day",))
    assert not hours.is_open(at("2026-11-26 10:00"))
    assert not hours.is_open(at("2026-11-27 10:00"))
    assert hours.is_open(at("2026-12-25 10:00"))
    independence = CoachHours(NEW_YORK, OFFICE.weekly, observes=("Independence Day",))
    assert not independence.is_open(at("2026-07-03 10:00"))
    assert len(holiday_names()) == 11


def test_the_plan_s_day_is_the_day_of_its_zone() -> None:
    late = datetime(2026, 11, 24, 3, tzinfo=timezone.utc)
    assert OFFICE.today(late) == date(2026, 11, 23)
    assert CoachHours("Pacific/Auckland", {}).today(late) == date(2026, 11, 24)


def test_the_words_of_a_window_are_data() -> None:
    window = CallbackWindow(date(2026, 11, 24), "morning")
    assert window_words(window, date(2026, 11, 23)) == WindowWords(date(2026, 11, 24), "morning", 1, False, True)
    assert window_words(window, date(2026, 11, 24)).is_today


def test_a_plan_has_its_own_hours_or_the_default_s() -> None:
    book = HoursBook(OFFICE, {"caresource": ROUND_THE_CLOCK})
    assert book.of("caresource") is ROUND_THE_CLOCK
    assert book.of("independence") is OFFICE
    assert book.of(None) is OFFICE
    assert HoursBook().of("independence") is None


def test_the_demo_s_hours_are_labelled_and_can_be_read() -> None:
    assert "SAMPLE" in DEMO.read_text(encoding="utf-8").splitlines()[0]
    assert load_hours(DEMO) == HoursBook(OFFICE)


def test_everything_that_a_file_may_say(tmp_path: Path) -> None:
    path = tmp_path / "hours.yml"
    path.write_text(
        "default: {time_zone: UTC, weekly: {sunday: 00:00-24:00}}\n"
        "plans:\n"
        "  caresource:\n"
        "    time_zone: America/Chicago\n"
        "    weekly: {monday: [08:00-12:00, 13:00-17:30], tuesday: }\n"
        "    observes: [Christmas Day]\n"
        "    closed_on: [2026-11-27]\n"
    )
    assert load_hours(path) == HoursBook(
        CoachHours("UTC", {6: ((MIDNIGHT, MIDNIGHT),)}),
        {
            "caresource": CoachHours(
                "America/Chicago",
                {0: ((time(8), time(12)), (time(13), time(17, 30))), 1: ()},
                frozenset({date(2026, 11, 27)}),
                ("Christmas Day",),
            )
        },
    )


GOOD = "default:\n  time_zone: UTC\n  weekly:\n    monday: 08:00-18:00\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "names with values"),
        ("default: {", "line 1"),
        ("plans: {}", "no hours"),
        ("hello: 1", "hello"),
        (GOOD.replace("UTC", "Mars/Olympus"), "default.time_zone"),
        (GOOD.replace("UTC", "America"), "default.time_zone"),
        (GOOD.replace("UTC", "../etc/passwd"), "default.time_zone"),
        (GOOD.replace("UTC", "5"), "default.time_zone"),
        (GOOD.replace("  time_zone: UTC\n", ""), "default.time_zone"),
        (GOOD.replace("monday", "moonday"), "default.weekly.moonday"),
        (GOOD.replace("08:00-18:00", "18:00-08:00"), "default.weekly.monday"),
        (GOOD.replace("08:00-18:00", "08:00-08:00"), "default.weekly.monday"),
        (GOOD.replace("08:00-18:00", "08:00-00:00"), "24:00"),
        (GOOD.replace("08:00-18:00", "08:00-25:00"), "default.weekly.monday"),
        (GOOD.replace("08:00-18:00", "08:00"), "default.weekly.monday"),
        (GOOD.replace("08:00-18:00", "closed"), "default.weekly.monday"),
        (GOOD.replace("08:00-18:00", "[08:00-12:00, 11:00-18:00]"), "default.weekly.monday"),
        (GOOD.replace("08:00-18:00", "[13:00-18:00, 08:00-12:00]"), "default.weekly.monday"),
        (GOOD.replace("08:00-18:00", "[08:00-24:00, 09:00-10:00]"), "default.weekly.monday"),
        (GOOD.replace("08:00-18:00", ""), "default.weekly"),
        (GOOD + "    monday: 09:00-10:00\n", "line 5"),
        (GOOD + "  observes: [Festivus]\n", "default.observes"),
        (GOOD + "  observes: [5]\n", "default.observes"),
        (GOOD + "  closed_on: [tomorrow]\n", "default.closed_on"),
        (GOOD + "  closed_on: [2026-02-30]\n", "not YAML"),
        (GOOD + "  hours: 5\n", "default.hours"),
        (GOOD + "plans: {independence: 5}\n", "plans.independence"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "hours.yml"
    path.write_text(text)
    with pytest.raises(HoursError) as refusal:
        load_hours(path)
    assert place in str(refusal.value)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large.yml").write_text("#" * 300_000)
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe\x00")
    for name in ("missing.yml", "large.yml", "binary.yml", "."):
        with pytest.raises(HoursError):
            load_hours(tmp_path / name)


_FIRST = datetime(2025, 1, 1, tzinfo=timezone.utc)
moments = st.integers(0, 5 * 365 * 24 * 60).map(lambda minutes: _FIRST + timedelta(minutes=minutes))
zones = st.sampled_from([NEW_YORK, "America/Phoenix", "Pacific/Honolulu", "Australia/Lord_Howe", "Asia/Kathmandu"])


@st.composite
def days(draw: st.DrawFn) -> tuple[LocalHours, ...]:
    marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    marks = marks[: len(marks) // 2 * 2]
    clock = [MIDNIGHT if mark == 96 else time(mark // 4, mark % 4 * 15) for mark in marks]
    return tuple(zip(clock[::2], clock[1::2], strict=True))


@st.composite
def coach_hours(draw: st.DrawFn) -> CoachHours:
    return CoachHours(
        draw(zones),
        draw(st.dictionaries(st.integers(0, 6), days())),
        draw(st.frozensets(st.dates(date(2025, 1, 1), date(2029, 12, 31)), max_size=5)),
        draw(st.sampled_from([(), (FEDERAL,), ("Christmas Day", "Labor Day")])),
    )


@given(coach_hours(), moments, st.integers(1, 8))
def test_windows_lie_ahead_within_the_hours_in_order(hours: CoachHours, now: datetime, limit: int) -> None:
    windows = hours.list_windows(now, limit)
    assert len(windows) <= limit
    spans = [hours.find_span(window) for window in windows]
    assert [span for span in spans if span] == sorted(span for span in spans if span)
    assert len(set(windows)) == len(windows)
    for window, span in zip(windows, spans, strict=True):
        assert span is not None
        assert span[0] >= now + HALF_AN_HOUR
        assert hours.is_open(span[0])
        assert hours.is_open(span[1] - timedelta(seconds=1))
        assert window.day not in hours.closed_on
        assert hours.weekly[window.day.weekday()]
        noon = datetime.combine(window.day, time(12), ZoneInfo(hours.time_zone))
        assert span[1] <= noon if window.window == "morning" else span[0] >= noon


@given(coach_hours(), moments)
def test_it_opens_at_the_next_opening_and_not_before(hours: CoachHours, now: datetime) -> None:
    opening = hours.next_opening(now)
    assume(opening is not None)
    assert opening is not None
    assert opening > now
    assert hours.is_open(opening)
    assert not hours.is_open(opening - timedelta(seconds=1))
    step = (opening - now) / 50
    between = [now + step * index for index in range(50)]
    if not hours.is_open(now):
        assert not any(hours.is_open(moment) for moment in between)


@given(st.text(max_size=200))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any_hours.yml"
    path.write_text(text, encoding="utf-8", errors="replace")
    with pytest.raises(HoursError):
        load_hours(path)
