"""What a text names is found, so that we are never the first to name it on somebody's phone."""

from __future__ import annotations

import pytest

from bot.channels.sms.privacy import PrivateNames

NAMES = PrivateNames(
    {
        "zolgensma": ("Zolgensma", "onasemnogene abeparvovec-xioi", "onasemnogene"),
        "itvisma": ("Itvisma", "onasemnogene abeparvovec-brve"),
        "sma": ("spinal muscular atrophy", "SMA", "SMA type 1"),
        "cald": ("cerebral adrenoleukodystrophy", "CALD"),
        "sickle_cell": ("sickle cell disease", "SCD"),
    }
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Zolgensma is a gene therapy.", {"zolgensma"}),
        ("ZOLGENSMA®", {"zolgensma"}),
        ("Zolgensma™ and Zolgensma℠", {"zolgensma"}),
        ("does sma type 1 count", {"sma"}),
        ("Spinal  muscular\natrophy?", {"sma"}),
        ("onasemnogene abeparvovec", {"zolgensma", "itvisma"}),
        ("sickle-cell disease and SCD", {"sickle_cell"}),
        ("I called the plan about a small thing", set()),
        ("", set()),
    ],
)
def test_names_are_found_as_whole_words_however_they_are_written(text: str, named: set[str]) -> None:
    assert NAMES.names_in(text) == named


def test_an_empty_catalogue_names_nothing() -> None:
    assert PrivateNames({}).names_in("Zolgensma") == frozenset()
