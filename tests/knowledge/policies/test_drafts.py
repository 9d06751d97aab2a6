"""A payer's own file becomes a draft: said once, stored once, and spoken by nobody before it is activated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from bot.database import Database
from knowledge.bootstrap import Knowledge
from knowledge.csv_files import ImportRefused, ImportReport
from knowledge.policies.drafting import Corrections, DraftRefused, make_draft
from knowledge.policies.importer import Draft, Standing, known_payers, read_drafts, store_drafts
from knowledge.policies.ledger_store import Act, list_events
from knowledge.policies.model import DocumentKind, PayerId, Plan, PlanId, PolicyDocument, Scope
from knowledge.policies.reading.model import KnownPayer, ReadPolicy
from knowledge.policies.reading.reader import read_document
from knowledge.policies.store import list_versions

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=timezone.utc)
TODAY = date(2026, 11, 21)
OHIO = Scope(PayerId("caresource"), "marketplace", "OH")
PLAN = Plan(
    PlanId("caresource"), PayerId("caresource"), "CareSource", "CareSource", "marketplace", (), "America/New_York", ()
)
POLICY = """MEDICAL POLICY

CareSource Marketplace

Policy Number: CR-MM-0007
Policy Name: Sample therapies
Effective Date: 06/01/2026

For members in Ohio.

A. Subject

Samples

B. Policy

I. The first clause of this sample asks for a chart note.

C. References

N/A
"""
NOTHING = Corrections()
PAGE = "<!doctype html><title>Page</title><h1>Sample page</h1><p>CareSource has words.</p><h2>More</h2><p>And more.</p>"


def read(text: str) -> ReadPolicy:
    return read_document(text.encode(), ".txt", [KnownPayer(PayerId("caresource"), ("CareSource",))])


def draft(text: str, said: Corrections = NOTHING, on_file: list[PolicyDocument] | None = None) -> PolicyDocument:
    return make_draft(read(text), said, [PLAN], on_file or [], TODAY).document


def refusals(text: str, said: Corrections = NOTHING) -> str:
    with pytest.raises(DraftRefused) as refused:
        draft(text, said)
    return str(refused.value)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read_files(database: Database, *paths: Path, said: Corrections = NOTHING) -> tuple[Draft, ...]:
    return read_drafts(database, paths, said, now=NOW)


async def test_a_draft_is_stored_once_with_who_did_it_and_is_not_spoken(
    filled: Database, knowledge: Knowledge, tmp_path: Path
) -> None:
    drafts = read_files(filled, write(tmp_path, "policy.txt", POLICY))
    assert [entry.standing for entry in drafts] == [Standing.NEW]
    assert store_drafts(filled, drafts, now=NOW, by="anna") == ImportReport(added=1, updated=0, unchanged=0)
    assert store_drafts(filled, drafts, now=NOW, by="ben") == ImportReport(added=0, updated=0, unchanged=1)
    document = drafts[0].record.document
    assert (document.id, document.effective_on, document.is_draft) == ("caresource-cr-mm-0007", date(2026, 6, 1), False)
    events = filled.write_now(list_events)
    assert [(event.act, event.by, event.version) for event in events] == [(Act.IMPORTED, "anna", document.version_id)]
    for day in (date(2026, 6, 1), TODAY, date(2030, 1, 1)):
        found = await knowledge.policies.find_documents(OHIO, day, number="CR-MM-0007")
        assert found.in_force == ()
    stored = await knowledge.policies.find_version(document.version_id)
    assert stored is not None
    assert stored.document.is_draft
    passages = [(passage.section, passage.rendering, passage.payer_text) for passage in stored.passages[1:3]]
    assert passages == [("A", "", "Samples"), ("B.I", "", "The first clause of this sample asks for a chart note.")]
    assert stored.facts == ()


async def test_one_bad_file_of_several_leaves_nothing_behind(filled: Database, tmp_path: Path) -> None:
    before = filled.write_now(list_versions)
    paths = (write(tmp_path, "good.txt", POLICY), write(tmp_path, "empty.txt", ""), write(tmp_path, "page.html", PAGE))
    with pytest.raises(ImportRefused) as refused:
        read_files(filled, *paths)
    assert [str(problem).split(":")[0] for problem in refused.value.problems] == ["empty.txt", "page.html"]
    assert filled.write_now(list_versions) == before


async def test_the_files_of_a_call_are_told_apart_and_a_changed_one_is_a_version(
    filled: Database, tmp_path: Path
) -> None:
    shipped = POLICY.replace("CR-MM-0007", "MP-AD-1623")
    paths = (
        write(tmp_path, "one.txt", POLICY),
        write(tmp_path, "same.md", POLICY),
        write(tmp_path, "two.txt", POLICY.replace("a chart note", "two chart notes")),
        write(tmp_path, "shipped.txt", shipped),
    )
    drafts = read_files(filled, *paths)
    assert [entry.standing for entry in drafts] == [
        Standing.NEW, Standing.STORED, Standing.NEW_VERSION, Standing.NEW_VERSION
    ]  # fmt: skip
    assert drafts[3].record.document.id == "caresource-mp-ad-1623"
    assert store_drafts(filled, drafts, now=NOW, by="anna") == ImportReport(added=1, updated=2, unchanged=1)


def test_a_scope_that_no_plan_on_file_has_is_doubted(filled: Database, tmp_path: Path) -> None:
    path = write(tmp_path, "policy.txt", POLICY.replace("members in Ohio", "members in Ohio and Kentucky"))
    said = Corrections(lines_of_business=("marketplace", "medicaid"))
    (found,) = read_files(filled, path, said=said)
    assert [doubt.split(" is ")[-1] for doubt in found.doubts if "no plan" in doubt] == ["one of medicaid", "in KY"]


def test_what_is_missing_is_named_with_the_option_that_mends_it() -> None:
    page = read_document(PAGE.encode(), ".html", [])
    with pytest.raises(DraftRefused) as refused:
        make_draft(page, Corrections(), [PLAN], [], TODAY)
    assert [option for option in ("--payer", "--title", "--url", "--kind") if option in str(refused.value)] == [
        "--payer", "--url"
    ]  # fmt: skip
    said = Corrections(payer="caresource", url="https://example.org/page")
    assert make_draft(page, said, [PLAN], [], TODAY).document.id == "caresource-sample-page"


@pytest.mark.parametrize(
    ("old", "new", "option"),
    [
        ("For members in Ohio.", "[ ] Ohio [ ] Indiana", "--states"),
        ("For members in Ohio.", "Effective Date: 07/01/2026", "--effective-on"),
        ("For members in Ohio.", "Archived: 01/01/2026", "--effective-on"),
    ],
)
def test_what_the_document_contradicts_has_to_be_said(old: str, new: str, option: str) -> None:
    assert option in refusals(POLICY.replace(old, new))


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (Corrections(payer="acme"), "no plan of payer acme"),
        (Corrections(url="javascript:alert(1)"), "--url"),
        (Corrections(id="../../etc"), "--id"),
        (Corrections(states=("Ohio",)), "--states"),
        (Corrections(lines_of_business=("Market Place",)), "--line-of-business"),
        (Corrections(number="9" * 60), "--number"),
    ],
)
def test_a_correction_that_is_none_is_refused(said: Corrections, named: str) -> None:
    assert named in refusals(POLICY, said)


def test_the_id_of_another_payers_document_is_refused() -> None:
    other = replace(draft(POLICY, Corrections(id="its-own")), payer=PayerId("independence"))
    with pytest.raises(DraftRefused, match="--id"):
        draft(POLICY, Corrections(id="its-own"), [other])


def test_what_an_operator_says_counts_in_place_of_the_document() -> None:
    said = Corrections(
        number="CR-MM-0008",
        title="Another title",
        kind=DocumentKind.ADMINISTRATIVE_POLICY,
        lines_of_business=("all",),
        states=("in", "wv"),
        effective_on=date(2026, 8, 1),
        url="https://example.org/policy",
        id="own-id",
    )
    document = draft(POLICY, said)
    assert (document.id, document.number, document.title) == ("own-id", "CR-MM-0008", "Another title")
    assert (document.lines_of_business, document.states) == ((), ("IN", "WV"))
    assert (document.effective_on, document.rank) == (date(2026, 8, 1), DocumentKind.ADMINISTRATIVE_POLICY.rank)


def test_the_same_content_is_the_same_version_on_another_day_and_from_another_format() -> None:
    first = make_draft(read(POLICY), Corrections(), [PLAN], [], TODAY)
    later = make_draft(read(POLICY.replace("\n", "\r\n")), Corrections(), [PLAN], [], date(2027, 1, 1))
    assert first.document.version_id == later.document.version_id
    other = make_draft(read(POLICY), Corrections(states=("IN",)), [PLAN], [], TODAY)
    assert other.document.version_id != first.document.version_id


def test_a_page_at_the_address_of_one_on_file_is_a_version_of_it() -> None:
    said = Corrections(payer="caresource", url="https://example.org/page", id="older-name")
    page = read_document(PAGE.encode(), ".html", [])
    on_file = make_draft(page, said, [PLAN], [], TODAY).document
    again = Corrections(payer="caresource", url="https://example.org/page", title="A new title")
    assert make_draft(page, again, [PLAN], [on_file], TODAY).document.id == "older-name"


def test_one_number_in_another_line_of_business_is_another_document() -> None:
    on_file = draft(POLICY)
    other = draft(POLICY, Corrections(lines_of_business=("medicaid",)), [on_file])
    assert (on_file.id, other.id) == ("caresource-cr-mm-0007", "caresource-cr-mm-0007-medicaid")


def test_the_same_file_again_is_the_same_version_whatever_came_in_with_its_number_since() -> None:
    on_file: list[PolicyDocument] = []
    said = [Corrections(lines_of_business=lines) for lines in (("commercial",), ("medicare",), ("all",))]
    for correction in said:
        on_file.append(draft(POLICY, correction, on_file))
    assert len({document.version_id for document in on_file}) == 3
    again = [draft(POLICY, correction, on_file).version_id for correction in said]
    assert again == [document.version_id for document in on_file]


@pytest.mark.parametrize("titles", [("Terapia génica Ж", "Terapia génica Я"), ("Long " * 40 + "a", "Long " * 40 + "b")])
def test_titles_of_which_the_same_letters_are_left_in_an_id_are_two_documents(titles: tuple[str, str]) -> None:
    page = POLICY.replace("Policy Number: CR-MM-0007\n", "")
    url = "https://example.org/{}"
    first, second = (
        Corrections(title=title, url=url.format(n), lines_of_business=("all",)) for n, title in enumerate(titles)
    )
    stored = draft(page, first)
    assert draft(page, second, [stored]).id != stored.id
    assert draft(page, first, [stored]).id == stored.id


def test_a_payer_is_known_by_every_name_of_its_plans() -> None:
    assert known_payers([PLAN]) == (KnownPayer(PayerId("caresource"), ("CareSource",)),)
