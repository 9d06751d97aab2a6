"""What the tests of versions are about: editions of a CareSource policy, as an operator's files and as a release."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime, timezone

from sqlalchemy import Connection

from bot.database import Database
from knowledge.bootstrap import Knowledge
from knowledge.origin import Origin
from knowledge.policies import import_store
from knowledge.policies.model import (
    DocumentId,
    DocumentKind,
    DocumentRecord,
    Fact,
    FactId,
    Passage,
    PayerId,
    PolicyDocument,
    Scope,
    VersionId,
)
from knowledge.policies.store import list_versions

NUMBER = "MP-AD-1623"
OHIO = Scope(PayerId("caresource"), "marketplace", "OH")
# Before the editions begin: what comes in after its own day counts from the day on which it came.
STORED_AT = datetime(2026, 1, 2, 12, 0, tzinfo=timezone.utc)


def day(text: str) -> date:
    """A day such as "2026-05-01"."""
    return date.fromisoformat(text)


def make_edition(
    words: str,
    effective_on: str | None = "2026-05-01",
    *,
    document: str = "caresource-own",
    number: str | None = "MP-MM-0001",
    archived_on: str | None = None,
    lines_of_business: tuple[str, ...] = ("marketplace",),
    states: tuple[str, ...] = ("GA", "IN", "OH", "WV"),
    fact: str | None = None,
) -> DocumentRecord:
    """An edition whose passage and fact say `words`; the fact's id is made from the document's, if none is given."""
    made = PolicyDocument(
        id=DocumentId(document),
        payer=PayerId("caresource"),
        payer_name="CareSource",
        number=number,
        title="A policy of this test",
        kind=DocumentKind.ADMINISTRATIVE_POLICY,
        lines_of_business=lines_of_business,
        states=states,
        version=None,
        issued_on=None,
        effective_on=day(effective_on) if effective_on else None,
        revised_on=None,
        archived_on=day(archived_on) if archived_on else None,
        read_on=day("2026-01-02"),
        url="https://example.org/policy",
        checksum="",
        rank=DocumentKind.ADMINISTRATIVE_POLICY.rank,
    )
    made = replace(made, checksum=hashlib.sha256(f"{made}{words}".encode()).hexdigest())
    return DocumentRecord(
        document=made,
        passages=(Passage(made.version_id, 1, "D.I", "Policy", words, None),),
        facts=(Fact(FactId(fact or f"{document}-fact"), "candidacy", 1, words, made, "D.I", ()),),
    )


def store(database: Database, record: DocumentRecord, *, is_draft: bool = False, at: datetime = STORED_AT) -> VersionId:
    """Takes an operator's edition in."""

    def work(connection: Connection) -> None:
        if not is_draft:
            import_store.import_document(connection, record, at)
        elif record.document.version_id not in {known.version_id for known in list_versions(connection)}:
            import_store.add_version(connection, record, Origin.IMPORTED, at, is_draft=True)

    database.write_now(work)
    return record.document.version_id


def release(database: Database, *records: DocumentRecord) -> None:
    """Loads a release that ships these documents and no others."""
    database.write_now(lambda connection: import_store.replace_shipped(connection, records, STORED_AT))


def activate(database: Database, version: VersionId, on: str, *, today: str) -> None:
    """Activates the version for that day."""
    database.write_now(lambda connection: import_store.activate(connection, version, day(on), today=day(today)))


def retire(database: Database, version: VersionId, on: str, *, today: str) -> None:
    """Archives the version from that day on."""
    database.write_now(lambda connection: import_store.retire(connection, version, day(on), today=day(today)))


async def told(knowledge: Knowledge, on: str, scope: Scope = OHIO) -> list[str]:
    """What the payer's own documents of these tests say on that day."""
    facts = await knowledge.policies.find_facts("candidacy", scope, day(on))
    return [fact.text for fact in facts if fact.document.payer and fact.document.url == "https://example.org/policy"]


async def standings(knowledge: Knowledge, on: str, number: str = "MP-MM-0001") -> dict[str, list[str]]:
    """The versions with that number by where they stand on that day, each by the words of its passage."""
    found = await knowledge.policies.find_documents(OHIO, day(on), number=number)
    return {
        place: [
            (await knowledge.policies.list_passages(document.version_id))[0].rendering
            for document in getattr(found, place)
        ]
        for place in ("in_force", "not_yet", "ended")
    }
