"""Facilities come from the member's own network, nearest first, for a ZIP code that exists."""

from __future__ import annotations

import pytest

from tests.actions.cast import CHOP, PENN, Stage

ACTION = "action_answer_facility_search"
INTENT = "facility_search"
FORM = {"form": "facility_form", "asked": "zip_code"}


async def test_the_nearest_stand_first_with_card_and_source() -> None:
    ran = await Stage(plan_id="independence").run(ACTION, INTENT, entities=[("zip_code", "19104")])

    assert ran.keys == ["utter_facility_search_found"]
    assert {card["name"] for card in ran.reply["cards"]} == {PENN.name, CHOP.name}
    miles = [card["distance_miles"] for card in ran.reply["cards"]]
    assert miles == sorted(miles)
    assert ran.payers == {"Independence Blue Cross"}
    assert ran.values["verified_on"] == "01/02/2026"
    assert "215-555-0100" in ran.values["facilities"]


async def test_a_zip_code_typed_later_searches_again() -> None:
    stage = Stage(plan_id="independence")
    await stage.run(ACTION, INTENT, entities=[("zip_code", "19104")])
    ran = await stage.run("action_answer_inform", entities=[("zip_code", "08540")])

    assert ran.keys == ["utter_facility_search_found"]
    assert ran.reply["cards"][0]["distance_miles"] > 10
    assert stage.slots["zip_code"] == "08540"


@pytest.mark.parametrize("entities", [[], [("zip_code", "00000")]])
async def test_without_a_place_to_search_from_the_form_begins(entities: list[tuple[str, str]]) -> None:
    ran = await Stage(plan_id="independence").run(ACTION, INTENT, entities=entities)

    assert ran.follows == "facility_form"


async def test_without_a_plan_the_form_begins() -> None:
    assert (await Stage().run(ACTION, INTENT, entities=[("zip_code", "19104")])).follows == "facility_form"


async def test_a_payer_without_a_network_on_file_shows_nobody_elses() -> None:
    ran = await Stage(plan_id="caresource").run(ACTION, INTENT, entities=[("zip_code", "44106")])

    assert ran.outcomes == ["no_facility"]
    assert "cards" not in ran.reply


async def test_an_unknown_plan_gets_no_facility() -> None:
    ran = await Stage(slots={"plan": "unknown"}).run(ACTION, INTENT, entities=[("zip_code", "19104")])

    assert ran.keys == ["utter_facility_search_plan_unknown"]


async def test_the_age_asked_about_narrows_the_search() -> None:
    asked = [("zip_code", "19104"), ("age_group", "pediatric")]
    ran = await Stage(plan_id="independence").run(ACTION, INTENT, entities=asked)

    assert [card["name"] for card in ran.reply["cards"]] == [CHOP.name]


async def test_a_therapy_that_the_list_does_not_name_is_said_to_be_unconfirmed() -> None:
    asked = [("zip_code", "19104"), ("therapy", "zolgensma")]
    ran = await Stage(plan_id="independence").run(ACTION, INTENT, entities=asked)

    assert ran.keys == ["utter_facility_search_unconfirmed"]
    assert len(ran.reply["cards"]) == 2


async def test_the_form_takes_the_zip_code() -> None:
    ran = await Stage(plan_id="independence").run("validate_facility_form", **FORM, entities=[("zip_code", "19104")])

    assert ran.slots["zip_code"] == "19104"
    assert ran.slots["plan"] == "independence"


async def test_a_zip_code_that_does_not_exist_is_asked_for_once_more_and_then_given_up() -> None:
    stage = Stage(plan_id="independence")
    first = await stage.run("validate_facility_form", **FORM, entities=[("zip_code", "00000")])
    second = await stage.run("validate_facility_form", **FORM, entities=[("zip_code", "00000")])
    end = await stage.run(ACTION, entities=[("zip_code", "00000")])

    assert first.keys == ["utter_facility_search_unknown_zip_code"]
    assert "requested_slot" not in first.slots
    assert second.slots["requested_slot"] is None
    assert end.outcomes == ["handoff_offered"]
    assert end.follows is None


async def test_another_question_leaves_the_form_open() -> None:
    ran = await Stage(plan_id="independence").run(
        "validate_facility_form", "precertification", text="do I need precertification for this", **FORM
    )

    assert ran.events == []


async def test_a_search_that_was_pushed_aside_comes_back() -> None:
    stage = Stage(slots={"topic_in_progress": "coverage_general", "interrupted_form": "facility_form"})
    ran = await stage.run("action_continue_topic", entities=[("plan", "independence")])

    assert ran.keys == ["utter_coverage_general_answer"]
    assert ran.follows == "facility_form"
    assert ran.slots["interrupted_form"] is None
