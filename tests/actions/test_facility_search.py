"""Facilities come from the member's own network, nearest first, for a ZIP code that exists."""

from __future__ import annotations

import pytest

from bot.conversations.model import Channel
from tests.actions.cast import CHOP, PENN
from tests.actions.stage import Stage

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
    # The card shows the phone.
    assert "215-555-0100" not in ran.values["facilities"]


async def test_a_text_message_has_no_cards_and_says_the_phone() -> None:
    asked = [("zip_code", "19104")]
    ran = await Stage(plan_id="independence", channel=Channel.SMS).run(ACTION, INTENT, entities=asked)

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


async def test_the_plan_is_asked_before_the_zip_code() -> None:
    ran = await Stage().run(ACTION, INTENT, entities=[("zip_code", "19104")])

    assert ran.follows == "plan_form"
    assert (ran.slots["topic_in_progress"], ran.slots["zip_code"]) == (INTENT, "19104")


async def test_a_payer_without_a_network_on_file_shows_nobody_elses() -> None:
    ran = await Stage(plan_id="caresource").run(ACTION, INTENT)

    # No ZIP code is asked for first.
    assert ran.follows is None
    assert ran.outcomes == ["no_facility"]
    assert "cards" not in ran.reply


async def test_an_unknown_plan_gets_no_facility() -> None:
    ran = await Stage(slots={"plan": "unknown"}).run(ACTION, INTENT, entities=[("zip_code", "19104")])

    assert ran.keys == ["utter_facility_search_plan_unknown"]


async def test_the_age_asked_about_narrows_the_search_and_is_said() -> None:
    asked = [("zip_code", "19104"), ("age_group", "pediatric")]
    ran = await Stage(plan_id="independence").run(ACTION, INTENT, entities=asked)

    assert ran.keys == ["utter_facility_search_found_for"]
    assert [card["name"] for card in ran.reply["cards"]] == [CHOP.name]
    assert "for children" in ran.values["statement"]


@pytest.mark.parametrize("whom", ["self", "other"])
async def test_an_older_age_group_ends_when_the_question_turns_to_somebody_else(whom: str) -> None:
    stage = Stage(plan_id="independence", slots={"age_group": "pediatric"})
    ran = await stage.run(ACTION, INTENT, entities=[("zip_code", "18901"), ("for_whom", whom)])

    assert len(ran.reply["cards"]) == 2
    assert stage.slots["age_group"] is None


async def test_an_older_age_group_stays_for_the_same_child() -> None:
    stage = Stage(plan_id="independence", slots={"age_group": "pediatric"})
    ran = await stage.run(ACTION, INTENT, entities=[("zip_code", "18901"), ("for_whom", "child")])

    assert [card["name"] for card in ran.reply["cards"]] == [CHOP.name]


async def test_what_the_source_says_of_a_therapy_and_of_an_age_is_said_apart() -> None:
    asked = [("zip_code", "19104"), ("therapy", "zolgensma"), ("age_group", "adult")]
    ran = await Stage(plan_id="independence").run(ACTION, INTENT, entities=asked)

    assert ran.keys == ["utter_facility_search_found_for"]
    assert len(ran.reply["cards"]) == 2
    assert f"adults it was reported: {PENN.name}" in ran.values["statement"]
    assert "which hospital gives Zolgensma" in ran.values["statement"]


async def test_a_hospital_by_name_needs_no_zip_code() -> None:
    ran = await Stage(plan_id="independence").run(
        ACTION, INTENT, text="phone number of penn medicine", entities=[("facility", PENN.id)]
    )

    assert ran.keys == ["utter_facility_search_listed"]
    assert [card["phone"] for card in ran.reply["cards"]] == [PENN.phone]
    assert "distance_miles" not in ran.reply["cards"][0]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("is penn in the network", {"Penn Medicine"}),
        ("is Penn hospital in my network?", {"Penn Medicine"}),
        ("is penn in philadelphia on the list", {"Penn Medicine"}),
        ("phone number of penn", {"Penn Medicine"}),
        ("are penn and the children's hospital of philadelphia in the network", {"Penn Medicine"}),
    ],
)
async def test_a_hospital_is_known_by_a_part_of_its_name(text: str, ids: set[str]) -> None:
    ran = await Stage(plan_id="independence").run(ACTION, INTENT, text=text)

    assert ran.keys == ["utter_facility_search_listed"]
    assert {card["name"] for card in ran.reply["cards"]} == ids


@pytest.mark.parametrize(
    ("text", "key"),
    [
        # A word of a name on the list, and yet another hospital; a word of its place, or of any hospital.
        ("is penn state in the network", "utter_facility_search_names"),
        ("is pennsylvania hospital in the network", "utter_facility_search_names"),
        ("is the philadelphia hospital in the network", "utter_facility_search_names"),
        ("is Jefferson in network", "utter_facility_search_names"),
        ("is temple university hospital in my network?", "utter_facility_search_names"),
        ("phone number of Lehigh Valley", "utter_facility_search_names"),
        ("what hospitals are in the network", "utter_facility_search_all"),
        ("list of hospitals", "utter_facility_search_all"),
        ("how many hospitals are there", "utter_facility_search_all"),
        ("i don't know my zip", "utter_facility_search_without_zip_code"),
    ],
)
async def test_the_list_is_said_without_a_place(text: str, key: str) -> None:
    # An older ZIP code makes no difference.
    ran = await Stage(plan_id="independence", slots={"zip_code": "19104"}).run(ACTION, INTENT, text=text)

    assert ran.keys == [key]
    assert len(ran.reply["cards"]) == 2
    assert all("distance_miles" not in card for card in ran.reply["cards"])


@pytest.mark.parametrize("text", ["how do u know these are in network", "do they say those are on the list"])
async def test_words_that_point_are_no_name_of_a_hospital(text: str) -> None:
    ran = await Stage(plan_id="independence", slots={"zip_code": "19104"}).run(ACTION, INTENT, text=text)

    assert "utter_facility_search_names" not in ran.keys


@pytest.mark.parametrize(
    "text",
    ["is there a hospital in the network near me", "which hospitals are near me", "nearest gene therapy hospital"],
)
async def test_what_is_near_is_measured_from_the_zip_code_known(text: str) -> None:
    ran = await Stage(plan_id="independence", slots={"zip_code": "19104"}).run(ACTION, INTENT, text=text)

    assert ran.keys == ["utter_facility_search_found"]


@pytest.mark.parametrize(
    ("text", "entities", "place"),
    [
        ("hospital in Lancaster, PA", [("city", "Lancaster"), ("state", "PA")], "Lancaster, PA"),
        ("a hospital near philadelphia", [("city", "Philadelphia")], "Philadelphia, PA"),
        ("hospital near doylestown", [("state", "PA")], "Doylestown, PA"),
    ],
)
async def test_a_town_is_searched_from_its_middle(text: str, entities: list[tuple[str, str]], place: str) -> None:
    stage = Stage(plan_id="independence", slots={"zip_code": "99501"})
    ran = await stage.run(ACTION, INTENT, text=text, entities=entities)

    assert ran.keys == ["utter_facility_search_found"]
    assert ran.values["place"] == place


async def test_a_state_alone_is_no_place_to_measure_from() -> None:
    stage = Stage(plan_id="independence", slots={"zip_code": "19104"})
    ran = await stage.run(ACTION, INTENT, text="any hospital in ohio", entities=[("state", "OH")])

    assert ran.keys == ["utter_facility_search_place_named"]
    assert ran.follows == "facility_form"
    assert stage.slots["zip_code"] is None


async def test_a_town_of_many_states_is_asked_about_once() -> None:
    stage = Stage(plan_id="independence")
    town = await stage.run(ACTION, INTENT, text="hospital near springfield", entities=[("city", "Springfield")])
    asked = await stage.run("action_ask_zip_code", INTENT)
    ran = await stage.run("validate_facility_form", **FORM, text="illinois", entities=[("state", "IL")])

    assert (town.keys, town.follows) == ([], "facility_form")
    assert asked.keys == ["utter_ask_zip_code_of_town"]
    assert ran.slots["zip_code"].startswith("627")


async def test_a_far_place_is_said_to_be_far_in_whole_miles() -> None:
    ran = await Stage(plan_id="independence").run(ACTION, INTENT, entities=[("zip_code", "99501")])

    assert ran.keys == ["utter_facility_search_far"]
    assert "." not in ran.values["miles"]
    assert isinstance(ran.reply["cards"][0]["distance_miles"], int)


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


@pytest.mark.parametrize("text", ["1910", "191045", "philly"])
async def test_what_is_no_zip_code_is_said_to_be_none(text: str) -> None:
    ran = await Stage(plan_id="independence").run("validate_facility_form", text=text, **FORM)

    assert ran.keys == ["utter_facility_search_not_a_zip_code"]
    assert ran.slots["zip_code"] is None


async def test_naming_the_patient_instead_of_the_zip_code_is_no_miss() -> None:
    ran = await Stage(plan_id="independence").run(
        "validate_facility_form", text="for my son", entities=[("for_whom", "child")], **FORM
    )

    assert ran.keys == []
    assert not ran.slots["missed_answers"]


async def test_no_zip_code_to_give_ends_the_form_with_the_whole_list() -> None:
    stage = Stage(plan_id="independence")
    ran = await stage.run("validate_facility_form", text="i dont know my zip", **FORM)
    end = await stage.run(ACTION, text="i dont know my zip")

    assert ran.slots["requested_slot"] is None
    assert end.keys == ["utter_facility_search_without_zip_code"]


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


async def test_a_zip_code_that_does_not_exist_is_said_once_and_leaves_two_tries() -> None:
    stage = Stage(plan_id="independence")
    asked = [("zip_code", "99999")]
    first = await stage.run(ACTION, INTENT, entities=asked)
    opened = await stage.run("validate_facility_form", INTENT, form="facility_form", entities=asked)
    missed = await stage.run("validate_facility_form", entities=[("zip_code", "99998")], **FORM)
    given_up = await stage.run("validate_facility_form", entities=[("zip_code", "99997")], **FORM)

    assert [*first.keys, *opened.keys] == ["utter_facility_search_unknown_zip_code"]
    assert missed.keys == ["utter_facility_search_unknown_zip_code"]
    assert given_up.keys == []
