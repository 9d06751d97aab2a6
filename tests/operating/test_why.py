"""The command that explains a message: what it cannot explain is said in one sentence."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, timezone

import pytest
import sqlalchemy as sa

from bot.conversations.ids import RandomIds
from bot.conversations.live import LiveHub
from bot.conversations.model import Author, Channel, Draft
from bot.conversations.record import ConversationSettings, Record
from bot.conversations.service import ConversationService
from bot.conversations.store import SqlConversationStore
from bot.database import Database
from bot.why_command import NotExplained, explain_message
from knowledge.bootstrap import build_knowledge
from knowledge.eligibility.store import audit_events
from knowledge.policies.ledger import Ledger, plan_archive
from knowledge.reliance.model import CatalogueNode, FactNode, Reliance
from knowledge.shipped.importer import load_content
from tests.databases import open_database
from tests.knowledge.policies.versions import make_edition, store


def clock() -> datetime:
    return datetime(2026, 11, 22, 15, 0, tzinfo=timezone.utc)


def say(database: Database, draft: Draft) -> str:
    record = Record(SqlConversationStore(database), clock, RandomIds(), ConversationSettings(), LiveHub())
    opened = ConversationService(record).open_conversation(channel=Channel.WEB, greeting=(draft,))
    return asyncio.run(opened).messages[0].id


@pytest.fixture
def database(sqlite_url: str) -> Database:
    return open_database(sqlite_url)


def test_a_text_that_does_not_come_out_again_is_not_the_same(database: Database) -> None:
    good = say(database, Draft(Author.ASSISTANT, "In Ohio.", reliance=Reliance("In {state}.", {"state": "Ohio"})))
    changed = say(database, Draft(Author.ASSISTANT, "In Ohio!", reliance=Reliance("In {state}.", {"state": "Ohio"})))
    old = say(database, Draft(Author.ASSISTANT, "In Ohio."))
    found = {name: explain_message(database, name, clock, by="anna") for name in (good, changed, old)}
    assert [why.is_same for why in found.values()] == [True, False, False]
    assert "TEXT_DIFFERS" in found[changed].text
    assert "NOT_RECORDED" in found[old].text


def test_the_sources_that_were_recorded_with_a_message_are_named(database: Database) -> None:
    report = {
        "document": "Report on a network", "payer": "PhillyVoice", "section": "Advanced Network",
        "version": "dated 2023-03-21", "read_on": "2026-11-21", "url": "https://example.org/report",
    }  # fmt: skip
    policy = {
        "document": "Gene therapies", "number": "MP-AD-1623", "payer": "CareSource", "section": "D.I",
        "effective_on": "2026-05-01", "read_on": "2026-11-20", "url": "https://example.org/policy",
    }  # fmt: skip
    # Also of a message that no record is kept of.
    message = say(database, Draft(Author.ASSISTANT, "Penn is in it.", citations=(report, policy)))
    told = explain_message(database, message, clock, by="anna").text
    for part in (
        "Report on a network", "PhillyVoice", "Advanced Network", "version dated 03/21/2023", "read on 11/21/2026",
        "https://example.org/report", "MP-AD-1623", "CareSource", "D.I", "effective 05/01/2026",
    ):  # fmt: skip
        assert part in told
    assert "effective 11/" not in told
    assert "2026-" not in told


def test_a_document_that_states_no_day_counts_from_the_day_it_was_read(database: Database) -> None:
    load_content(database)
    found = {}
    for stated in (None, "2026-05-01"):
        edition = make_edition("Ask a coach.", stated, document=f"page-{stated}", number=None)
        version = store(database, edition)
        values = {"fact": FactNode(version, edition.facts[0].id).as_json()}
        made_of = Reliance("{fact}", values, date(2026, 11, 22), sources=({"version": version},))
        message = say(database, Draft(Author.ASSISTANT, "Ask a coach.", reliance=made_of))
        why = explain_message(database, message, clock, by="anna")
        assert why.is_same
        found[stated] = why.text
    read_on = f"{make_edition('Any.', None).document.read_on:%m/%d/%Y}"
    assert f"counts here from {read_on} on (read)" in found[None]
    assert "in force" not in found[None]
    assert "in force from 05/01/2026 on" in found["2026-05-01"]
    assert all("as of     11/22/2026" in text for text in found.values())


def test_the_day_that_a_document_states_is_told_apart_from_the_days_on_which_it_counted_here(
    database: Database,
) -> None:
    load_content(database)
    edition = make_edition("Ask a coach.", "2026-11-01")
    edition = replace(edition, document=replace(edition.document, version="3"))
    version = store(database, edition, is_draft=True)
    ledger = Ledger(database, clock)
    ledger.activate(version, date(2026, 11, 22), by="anna")
    values = {"fact": FactNode(version, edition.facts[0].id).as_json()}
    made_of = Reliance("{fact}", values, date(2026, 11, 22), sources=({"version": version},))
    message = say(database, Draft(Author.ASSISTANT, "Ask a coach.", reliance=made_of))
    ledger.archive(plan_archive(ledger.look(), version, None, at_once=True), by="anna")
    told = " ".join(explain_message(database, message, clock, by="anna").text.split())
    for part in (
        "A policy of this test (MP-MM-0001), CareSource", "version 3, effective 11/01/2026, read on 01/02/2026",
        "https://example.org/policy", "counts here from 11/22/2026 on (effective 11/01/2026)", "section D.I: Policy",
        "in force for part of 11/22/2026, ended 11/22/2026 15:00 UTC",
    ):  # fmt: skip
        assert part in told


def test_a_field_of_the_catalogue_is_shown_as_it_was_said_and_with_its_sources(database: Database) -> None:
    load_content(database)
    entry = asyncio.run(build_knowledge(database, clock).therapies.find_therapy("zolgensma"))
    assert entry is not None
    values = {
        "brand": CatalogueNode(entry.id, entry.checksum, "brand").as_json(),
        "day": CatalogueNode(entry.id, entry.checksum, "approved_on", as_day=True).as_json(),
    }
    made_of = Reliance("{brand}: {day}", values)
    message = say(database, Draft(Author.ASSISTANT, "Zolgensma: 05/24/2019", reliance=made_of))
    why = explain_message(database, message, clock, by="anna")
    assert why.is_same
    for part in ("brand: Zolgensma", "approved_on: 05/24/2019"):
        assert part in why.text
    flat = " ".join(why.text.split())
    for source in entry.sources:
        for part in (source.title, source.publisher, source.url, f"read on {source.read_on:%m/%d/%Y}"):
            assert part in flat


def test_a_look_at_a_message_is_audited_with_who_looked(database: Database) -> None:
    message = say(database, Draft(Author.ASSISTANT, "In Ohio.", reliance=Reliance("In {state}.", {"state": "Ohio"})))
    explain_message(database, message, clock, by="anna")
    rows = database.read_now(lambda connection: connection.execute(sa.select(audit_events)).all())
    assert [(row.actor, row.purpose) for row in rows] == [("operator", f"why {message} by anna")]


@pytest.mark.parametrize("message_id", ["0" * 32, "no id", ""])
def test_an_unknown_message_is_refused(database: Database, message_id: str) -> None:
    with pytest.raises(NotExplained):
        explain_message(database, message_id, clock, by="anna")


@pytest.mark.parametrize("author", [Author.COACH, Author.MEMBER])
def test_what_a_person_wrote_is_not_explained(database: Database, author: Author) -> None:
    with pytest.raises(NotExplained) as refused:
        explain_message(database, say(database, Draft(author, "my number is GG1000001")), clock, by="anna")
    assert "GG1000001" not in str(refused.value)
