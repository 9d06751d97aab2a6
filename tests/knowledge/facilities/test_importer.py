"""An operator's list of facilities: taken whole, refused whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.database import Database
from knowledge.bootstrap import Knowledge
from knowledge.csv_files import ImportRefused, ImportReport
from knowledge.facilities.importer import FacilityRow, import_facilities
from knowledge.policies.model import PayerId
from tests.knowledge.conftest import StoppedClock

TODAY = date(2026, 11, 21)
ROW = {
    "facility_id": "ohio-hospital",
    "name": "Ohio Test Hospital",
    "street": "1 Main St",
    "city": "Columbus",
    "state": "OH",
    "zip_code": "43210",
    "latitude": "40.0",
    "longitude": "-83.0",
    "phone": "614-555-0100",
    "url": "https://example.org",
    "payer": "caresource",
    "network_name": "Test Network",
    "therapies": "casgevy;lyfgenia",
    "age_groups": "adult;pediatric",
    "from_on": "2026-01-01",
    "to_on": "",
    "verified_on": "2026-11-01",
    "source_title": "Directory",
    "source_url": "https://example.org/directory",
    "source_publisher": "",
}


def write(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "facilities.csv"
    lines = [",".join(FacilityRow.model_fields), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


async def search(knowledge: Knowledge, day: date = TODAY) -> list[str]:
    found = await knowledge.facilities.search(zip_code="43215", payer=PayerId("caresource"), as_of=day)
    return [match.facility.id for match in found.matches]


async def test_an_imported_facility_is_found_without_touching_code(
    filled: Database, knowledge: Knowledge, tmp_path: Path
) -> None:
    assert import_facilities(filled, write(tmp_path, ROW)) == ImportReport(added=1, updated=0, unchanged=0)
    assert await search(knowledge) == ["ohio-hospital"]


async def test_the_same_list_again_changes_nothing_even_on_another_day(
    filled: Database, tmp_path: Path, clock: StoppedClock
) -> None:
    path = write(tmp_path, ROW)
    import_facilities(filled, path, now=clock.now)
    clock.forward(days=3)
    assert import_facilities(filled, path, now=clock.now) == ImportReport(added=0, updated=0, unchanged=1)


async def test_several_networks_of_a_payer_are_each_named_and_the_oldest_date_holds_for_the_list(
    filled: Database, knowledge: Knowledge, tmp_path: Path
) -> None:
    other = ROW | {
        "facility_id": "dayton-hospital",
        "network_name": "Other Network",
        "verified_on": "2026-02-03",
        "latitude": "39.8",
        "source_publisher": "A newspaper",
    }
    import_facilities(filled, write(tmp_path, ROW, other))
    found = await knowledge.facilities.search(zip_code="43215", payer=PayerId("caresource"), as_of=TODAY)
    assert [match.card()["network"] for match in found.matches] == [
        {"name": "Test Network", "payer": "CareSource"},
        {"name": "Other Network", "payer": "CareSource"},
    ]
    assert found.network_names == ("Other Network", "Test Network")
    assert found.verified_on == date(2026, 2, 3)
    assert [match.citation().payer for match in found.matches] == ["CareSource", "A newspaper"]
    assert [match.citation().version for match in found.matches] == ["dated 2026-11-01", "dated 2026-02-03"]
    alone = await knowledge.facilities.search(zip_code="43215", payer=PayerId("caresource"), as_of=TODAY, limit=1)
    assert (alone.network_name, alone.verified_on) == ("Test Network", date(2026, 11, 1))


async def test_an_ended_membership_is_not_shown_any_more(
    filled: Database, knowledge: Knowledge, tmp_path: Path
) -> None:
    import_facilities(filled, write(tmp_path, ROW))
    report = import_facilities(filled, write(tmp_path, ROW | {"to_on": "2026-06-30"}))
    assert report == ImportReport(added=0, updated=1, unchanged=0)
    assert await search(knowledge) == []
    assert await search(knowledge, date(2026, 6, 30)) == ["ohio-hospital"]


async def test_a_new_membership_is_added_to_a_shipped_hospital(
    filled: Database, knowledge: Knowledge, tmp_path: Path
) -> None:
    chop = ROW | {"facility_id": "chop", "name": "Children's Hospital of Philadelphia", "age_groups": "pediatric"}
    assert import_facilities(filled, write(tmp_path, chop)).updated == 1
    assert await search(knowledge) == ["chop"]
    found = await knowledge.facilities.search(zip_code="19104", payer=PayerId("independence"), as_of=TODAY)
    assert {match.facility.id for match in found.matches} == {"penn-medicine", "chop"}


BAD_CELLS = [
    ("payer", "acme"),
    ("therapies", "casgevy;aspirin"),
    ("age_groups", "everyone"),
    ("latitude", "north"),
    ("latitude", "nan"),
    ("longitude", "181"),
    ("zip_code", "4321"),
    ("state", "Ohio"),
    ("from_on", "01/02/2026"),
    ("verified_on", ""),
    ("source_url", "javascript:alert(1)"),
    ("name", '=HYPERLINK("x")'),
    ("name", "Ho\x00spital"),
    ("street", "x" * 3000),
    ("phone", "<script>"),
    ("facility_id", "Ohio Hospital"),
]


async def test_a_bad_cell_is_named_by_row_and_nothing_is_kept(
    filled: Database, knowledge: Knowledge, tmp_path: Path
) -> None:
    for column, value in BAD_CELLS:
        path = write(tmp_path, ROW, ROW | {"facility_id": "second-hospital", column: value})
        with pytest.raises(ImportRefused) as refused:
            import_facilities(filled, path)
        assert [problem.row for problem in refused.value.problems] == [3], (column, value)
        assert refused.value.problems[0].column in (column, None)
    assert await search(knowledge) == []


async def test_a_membership_without_a_payer_is_refused(filled: Database, tmp_path: Path) -> None:
    alone = {name: "" if name in list(ROW)[10:] else value for name, value in ROW.items()}
    assert import_facilities(filled, write(tmp_path, alone)).added == 1
    for column in ("therapies", "from_on", "to_on", "source_title"):
        with pytest.raises(ImportRefused):
            import_facilities(filled, write(tmp_path, alone | {column: ROW[column] or "2026-12-31"}))


async def test_rows_that_contradict_each_other_are_refused(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as refused:
        import_facilities(filled, write(tmp_path, ROW, ROW | {"city": "Dayton", "from_on": "2025-01-01"}, ROW))
    assert {problem.row for problem in refused.value.problems} == {3, 4}


async def test_a_file_that_is_no_such_list_is_refused(filled: Database, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    for content in [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b'facility_id,"name']:
        path.write_bytes(content)
        with pytest.raises(ImportRefused):
            import_facilities(filled, path)


async def test_a_file_that_is_not_there_is_refused(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused):
        import_facilities(filled, tmp_path / "missing.csv")
