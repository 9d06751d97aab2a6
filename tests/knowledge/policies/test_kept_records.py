"""Every version is read whole once, in portions; what becomes of it later is seen without reading it again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pytest

from bot.database import Database, StoreUnavailable
from knowledge.bootstrap import Knowledge
from knowledge.policies.kept_records import KeptRecords
from knowledge.policies.model import DocumentRecord, PolicyDocument, VersionId
from tests.knowledge.policies.versions import OHIO, activate, day, make_edition, release, store

RECORDS = [make_edition(f"Edition {number}.", document=f"d{number}") for number in range(50)]
VERSIONS = tuple(record.document for record in RECORDS)


class Shelf:
    """Reads the records above, and remembers which; `breaks_at` is the read that fails, once."""

    def __init__(self, breaks_at: int | None = None) -> None:
        self.reads: list[list[VersionId]] = []
        self._breaks_at = breaks_at

    async def read(self, versions: Sequence[VersionId]) -> tuple[DocumentRecord, ...]:
        await asyncio.sleep(0)
        if self._breaks_at == len(self.reads):
            self._breaks_at = None
            raise StoreUnavailable("it took too long")
        self.reads.append(list(versions))
        return tuple(record for record in RECORDS if record.document.version_id in versions)

    @property
    def read_often(self) -> set[VersionId]:
        ordered = sorted(version for versions in self.reads for version in versions)
        return {one for one, other in pairwise(ordered) if one == other}


def named(versions: Sequence[PolicyDocument]) -> list[VersionId]:
    return [document.version_id for document in versions]


async def test_hundreds_of_versions_are_read_in_portions_and_none_of_them_twice() -> None:
    shelf = Shelf()
    kept = KeptRecords(shelf.read)
    assert [record.document for record in await kept.list(VERSIONS[:45])] == list(VERSIONS[:45])
    assert max(map(len, shelf.reads)) < 25
    reads = len(shelf.reads)

    assert [record.document for record in await kept.list(VERSIONS)] == list(VERSIONS)
    assert shelf.reads[reads:] == [named(VERSIONS[45:])]


async def test_what_was_read_before_a_failure_is_not_read_again() -> None:
    shelf = Shelf(breaks_at=1)
    kept = KeptRecords(shelf.read)
    with pytest.raises(StoreUnavailable):
        await kept.list(VERSIONS)

    assert len(await kept.list(VERSIONS)) == len(VERSIONS)
    assert shelf.read_often == set()


async def test_all_who_ask_after_a_change_share_one_reading() -> None:
    shelf = Shelf()
    kept = KeptRecords(shelf.read)
    first, *others = await asyncio.gather(*(kept.list(VERSIONS) for _ in range(5)))

    assert all(other is first for other in others)
    assert shelf.read_often == set()


async def test_an_activation_is_seen_in_what_was_read_before(filled: Database, knowledge: Knowledge) -> None:
    version = store(filled, make_edition("A draft."), is_draft=True)
    before = await knowledge.policies.list_records()
    draft = next(record for record in before if record.document.version_id == version)
    assert await knowledge.policies.list_records() is before
    activate(filled, version, "2026-12-01", today="2026-11-21")
    after = await knowledge.policies.list_records()
    active = next(record for record in after if record.document.version_id == version)

    assert active.passages is draft.passages
    assert (draft.document.is_draft, active.document.is_draft) == (True, False)
    assert [fact.document for fact in active.facts] == [active.document]
    assert active.document.in_force_from == day("2026-12-01")
    # Of all others nothing is made anew.
    assert {id(record) for record in before} - {id(record) for record in after} == {id(draft)}


async def test_what_is_in_force_is_worked_out_once_for_a_scope_and_a_day(
    filled: Database, knowledge: Knowledge
) -> None:
    find = knowledge.policies.list_current_documents
    today, later = day("2026-11-22"), day("2026-12-01")
    before = await find(OHIO, today)
    assert await find(OHIO, later) is not before
    assert await find(OHIO, today) is before
    version = store(filled, make_edition("Another."))

    assert {document.version_id for document in await find(OHIO, today)} - set(named(before)) == {version}


async def test_what_a_release_withdraws_is_on_no_record(filled: Database, knowledge: Knowledge) -> None:
    release(filled, make_edition("The old one."))
    assert "caresource-own" in {record.document.id for record in await knowledge.policies.list_records()}
    release(filled, make_edition("Another.", document="another"))

    assert [record.document.id for record in await knowledge.policies.list_records()] == ["another"]


async def test_facts_are_found_by_their_ids_where_they_hold(shipped: Knowledge) -> None:
    find = shipped.policies.find_named_facts
    names = ("cs-evidence-controls", "ibx-basics-kinds", "no-such-fact", "basics-gene-editing", "cs-basics-editing")
    found = [fact.id for fact in await find(names, OHIO, date(2026, 11, 22))]
    before = [fact.id for fact in await find(names, OHIO, date(2026, 4, 30))]

    assert found == ["cs-evidence-controls", "basics-gene-editing", "cs-basics-editing"]
    assert set(before).isdisjoint({"cs-evidence-controls", "cs-basics-editing", "ibx-basics-kinds"})
