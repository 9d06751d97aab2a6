"""Adding an entry to the catalogue is enough: what ships is read in members' words, beside the therapies too."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.engine.entities.catalogue import Catalogue
from bot.engine.entities.component import read_entities
from bot.engine.entities.content import read_names
from bot.engine.entities.places import state_names

CONTENT = Path(__file__).parents[2] / "knowledge/content"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue([*read_names(CONTENT), *state_names()])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("is ryoncil a gene therapy", [("therapy", "ryoncil")]),
        ("what about anito-cel for my myeloma", [("therapy", "anito_cel"), ("condition", "multiple_myeloma")]),
        ("RGX-121", [("therapy", "navsunli")]),
        ("is prademagene approved", [("therapy", "zevaskyn")]),
        ("what is onasemnogene", [("therapy", "zolgensma")]),
        ("is there something for LHON", [("condition", "lhon")]),
        ("my son has hunter syndrome", [("condition", "mps_ii")]),
        ("leber congenital amaurosis", [("condition", "rpe65_retinal_dystrophy")]),
        ("leber hereditary optic neuropathy", [("condition", "lhon")]),
        ("hemophilia", [("condition", "hemophilia_a"), ("condition", "hemophilia_b")]),
        ("my son has spinal muscular dystrophy", [("condition", "dmd"), ("condition", "sma")]),
        ("multiple melanoma", [("condition", "melanoma"), ("condition", "multiple_myeloma")]),
        ("advanced melanoma", [("condition", "melanoma")]),
        ("hemophilia b", [("condition", "hemophilia_b")]),
        ("hemofilia", [("condition", "hemophilia_a"), ("condition", "hemophilia_b")]),
        ("zolgensma or itvisma", [("therapy", "zolgensma"), ("therapy", "itvisma")]),
        ("sma gene therapy for adults", [("condition", "sma")]),
        ("deafness gene therapy", [("condition", "otof_hearing_loss")]),
    ],
)
def test_a_name_is_read_as_its_entry(catalogue: Catalogue, text: str, found: list[tuple[str, str]]) -> None:
    entities = [(each.entity, each.value) for each in read_entities(text, catalogue, 2026)]
    assert [each for each in entities if each[0] in ("therapy", "condition")] == found


@pytest.mark.parametrize("text", ["is it all covered", "that was fast", "i need mm of rain"])
def test_everyday_words_stay_words(catalogue: Catalogue, text: str) -> None:
    entities = [each.entity for each in read_entities(text, catalogue, 2026)]
    assert entities == []
