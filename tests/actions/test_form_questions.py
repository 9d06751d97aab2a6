"""A form's question is put twice, in other words the second time; then it waits in silence for its answer."""

from __future__ import annotations

import pytest

from actions.form_words import has_no_answer, has_no_card, takes_back_birth_date, takes_back_number
from bot.conversations.model import Holder
from tests.actions.stage import Stage


async def test_the_second_time_has_other_words_and_a_third_time_closes_the_form_in_silence() -> None:
    stage = Stage(plan_id="independence")
    ran = [await stage.run("action_ask_zip_code", form="facility_form", asked="zip_code") for _ in range(3)]

    assert [each.keys for each in ran] == [["utter_ask_zip_code"], ["utter_ask_zip_code_again"], []]
    assert (ran[-1].slots["requested_slot"], ran[-1].follows) == (None, "action_listen")


async def test_an_answer_that_was_taken_begins_anew_with_other_words() -> None:
    stage = Stage(plan_id="independence", slots={"asked_fields": "member_id member_id"})
    await stage.run(
        "validate_verification_form", form="verification_form", asked="member_id", entities=[("member_id", "GG1")]
    )

    assert (await stage.run("action_ask_member_id")).keys == ["utter_ask_member_id_briefly"]


async def test_the_plan_is_asked_for_twice_in_a_dialogue_and_then_answers_are_general() -> None:
    stage = Stage(slots={"asked_fields": "plan | plan"})
    ran = await stage.run("action_answer_coverage_general", "coverage_general")

    assert ran.follows is None
    assert ran.keys == ["utter_plan_unknown"]
    assert ran.titles[:2] == ['/inform{"plan": "independence"}', '/inform{"plan": "caresource"}']


async def test_two_plans_in_a_message_are_asked_about_all_the_same() -> None:
    stage = Stage(slots={"asked_fields": "plan | plan"})
    named = [("plan", "independence"), ("plan", "caresource")]

    assert (await stage.run("action_ask_plan", entities=named)).keys == ["utter_ask_plan_briefly"]


async def test_no_question_is_put_again_to_a_member_who_waits_for_a_coach() -> None:
    stage = Stage(plan_id="independence", slots={"asked_fields": "zip_code"})
    await stage.run("action_request_handoff", "coach_handoff")
    assert stage.conversations.context.holder is Holder.WAITING

    assert (await stage.run("action_ask_zip_code", form="facility_form", asked="zip_code")).keys == []


@pytest.mark.parametrize(
    "text",
    [
        "idk",
        "not sure",
        "can't tell you now",
        "I don't have it with me",
        "no idea",
        "i lost my card",
        "it's at home",
        "later",
    ],
)
def test_words_that_give_no_answer(text: str) -> None:
    assert has_no_answer(text)


@pytest.mark.parametrize(
    "text",
    ["not sure if it is safe", "what if i don't have a donor", "i don't have hemophilia B", "19104", "who decides"],
)
def test_words_that_are_a_message_of_their_own(text: str) -> None:
    assert not has_no_answer(text)


def test_what_was_wrong_is_read() -> None:
    assert takes_back_number("i typed the wrong member number")
    assert takes_back_birth_date("sorry that birthday was wrong")
    assert not takes_back_number("is it wrong to ask")
    assert has_no_card("I left my card at home")
