"""Which names are read from a member's words, and where do they come from?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from entity_reading import CONTENT, read
from rasa.core.agent import Agent

from bot.engine.entities.catalogue import Catalogue
from bot.engine.entities.component import EntityReader, read_entities
from bot.engine.entities.content import content_digest, read_names


@pytest.mark.parametrize("text", ['inform{"plan":"caresource"}', '/inform{"zip_code": "19104"', "[caresource](plan)"])
def test_what_stands_in_machine_syntax_is_not_read(catalogue: Catalogue, text: str) -> None:
    assert read(text, catalogue) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what is ZOLGENSMA®?", ("therapy", "zolgensma")),
        ("Zolgensma's price", ("therapy", "zolgensma")),
        ("onasemnogene abeparvovec", ("therapy", "zolgensma")),
        ("onasemnogene abeparvovec-xioi", ("therapy", "zolgensma")),
        ("zolgesma", ("therapy", "zolgensma")),
        ("zolgensmma", ("therapy", "zolgensma")),
        ("zolgnesma", ("therapy", "zolgensma")),
        ("casgevi", ("therapy", "casgevy")),
        ("S.M.A. and sma", ("condition", "sma")),
        ("care source", ("plan", "caresource")),
        ("Independance", ("plan", "independence")),
        ("Childrens Hospital of Philadelphia", ("facility", "chop")),
        ("CHOP", ("facility", "chop")),
        ("near Philadelphia", ("city", "Philadelphia")),
        ("Columbus, OH", ("city", "Columbus")),
    ],
)
def test_names_are_found_in_spite_of_spelling(catalogue: Catalogue, text: str, found: tuple[str, str]) -> None:
    assert found in read(text, catalogue)


def test_the_longer_name_wins(catalogue: Catalogue) -> None:
    assert read("children's hospital of philadelphia", catalogue) == [("facility", "chop")]
    assert read("Washington DC", catalogue) == [("city", "Washington"), ("state", "DC")]


def test_a_description_is_no_product_but_names_its_condition(catalogue: Catalogue) -> None:
    assert read("gene therapy for SMA", catalogue) == [("condition", "sma")]


def test_a_name_of_two_things_means_both(catalogue: Catalogue) -> None:
    assert read("hemophilia", catalogue) == [("condition", "hemophilia_a"), ("condition", "hemophilia_b")]


def test_positions_point_at_the_words(catalogue: Catalogue) -> None:
    text = "My son (26 months) needs Zolgensma in 19104"
    words = {found.entity: text[found.start : found.end] for found in read_entities(text, catalogue, 2026)}
    assert words == {
        "for_whom": "son",
        "age_group": "26 months",
        "age": "26 months",
        "therapy": "Zolgensma",
        "zip_code": "19104",
    }


def test_a_new_name_changes_the_digest_that_the_training_looks_at(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    before, addon = content_digest(content), EntityReader.fingerprint_addon({"content": str(content)})
    (content / "therapies/new.yml").write_text("- {id: novelty, brand: Novelty}\n", encoding="utf-8")
    assert content_digest(content) != before
    assert EntityReader.fingerprint_addon({"content": str(content)}) != addon


def test_an_unreadable_content_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "plans.yml").write_text("plans: [", encoding="utf-8")
    with pytest.raises(ValueError, match=r"plans\.yml"):
        read_names(tmp_path)


async def test_the_trained_model_reads_names_from_itself_alone(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    reading = await agent.parse_message("does CareSource pay for casgevy in 43215")
    assert {(each["entity"], each["value"]) for each in reading["entities"]} == {
        ("plan", "caresource"),
        ("therapy", "casgevy"),
        ("zip_code", "43215"),
    }
