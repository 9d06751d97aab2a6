"""Which version of a document is spoken on which day: by date, by order, by an operator's or a release's hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.database import Database
from knowledge.bootstrap import Knowledge
from knowledge.policies import import_store
from knowledge.policies.model import (
    ActivationTooEarly,
    AlreadyInForce,
    DayHasPassed,
    EndedByThen,
    FactOfAnotherDocument,
    Plan,
    RetiredBeforeForce,
    VersionId,
    VersionNotFound,
)
from tests.knowledge.conftest import StoppedClock
from tests.knowledge.policies.versions import (
    NUMBER,
    OHIO,
    activate,
    day,
    make_edition,
    release,
    retire,
    standings,
    store,
    told,
)

TODAY = "2026-11-21"
FIRST, SECOND = make_edition("First."), make_edition("Second.", "2027-05-01")


async def test_the_edition_that_began_last_rules_from_its_day_on(filled: Database, knowledge: Knowledge) -> None:
    store(filled, FIRST)
    store(filled, SECOND)
    for on, words in [("2026-04-30", []), ("2026-05-01", ["First."]), ("2027-04-30", ["First."])]:
        assert await told(knowledge, on) == words
    assert await told(knowledge, "2027-05-01") == ["Second."]
    assert await standings(knowledge, TODAY) == {"in_force": ["First."], "not_yet": ["Second."], "ended": []}
    assert await standings(knowledge, "2027-05-01") == {"in_force": ["Second."], "not_yet": [], "ended": ["First."]}


async def test_an_older_edition_that_is_stored_later_rules_only_before(filled: Database, knowledge: Knowledge) -> None:
    store(filled, SECOND)
    store(filled, FIRST)
    assert await told(knowledge, "2027-04-30") == ["First."]
    assert await told(knowledge, "2027-05-01") == ["Second."]


async def test_of_two_that_begin_on_one_day_the_one_stored_last_rules_and_the_other_never_did(
    filled: Database, knowledge: Knowledge
) -> None:
    store(filled, FIRST)
    store(filled, make_edition("First, corrected."))
    assert await told(knowledge, TODAY) == ["First, corrected."]
    assert await standings(knowledge, "2026-04-30") == {"in_force": [], "not_yet": ["First, corrected."], "ended": []}
    # The first again takes the last place, as an operator who goes back means it.
    store(filled, FIRST)
    assert await told(knowledge, TODAY) == ["First."]


@pytest.mark.parametrize("number", ["mp-mm-0001", "MP MM 0001", "MP_MM0001"])
async def test_a_number_has_one_edition_in_force_whatever_its_documents_are_called(
    filled: Database, knowledge: Knowledge, number: str
) -> None:
    store(filled, FIRST)
    store(filled, make_edition("Another id.", "2026-09-01", document="caresource-other", number=number))
    assert await told(knowledge, "2026-08-31") == ["First."]
    assert await told(knowledge, "2026-09-01") == ["Another id."]


async def test_a_number_may_mean_other_rules_in_another_line_of_business(
    filled: Database, knowledge: Knowledge
) -> None:
    store(filled, FIRST)
    store(filled, make_edition("Medicaid.", "2026-09-01", document="caresource-med", lines_of_business=("medicaid",)))
    assert await told(knowledge, "2026-09-01") == ["First."]
    assert await told(knowledge, "2026-09-01", replace(OHIO, line_of_business="medicaid")) == ["Medicaid."]


async def test_an_edition_for_every_line_of_business_ends_those_of_one_line(
    filled: Database, knowledge: Knowledge
) -> None:
    medicaid = replace(OHIO, line_of_business="medicaid")
    store(filled, FIRST)
    store(filled, make_edition("Medicaid.", document="caresource-med", lines_of_business=("medicaid",)))
    store(filled, make_edition("All.", "2026-09-01", document="caresource-all", lines_of_business=()))
    assert [await told(knowledge, "2026-08-31", scope) for scope in (OHIO, medicaid)] == [["First."], ["Medicaid."]]
    assert [await told(knowledge, "2026-09-01", scope) for scope in (OHIO, medicaid)] == [["All."], ["All."]]


@pytest.mark.parametrize(
    "later", [{"number": "MP-MM-0002"}, {"number": None}, {"lines_of_business": ("marketplace", "medicaid")}]
)
async def test_a_later_edition_with_another_number_or_scope_takes_the_place_of_the_earlier(
    filled: Database, knowledge: Knowledge, later: dict[str, object]
) -> None:
    store(filled, FIRST)
    store(filled, make_edition("Later.", "2026-09-01", **later))  # type: ignore[arg-type]
    assert await told(knowledge, "2026-09-01") == ["Later."]


async def test_an_edition_for_one_state_alone_rules_there_and_the_earlier_one_goes_on_elsewhere(
    filled: Database, knowledge: Knowledge
) -> None:
    store(filled, make_edition("Old."))
    store(filled, make_edition("Ohio.", "2026-10-01", states=("OH",)))
    georgia = replace(OHIO, state="GA")
    assert [await told(knowledge, "2026-09-30", scope) for scope in (OHIO, georgia)] == [["Old."], ["Old."]]
    assert [await told(knowledge, "2026-10-01", scope) for scope in (OHIO, georgia)] == [["Ohio."], ["Old."]]
    found = await knowledge.policies.find_documents(OHIO, day("2026-10-01"), number="MP-MM-0001")
    assert [len(documents) for documents in (found.in_force, found.ended)] == [1, 1]
    # Which of the two holds is not known before the state is.
    assert await told(knowledge, "2026-10-01", replace(OHIO, state=None)) == []
    store(filled, make_edition("All.", "2026-11-01"))
    assert [await told(knowledge, "2026-11-01", scope) for scope in (OHIO, georgia)] == [["All."], ["All."]]


async def test_an_edition_for_one_state_that_has_ruled_takes_the_earlier_ones_place_there_for_good(
    filled: Database, knowledge: Knowledge
) -> None:
    store(filled, make_edition("Old."))
    ohio = store(filled, make_edition("Ohio.", "2026-12-01", document="caresource-oh", states=("OH",)), is_draft=True)
    activate(filled, ohio, "2026-12-01", today=TODAY)
    retire(filled, ohio, "2026-12-05", today="2026-12-02")
    georgia = replace(OHIO, state="GA")
    for on, words in [("2026-11-30", ["Old."]), ("2026-12-04", ["Ohio."]), ("2026-12-05", [])]:
        assert [await told(knowledge, on), await told(knowledge, on, georgia)] == [words, ["Old."]]
    assert await standings(knowledge, "2026-12-05") == {"in_force": [], "not_yet": [], "ended": ["Old.", "Ohio."]}
    # Which of the two it would be is not known before the state is.
    assert await told(knowledge, "2026-12-05", replace(OHIO, state=None)) == []


@pytest.mark.parametrize("today", ["2026-11-21", "2026-12-01"])
async def test_an_edition_for_one_state_that_never_came_or_was_stopped_on_its_first_day_takes_no_place(
    filled: Database, knowledge: Knowledge, today: str
) -> None:
    store(filled, make_edition("Old."))
    ohio = store(filled, make_edition("Ohio.", "2026-12-01", document="caresource-oh", states=("OH",)))
    filled.write_now(
        lambda connection: import_store.retire(connection, ohio, day("2026-12-01"), today=day(today), at_once=True)
    )
    assert [await told(knowledge, on) for on in ("2026-12-01", "2026-12-05")] == [["Old."], ["Old."]]


async def test_an_import_cancelled_before_its_day_keeps_no_release_from_its_document(
    filled: Database, knowledge: Knowledge
) -> None:
    first = make_edition("Shipped.")
    release(filled, first)
    slip = store(filled, make_edition("A slip.", "2026-12-01"))
    retire(filled, slip, "2026-12-01", today="2026-11-21")
    release(filled, make_edition("Mended."))
    assert await told(knowledge, "2026-12-02") == ["Mended."]


async def test_a_draft_is_neither_spoken_nor_current_nor_in_the_way(filled: Database, knowledge: Knowledge) -> None:
    store(filled, FIRST)
    draft = store(filled, make_edition("Draft.", "2026-09-01"), is_draft=True)
    assert await told(knowledge, TODAY) == ["First."]
    assert await standings(knowledge, TODAY) == {"in_force": ["First."], "not_yet": [], "ended": []}
    current = await knowledge.policies.list_current_documents(OHIO, day(TODAY))
    assert draft not in [document.version_id for document in current]
    assert draft in [document.version_id for document in await knowledge.policies.list_versions()]


async def test_an_activated_draft_rules_from_the_day_of_its_activation_not_from_its_own(
    filled: Database, knowledge: Knowledge
) -> None:
    store(filled, FIRST)
    draft = store(filled, make_edition("Activated.", "2026-09-01"), is_draft=True)
    activate(filled, draft, "2026-12-01", today=TODAY)
    assert await told(knowledge, "2026-09-01") == ["First."]
    assert await told(knowledge, "2026-11-30") == ["First."]
    assert await told(knowledge, "2026-12-01") == ["Activated."]


async def test_days_that_cannot_be_are_refused_and_nothing_is_changed(filled: Database, knowledge: Knowledge) -> None:
    first = store(filled, FIRST)
    draft = store(filled, SECOND, is_draft=True)
    short = store(
        filled, make_edition("Short.", "2026-01-01", document="short", archived_on="2026-12-01"), is_draft=True
    )
    before = await knowledge.policies.list_versions()
    for version, on, refused in [
        (first, "2026-12-01", AlreadyInForce),
        (draft, "2027-04-30", ActivationTooEarly),
        (short, "2026-11-20", DayHasPassed),
        (short, "2026-12-01", EndedByThen),
        (VersionId("nothing@0"), "2026-12-01", VersionNotFound),
    ]:
        with pytest.raises(refused):
            activate(filled, version, on, today=TODAY)
    for version, on, refused in [
        (draft, "2027-05-01", RetiredBeforeForce),
        (first, "2026-04-30", RetiredBeforeForce),
        (first, "2026-11-20", DayHasPassed),
        (VersionId("nothing@0"), "2026-12-01", VersionNotFound),
    ]:
        with pytest.raises(refused):
            retire(filled, version, on, today=TODAY)
    assert await knowledge.policies.list_versions() == before


async def test_an_archived_version_is_spoken_no_more_from_its_day_and_nothing_takes_its_place(
    filled: Database, knowledge: Knowledge
) -> None:
    first = store(filled, FIRST)
    retire(filled, first, "2026-12-01", today=TODAY)
    assert await told(knowledge, "2026-11-30") == ["First."]
    assert await told(knowledge, "2026-12-01") == []
    assert (await standings(knowledge, "2026-12-01"))["ended"] == ["First."]
    retire(filled, first, "2026-12-15", today=TODAY)
    assert await told(knowledge, "2026-12-01") == ["First."]
    with pytest.raises(EndedByThen):
        retire(filled, first, "2027-01-15", today="2027-01-01")


async def test_a_version_whose_end_is_known_ends_no_later(filled: Database, knowledge: Knowledge) -> None:
    first = store(filled, FIRST)
    store(filled, SECOND)
    with pytest.raises(EndedByThen):
        retire(filled, first, "2027-05-01", today=TODAY)


async def test_a_cancelled_version_never_comes_and_the_earlier_one_goes_on(
    filled: Database, knowledge: Knowledge
) -> None:
    store(filled, FIRST)
    second = store(filled, SECOND)
    retire(filled, second, "2027-05-01", today=TODAY)
    assert await told(knowledge, "2027-05-01") == ["First."]
    for on in (TODAY, "2027-05-01"):
        assert await standings(knowledge, on) == {"in_force": ["First."], "not_yet": [], "ended": []}
    activate(filled, second, "2027-06-01", today="2027-05-15")
    assert await told(knowledge, "2027-05-31") == ["First."]
    assert await told(knowledge, "2027-06-01") == ["Second."]


async def test_a_day_can_be_moved_until_it_has_come(filled: Database, knowledge: Knowledge) -> None:
    draft = store(filled, make_edition("Activated."), is_draft=True)
    activate(filled, draft, "2026-12-01", today=TODAY)
    activate(filled, draft, "2027-01-01", today="2026-11-30")
    assert await told(knowledge, "2026-12-31") == []
    with pytest.raises(AlreadyInForce):
        activate(filled, draft, "2027-02-01", today="2027-01-01")


async def test_the_same_version_again_adds_nothing(filled: Database, knowledge: Knowledge) -> None:
    draft = store(filled, FIRST, is_draft=True)
    activate(filled, draft, "2026-12-01", today=TODAY)
    versions = await knowledge.policies.list_versions()
    store(filled, FIRST, is_draft=True)
    assert await knowledge.policies.list_versions() == versions
    assert (await knowledge.policies.find_version(draft)) is not None


async def test_a_fact_id_of_another_standing_document_is_refused(filled: Database) -> None:
    store(filled, FIRST)
    with pytest.raises(FactOfAnotherDocument):
        store(filled, make_edition("Other.", document="other", fact="caresource-own-fact"))


async def test_a_release_with_new_wording_is_spoken_and_the_old_wording_is_kept(
    filled: Database, knowledge: Knowledge
) -> None:
    release(filled, FIRST)
    release(filled, make_edition("First, in better words."))
    assert await told(knowledge, "2026-05-01") == ["First, in better words."]
    kept = await knowledge.policies.find_version(FIRST.document.version_id)
    assert kept is not None
    assert kept.document.is_withdrawn
    assert [fact.text for fact in kept.facts] == ["First."]
    assert [passage.rendering for passage in kept.passages] == ["First."]
    release(filled, FIRST)
    assert await told(knowledge, "2026-05-01") == ["First."]


async def test_what_is_shipped_no_more_is_withdrawn_and_can_still_be_looked_up(
    filled: Database, knowledge: Knowledge
) -> None:
    release(filled, FIRST)
    release(filled)
    assert await told(knowledge, TODAY) == []
    assert (await standings(knowledge, TODAY))["in_force"] == []
    assert await knowledge.policies.find_version(FIRST.document.version_id) is not None
    with pytest.raises(VersionNotFound):
        retire(filled, FIRST.document.version_id, "2026-12-01", today=TODAY)


@pytest.mark.parametrize("document", ["caresource-own", "caresource-another"])
async def test_a_release_leaves_an_operators_document_alone(
    filled: Database, knowledge: Knowledge, document: str
) -> None:
    release(filled, FIRST)
    store(filled, make_edition("The operator's.", document=document))
    release(filled, make_edition("First, in better words."))
    assert await told(knowledge, TODAY) == ["The operator's."]


async def test_a_release_does_not_bring_back_what_an_operator_archived(filled: Database, knowledge: Knowledge) -> None:
    release(filled, FIRST)
    retire(filled, FIRST.document.version_id, "2026-12-01", today=TODAY)
    release(filled, make_edition("First, in better words."))
    assert await told(knowledge, "2026-11-30") == ["First."]
    assert await told(knowledge, "2026-12-01") == []


async def test_a_draft_does_not_keep_a_release_from_its_document(filled: Database, knowledge: Knowledge) -> None:
    release(filled, FIRST)
    store(filled, SECOND, is_draft=True)
    release(filled, make_edition("First, in better words."))
    assert await told(knowledge, TODAY) == ["First, in better words."]


ZONES = ("America/New_York", "Pacific/Honolulu")


async def _move_plans(database: Database, knowledge: Knowledge, zone: str) -> Plan:
    plans = [replace(plan, time_zone=zone) for plan in await knowledge.policies.list_plans()]
    database.write_now(lambda connection: import_store.replace_plans(connection, plans))
    return next(plan for plan in plans if plan.payer == OHIO.payer)


@pytest.mark.parametrize("zone", ZONES)
async def test_mp_ad_1623_begins_gives_way_and_ends_at_midnight_where_the_plan_is(
    filled: Database, knowledge: Knowledge, clock: StoppedClock, zone: str
) -> None:
    plan = await _move_plans(filled, knowledge, zone)
    second = store(filled, make_edition("Version 2.", "2027-02-01", document="own-ad-1623", number=NUMBER))

    async def asked_at(on: str, **before: int) -> tuple[list[str], bool]:
        clock.now = datetime.fromisoformat(on).replace(tzinfo=ZoneInfo(zone)) - timedelta(**before)
        today = knowledge.policies.today(plan)
        found = await knowledge.policies.find_documents(plan.scope("OH"), today, number=NUMBER)
        facts = await knowledge.policies.find_facts("evidence_of_coverage", plan.scope("OH"), today)
        of_first = [fact.id for fact in facts if fact.document.id == "caresource-mp-ad-1623"]
        return [document.id for document in found.in_force], bool(of_first)

    assert await asked_at("2026-05-01", seconds=1) == ([], False)
    assert await asked_at("2026-05-01") == (["caresource-mp-ad-1623"], True)
    assert await asked_at("2027-02-01", seconds=1) == (["caresource-mp-ad-1623"], True)
    assert await asked_at("2027-02-01") == (["own-ad-1623"], False)
    retire(filled, second, "2027-03-01", today="2027-02-02")
    assert await asked_at("2027-03-01", seconds=1) == (["own-ad-1623"], False)
    assert await asked_at("2027-03-01") == ([], False)
