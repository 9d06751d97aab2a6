"""The plan is asked for once, with a button for each plan on file, and then the question is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.conversations.model import Channel
from tests.actions.cast import TODAY
from tests.actions.stage import Ran, Stage


async def test_the_words_of_the_question_wait_for_the_plan_and_no_longer() -> None:
    stage = Stage()
    asked = await stage.run("action_answer_coverage_general", "coverage_general", text="is it covered")
    assert asked.slots["waiting_question"] == "is it covered"
    await stage.run("action_continue_topic", text="CareSource", entities=[("plan", "caresource")])
    assert stage.slots["waiting_question"] is None


async def test_a_button_has_no_words_that_wait() -> None:
    asked = await Stage().run("action_answer_coverage_general", "coverage_general", text="/coverage_general")
    assert asked.slots["waiting_question"] is None


async def tell(*entities: tuple[str, str], intent: str = "inform", text: str = "words", asked: str = "plan") -> Ran:
    return await Stage().run("validate_plan_form", intent, text=text, form="plan_form", asked=asked, entities=entities)


async def test_every_plan_on_file_has_a_button_and_so_has_not_knowing() -> None:
    ran = await Stage(slots={"topic_in_progress": "cost"}).run("action_ask_plan")

    assert ran.titles == [
        '/inform{"plan": "independence"}',
        '/inform{"plan": "caresource"}',
        '/inform{"plan": "unknown"}',
    ]
    told = {name: ran.reply[name] for name in ("topic", "outcome", "awaiting")}
    assert told == {"topic": "cost", "outcome": "ask", "awaiting": {"field": "plan", "kind": "choice"}}


async def test_a_text_message_names_the_plans_instead() -> None:
    ran = await Stage(channel=Channel.SMS).run("action_ask_plan")

    assert ran.titles == []
    assert ran.values["plans"] == "Independence Blue Cross or CareSource Marketplace"


@pytest.mark.parametrize("intent", ["inform", "coverage_general"])
async def test_a_plan_is_taken_by_name_whatever_else_is_said(intent: str) -> None:
    assert (await tell(("plan", "caresource"), intent=intent)).slots == {"plan": "caresource"}


@pytest.mark.parametrize(
    ("entities", "intent"),
    [([], "inform"), ([], "deny"), ([("plan", "unknown")], "inform"), ([("plan", "aetna")], "inform")],
)
async def test_an_answer_that_names_no_plan_on_file_is_not_asked_again(
    entities: list[tuple[str, str]], intent: str
) -> None:
    assert (await tell(*entities, intent=intent)).slots == {"plan": "unknown"}


@pytest.mark.parametrize("intent", ["precertification", "nlu_fallback", "gibberish", "cancel"])
async def test_another_question_and_noise_are_no_answer(intent: str) -> None:
    assert (await tell(intent=intent)).events == []


async def test_a_zip_code_is_no_plan_but_mends_the_question_that_waits() -> None:
    assert (await tell(("zip_code", "19104"))).slots == {"zip_code": "19104", "missed_answers": None}


async def test_the_waiting_question_is_answered_for_the_plan_that_was_named() -> None:
    stage = Stage(slots={"topic_in_progress": "precertification"})
    ran = await stage.run("action_continue_topic", entities=[("plan", "caresource")])

    assert ran.keys == ["utter_precertification_answer"]
    assert ran.payers == {"CareSource"}
    assert ran.reply["topic"] == "precertification"
    assert stage.conversations.context.plan_id == "caresource"
    assert stage.slots["topic_in_progress"] is None


async def test_a_newer_question_in_the_same_message_is_the_one_answered() -> None:
    stage = Stage(slots={"topic_in_progress": "cost"})
    ran = await stage.run("action_continue_topic", "coverage_general", entities=[("plan", "caresource")])

    assert ran.keys == ["utter_coverage_general_answer"]


async def test_the_day_and_number_of_the_waiting_question_are_not_lost() -> None:
    stage = Stage(slots={"topic_in_progress": "policy_lookup", "date": "2026-04-30"})
    ran = await stage.run("action_continue_topic", entities=[("plan", "caresource")])

    assert ran.keys == ["utter_policy_lookup_not_in_force"]
    assert stage.slots["date"] is None


async def test_the_number_and_day_of_an_earlier_question_are_not_those_of_the_one_that_waits() -> None:
    earlier = {"policy_number": "MP-AD-1623", "date": "2026-12-30", "last_topic": "policy_lookup"}
    for topic in ("policy_lookup", "coverage_general"):
        stage = Stage(slots=dict(earlier))
        text = "which policy applies to kymriah"
        asked = await stage.run(f"action_answer_{topic}", topic, text=text, entities=[("therapy", "kymriah")])
        assert (asked.follows, asked.slots["policy_number"], asked.slots["date"]) == ("plan_form", None, None)


@pytest.mark.parametrize(("text", "entities"), [("on 04/30/2026", [("date", "2026-04-30")]), ("yesterday", [])])
async def test_the_day_of_the_question_itself_waits_with_it(text: str, entities: list[tuple[str, str]]) -> None:
    asked = await Stage().run("action_answer_cost", "cost", text=f"what did it cost {text}", entities=entities)
    assert asked.slots["date"] == (entities[0][1] if entities else (TODAY - timedelta(days=1)).isoformat())


@pytest.mark.parametrize("text", ["i have caresource medicaid", "it's the dual advantage one from caresource", "aetna"])
async def test_a_plan_that_is_not_on_file_is_remembered_as_that(text: str) -> None:
    named = [("plan", "caresource")] if "caresource" in text else []
    stage = Stage(plan_id="caresource", slots={"topic_in_progress": "coverage_general"})
    taken = await stage.run("validate_plan_form", text=text, form="plan_form", asked="plan", entities=named)
    answered = await stage.run("action_continue_topic", text=text, entities=named)
    later = await stage.run("action_answer_cost", "cost", text="what does it cost me")

    assert taken.slots == {"plan": "not_on_file"}
    assert answered.keys == later.keys == ["utter_plan_not_on_file"]


async def test_a_plan_on_file_that_is_named_later_replaces_one_that_is_not() -> None:
    stage = Stage(slots={"plan": "not_on_file"})
    ran = await stage.run("action_answer_cost", "coverage_general", entities=[("plan", "independence")])

    assert stage.slots["plan"] == "independence"
    assert ran.keys != ["utter_plan_not_on_file"]
