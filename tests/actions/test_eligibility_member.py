"""A record is shown to its verified member only, says what it says, and says what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.eligibility.model import Answer, Funding
from tests.actions.cast import INDEPENDENCE, make_record
from tests.actions.stage import Ran, Stage

ACTION = "action_answer_eligibility_member"
INTENT = "eligibility_member"
RECORD = "utter_eligibility_member_record"


async def ask(stage: Stage, *entities: tuple[str, str], intent: str = INTENT) -> Ran:
    return await stage.run(ACTION, intent, entities=entities)


async def test_a_stranger_is_asked_to_verify_and_nothing_is_looked_up() -> None:
    stage = Stage()
    ran = await ask(stage)

    assert ran.follows == "verification_form"
    assert ran.responses == []
    assert stage.members.audited == []


async def test_a_verified_member_gets_the_record_with_the_plans_rule_and_is_not_asked_again() -> None:
    stage = Stage(verified="GG1000001")
    ran = await ask(stage)

    assert ran.keys == [RECORD]
    assert ran.outcomes == ["eligibility"]
    assert ran.reply["facts"] == ["ibx-page/precertification/1"]
    assert {"Page", "Sample member file"} == {citation["document"] for citation in ran.reply["citations"]}
    assert [event.purpose for event in stage.members.audited if event.purpose != "plan_rules"] == ["eligibility_member"]


@pytest.mark.parametrize(
    ("member", "card"),
    [
        ("GG1000001", {"active": "yes", "starts_on": "2026-01-01", "medical_benefit": "yes", "is_sample": True}),
        ("GG1000004", {"active": "no", "ends_on": "2026-06-30"}),
        ("GG1000005", {"active": "yes", "medical_benefit": "unknown", "approval_required": "unknown"}),
    ],
)
async def test_the_card_says_yes_no_and_unknown_apart(member: str, card: dict[str, Any]) -> None:
    ran = await ask(Stage(verified=member))

    assert card.items() <= ran.reply["cards"][0].items()


async def test_a_record_speaks_for_its_own_plan_whatever_the_page_said() -> None:
    stage = Stage(plan_id="independence", verified="GG1000005")
    ran = await ask(stage)

    assert ran.reply["facts"] == ["mp-ad-1623/precertification/1"]
    assert stage.conversations.context.plan_id == "caresource"


async def test_a_day_in_the_question_is_the_day_that_is_looked_up() -> None:
    ran = await ask(Stage(verified="GG1000004"), ("date", "2026-03-01"))

    assert ran.reply["cards"][0]["active"] == "yes"
    assert ran.reply["cards"][0]["service_day"] == "2026-03-01"


async def test_a_parent_is_asked_for_whom_and_the_answer_continues() -> None:
    stage = Stage(verified="GG1000002")
    asked = await ask(stage)
    answered = await stage.run("action_answer_inform", entities=[("for_whom", "child")])

    assert asked.outcomes == ["ask"]
    assert asked.reply["awaiting"] == {"field": "for_whom", "kind": "choice"}
    assert answered.keys == [RECORD]
    assert answered.reply["cards"][0]["for_whom"] == "child"
    assert answered.reply["topic"] == INTENT


async def test_my_son_is_understood_and_the_next_question_is_not_taken_to_be_about_him() -> None:
    stage = Stage(verified="GG1000002", slots={"for_whom": "child"})
    first = await ask(stage, ("for_whom", "child"))
    second = await ask(stage)

    assert first.reply["cards"][0]["for_whom"] == "child"
    assert second.outcomes == ["ask"]


@pytest.mark.parametrize("whom", ["spouse", "parent", "other"])
async def test_other_peoples_records_are_refused(whom: str) -> None:
    ran = await ask(Stage(verified="GG1000002"), ("for_whom", whom))

    assert ran.outcomes == ["refused_privacy"]
    assert "cards" not in ran.reply


async def test_a_child_that_is_not_on_record_is_not_made_up() -> None:
    ran = await ask(Stage(verified="GG1000001"), ("for_whom", "child"))

    assert ran.keys == ["utter_eligibility_member_no_child"]


async def test_a_childs_benefit_approval_and_funding_are_the_childs_own() -> None:
    stage = Stage(verified="GG1000002")
    own = make_record(
        "GG1000003",
        INDEPENDENCE,
        subscriber="GG1000002",
        medical_benefit=Answer.UNKNOWN,
        approval_required=Answer.NO,
        funding=Funding.SELF_FUNDED,
    )
    stage.members.records[own.member.id] = own
    card = (await ask(stage, ("for_whom", "child"))).reply["cards"][0]

    assert (card["medical_benefit"], card["approval_required"], card["funding"]) == ("unknown", "no", "self_funded")


async def test_a_childs_own_number_shows_the_childs_record() -> None:
    ran = await ask(Stage(verified="GG1000003"), ("for_whom", "child"))

    assert ran.keys == [RECORD]
    assert ran.reply["cards"][0]["for_whom"] == "child"


async def test_the_rule_beside_a_record_is_that_of_the_day_asked_about() -> None:
    ran = await ask(Stage(verified="GG1000005"), ("date", "2026-04-30"))

    assert ran.reply["cards"][0]["service_day"] == "2026-04-30"
    assert "facts" not in ran.reply


async def test_another_member_number_is_refused_while_somebody_is_verified() -> None:
    ran = await ask(Stage(verified="GG1000001"), ("member_id", "GG1000002"), intent="inform")

    assert ran.outcomes == ["refused_privacy"]


async def test_the_members_own_number_once_more_is_no_reason_to_refuse() -> None:
    ran = await ask(Stage(verified="GG1000001"), ("member_id", "gg 1000001"))

    assert ran.keys == [RECORD]


async def test_for_somebody_else_nobody_is_asked_for_proof() -> None:
    ran = await ask(Stage(), ("for_whom", "other"))

    assert ran.outcomes == ["refused_privacy"]
    assert ran.follows is None


async def test_coverage_that_ended_says_what_to_do_and_nothing_as_if_it_were_active() -> None:
    ran = await ask(Stage(verified="GG1000004"))

    assert ran.keys == ["utter_eligibility_member_record_inactive"]
    assert "facts" not in ran.reply
    assert "approval" not in ran.values["statement"]
