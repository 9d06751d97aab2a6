"""Every version of a catalogue entry stays on file, so that what was said from it can be shown."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.database import Database
from knowledge.bootstrap import build_knowledge
from knowledge.content_files import ContentError
from knowledge.shipped.files import CONTENT, read_shipped_content
from knowledge.shipped.importer import load_content
from knowledge.therapies.store import catalogue_versions
from tests.knowledge.conftest import StoppedClock

SHIPPED = read_shipped_content()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped content that a test may change."""
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def list_versions(database: Database) -> dict[tuple[str, str], dict[str, object]]:
    def read(connection: sa.Connection) -> dict[tuple[str, str], dict[str, object]]:
        return {(row.id, row.checksum): row.entry for row in connection.execute(sa.select(catalogue_versions))}

    return database.write_now(read)


def test_a_load_keeps_every_entry_under_its_checksum(filled: Database) -> None:
    kept = list_versions(filled)
    assert set(kept) == {(entry.id, entry.checksum) for entry in SHIPPED.catalogue}
    assert len(kept) == 34 + 8 + 28 + 2 + 60


async def test_a_version_is_the_same_in_the_file_and_in_the_database(filled: Database, clock: StoppedClock) -> None:
    knowledge = build_knowledge(filled, clock)
    for entry in SHIPPED.therapies:
        found = await knowledge.therapies.find_therapy(entry.id)
        assert found is not None
        assert (found.checksum, found.version_id) == (entry.checksum, f"{entry.id}@{entry.checksum[:12]}")


def test_a_new_text_is_another_version_and_the_one_before_stays(
    filled: Database, folder: Path, clock: StoppedClock
) -> None:
    before = list_versions(filled)
    change(folder / "therapies/zolgensma.yml", "route: infusion into a vein", "route: infusion into the vein")
    (folder / "therapies/amtagvi.yml").unlink()
    change(folder / "conditions/melanoma.yml", "  - amtagvi\n", "")
    load_content(filled, folder=folder, now=clock.now)
    after = list_versions(filled)
    assert {name: after[name] for name in before} == before
    assert {name for name, _ in set(after) - set(before)} == {"zolgensma", "melanoma"}


def test_the_same_content_in_another_release_adds_no_version(
    filled: Database, folder: Path, clock: StoppedClock
) -> None:
    before = list_versions(filled)
    change(folder / "therapies/zolgensma.yml", "id: zolgensma", "# Another release, the same facts\nid: zolgensma")
    assert load_content(filled, folder=folder, now=clock.now).loaded
    assert list_versions(filled) == before


# File, what is changed in it, and what the refusal names.
SLIPS = [
    ("therapies/vyjuvek.yml", "setting: null", "setting: clinic", "unverified"),
    ("therapies/genglycos.yml", "[route]", "[rout]", "unverified"),
    ("therapies/genglycos.yml", "  - gsd1a", "  - sma", "conditions"),
    ("therapies/zolgensma.yml", "id: itvisma", "id: itvismo", "not_to_confuse_with"),
    ("therapies/casgevy.yml", "  - day: 2024-01-16\n    what", "  - what", "label_changes"),
    ("therapies/ryoncil.yml", "standing: outside_scope", "standing: far_away", "standing"),
    ("therapies/ryoncil.yml", "checked_on: 2026-11-21\n", "", "checked_on"),
    ("conditions/hemophilia_a.yml", "therapies: []", "therapies: [roctavian]", "discontinued"),
    ("conditions/lhon.yml", "id: lhon", "id: lhom", "lhom"),
    ("terms/plan.yml", "sources: [washington, federal]", "sources: [washington, feds]", "feds"),
    ("terms/plan.yml", "id: deductible", "id: formulary", "formulary"),
    ("terms/plan.yml", "payer: independence", "payer: acme", "payer"),
    ("terms/plan.yml", "answered_by: policy_lookup", "answered_by: policies", "answered_by"),
    ("terms/science.yml", "    definition: A gene is", "    meaning: A gene is", "definition"),
    ("terms/science.yml", "id: vector", "id: sma", "sma"),
]


@pytest.mark.parametrize(("file", "old", "new", "reason"), SLIPS)
def test_an_entry_that_is_not_right_is_refused_by_its_name(
    folder: Path, file: str, old: str, new: str, reason: str
) -> None:
    change(folder / file, old, new)
    with pytest.raises(ContentError, match=reason):
        read_shipped_content(folder)
