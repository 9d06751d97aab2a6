"""A member file: taken whole, refused whole, and no problem repeats what stands in a cell."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.database import Database
from knowledge.csv_files import ImportRefused, ImportReport
from knowledge.eligibility.importer import MemberRow, import_members
from knowledge.eligibility.store import coverages, members
from tests.knowledge.conftest import DEMO_MEMBERS, StoppedClock

ROW = {
    "member_number": "AB-1234567",
    "first_name": "Quinn",
    "date_of_birth": "1980-01-02",
    "zip_code": "19104",
    "relationship": "subscriber",
    "subscriber_number": "",
    "plan_id": "independence",
    "state": "PA",
    "funding": "insured",
    "starts_on": "2026-01-01",
    "ends_on": "",
    "medical_benefit": "yes",
    "approval_required": "",
    "is_sample": "no",
}
CHILD = ROW | {
    "member_number": "AB-1234568",
    "first_name": "Robin",
    "date_of_birth": "2020-01-02",
    "relationship": "child",
    "subscriber_number": "ab1234567",
}


def write(folder: Path, *rows: dict[str, str], encoding: str = "utf-8") -> Path:
    path = folder / "members.csv"
    lines = [",".join(MemberRow.model_fields), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines), encoding=encoding)
    return path


def count(database: Database, table: sa.Table) -> int:
    return database.write_now(
        lambda connection: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    )


async def test_a_child_may_stand_before_its_parent(filled: Database, tmp_path: Path) -> None:
    assert import_members(filled, write(tmp_path, CHILD, ROW)) == ImportReport(added=2, updated=0, unchanged=0)


async def test_a_spreadsheets_mark_at_the_beginning_is_no_harm(filled: Database, tmp_path: Path) -> None:
    assert import_members(filled, write(tmp_path, ROW, encoding="utf-8-sig")).added == 1


async def test_the_same_file_again_changes_nothing_but_is_a_newer_word(
    filled: Database, tmp_path: Path, clock: StoppedClock
) -> None:
    path = write(tmp_path, ROW, CHILD)
    import_members(filled, path, now=clock.now)
    clock.forward(days=1)
    assert import_members(filled, path, now=clock.now) == ImportReport(added=0, updated=0, unchanged=2)
    recorded = filled.write_now(
        lambda connection: connection.execute(sa.select(coverages.c.recorded_at)).scalars().all()
    )
    assert set(recorded) == {clock.now}


async def test_ended_cover_is_kept_and_a_change_is_counted(filled: Database, tmp_path: Path) -> None:
    import_members(filled, write(tmp_path, ROW))
    ended = ROW | {"ends_on": "2026-10-31"}
    new = ROW | {"starts_on": "2026-11-01", "plan_id": "caresource"}
    assert import_members(filled, write(tmp_path, ended, new)) == ImportReport(added=0, updated=2, unchanged=0)
    assert (count(filled, members), count(filled, coverages)) == (1, 2)


async def test_a_large_file_is_a_handful_of_statements(filled: Database, tmp_path: Path) -> None:
    statements: list[str] = []
    sa.event.listen(
        filled.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: statements.append(statement)
    )
    people = [ROW | {"member_number": f"AB-1{n:06}"} for n in range(600)]
    children = [CHILD | {"member_number": f"AB-2{n:06}", "subscriber_number": f"AB-1{n:06}"} for n in range(600)]
    renamed = [row | {"first_name": "Sam", "medical_benefit": "no"} for row in people]
    for rows, counts in (([*children, *people], (1200, 0, 0)), ([*renamed, *children], (0, 600, 600))):
        statements.clear()
        report = import_members(filled, write(tmp_path, *rows))
        assert (report.added, report.updated, report.unchanged) == counts
        assert len(statements) < 20


BAD_CELLS = [
    ("member_number", "x"),
    ("member_number", "=1+1+1+1"),
    ("first_name", ""),
    ("first_name", "@cmd"),
    ("date_of_birth", "01/02/1980"),
    ("date_of_birth", "1880-01-01"),
    ("date_of_birth", "2999-01-01"),
    ("zip_code", "1910"),
    ("relationship", "neighbour"),
    ("relationship", "spouse"),
    ("subscriber_number", "AB1234567"),
    ("plan_id", "medicaid"),
    ("state", "pa"),
    ("funding", "both"),
    ("ends_on", "2025-01-01"),
    ("medical_benefit", "maybe"),
    ("is_sample", ""),
    ("first_name", "Qu\x00inn"),
    ("first_name", "Q" * 5000),
]


async def test_a_bad_cell_is_named_by_row_and_column_and_nothing_is_kept(filled: Database, tmp_path: Path) -> None:
    for column, value in BAD_CELLS:
        path = write(tmp_path, ROW, ROW | {"member_number": "AB-7654321", column: value})
        with pytest.raises(ImportRefused) as refused:
            import_members(filled, path)
        assert {problem.row for problem in refused.value.problems} == {3}, (column, value)
        assert refused.value.problems[0].column in (column, None)
    assert count(filled, members) == 0


async def test_a_problem_does_not_tell_who_it_is_about(filled: Database, tmp_path: Path) -> None:
    bad = ROW | {"date_of_birth": "1980-13-45", "zip_code": "canary", "plan_id": "canary"}
    with pytest.raises(ImportRefused) as refused:
        import_members(filled, write(tmp_path, bad))
    assert not any(word in str(refused.value) for word in ("canary", "Quinn", "1234567", "1980"))


async def test_all_problems_are_told_at_once(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as refused:
        import_members(filled, write(tmp_path, ROW | {"zip_code": "1"}, ROW | {"state": "x"}, ROW | {"funding": "x"}))
    assert [problem.row for problem in refused.value.problems] == [2, 3, 4]


async def test_a_dependent_of_nobody_or_of_a_dependent_is_refused(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused):
        import_members(filled, write(tmp_path, CHILD))
    import_members(filled, write(tmp_path, ROW, CHILD))
    grandchild = CHILD | {"member_number": "AB-1234569", "subscriber_number": "AB1234568"}
    with pytest.raises(ImportRefused):
        import_members(filled, write(tmp_path, grandchild))


async def test_rows_of_a_member_that_contradict_each_other_are_refused(filled: Database, tmp_path: Path) -> None:
    other = ROW | {"first_name": "Other", "starts_on": "2020-01-01"}
    with pytest.raises(ImportRefused) as refused:
        import_members(filled, write(tmp_path, ROW, other))
    assert [(problem.row, problem.column) for problem in refused.value.problems] == [(3, "member_number")]


async def test_the_demo_members_are_eleven_fictional_people(filled: Database, clock: StoppedClock) -> None:
    assert import_members(filled, DEMO_MEMBERS, now=clock.now) == ImportReport(added=11, updated=0, unchanged=0)
    samples = filled.write_now(lambda connection: connection.execute(sa.select(members.c.is_sample)).scalars().all())
    assert all(samples)
