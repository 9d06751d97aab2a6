"""What may be found: what is in force for the member's payer, state and day, in our words or in the payer's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timezone
from typing import TypeVar

import pytest
import sqlalchemy as sa

from bot.database import Database
from knowledge.bootstrap import build_knowledge
from knowledge.content_store import ContentReader
from knowledge.origin import Origin
from knowledge.policies.import_store import activate, add_version, replace_plans, retire
from knowledge.policies.model import (
    DocumentId,
    DocumentKind,
    DocumentRecord,
    Passage,
    PayerId,
    Plan,
    PlanId,
    PolicyDocument,
    Scope,
    VersionId,
)
from knowledge.policies.service import PolicyService
from knowledge.policies.store import SqlPolicyStore
from knowledge.search.model import Hit, SearchResult
from knowledge.search.service import SearchService
from knowledge.search.store import SqlCatalogueStore
from knowledge.therapies.store import SqlTherapyStore

NOW = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
TODAY = date(2026, 6, 1)
HARBOR, SUMMIT = PayerId("harbor"), PayerId("summit")
PLANS = (
    Plan(PlanId("harbor"), HARBOR, "Harbor Health", "Harbor", "marketplace", ("OH", "WV"), "America/New_York", ()),
    Plan(PlanId("summit"), SUMMIT, "Summit Health", "Summit", "commercial", (), "America/New_York", ()),
)
OF_HARBOR, OF_SUMMIT = Scope(HARBOR, "marketplace", "OH"), Scope(SUMMIT, "commercial", None)
KEEPING = "The plan keeps the collected cells in a freezer for eleven months. Then they are thrown away."
ESCORT = "A grown-up must ride along on the day of discharge. A taxi alone is not enough."
QUESTION = "how many months are my cells kept in the freezer"


T = TypeVar("T")


def make_record(
    document: str, payer: PayerId | None, text: str, *, quote: str | None = None, **changes: object
) -> DocumentRecord:
    """A document with one passage and a second one beside it, in force since May."""
    made = PolicyDocument(
        id=DocumentId(document), payer=payer, payer_name="Harbor Health" if payer == HARBOR else "Summit Health",
        number=f"{document.upper()}-1" if payer else None, title="Storage and rides",
        kind=DocumentKind.ADMINISTRATIVE_POLICY if payer else DocumentKind.PUBLIC_SOURCE, lines_of_business=(),
        states=(), version=None, issued_on=None, effective_on=date(2026, 5, 1), revised_on=None, archived_on=None,
        read_on=date(2026, 1, 2), url="https://example.org/", checksum=f"{document}{abs(hash(text)):x}".ljust(64, "0"),
        rank=3,
    )  # fmt: skip
    made = replace(made, **changes)  # type: ignore[arg-type]
    version = made.version_id
    passages = (
        Passage(version, 1, "A", "Storage", "" if quote else text, quote),
        Passage(version, 2, "B", "Rides", ESCORT, None),
    )
    return DocumentRecord(made, passages, ())


class Library:
    """A database with two payers' plans, and the search over it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        content = ContentReader(database, lambda: 0.0)
        policies = PolicyService(SqlPolicyStore(content), lambda: NOW)
        catalogue = SqlCatalogueStore(content, SqlTherapyStore(content))
        # By words alone: the sentence model knows nothing of a payer's own text.
        self.search = SearchService(policies, catalogue, load_meaning=None)
        database.write_now(lambda connection: replace_plans(connection, PLANS))

    def add(self, record: DocumentRecord, *, is_draft: bool = False) -> VersionId:
        return self.write(lambda connection: add_version(connection, record, Origin.IMPORTED, NOW, is_draft=is_draft))

    def write(self, work: Callable[[sa.Connection], T]) -> T:
        return self.database.write_now(work)

    async def find(self, question: str = QUESTION, scope: Scope = OF_HARBOR, day: date = TODAY) -> SearchResult:
        return await self.search.find(question, scope, day)

    async def sections(self, scope: Scope = OF_HARBOR, day: date = TODAY) -> list[str]:
        return [hit.id for hit in (await self.find(scope=scope, day=day)).hits]


@pytest.fixture
def library(database: Database) -> Library:
    return Library(database)


def the(result: SearchResult) -> Hit:
    return result.hits[0]


async def test_the_sentences_that_answer_are_found_with_their_citation(library: Library) -> None:
    version = library.add(make_record("h", HARBOR, KEEPING))
    hit = the(await library.find())

    assert hit.document is not None
    assert (hit.document.version_id, hit.section, hit.is_quote) == (version, "A", False)
    assert hit.text == KEEPING
    assert (hit.citation.number, hit.citation.section) == ("H-1", "A")


async def test_a_payers_own_text_is_found_and_marked_as_a_quote(library: Library) -> None:
    library.add(make_record("h", HARBOR, "", quote=KEEPING))
    hit = the(await library.find())

    assert (hit.text, hit.is_quote) == (KEEPING, True)
    assert hit.excerpt == (0, len(KEEPING))


async def test_another_payers_document_is_never_found(library: Library) -> None:
    library.add(make_record("h", HARBOR, KEEPING))

    assert await library.sections(OF_SUMMIT) == []
    assert await library.sections(Scope(None, None, None)) == []
    assert await library.sections(OF_HARBOR) != []


async def test_how_rare_a_word_is_does_not_hang_on_another_payers_documents(library: Library) -> None:
    library.add(make_record("h", HARBOR, KEEPING))
    before = the(await library.find()).score
    for number in range(5):
        library.add(make_record(f"s{number}", SUMMIT, f"{KEEPING} Summit {number}."))

    assert the(await library.find()).score == before


async def test_what_holds_in_another_state_alone_is_not_found(library: Library) -> None:
    library.add(make_record("h", HARBOR, KEEPING, states=("WV",)))

    assert await library.sections(OF_HARBOR) == []
    assert await library.sections(Scope(HARBOR, "marketplace", "WV")) == ["A"]
    assert await library.sections(Scope(HARBOR, "marketplace", None)) == []


async def test_a_document_is_found_from_its_first_day_to_the_day_before_it_is_archived(library: Library) -> None:
    version = library.add(make_record("h", HARBOR, KEEPING))
    library.write(lambda connection: retire(connection, version, date(2026, 8, 1), today=TODAY))

    found = [await library.sections(day=day) for day in (date(2026, 4, 30), date(2026, 5, 1), date(2026, 7, 31))]
    assert found == [[], ["A"], ["A"]]
    assert await library.sections(day=date(2026, 8, 1)) == []


async def test_a_draft_is_found_only_once_it_is_activated(library: Library) -> None:
    version = library.add(make_record("h", HARBOR, KEEPING), is_draft=True)
    assert await library.sections() == []
    library.write(lambda connection: activate(connection, version, TODAY, today=TODAY))

    assert await library.sections() == ["A"]
    document = the(await library.find()).document
    assert document is not None
    # As it stands, not as it was indexed.
    assert (document.is_draft, document.in_force_from) == (False, TODAY)


async def test_a_new_version_is_found_at_the_next_question_and_the_old_one_for_its_days(library: Library) -> None:
    library.add(make_record("h", HARBOR, KEEPING))
    await library.find()
    longer = KEEPING.replace("eleven", "thirty")
    library.add(make_record("h", HARBOR, longer, effective_on=date(2026, 7, 1), checksum="f" * 64))

    assert the(await library.find(day=date(2026, 6, 30))).text == KEEPING
    assert the(await library.find(day=date(2026, 7, 1))).text == longer


async def test_a_new_document_is_indexed_alone(library: Library) -> None:
    library.add(make_record("h", HARBOR, KEEPING))
    before = (await library.search.ranking()).index.entries
    library.add(make_record("s", SUMMIT, ESCORT))
    after = (await library.search.ranking()).index.entries

    assert len(after) > len(before)
    assert all(one is other for one, other in zip(before, after, strict=False))


async def test_a_change_of_none_of_what_is_searched_indexes_nothing(library: Library) -> None:
    version = library.add(make_record("h", HARBOR, KEEPING))
    before = await library.search.ranking()
    library.write(lambda connection: retire(connection, version, date(2026, 8, 1), today=TODAY))

    assert await library.search.ranking() is before
    assert await library.sections(day=date(2026, 8, 1)) == []


async def test_a_question_does_not_wait_until_what_is_new_was_read(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(make_record("h", HARBOR, KEEPING))
    before, is_read, list_records = await library.search.ranking(), asyncio.Event(), PolicyService.list_records

    async def read_slowly(policies: PolicyService) -> tuple[DocumentRecord, ...]:
        await is_read.wait()
        return await list_records(policies)

    monkeypatch.setattr(PolicyService, "list_records", read_slowly)
    library.add(make_record("s", SUMMIT, ESCORT))
    assert await library.search.ranking(patience_s=0.0) is before
    is_read.set()
    assert len((await library.search.ranking(patience_s=None)).places) == 2


async def test_a_text_that_may_not_be_said_is_never_found(library: Library) -> None:
    library.add(
        make_record("h", HARBOR, "", quote="Your cells are kept in the freezer for eleven months. You are covered.")
    )

    assert "A" not in await library.sections()


async def test_a_word_that_means_the_same_finds_it(library: Library) -> None:
    library.add(make_record("h", HARBOR, "A doctor must get prior authorization before the cells are thawed."))

    assert the(await library.find("who has to sign off before they thaw the cells")).id == "A"


async def test_a_slip_of_the_finger_finds_it(library: Library) -> None:
    library.add(make_record("h", HARBOR, KEEPING))

    assert the(await library.find("how many months in the freezzer")).id == "A"


async def test_a_question_of_words_that_are_on_file_nowhere_is_refused(library: Library) -> None:
    library.add(make_record("h", HARBOR, KEEPING))

    assert not (await library.find("do you pay for braces and wisdom teeth")).is_confident


async def test_what_nothing_is_on_file_for_finds_nothing(library: Library) -> None:
    assert await library.find("do you pay for dental crowns") == SearchResult((), False, 3)
    assert await library.find("qwrt zzxc grmf") == SearchResult((), False, 0)


async def test_the_services_of_the_product_have_a_search(database: Database) -> None:
    assert (await build_knowledge(database, lambda: NOW).search.find("cells", OF_HARBOR, TODAY)).hits == ()
