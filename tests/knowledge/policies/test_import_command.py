"""`gene-guide knowledge import` of a payer's own file: it shows, asks, stores a draft, and says what comes next."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.cli import main
from bot.database import Database
from knowledge.policies.store import list_versions
from tests.databases import open_database
from tests.knowledge.policies.test_drafts import PAGE, POLICY
from tests.knowledge.policies.test_importer import POLICY as REVIEWED
from tests.product import ROOT

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def database(sqlite_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database of the test's own, which the command uses, too."""
    path = tmp_path / "import.sqlite"
    path.write_bytes(sqlite_content.read_bytes())
    monkeypatch.setenv("GENE_GUIDE_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.chdir(ROOT)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.engine.dispose()


@pytest.fixture
def run(database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command; `typed` is what is typed at the terminal, None: there is none."""

    def run_command(*arguments: str | Path, typed: str | None = None) -> tuple[int, str, str]:
        keyboard, terminal = os.openpty()
        with os.fdopen(terminal) if typed is not None else Path(os.devnull).open() as stdin:
            os.write(keyboard, f"{typed}\n".encode())
            monkeypatch.setattr("sys.stdin", stdin)
            status = main(["knowledge", "import", *map(str, arguments)])
        os.close(keyboard)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run_command


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.txt"
    path.write_text(POLICY.replace("06/01/2026", "06/01/2090"), encoding="utf-8")
    return path


def drafts(database: Database) -> list[str]:
    return [document.version_id for document in database.write_now(list_versions) if document.is_draft]


def reviewed_version(database: Database) -> str | None:
    found = (document for document in database.write_now(list_versions) if document.id == "test-policy")
    return next((document.version_id for document in found), None)


def test_without_a_terminal_nothing_is_stored_unless_it_is_said(run: Run, policy: Path, database: Database) -> None:
    status, shown, refused = run(policy)
    assert (status, drafts(database)) == (1, [])
    assert "--yes" in refused
    for part in ("CR-MM-0007", "06/01/2090", "B.I", "revised date: not found", "caresource-cr-mm-0007@"):
        assert part in shown


def test_the_question_is_answered_at_the_terminal(run: Run, policy: Path, database: Database) -> None:
    for typed in ("", "n", "maybe"):
        assert run(policy, typed=typed)[0] == 1
        assert drafts(database) == []
    assert run(policy, typed="y")[0] == 0
    assert len(drafts(database)) == 1


def test_the_next_command_is_said_and_works(run: Run, policy: Path, database: Database) -> None:
    status, said, _ = run(policy, "--yes", "--by", "anna")
    command = said.strip().splitlines()[-1].split()
    assert (status, command[:3]) == (0, ["gene-guide", "knowledge", "activate"])
    assert command[3:] == [drafts(database)[0], "--on", "2090-06-01"]
    assert main([*command[1:], "--yes"]) == 0
    assert drafts(database) == []


def test_the_same_again_is_stored_already_and_asks_nothing(run: Run, policy: Path, database: Database) -> None:
    run(policy, "--yes")
    status, said, _ = run(policy)
    assert (status, len(drafts(database))) == (0, 1)
    assert "stored already" in said


def test_a_folder_is_taken_whole_or_not_at_all(run: Run, tmp_path: Path, database: Database) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    for number in range(4):
        (folder / f"p{number}.txt").write_text(POLICY.replace("0007", f"000{number}"), encoding="utf-8")
    (folder / "notes.csv").write_text("a,b\n", encoding="utf-8")
    (folder / "p9.pdf").write_bytes(b"%PDF-1.7 nothing")
    status, _, refused = run(folder, "--yes")
    assert (status, drafts(database)) == (1, [])
    assert "p9.pdf" in refused
    (folder / "p9.pdf").unlink()
    assert run(folder, "--yes")[0] == 0
    assert len(drafts(database)) == 4


def test_a_page_without_a_number_needs_its_address(run: Run, tmp_path: Path, database: Database) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    status, _, refused = run(path, "--yes")
    assert status == 1
    assert "--url" in refused
    assert run(path, "--yes", "--url", "https://example.org/page")[0] == 0
    assert [version.split("@")[0] for version in drafts(database)] == ["caresource-sample-page"]


def test_what_is_said_of_one_document_is_not_said_of_two(run: Run, policy: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(POLICY, encoding="utf-8")
    status, _, refused = run(policy, other, "--number", "X-1", "--yes")
    assert status == 1
    assert "--number" in refused


def test_a_reviewed_file_is_stored_active_without_a_question(run: Run, tmp_path: Path, database: Database) -> None:
    path = tmp_path / "reviewed.yml"
    path.write_text(REVIEWED, encoding="utf-8")
    status, said, _ = run(path)
    assert (status, drafts(database)) == (0, [])
    assert "1 added" in said
    # And how it stands from now on.
    assert said.splitlines()[-1].split()[:2] == [reviewed_version(database), "MP-MM-0001"]


def test_reviewed_files_come_in_one_by_one_and_no_option_changes_them(
    run: Run, tmp_path: Path, database: Database
) -> None:
    paths = [tmp_path / name for name in ("one.yml", "two.yml")]
    for path in paths:
        path.write_text(REVIEWED, encoding="utf-8")
    for arguments in (paths, [paths[0], "--effective-on", "2090-01-01"], [paths[0], "--payer", "independence"]):
        assert run(*arguments)[0] == 1
    assert reviewed_version(database) is None


def test_a_name_that_leads_nowhere_is_named(run: Run, tmp_path: Path) -> None:
    for path in (tmp_path / "none.pdf", tmp_path):
        status, _, refused = run(path, "--yes")
        assert status == 1
        assert path.name in refused
