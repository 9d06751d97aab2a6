"""What an operator sees of the documents and does with them, and how a process that runs hears of it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.database import Database
from knowledge.bootstrap import Knowledge, build_knowledge
from knowledge.policies.days import check_retirement
from knowledge.policies.holdings import AmbiguousDocument, Holdings, NoDraft, Standing
from knowledge.policies.ledger import Ledger, NothingToArchive, first_day, plan_activation, plan_archive
from knowledge.policies.ledger_store import Act
from knowledge.policies.model import (
    AlreadyInForce,
    EndedByThen,
    HasEnded,
    InForceToday,
    Plan,
    PlanId,
    PolicyDocument,
    VersionNotFound,
)
from tests.knowledge.conftest import StoppedClock
from tests.knowledge.policies.versions import OHIO, day, make_edition, store, told
from tests.product import ROOT

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=timezone.utc)
PLAN = Plan(
    PlanId("caresource"), OHIO.payer, "CareSource", "CareSource", "marketplace", (), "America/New_York", ()  # type: ignore[arg-type]
)  # fmt: skip


def edition(words: str, effective_on: str | None, sequence: int, **standing: object) -> PolicyDocument:
    made = make_edition(words, effective_on).document
    return replace(made, sequence=sequence, **standing)  # type: ignore[arg-type]


FIRST = edition("First.", "2026-05-01", 1)
SECOND = edition("Second.", "2027-05-01", 2)
DRAFT = edition("Draft.", "2027-02-01", 3, is_draft=True)


def holdings(*versions: PolicyDocument, plans: tuple[Plan, ...] = (PLAN,), now: datetime = NOW) -> Holdings:
    return Holdings.of(versions, plans, now)


def names(endings: object) -> list[tuple[str, str]]:
    return [(ending.document.checksum, ending.on.isoformat()) for ending in endings]  # type: ignore[attr-defined]


def gene_guide(database: Database, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `gene-guide knowledge` in a process of its own."""
    url = database.engine.url.set(drivername=database.engine.dialect.name).render_as_string(hide_password=False)
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", "knowledge", *arguments],
        cwd=ROOT,
        env={**os.environ, "GENE_GUIDE_DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


async def test_an_activation_by_another_process_is_spoken_from_its_midnight_on_without_a_restart(
    filled: Database, knowledge: Knowledge, clock: StoppedClock
) -> None:
    store(filled, make_edition("Old."))
    draft = store(filled, make_edition("New.", "2099-05-01"), is_draft=True)
    plan = await knowledge.policies.find_plan("caresource")
    assert plan is not None
    midnight = datetime(2099, 6, 1, tzinfo=ZoneInfo(plan.time_zone))

    async def told_now() -> list[str]:
        return await told(knowledge, knowledge.policies.today(plan).isoformat())

    clock.now = midnight
    assert await told_now() == ["Old."]
    done = gene_guide(filled, "activate", draft, "--on", "06/01/2099", "--yes", "--by", "anna")
    assert (done.returncode, done.stderr) == (0, "")
    clock.now = midnight - timedelta(seconds=1)
    assert await told_now() == ["Old."]
    clock.now = midnight
    assert await told_now() == ["New."]
    (event,) = Ledger(filled, clock).list_events()
    assert (event.by, event.act, event.version, event.on) == ("anna", Act.ACTIVATED, draft, day("2099-06-01"))


async def test_two_services_of_two_processes_change_at_the_same_midnight(
    filled: Database, knowledge: Knowledge, clock: StoppedClock
) -> None:
    other = Database(filled.engine)
    services = [knowledge, build_knowledge(other, clock)]
    store(filled, make_edition("Old."))
    draft = store(filled, make_edition("New.", "2026-12-01"), is_draft=True)
    plan = await knowledge.policies.find_plan("caresource")
    assert plan is not None
    for service in services:
        assert await told(service, "2026-12-01") == ["Old."]
    Ledger(other, clock).activate(draft, day("2026-12-01"), by="anna")
    for moment, words in ((timedelta(seconds=-1), ["Old."]), (timedelta(0), ["New."])):
        clock.now = datetime(2026, 12, 1, tzinfo=ZoneInfo(plan.time_zone)) + moment
        for service in services:
            assert await told(service, service.policies.today(plan).isoformat()) == words


def test_what_is_refused_leaves_no_trace(filled: Database, clock: StoppedClock) -> None:
    ledger = Ledger(filled, clock)
    first = store(filled, make_edition("First."))
    store(filled, make_edition("Second.", "2027-05-01"))
    with pytest.raises(AlreadyInForce):
        ledger.activate(first, day("2026-12-01"), by="anna")
    endings = plan_archive(ledger.look(), "caresource-own", day("2026-12-01"))
    with pytest.raises(EndedByThen):
        ledger.archive([*endings, replace(endings[0], on=day("2027-06-01"))], by="anna")
    assert ledger.list_events() == ()
    assert [ledger.look().standing(version) for version in ledger.look().find_document("caresource-own")] == [
        Standing.IN_FORCE,
        Standing.NOT_YET,
    ]


async def test_a_document_that_is_archived_is_silent_from_that_day_whatever_was_to_come(
    filled: Database, knowledge: Knowledge, clock: StoppedClock
) -> None:
    ledger = Ledger(filled, clock)
    store(filled, make_edition("First."))
    store(filled, make_edition("Second.", "2027-05-01"))
    ledger.archive(plan_archive(ledger.look(), "caresource-own", day("2026-12-01")), by="anna")
    assert await told(knowledge, "2026-11-30") == ["First."]
    assert await told(knowledge, "2026-12-01") == []
    assert await told(knowledge, "2027-05-01") == []
    assert [event.act for event in ledger.list_events()] == [Act.ARCHIVED, Act.ARCHIVED]
    with pytest.raises(NothingToArchive):
        plan_archive(ledger.look(), "caresource-own", day("2026-12-01"))


@pytest.mark.parametrize(
    ("on", "ended"),
    [
        (None, [("Second.", "2027-05-01"), ("First.", "2026-11-22")]),
        ("2027-05-01", [("Second.", "2027-05-01"), ("First.", "2027-05-01")]),
        ("2027-06-01", [("Second.", "2027-06-01")]),
        ("2026-05-01", [("Second.", "2027-05-01"), ("First.", "2026-05-01")]),
    ],
)
def test_of_a_document_ends_what_rules_on_the_day_and_what_comes_after(
    on: str | None, ended: list[tuple[str, str]]
) -> None:
    words = {FIRST.checksum: "First.", SECOND.checksum: "Second."}
    endings = plan_archive(holdings(FIRST, SECOND, DRAFT), "MP-MM-0001", day(on) if on else None)
    assert [(words[checksum], ending) for checksum, ending in names(endings)] == ended


def test_what_is_in_force_today_ends_today_only_at_once() -> None:
    found = holdings(FIRST, SECOND)
    endings = plan_archive(found, "MP-MM-0001", None, at_once=True)
    assert names(endings) == [(SECOND.checksum, "2027-05-01"), (FIRST.checksum, "2026-11-21")]
    assert [(ending.at_once, ending.is_cancelled) for ending in endings] == [(False, True), (True, False)]
    assert names(plan_archive(found, FIRST.version_id, None)) == [(FIRST.checksum, "2026-11-22")]
    with pytest.raises(InForceToday):
        check_retirement(FIRST, day("2026-11-21"), day("2026-11-21"))


async def test_a_version_stopped_on_its_first_day_was_in_force_and_the_earlier_one_goes_on(
    filled: Database, knowledge: Knowledge, clock: StoppedClock
) -> None:
    ledger = Ledger(filled, clock)
    store(filled, make_edition("First."))
    draft = store(filled, make_edition("Draft."), is_draft=True)
    ledger.activate(draft, day("2026-11-21"), by="anna")
    assert await told(knowledge, "2026-11-21") == ["Draft."]
    clock.forward(hours=2)
    with pytest.raises(InForceToday):
        ledger.archive(plan_archive(ledger.look(), draft, day("2026-11-21")), by="anna")
    ledger.archive(plan_archive(ledger.look(), draft, None, at_once=True), by="anna")
    assert await told(knowledge, "2026-11-21") == ["First."]
    found = ledger.look()
    assert found.stopped == {draft: clock.now}
    assert found.standing(found.find_version(draft)) is Standing.ENDED
    with pytest.raises(HasEnded):
        ledger.activate(draft, day("2026-12-01"), by="anna")
    # What was cancelled ahead of its day was never in force, and may get a day again.
    later = store(filled, make_edition("Later.", "2027-05-01"), is_draft=True)
    ledger.activate(later, day("2027-05-01"), by="anna")
    ledger.archive(plan_archive(ledger.look(), later, day("2027-05-01")), by="anna")
    found = ledger.look()
    assert found.standing(found.find_version(later)) is Standing.CANCELLED
    clock.now = datetime(2027, 5, 2, 15, 0, tzinfo=timezone.utc)
    ledger.activate(later, day("2027-06-01"), by="anna")


async def test_of_a_document_stopped_at_once_nothing_is_left(
    filled: Database, knowledge: Knowledge, clock: StoppedClock
) -> None:
    ledger = Ledger(filled, clock)
    store(filled, make_edition("First."))
    draft = store(filled, make_edition("Draft."), is_draft=True)
    ledger.activate(draft, day("2026-11-21"), by="anna")
    ledger.archive(plan_archive(ledger.look(), "caresource-own", None, at_once=True), by="anna")
    for on in ("2026-11-21", "2026-11-22"):
        assert await told(knowledge, on) == []
    assert await told(knowledge, "2026-11-20") == ["First."]


def test_what_began_last_is_what_ends_in_whatever_order_it_was_stored() -> None:
    stored_late = holdings(replace(SECOND, sequence=1), replace(FIRST, sequence=2))
    assert names(plan_archive(stored_late, "caresource-own", day("2027-06-01"))) == [(SECOND.checksum, "2027-06-01")]


def test_of_a_version_that_is_named_only_this_one_ends() -> None:
    endings = plan_archive(holdings(FIRST, SECOND), SECOND.version_id, day("2027-05-01"))
    assert names(endings) == [(SECOND.checksum, "2027-05-01")]
    assert endings[0].is_cancelled


def test_an_activation_says_what_it_takes_the_place_of() -> None:
    plan = plan_activation(holdings(FIRST, SECOND, DRAFT), DRAFT, day("2027-02-01"))
    assert (plan.document.in_force_from, plan.document.ends_on) == (day("2027-02-01"), day("2027-05-01"))
    assert [(ended.checksum, ended.ends_on) for ended in plan.ended] == [(FIRST.checksum, day("2027-02-01"))]
    assert plan.predecessor is not None
    assert plan.predecessor.checksum == FIRST.checksum


def test_an_activation_for_the_day_of_another_cancels_that_one() -> None:
    plan = plan_activation(holdings(FIRST, SECOND, DRAFT), DRAFT, day("2027-05-01"))
    assert plan.document.ends_on is None
    assert [(ended.checksum, ended.is_cancelled) for ended in plan.ended] == [(SECOND.checksum, True)]
    assert plan.predecessor is not None
    assert plan.predecessor.checksum == FIRST.checksum
    alone = plan_activation(holdings(DRAFT), DRAFT, day("2027-05-01"))
    assert (alone.ended, alone.predecessor) == ((), None)


def test_an_edition_for_one_state_ends_nothing_elsewhere_and_archiving_the_document_ends_both() -> None:
    ohio = edition("Ohio.", "2026-11-22", 4, is_draft=True, states=("OH",))
    plan = plan_activation(holdings(FIRST, ohio), ohio, day("2026-11-22"))
    assert plan.ended == ()
    assert plan.goes_on is not None
    assert plan.goes_on.checksum == FIRST.checksum
    assert plan_activation(holdings(FIRST, DRAFT), DRAFT, day("2027-02-01")).goes_on is None
    both = holdings(FIRST, replace(ohio, is_draft=False), SECOND)
    assert names(plan_archive(both, "MP-MM-0001", day("2026-12-01"))) == [
        (SECOND.checksum, "2027-05-01"),
        (FIRST.checksum, "2026-12-01"),
        (ohio.checksum, "2026-12-01"),
    ]


def test_an_activation_without_a_day_holds_from_today_or_the_documents_own_later_day() -> None:
    assert first_day(holdings(DRAFT), DRAFT) == day("2027-02-01")
    past = edition("Past.", "2026-01-01", 4, is_draft=True)
    assert first_day(holdings(past), past) == day("2026-11-21")


def test_today_is_the_latest_day_of_the_payers_plans() -> None:
    evening = datetime(2026, 11, 22, 4, 30, tzinfo=timezone.utc)  # 11:30 pm in New York, 5:30 pm in Honolulu
    west = replace(PLAN, id=PlanId("west"), time_zone="Pacific/Honolulu")
    east = replace(PLAN, id=PlanId("east"), payer="other", time_zone="Pacific/Auckland")  # type: ignore[arg-type]
    found = holdings(plans=(west, PLAN, east), now=evening)
    assert found.today(PLAN.payer) == day("2026-11-21")
    # A document that belongs to no plan is spoken in all of them.
    assert found.today(None) == day("2026-11-22")


def test_a_name_means_a_version_a_document_or_a_number() -> None:
    found = holdings(FIRST, SECOND, DRAFT)
    assert found.choose(FIRST.version_id).checksum == FIRST.checksum
    assert found.choose(FIRST.version_id[:20]).checksum == FIRST.checksum
    assert found.choose("caresource-own").checksum == FIRST.checksum
    assert found.choose("mp-mm-0001", day("2027-05-01")).checksum == SECOND.checksum
    assert found.choose("mp-mm-0001", day("2026-04-30")).checksum == DRAFT.checksum
    assert found.choose_draft("caresource-own").checksum == DRAFT.checksum
    assert found.newest(found.find_document("caresource-own")).checksum == DRAFT.checksum
    with pytest.raises(AmbiguousDocument):
        found.choose("caresource-own@")
    found = holdings(FIRST, SECOND, DRAFT, replace(FIRST, id="unnumbered", number=None))  # type: ignore[arg-type]
    for name in ("", "caresource", "caresource-own@zz", "MP-MM-9999", "@"):
        with pytest.raises((VersionNotFound, AmbiguousDocument)):
            found.choose(name)
    with pytest.raises(NoDraft):
        holdings(FIRST, SECOND).choose_draft("caresource-own")


def test_a_number_of_two_payers_must_be_told_apart() -> None:
    other = replace(FIRST, id="other", payer="independence")  # type: ignore[arg-type]
    with pytest.raises(AmbiguousDocument) as refused:
        holdings(FIRST, other).choose("MP-MM-0001")
    assert refused.value.args == ("caresource-own", "other")


def test_each_version_stands_where_its_days_say() -> None:
    withdrawn = edition("Withdrawn.", "2026-05-01", 4, is_withdrawn=True)
    cancelled = edition("Cancelled.", "2026-10-01", 5, retired_on=day("2026-10-01"))
    older = edition("Older.", "2026-01-01", 6)
    found = holdings(FIRST, SECOND, DRAFT, withdrawn, cancelled, older)
    standing = {version.checksum: found.standing(version) for version in found.versions}
    assert standing == {
        FIRST.checksum: Standing.IN_FORCE,
        SECOND.checksum: Standing.NOT_YET,
        DRAFT.checksum: Standing.DRAFT,
        withdrawn.checksum: Standing.WITHDRAWN,
        cancelled.checksum: Standing.CANCELLED,
        older.checksum: Standing.ENDED,
    }
