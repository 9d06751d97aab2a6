"""Whose facts may be said, and when: payer, line of business, state and day."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from knowledge.bootstrap import Knowledge
from knowledge.plan_calendar import today
from knowledge.policies.model import DETAIL, Fact, PayerId, Scope
from knowledge.topics import INFORMATIONAL_TOPICS
from tests.knowledge.conftest import StoppedClock

TODAY = date(2026, 11, 21)
INDEPENDENCE = Scope(PayerId("independence"), "commercial", "PA")
NOBODY = Scope(None, None, None)
DETAILS_OF_STATES = {"cs-in-appeal-mail", "cs-in-external-urgent", "cs-wv-external-hotline"}


def marketplace(state: str | None) -> Scope:
    return Scope(PayerId("caresource"), "marketplace", state)


def ids(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.id for fact in facts]


async def test_the_caresource_policy_gives_facts_from_its_first_day_on(shipped: Knowledge) -> None:
    find = shipped.policies.find_facts
    before = await find("evidence_of_coverage", marketplace("OH"), date(2026, 4, 30))
    after = await find("evidence_of_coverage", marketplace("OH"), date(2026, 5, 1))
    assert before == ()
    assert "cs-evidence-controls" in ids(after)


async def test_an_undated_page_gives_facts_from_the_day_it_was_read_on(shipped: Knowledge) -> None:
    find = shipped.policies.find_facts
    assert await find("coverage_general", INDEPENDENCE, date(2026, 11, 20)) != await find(
        "coverage_general", INDEPENDENCE, TODAY
    )
    facts = await find("coverage_general", INDEPENDENCE, TODAY)
    citation = facts[0].citation().as_json()
    assert "effective_on" not in citation
    assert citation["read_on"] == "2026-11-21"


async def test_no_plan_ever_gets_another_payers_fact(shipped: Knowledge) -> None:
    for topic in INFORMATIONAL_TOPICS:
        for scope in (INDEPENDENCE, marketplace("GA"), marketplace(None)):
            facts = await shipped.policies.find_facts(topic, scope, TODAY)
            assert {fact.document.payer for fact in facts} <= {scope.payer, None}, topic


async def test_without_a_plan_only_neutral_facts_come_back(shipped: Knowledge) -> None:
    for topic in INFORMATIONAL_TOPICS:
        facts = await shipped.policies.find_facts(topic, NOBODY, TODAY)
        assert {fact.document.payer for fact in facts} <= {None}, topic


async def test_a_payers_own_definition_stands_alone(shipped: Knowledge) -> None:
    find = shipped.policies.find_facts
    own = {"ibx-basics-kinds", "cs-basics-editing", "basics-gene-editing"}
    assert own & set(ids(await find("therapy_basics", INDEPENDENCE, TODAY))) == {"ibx-basics-kinds"}
    assert own & set(ids(await find("therapy_basics", marketplace("WV"), TODAY))) == {"cs-basics-editing"}
    assert own & set(ids(await find("therapy_basics", NOBODY, TODAY))) == {"basics-gene-editing"}


async def test_the_payers_facts_come_first_then_neutral_ones_and_details_last(shipped: Knowledge) -> None:
    facts = await shipped.policies.find_facts("precertification", INDEPENDENCE, TODAY)
    order = [(DETAIL in fact.tags, fact.document.payer is None, fact.document.rank, fact.position) for fact in facts]
    assert order == sorted(order)
    assert ids(facts)[0] == "ibx-precertification-needed"
    assert DETAIL in facts[-1].tags


@pytest.mark.parametrize(
    ("state", "own"),
    [
        ("IN", {"cs-in-appeal-180-days", "cs-in-appeal-urgent", "cs-in-external-review"}),
        ("WV", {"cs-wv-external-review"}),
        ("OH", set()),
        (None, set()),
    ],
)
async def test_a_rule_of_one_state_is_told_in_that_state_alone(
    shipped: Knowledge, state: str | None, own: set[str]
) -> None:
    facts = await shipped.policies.find_facts("appeal_denial", marketplace(state), TODAY)
    assert {fact.id for fact in facts if fact.document.payer} - DETAILS_OF_STATES == own


@pytest.mark.parametrize(
    ("state", "own_appeal", "outside_review"),
    [
        ("IN", "cs-in-appeal-180-days", "cs-in-external-review"),
        ("WV", "appeal-180-days", "cs-wv-external-review"),
        ("OH", "appeal-180-days", "appeal-external-binding"),
    ],
)
async def test_the_plans_own_appeal_comes_first_and_its_deadline_once(
    shipped: Knowledge, state: str, own_appeal: str, outside_review: str
) -> None:
    told = ids(await shipped.policies.find_facts("appeal_denial", marketplace(state), TODAY))
    assert told[0] == own_appeal
    assert told.index(own_appeal) < told.index(outside_review)
    assert len({"cs-in-appeal-180-days", "appeal-180-days"} & set(told)) == 1


async def test_a_state_outside_the_policy_gets_none_of_it(shipped: Knowledge) -> None:
    facts = await shipped.policies.find_facts("coverage_general", marketplace("KY"), TODAY)
    assert {fact.document.payer for fact in facts} == {None}


async def test_pennsylvanias_review_is_told_in_pennsylvania(shipped: Knowledge) -> None:
    find = shipped.policies.find_facts
    assert "pa-appeal-independent-review" in ids(await find("appeal_denial", INDEPENDENCE, TODAY))
    elsewhere = Scope(PayerId("independence"), "commercial", "NJ")
    assert "pa-appeal-independent-review" not in ids(await find("appeal_denial", elsewhere, TODAY))


async def test_a_fact_about_one_therapy_comes_only_when_asked_and_then_first(shipped: Knowledge) -> None:
    find = shipped.policies.find_facts
    assert "risks-elevidys-liver" not in ids(await find("safety_risks", NOBODY, TODAY))
    assert ids(await find("safety_risks", NOBODY, TODAY, about="elevidys"))[0] == "risks-elevidys-liver"
    assert "risks-elevidys-liver" not in ids(await find("safety_risks", NOBODY, TODAY, about="skysona"))


async def test_a_risk_of_some_therapies_is_told_of_those_and_in_general_but_of_no_other(shipped: Knowledge) -> None:
    for scope, risk in ((marketplace("OH"), "cs-risks-crs"), (INDEPENDENCE, "risks-crs"), (NOBODY, "risks-crs")):
        for about, is_told in (("kymriah", True), ("b_all", True), (None, True), ("zolgensma", False)):
            facts = await shipped.policies.find_facts("safety_risks", scope, TODAY, about=about)
            assert (risk in ids(facts)) is is_told, (scope, about)
    casgevy = ids(await shipped.policies.find_facts("process_followup", NOBODY, TODAY, about="casgevy"))
    assert casgevy[:3] == ["process-collection", "process-conditioning", "process-casgevy-time"]


@pytest.mark.parametrize(
    ("day", "place"), [(date(2026, 4, 30), "not_yet"), (date(2026, 5, 1), "in_force"), (TODAY, "in_force")]
)
async def test_the_policy_is_found_where_it_stands_on_the_day(shipped: Knowledge, day: date, place: str) -> None:
    found = await shipped.policies.find_documents(marketplace("GA"), day, number="mp-ad-1623")
    assert [document.number for document in getattr(found, place)] == ["MP-AD-1623"]
    assert sum(map(len, (found.in_force, found.not_yet, found.ended, found.out_of_scope))) == 1


async def test_a_number_of_another_payer_is_found_as_out_of_scope(shipped: Knowledge) -> None:
    found = await shipped.policies.find_documents(INDEPENDENCE, TODAY, number="MP-AD-1623")
    assert [document.payer for document in found.out_of_scope] == ["caresource"]
    assert found.in_force == ()


async def test_a_number_is_enough_where_no_plan_is_known(shipped: Knowledge) -> None:
    find = shipped.policies.find_documents
    assert len((await find(NOBODY, TODAY, number="MP-AD-1623")).in_force) == 1
    assert len((await find(Scope(None, None, "PA"), TODAY, number="MP-AD-1623")).out_of_scope) == 1
    assert await find(NOBODY, TODAY, number="MP-AD-9999") == await find(NOBODY, TODAY)


async def test_without_a_number_the_payers_documents_come_by_rank(shipped: Knowledge) -> None:
    found = await shipped.policies.find_documents(marketplace("IN"), TODAY)
    ranks = [document.rank for document in found.in_force]
    assert ranks == sorted(ranks)
    assert found.in_force[0].number == "MP-AD-1623"
    assert {document.payer for document in (*found.in_force, *found.out_of_scope)} == {"caresource"}


async def test_the_policys_sections_are_on_file_without_the_payers_text(shipped: Knowledge) -> None:
    found = await shipped.policies.find_documents(marketplace("GA"), TODAY, number="MP-AD-1623")
    passages = await shipped.policies.list_passages(found.in_force[0].version_id)
    assert [passage.section for passage in passages] == ["Front page", "A", "B", "C", "D.I", "E", "F", "G", "H", "I"]
    assert {passage.payer_text for passage in passages} == {None}


async def test_an_unknown_plan_is_no_plan(shipped: Knowledge) -> None:
    assert await shipped.policies.find_plan("medicaid") is None


async def test_plans_come_in_the_order_of_the_file(shipped: Knowledge) -> None:
    assert [plan.id for plan in await shipped.policies.list_plans()] == ["independence", "caresource"]


async def test_today_is_the_plans_own_day(shipped: Knowledge, clock: StoppedClock) -> None:
    clock.now = datetime(2026, 11, 22, 3, 0, tzinfo=timezone.utc)
    assert shipped.policies.today(await shipped.policies.find_plan("caresource")) == TODAY
    assert shipped.policies.today(None) == TODAY
    assert today("Asia/Tokyo", clock.now) == date(2026, 11, 22)


async def test_without_a_day_it_is_today_where_the_plan_is(shipped: Knowledge, clock: StoppedClock) -> None:
    number = "MP-AD-1623"
    # Midnight in New York is 04:00 UTC in summer.
    for hour, is_in_force in [(3, False), (4, True)]:
        clock.now = datetime(2026, 5, 1, hour, 30, tzinfo=timezone.utc)
        found = await shipped.policies.find_documents(marketplace("OH"), number=number)
        assert bool(found.in_force) is is_in_force
        facts = await shipped.policies.find_facts("precertification", marketplace("OH"))
        assert any(fact.document.number == number for fact in facts) is is_in_force
