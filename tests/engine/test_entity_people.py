"""Whose age, which patient and which state are read from a member's words?"""

from __future__ import annotations

import pytest
from entity_reading import read

from bot.engine.entities.catalogue import Catalogue


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("26 months", "pediatric"),
        ("26-month-old", "pediatric"),
        ("my 4 yo", "pediatric"),
        ("two year old", "pediatric"),
        ("she is 9", "pediatric"),
        ("17 years old", "pediatric"),
        ("18 years old", "adult"),
        ("I'm 45", "adult"),
        ("age 67", "adult"),
        ("220 months old", "adult"),
        ("adult", "adult"),
        ("an adult patient", "adult"),
        ("pediatric", "pediatric"),
        ("for a toddler", "pediatric"),
        ("my 26 year old kid", "adult"),
        ("mi hijo tiene 3 años", "pediatric"),
        ("my teenage daughter", "pediatric"),
        ("are they covered over 65?", "adult"),
        ("under two?", "pediatric"),
    ],
)
def test_an_age_becomes_an_age_group(catalogue: Catalogue, text: str, group: str) -> None:
    assert dict(read(text, catalogue))["age_group"] == group


@pytest.mark.parametrize(
    "text",
    [
        "it takes 6 months",
        "approved 3 years ago",
        "for 15 years of follow-up",
        "I'm 45 minutes away",
        "within 30 days",
        "heard 8 wks no driving",
        "waiting 3 weeks",
        "ten years out",
        "Nationwide Children's",
    ],
)
def test_a_span_of_time_is_no_age(catalogue: Catalogue, text: str) -> None:
    assert read(text, catalogue) == []


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("my son", "child"),
        ("for my little girl", "child"),
        ("my 4 yo", "child"),
        ("our newborn", "child"),
        ("daughter", "child"),
        ("mi hija", "child"),
        ("my wife", "other"),
        ("my husband's doctor", "other"),
        ("it's for my mom", "other"),
        ("my grandmother", "other"),
        ("my brother", "other"),
        ("me", "self"),
        ("it's for me", "self"),
        ("myself", "self"),
        ("I have hemophilia", "self"),
        ("our sma kiddo", "child"),
        ("my dauhgter", "child"),
    ],
)
def test_for_whom_somebody_asks(catalogue: Catalogue, text: str, whom: str) -> None:
    assert dict(read(text, catalogue))["for_whom"] == whom


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("OH", "OH"),
        ("wv", "WV"),
        ("I live in Ohio", "OH"),
        ("west virginia", "WV"),
        ("Washington DC", "DC"),
        ("is it covered in nj", "NJ"),
        ("Wheeling, WV", "WV"),
        ("in Columbus oh", "OH"),
        ("columbus oh 43215", "OH"),
        ("CareSource IN", "IN"),
        ("I'm in GA", "GA"),
        ("philadelphia pa", "PA"),
    ],
)
def test_a_state_becomes_its_code(catalogue: Catalogue, text: str, state: str) -> None:
    assert [value for name, value in read(text, catalogue) if name == "state"] == [state]


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "OK",
        "hi",
        "in",
        "me",
        "or",
        "oh i see",
        "HI",
        "id on card",
        "a CT scan",
        "my member ID",
        "is PA needed",
        "mi hijo",
        "co pay",
    ],
)
def test_words_and_abbreviations_are_no_states(catalogue: Catalogue, text: str) -> None:
    assert "state" not in dict(read(text, catalogue))
