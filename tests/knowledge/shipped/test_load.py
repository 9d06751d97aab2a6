"""Shipped content in the database: once, whole, and replaced by the next release."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from bot.database import Database
from knowledge.bootstrap import build_knowledge
from knowledge.content_files import ContentError
from knowledge.policies.model import PayerId, Scope
from knowledge.shipped.files import CONTENT, read_shipped_content
from knowledge.shipped.importer import load_content
from tests.knowledge.conftest import StoppedClock

TODAY = date(2026, 11, 21)
PENNSYLVANIA = Scope(PayerId("independence"), "commercial", "PA")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped content that a test may change."""
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


def test_the_same_content_is_loaded_once(database: Database, clock: StoppedClock) -> None:
    first, second = (load_content(database, now=clock.now) for _ in range(2))
    assert (first.loaded, second.loaded) == (True, False)
    assert (first.plans, first.therapies, first.conditions, first.facilities) == (2, 34, 28, 2)
    assert first.facts > 100


def test_two_processes_that_start_together_load_it_once(database: Database, clock: StoppedClock) -> None:
    with ThreadPoolExecutor(2) as both:
        reports = list(both.map(lambda _: load_content(database, now=clock.now), range(2)))
    assert sorted(report.loaded for report in reports) == [False, True]


async def test_a_new_release_replaces_what_changed_and_drops_what_is_gone(
    database: Database, folder: Path, clock: StoppedClock
) -> None:
    load_content(database, folder=folder, now=clock.now)
    (folder / "documents/ibx-network-announcement.yml").unlink()
    (folder / "therapies/amtagvi.yml").unlink()
    (folder / "conditions/melanoma.yml").write_text(
        (folder / "conditions/melanoma.yml").read_text().replace("  - amtagvi\n", "")
    )
    (folder / "facilities/chop.yml").unlink()
    assert load_content(database, folder=folder, now=clock.now).loaded
    knowledge = build_knowledge(database, clock)
    facts = await knowledge.policies.find_facts("facility_why", PENNSYLVANIA, TODAY)
    assert "ibx-why-launch" not in [fact.id for fact in facts]
    assert await knowledge.therapies.find_therapy("amtagvi") is None
    found = await knowledge.facilities.search(zip_code="19104", payer=PayerId("independence"), as_of=TODAY)
    assert [match.facility.id for match in found.matches] == ["penn-medicine"]


# File, what is changed in it, and what the refusal names.
SLIPS = [
    ("documents/ibx-gene-based-therapies.yml", "  read_on: 2026-11-21\n", "", "read_on"),
    ("documents/ibx-gene-based-therapies.yml", "  url: https://", "  # url: https://", "a source"),
    ("documents/ibx-preapproval.yml", "payer: independence", "payer: acme", "payer"),
    ("documents/aabb-elevidys.yml", "[elevidys]", "[elevidiss]", "elevidiss"),
    ("documents/ibx-preapproval.yml", "id: ibx-appeal-more-information", "id: ibx-why-chosen", "ibx-why-chosen"),
    ("therapies/casgevy.yml", "sickle_cell\n", "sickle\n", "sickle"),
    ("therapies/casgevy.yml", "approved_on: 2023-12-08", "approved_on: null", "approved_on"),
    ("therapies/casgevy.yml", "gene: BCL11A", "genes: BCL11A", "gene"),
    ("conditions/sma.yml", "id: sma", "id: smas", "smas"),
    ("facilities/chop.yml", "skysona]", "skysonna]", "skysonna"),
    ("facilities/chop.yml", "    verified_on: 2023-03-21\n", "", "verified_on"),
    ("plans.yml", "America/New_York", "America/Nowhere", "time_zone"),
]


@pytest.mark.parametrize(("file", "old", "new", "reason"), SLIPS)
def test_content_that_is_not_right_is_named_by_its_file(
    folder: Path, file: str, old: str, new: str, reason: str
) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=reason) as refused:
        read_shipped_content(folder)
    assert refused.value.file.endswith(".yml")


def test_an_entry_without_a_source_is_refused_by_its_id(folder: Path) -> None:
    path = folder / "therapies/encelto.yml"
    path.write_text(path.read_text(encoding="utf-8").split("sources:")[0] + "sources: []\n", encoding="utf-8")
    with pytest.raises(ContentError) as refused:
        read_shipped_content(folder)
    assert (refused.value.file, refused.value.entry) == ("encelto.yml", "encelto")


async def test_nothing_of_bad_content_is_loaded(database: Database, folder: Path, clock: StoppedClock) -> None:
    (folder / "facilities/chop.yml").write_text("id: chop\n", encoding="utf-8")
    with pytest.raises(ContentError):
        load_content(database, folder=folder, now=clock.now)
    assert await build_knowledge(database, clock).policies.list_plans() == ()
