"""The operator's verbs: what each shows, asks, does and refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli import main
from bot.database import Database
from knowledge.policies.holdings import Holdings
from knowledge.policies.ledger import Ledger
from knowledge.policies.model import PolicyDocument, VersionId
from tests.databases import open_database
from tests.knowledge.policies.test_importer import POLICY
from tests.knowledge.policies.versions import OHIO, make_edition, release, store
from tests.product import ROOT

# Far ahead, so that the day on which the tests run does not matter.
OLD = make_edition("Ask within 30 days.", "2026-01-05")
NEW = make_edition("Ask within 60 days.", "2090-05-01")


@dataclass
class Outcome:
    """What a command came to."""

    status: int
    said: str
    refused: str

    @property
    def rows(self) -> list[list[str]]:
        """The words of each line of a table but its head."""
        return [line.split() for line in self.said.splitlines()[1:]]


Run = Callable[..., Outcome]


@pytest.fixture
def database(sqlite_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database of the test's own, which the commands use, too."""
    path = tmp_path / "commands.sqlite"
    path.write_bytes(sqlite_content.read_bytes())
    monkeypatch.setenv("GENE_GUIDE_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("LOGNAME", "anna")
    monkeypatch.chdir(ROOT)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.engine.dispose()


@pytest.fixture
def run(database: Database, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `gene-guide knowledge` with these arguments."""

    def run_command(*arguments: str) -> Outcome:
        status = main(["knowledge", *arguments])
        said = capsys.readouterr()
        return Outcome(status, said.out, said.err)

    return run_command


@pytest.fixture
def editions(database: Database) -> tuple[VersionId, VersionId]:
    """The versions in force and draft."""
    return store(database, OLD), store(database, NEW, is_draft=True)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sits at a terminal and types this line."""
    keyboard, terminal = os.openpty()
    with os.fdopen(terminal) as stdin:

        def type_line(line: str) -> None:
            monkeypatch.setattr("sys.stdin", stdin)
            os.write(keyboard, line.encode() + b"\n")

        yield type_line
    os.close(keyboard)


def look(database: Database) -> Holdings:
    from bot.core import utc_now

    return Ledger(database, utc_now).look()


def own_versions(database: Database) -> tuple[PolicyDocument, ...]:
    return look(database).find_document("caresource-own")


def standing(database: Database, version: VersionId) -> str:
    holdings = look(database)
    return holdings.standing(holdings.find_version(version)).value


def test_the_list_has_a_row_for_each_version_with_how_it_stands(
    run: Run, database: Database, editions: tuple[VersionId, VersionId]
) -> None:
    gone = make_edition("Gone.", document="gone", number=None)
    release(database, gone)
    release(database)
    rows = {row[0]: row for row in run("list").rows}
    old, new = editions
    assert [version for version in rows if version in editions] == [new, old]
    assert rows[old][1:] == [
        "MP-MM-0001",
        "caresource",
        "administrative",
        "policy",
        "in",
        "force",
        "since",
        "01/05/2026",
    ]
    assert rows[new][5:] == ["draft,", "never", "spoken"]
    everything = {row[0]: row[-1] for row in run("list", "--all").rows}
    assert gone.document.version_id not in rows
    assert everything[gone.document.version_id] == "withdrawn"
    assert everything.keys() > rows.keys()


def test_a_document_that_states_no_day_counts_since_it_was_read_or_activated(run: Run, database: Database) -> None:
    read = make_edition("Ask.", None, document="a-page", number=None)
    activated = make_edition("Ask.", None, document="b-page", number=None)
    store(database, read)
    draft = store(database, activated, is_draft=True)
    assert run("activate", draft, "--on", "11/22/2026", "--yes").status == 0
    rows = {row[0]: row for row in run("list").rows}
    day = f"{read.document.read_on:%m/%d/%Y}"
    assert rows[read.document.version_id][-4:] == ["counts", "since", day, "(read)"]
    assert "force" not in rows[draft]
    assert "in force since" not in run("show", read.document.version_id).said


def test_the_list_can_be_that_of_one_payer_and_says_when_it_is_empty(run: Run) -> None:
    assert {row[2] for row in run("list", "--payer", "caresource").rows} >= {"caresource"}
    empty = run("list", "--payer", "acme")
    assert (empty.status, len(empty.said.splitlines()), "VERSION" in empty.said) == (0, 1, False)
    assert len(run("list", "--history").said.splitlines()) == 1


def test_a_version_is_shown_whole_the_one_in_force_unless_another_is_asked_for(
    run: Run, database: Database, editions: tuple[VersionId, VersionId]
) -> None:
    old, new = editions
    shown = run("show", "mp-mm-0001").said
    assert shown.startswith(old)
    for part in ("Ask within 30 days.", OLD.document.checksum, "01/05/2026", "caresource-own-fact", "GA, IN, OH, WV"):
        assert part in shown
    assert run("show", new).said.startswith(new)
    assert run("show", "caresource-own", "--on", "2026-01-04").said.startswith(new)
    assert run("activate", new, "--on", "05/02/2090", "--yes").status == 0
    assert run("show", "caresource-own", "--on", "05/02/2090").said.startswith(new)
    assert run("show", "caresource-own", "--on", "2090-05-01").said.startswith(old)


def test_a_diff_of_a_document_compares_what_is_in_force_with_what_is_to_come(
    run: Run, editions: tuple[VersionId, VersionId]
) -> None:
    old, new = editions
    found = run("diff", "MP-MM-0001")
    assert found.said.splitlines()[:2] == [f"--- {old}", f"+++ {new}"]
    assert found == run("diff", old, new)
    for part in ("[-30-] {+60+}", "effective_on: 01/05/2026 -> 05/01/2090", "caresource-own-fact (D.I)"):
        assert part in found.said
    assert "utter_candidacy_answer" in found.said
    assert run("diff", new, old).said.splitlines()[0] == f"--- {new}"


def test_a_diff_of_the_same_says_so_with_status_0(run: Run, editions: tuple[VersionId, VersionId]) -> None:
    same = run("diff", editions[0], editions[0])
    assert (same.status, len(same.said.splitlines())) == (0, 3)
    shipped = run("diff", "caresource-mp-ad-1623")
    assert (shipped.status, len(shipped.said.splitlines())) == (0, 3)


def test_an_activation_is_shown_asked_about_done_and_kept(
    run: Run, database: Database, editions: tuple[VersionId, VersionId], answer: Callable[[str], None]
) -> None:
    old, new = editions
    for said in ("n", "", "nonsense"):
        answer(said)
        declined = run("activate", "caresource-own")
        assert (declined.status, standing(database, new)) == (1, "draft")
        assert old in declined.said
    answer("y")
    done = run("activate", "caresource-own")
    assert (done.status, standing(database, new)) == (0, "not yet")
    # Without a day it begins on the document's own, where that is later than today.
    assert "05/01/2090" in done.said.splitlines()[-1]
    (row,) = run("list", "--history").rows
    assert row[2:] == ["anna", "activated", "05/01/2090", new]
    assert row[2:] == run("show", new).said.splitlines()[-1].split()[2:]


def test_an_import_is_kept_once_with_who_did_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "policy.yml"
    path.write_text(POLICY.replace("2026-06-01", "2090-06-01").replace("2026-12-01", "2090-12-01"), encoding="utf-8")
    assert run("import", str(path)).status == 0
    assert run("import", str(path), "--by", "eve").status == 0
    (row,) = run("list", "--history").rows
    assert row[2:5] == ["anna", "imported", "06/01/2090"]
    assert row[5].startswith("test-policy@")


def test_nothing_is_done_where_nobody_can_be_asked_and_nobody_said_yes(
    run: Run, database: Database, editions: tuple[VersionId, VersionId], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        for verb in ("activate", "archive"):
            refused = run(verb, "caresource-own")
            assert (refused.status, len(refused.refused.splitlines())) == (1, 1)
            assert "--yes" in refused.refused
    assert [standing(database, version) for version in editions] == ["in force", "draft"]
    assert run("archive", "caresource-own", "--yes", "--at-once", "--by", "eve").status == 0
    assert [standing(database, version) for version in editions] == ["ended", "draft"]
    assert run("list", "--history").rows[-1][2:4] == ["eve", "archived"]


def test_what_is_in_force_today_ends_tomorrow_unless_it_is_said_to_end_at_once(
    run: Run, database: Database, editions: tuple[VersionId, VersionId]
) -> None:
    old, _ = editions
    today = look(database).today(OHIO.payer)
    refused = run("archive", old, "--on", today.isoformat(), "--yes")
    assert (refused.status, "--at-once" in refused.refused) == (1, True)
    assert run("archive", old, "--yes").status == 0
    assert look(database).find_version(old).ends_on == today + timedelta(days=1)
    assert standing(database, old) == "in force"
    shown = run("archive", old, "--at-once", "--yes")
    assert (shown.status, "caresource-own-fact" in shown.said) == (0, True)
    row = next(row for row in run("list").rows if row[0] == old)
    assert row[5:10] == ["in", "force", "for", "part", "of"]
    again = run("activate", old, "--yes")
    assert (again.status, f"{today:%m/%d/%Y}" in again.refused) == (1, True)


def test_an_activation_names_the_topics_and_facts_that_it_silences_before_it_asks(
    run: Run, database: Database, answer: Callable[[str], None]
) -> None:
    store(database, OLD)
    draft = store(database, replace(NEW, facts=()), is_draft=True)
    answer("n")
    declined = run("activate", draft)
    assert (declined.status, standing(database, draft)) == (1, "draft")
    assert "candidacy: caresource-own-fact" in declined.said


def test_a_reader_that_goes_away_is_no_failure_to_talk_of(database: Database) -> None:
    arguments = [sys.executable, "-m", "bot.cli", "knowledge", "list"]
    command = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert command.stdout is not None
    command.stdout.close()
    assert command.stderr is not None
    assert (command.stderr.read(), command.wait(timeout=60)) == (b"", 141)


def test_a_scheduled_version_is_cancelled_with_its_own_day(
    run: Run, database: Database, editions: tuple[VersionId, VersionId]
) -> None:
    old, new = editions
    assert run("activate", new, "--yes").status == 0
    assert run("archive", new, "--yes").status == 1
    assert run("archive", new, "--on", "2090-05-01", "--yes").status == 0
    assert (standing(database, old), standing(database, new)) == ("in force", "cancelled")
    assert "ends" not in " ".join(next(row for row in run("list").rows if row[0] == old))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("show", "nothing"), "nothing"),
        (("show", "nothing@123"), "nothing@123"),
        (("diff", "nothing"), "nothing"),
        (("activate", "nothing", "--yes"), "nothing"),
        (("activate", "caresource-mp-ad-1623", "--yes"), "draft"),
        (("activate", "{old}", "--on", "2091-01-01", "--yes"), "01/05/2026"),
        (("activate", "{new}", "--on", "2090-04-30", "--yes"), "05/01/2090"),
        (("activate", "{new}", "--on", "01/02/2020", "--yes"), "01/02/2020"),
        (("archive", "{new}", "--yes"), "draft"),
        (("archive", "{old}", "--on", "2026-01-04", "--yes"), "01/05/2026"),
        (("archive", "caresource-own", "--on", "2026-01-06", "--yes"), "01/06/2026"),
    ],
)
def test_what_cannot_be_is_one_clear_sentence_and_changes_nothing(
    run: Run, database: Database, editions: tuple[VersionId, VersionId], arguments: tuple[str, ...], named: str
) -> None:
    before = own_versions(database)
    old, new = editions
    refused = run(*(argument.format(old=old, new=new) for argument in arguments))
    assert (refused.status, len(refused.refused.splitlines())) == (1, 1)
    assert named in refused.refused
    assert own_versions(database) == before


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "31/12/2026", "2026-5-1x", ""])
def test_a_day_that_cannot_be_read_is_wrong_usage(run: Run, day: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        run("show", "caresource-mp-ad-1623", "--on", day)
    assert stopped.value.code == 2


def test_a_version_without_facts_of_ours_is_activated_and_that_is_said(run: Run, database: Database) -> None:
    store(database, OLD)
    passage = replace(NEW.passages[0], rendering="", payer_text="The payer's own words.")
    draft = store(database, replace(NEW, passages=(passage,), facts=()), is_draft=True)
    done = run("activate", draft, "--yes")
    assert (done.status, standing(database, draft)) == (0, "not yet")
    assert "no facts" in done.said
    assert "caresource-own-fact" in done.said


def test_an_imported_text_does_not_steer_the_terminal(run: Run, database: Database) -> None:
    record = make_edition("Words \x1b[2J\x07 and \x9b31m more.", number="MP\x1b[31m")
    store(database, record, is_draft=True)
    for said in (run("list"), run("show", record.document.version_id), run("diff", record.document.version_id)):
        assert all(letter.isprintable() or letter == "\n" for letter in said.said + said.refused)


def test_a_look_at_the_documents_waits_for_no_write_and_none_waits_for_it(
    run: Run, database: Database, editions: tuple[VersionId, VersionId]
) -> None:
    def look_meanwhile(connection: object) -> list[int]:
        return [run(*words).status for words in (("list",), ("show", editions[0]), ("diff", "MP-MM-0001"))]

    # The first command after a change of what is shipped loads it.
    assert run("list").status == 0
    # SQLite has one writer: a command that wrote would give up here.
    assert database.write_now(look_meanwhile) == [0, 0, 0]
