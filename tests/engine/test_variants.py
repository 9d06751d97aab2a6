"""Is the kind of an illness picked by its mark alone, and by nothing else?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.engine.entities.content import read_names
from bot.engine.variants import find_variant, known_conditions

HEMOPHILIA = {"condition": ["hemophilia_a", "hemophilia_b"]}
SMA = {"condition": "sma"}
LYMPHOMA = {"last_question": json.dumps({"text": "is there car-t for lymphoma"})}
MPS = {"unclear_question": "anything for MPS"}


@pytest.mark.parametrize(
    ("text", "slots", "condition"),
    [
        ("B", HEMOPHILIA, "hemophilia_b"),
        ("A i think", HEMOPHILIA, "hemophilia_a"),
        ("and b?", {"condition": "hemophilia_a"}, "hemophilia_b"),
        ("2nd one", HEMOPHILIA, "hemophilia_b"),
        ("type 1", SMA, "sma"),
        ("its type 2 i think", SMA, "sma"),
        ("the mantle one", LYMPHOMA, "mantle_cell_lymphoma"),
        ("type 2", MPS, "mps_ii"),
        ("3a", MPS, "mps_iiia"),
        # An article, more than a mark, a place in a list that was shown, and no illness to be a kind of.
        ("a gene therapy?", HEMOPHILIA, None),
        ("what about a hospital", HEMOPHILIA, None),
        ("is plan b cheaper", HEMOPHILIA, None),
        ("2", {**SMA, "last_shown": "{}"}, None),
        ("2", {**SMA, "requested_slot": "zip_code"}, None),
        ("B", {"condition": "sickle_cell"}, None),
        ("B", {}, None),
    ],
)
def test_a_mark_picks_a_kind(text: str, slots: dict[str, object], condition: str | None) -> None:
    found = find_variant(text, (), slots)
    assert (found["value"] if found else None) == condition


def test_every_kind_is_a_condition_on_file() -> None:
    on_file = {name.value for name in read_names(Path("knowledge/content")) if name.entity == "condition"}
    assert known_conditions() <= on_file
