"""An operator's policy document: taken whole, refused whole, and the operator's own from then on."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from bot.database import Database
from knowledge.bootstrap import Knowledge
from knowledge.content_files import ContentError
from knowledge.csv_files import ImportRefused, ImportReport
from knowledge.importing import import_file
from knowledge.policies.files import read_document
from knowledge.policies.importer import import_documents
from knowledge.policies.ledger import Ledger
from knowledge.policies.model import PayerId, Scope
from knowledge.shipped.importer import load_content
from tests.knowledge.conftest import StoppedClock

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)
OHIO = Scope(PayerId("caresource"), "marketplace", "OH")

POLICY = """
document:
  id: test-policy
  payer: caresource
  payer_name: CareSource
  number: MP-MM-0001
  title: A medical policy of this test
  kind: medical_policy
  lines_of_business: [marketplace]
  effective_on: 2026-06-01
  archived_on: 2026-12-01
  read_on: 2026-05-20
  url: https://example.org/policy
passages:
  - {section: D.I, heading: Policy, rendering: Our words., payer_text: Their words.}
facts:
  - {id: test-fact, topic: candidacy, position: 1, section: D.I, text: CareSource asks for a test first.}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "policy.yml"
    path.write_text(text, encoding="utf-8")
    return path


async def test_an_imported_policy_answers_between_its_dates(
    filled: Database, knowledge: Knowledge, tmp_path: Path
) -> None:
    before = datetime(2026, 5, 20, 12, 0, tzinfo=timezone.utc)
    report = import_documents(filled, write(tmp_path, POLICY), now=before)
    assert report == ImportReport(added=1, updated=0, unchanged=0)
    find = knowledge.policies.find_facts
    for day, is_told in [("2026-05-31", False), ("2026-06-01", True), ("2026-11-30", True), ("2026-12-01", False)]:
        facts = await find("candidacy", OHIO, date.fromisoformat(day))
        assert ("test-fact" in [fact.id for fact in facts]) is is_told
    found = await knowledge.policies.find_documents(OHIO, date(2026, 12, 1), number="MP-MM-0001")
    assert [document.id for document in found.ended] == ["test-policy"]


async def test_a_policy_whose_own_day_has_passed_counts_from_the_day_on_which_it_comes_in(
    filled: Database, knowledge: Knowledge, clock: StoppedClock, tmp_path: Path
) -> None:
    import_documents(filled, write(tmp_path, POLICY), now=NOW, by="anna")
    for day, is_told in [("2026-11-20", False), ("2026-11-21", True), ("2026-11-30", True), ("2026-12-01", False)]:
        facts = await knowledge.policies.find_facts("candidacy", OHIO, date.fromisoformat(day))
        assert ("test-fact" in [fact.id for fact in facts]) is is_told
    (event,) = Ledger(filled, clock).list_events()
    assert event.on == date(2026, 11, 21)
    (version,) = Ledger(filled, clock).look().find_document("test-policy")
    assert (version.effective_on, version.in_force_from) == (date(2026, 6, 1), date(2026, 11, 21))


async def test_a_corrected_policy_changes_nothing_of_the_days_before_and_the_earlier_text_does_not_come_back(
    filled: Database, knowledge: Knowledge, tmp_path: Path
) -> None:
    path, before = tmp_path / "policy.yml", datetime(2026, 5, 20, 12, 0, tzinfo=timezone.utc)
    import_documents(filled, write(tmp_path, POLICY), now=before)
    import_documents(filled, write(tmp_path, POLICY.replace("a test first", "two tests first")), now=NOW)
    for day, words in [("2026-06-01", "a test"), ("2026-11-20", "a test"), ("2026-11-21", "two tests")]:
        facts = await knowledge.policies.find_facts("candidacy", OHIO, date.fromisoformat(day))
        assert [words in fact.text for fact in facts if fact.id == "test-fact"] == [True]
    write(tmp_path, POLICY)
    with pytest.raises(ContentError):
        import_documents(filled, path, now=NOW)
    # Read again it is a version of its own.
    write(tmp_path, POLICY.replace("read_on: 2026-05-20", "read_on: 2026-11-21"))
    assert import_documents(filled, path, now=NOW).updated == 1
    facts = await knowledge.policies.find_facts("candidacy", OHIO, date(2026, 11, 21))
    assert ["a test" in fact.text for fact in facts if fact.id == "test-fact"] == [True]


REFUSED_TEXTS = [
    "You are covered for this therapy.",
    "You\u2019re approved.",
    "You will be covered.",
    "If you ask, you are eligible.",
    "You qualify for Casgevy.",
    "You meet all of the criteria.",
    "You are a candidate.",
    "Casgevy is covered.",
    "These therapies are fully covered. Ask what it costs.",
    "CareSource covers your treatment.",
    "CareSource guarantees payment.",
    "Take 20 mg of prednisone before it.",
    "Stop taking your other medicine.",
    "You should get this therapy.",
    "Your request is approved.",
    "The day is {day}.",
]


@pytest.mark.parametrize("text", REFUSED_TEXTS)
def test_a_text_that_decides_promises_or_doses_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    for old, name in (("CareSource asks for a test first.", "test-fact"), ("Our words.", "passage D.I")):
        with pytest.raises(ContentError) as refused:
            read_document(write(tmp_path, POLICY.replace(old, f'"{text}"')))
        assert refused.value.entry == name
        assert text not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "Look in your plan papers for what is covered.",
        "CareSource decides if a therapy is covered.",
        "The FDA has approved it for adults.",
        "It is given once a week.",
        "None.",
    ],
)
def test_a_text_that_leaves_the_decision_open_is_taken(tmp_path: Path, text: str) -> None:
    document = read_document(write(tmp_path, POLICY.replace("CareSource asks for a test first.", f'"{text}"')))
    assert document.facts[0].text == text


async def test_a_refused_text_leaves_nothing_behind(filled: Database, knowledge: Knowledge, tmp_path: Path) -> None:
    path = write(tmp_path, POLICY.replace("CareSource asks for a test first.", "You are covered."))
    with pytest.raises(ImportRefused, match="test-fact"):
        import_file(filled, "knowledge", path, now=datetime(2026, 11, 21, tzinfo=timezone.utc))
    found = await knowledge.policies.find_documents(OHIO, date(2026, 7, 1), number="MP-MM-0001")
    assert found.in_force == ()


async def test_the_payers_own_words_may_say_what_ours_may_not(tmp_path: Path) -> None:
    record = read_document(write(tmp_path, POLICY.replace("Their words.", "You are covered if D.II is met.")))
    assert record.passages[0].payer_text is not None


async def test_a_medical_policy_ranks_above_an_administrative_one(
    filled: Database, knowledge: Knowledge, tmp_path: Path
) -> None:
    import_documents(filled, write(tmp_path, POLICY), now=NOW)
    found = await knowledge.policies.find_documents(OHIO, date(2026, 11, 21))
    assert [document.number for document in found.in_force[:2]] == ["MP-MM-0001", "MP-AD-1623"]


async def test_the_same_file_again_changes_nothing_and_a_changed_one_updates(filled: Database, tmp_path: Path) -> None:
    path = write(tmp_path, POLICY)
    import_documents(filled, path, now=NOW)
    assert import_documents(filled, path, now=NOW) == ImportReport(added=0, updated=0, unchanged=1)
    write(tmp_path, POLICY.replace("a test first", "two tests first"))
    assert import_documents(filled, path, now=NOW) == ImportReport(added=0, updated=1, unchanged=0)


# What is changed in the document, and the place that the refusal names.
SLIPS = [
    ("  read_on: 2026-05-20\n", "", "document.read_on"),
    ("topic: candidacy", "topic: weather", "facts.0.topic"),
    ("section: D.I, text", "section: Z, text", "test-fact"),
    ("2026-06-01", "soon", "document.effective_on"),
    ("archived_on: 2026-12-01", "archived_on: 2026-01-01", "archived_on"),
    ("  url: https", "  link: https", "document"),
    ("https://example.org/policy", "javascript:alert(1)", "document.url"),
]


async def test_a_bad_document_is_refused_by_name_of_file_and_place(filled: Database, tmp_path: Path) -> None:
    for old, new, named in SLIPS:
        path = write(tmp_path, POLICY.replace(old, new))
        with pytest.raises(ContentError) as refused:
            import_documents(filled, path, now=NOW)
        assert "policy.yml" in str(refused.value)
        assert named in str(refused.value)


async def test_a_policy_with_an_address_may_be_without_a_number(filled: Database, tmp_path: Path) -> None:
    assert import_documents(filled, write(tmp_path, POLICY.replace("  number: MP-MM-0001\n", "")), now=NOW).added == 1


async def test_a_document_without_any_source_is_refused(filled: Database, tmp_path: Path) -> None:
    text = POLICY.replace("  url: https://example.org/policy\n", "").replace("  number: MP-MM-0001\n", "")
    with pytest.raises(ContentError, match="test-policy"):
        import_documents(filled, write(tmp_path, text), now=NOW)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("payer: caresource", "payer: acme"),
        ("id: test-fact", "id: ibx-basics-kinds"),
        ("id: test-policy", "id: ibx-gene-based-therapies"),
    ],
)
async def test_nothing_of_a_refused_document_is_kept(
    filled: Database, knowledge: Knowledge, tmp_path: Path, old: str, new: str
) -> None:
    with pytest.raises(ContentError):
        import_documents(filled, write(tmp_path, POLICY.replace(old, new, 1)), now=NOW)
    found = await knowledge.policies.find_documents(OHIO, date(2026, 11, 21), number="MP-MM-0001")
    assert found.in_force == ()
    facts = await knowledge.policies.find_facts("therapy_basics", Scope(PayerId("independence"), None, None), date.max)
    assert "ibx-basics-kinds" in [fact.id for fact in facts]


async def test_a_file_that_is_no_document_is_refused(filled: Database, tmp_path: Path) -> None:
    path = tmp_path / "broken.yml"
    for content in [b"", b"\x00\x01\xff", b"document: [", b"- a\n- b", b"{{{{", b"\xff\xfe\x00x"]:
        path.write_bytes(content)
        with pytest.raises(ContentError, match=r"broken\.yml"):
            import_documents(filled, path, now=NOW)


async def test_what_an_operator_imported_survives_new_shipped_content(
    filled: Database, knowledge: Knowledge, tmp_path: Path, clock: StoppedClock
) -> None:
    own = POLICY.replace("id: test-policy", "id: caresource-mp-ad-1623").replace("MP-MM-0001", "MP-AD-1623")
    import_documents(filled, write(tmp_path, own), now=NOW)
    filled.write_now(lambda connection: connection.exec_driver_sql("UPDATE content_versions SET digest = 'old'"))
    assert load_content(filled, now=clock.now).loaded
    facts = await knowledge.policies.find_facts("candidacy", OHIO, date(2026, 11, 21))
    assert [fact.id for fact in facts if fact.document.payer] == ["test-fact"]


async def test_the_command_line_hears_of_every_refusal_in_the_same_way(
    filled: Database, tmp_path: Path, clock: StoppedClock
) -> None:
    with pytest.raises(ImportRefused, match=r"policy\.yml"):
        import_file(filled, "knowledge", write(tmp_path, "document: 1"), now=clock.now)
