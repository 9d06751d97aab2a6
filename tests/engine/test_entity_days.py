"""Which days are read from a member's words, and what is no day?"""

from __future__ import annotations

import pytest
from entity_reading import read

from bot.engine.entities.catalogue import Catalogue


@pytest.mark.parametrize(
    "text",
    [
        "April 30, 2026",
        "april 30 2026",
        "Apr. 30, 2026",
        "Apr 30th 2026",
        "the 30th of April, 2026",
        "30 apr 2026",
        "30 April 2026",
        "30 de abril de 2026",
        "2026-04-30",
        "2026/4/30",
        "4/30/26",
        "04/30/2026",
        "4-30-2026",
        "04.30.2026",
        "30/4/2026",
        "04302026",
    ],
)
def test_a_day_is_read_however_it_is_written(catalogue: Catalogue, text: str) -> None:
    assert read(text, catalogue) == [("date", "2026-04-30")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3/14/62", "1962-03-14"),
        ("12/1/31", "2031-12-01"),
        ("12/1/32", "1932-12-01"),
        ("1/2/03", "2003-01-02"),
        ("March 14, '62", "1962-03-14"),
        ("02/29/2024", "2024-02-29"),
    ],
)
def test_birth_dates_of_two_digits_fall_into_the_last_hundred_years(catalogue: Catalogue, text: str, day: str) -> None:
    assert read(f"born {text}", catalogue) == [("date", day)]


@pytest.mark.parametrize(
    "text",
    [
        "13/13/2026", "13/45/2026", "2/30/2026", "02/29/2025", "02/29/2026", "April 31, 2026", "on april 31", "1/2",
        "on 2/29", "available 24/7", "in May", "24/7", "version 1.2.3", "1.2.3.4", "pays 1/2", "and 1/2 of the cost",
        "april 30, 1650",
    ],
)  # fmt: skip
def test_what_is_no_day_is_not_read_as_one(catalogue: Catalogue, text: str) -> None:
    assert [name for name, _ in read(text, catalogue)] == []


@pytest.mark.parametrize(
    "text",
    [
        "was the policy in force on 4/30",
        "what about 04/30?",
        "as of april 30",
        "April 30?",
        "on the 30th of april",
        "am I covered on apr. 30th",
        "el 30 de abril",
        "was it in effect 30 april",
    ],
)
def test_a_day_without_a_year_is_this_years(catalogue: Catalogue, text: str) -> None:
    assert ("date", "2026-04-30") in read(text, catalogue)


@pytest.mark.parametrize(
    "text", ["april 30", "4/30", "born april 30", "my birthday is april 30th", "GG1000001 april 30"]
)
def test_half_a_birth_date_is_not_completed(catalogue: Catalogue, text: str) -> None:
    assert "date" not in dict(read(text, catalogue))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("8 8 79", "1979-08-08"),
        ("12 02 1983", "1983-12-02"),
        ("GG1000001 12 02 1983", "1983-12-02"),
        ("GG 100 0001, 12 02 83", "1983-12-02"),
        ("my number is gg1000001 and i was born 12 02 1983.", "1983-12-02"),
    ],
)
def test_three_groups_of_digits_are_a_birth_date(catalogue: Catalogue, text: str, day: str) -> None:
    assert ("date", day) in read(text, catalogue)


@pytest.mark.parametrize("text", ["call 8 8 79", "13 13 1983", "8 8 79 2", "he took 2 3 20 mg pills"])
def test_other_groups_of_digits_are_no_day(catalogue: Catalogue, text: str) -> None:
    assert "date" not in dict(read(text, catalogue))
