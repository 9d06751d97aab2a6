"""Bare answers, cancelling, yes and no, the coach, a product by name, and what was not understood."""

from __future__ import annotations

import pytest

from bot.conversations.model import Holder
from tests.actions.stage import Stage


@pytest.mark.parametrize(
    ("entity", "follows", "keys"),
    [
        (("zip_code", "19104"), None, ["utter_facility_search_found"]),
        (("policy_number", "MP-AD-1623"), None, ["utter_policy_lookup_other_payer"]),
        (("therapy", "zolgensma"), None, ["utter_therapy_info_answer"]),
        (("member_id", "GG1000001"), "verification_form", []),
        (("plan", "caresource"), None, ["utter_inform_plan_kept"]),
        (("age_group", "adult"), None, ["utter_clarify"]),
    ],
)
async def test_a_bare_entity_goes_where_it_belongs(
    entity: tuple[str, str], follows: str | None, keys: list[str]
) -> None:
    ran = await Stage(plan_id="independence").run("action_answer_inform", entities=[entity])

    assert (ran.follows, ran.keys) == (follows, keys)


async def test_a_plan_named_later_answers_the_last_question_again() -> None:
    stage = Stage(plan_id="independence")
    await stage.run("action_answer_coverage_general", "coverage_general")
    ran = await stage.run("action_answer_inform", entities=[("plan", "caresource")])

    assert ran.keys == ["utter_coverage_general_answer"]
    assert ran.payers == {"CareSource"}


async def test_today_goes_on_with_a_question_about_another_day() -> None:
    stage = Stage(plan_id="caresource", state="OH")
    day = ("date", "2026-04-30")
    then = await stage.run("action_answer_policy_lookup", "policy_lookup", text="on 04/30/2026", entities=[day])
    now = await stage.run("action_answer_inform", text="and today")

    assert (then.keys, now.keys) == (["utter_policy_lookup_not_in_force"], ["utter_policy_lookup_in_force"])


async def test_today_alone_goes_on_with_nothing() -> None:
    assert (await Stage(plan_id="independence").run("action_answer_inform", text="today")).keys == ["utter_clarify"]


async def test_cancel_inside_a_form_ends_it_and_forgets_what_it_had() -> None:
    stage = Stage(slots={"member_id": "GG1000001"})
    ran = await stage.run("action_cancel", "cancel", form="verification_form", asked="date_of_birth")

    assert ran.outcomes == ["cancelled"]
    assert {"event": "active_loop", "name": None} in [
        {"event": event["event"], "name": event["name"]} for event in ran.events
    ]
    assert stage.slots["member_id"] is None


async def test_cancel_outside_a_form_takes_back_a_request_for_a_coach() -> None:
    stage = Stage()
    await stage.run("action_request_handoff", "coach_handoff")
    ran = await stage.run("action_cancel", "cancel")

    assert ran.keys == ["utter_handoff_cancelled"]
    assert stage.conversations.context.holder is Holder.ASSISTANT


async def test_cancel_with_nothing_open_says_so() -> None:
    assert (await Stage().run("action_cancel", "cancel")).keys == ["utter_cancel_nothing"]


async def test_a_coach_is_asked_for_once_with_the_topic_as_the_reason() -> None:
    stage = Stage(slots={"last_topic": "cost"})
    first = await stage.run("action_request_handoff", "coach_handoff", text="/coach_handoff")
    second = await stage.run("action_request_handoff", "coach_handoff", text="a person please")

    assert stage.handoffs.requests == [("cost", "button")]
    # One key for both: the gateway says in its place what is true at that moment.
    assert first.keys == second.keys == ["utter_handoff_waiting"]
    assert first.outcomes == second.outcomes == ["handoff_waiting"]


@pytest.mark.parametrize(
    ("intent", "before", "key"),
    [
        ("affirm", "handoff_offered", "utter_handoff_waiting"),
        ("affirm", "answer", "utter_affirm"),
        ("affirm", None, "utter_affirm"),
        ("deny", "handoff_offered", "utter_deny"),
    ],
)
async def test_yes_asks_for_a_coach_only_where_one_was_offered(intent: str, before: str | None, key: str) -> None:
    assert (await Stage().run("action_answer_yes_or_no", intent, last_outcome=before)).keys == [key]


async def test_yes_asks_for_the_coach_that_an_answer_about_coaches_offers() -> None:
    ran = await Stage().run("action_answer_yes_or_no", "affirm", last_outcome="answer", last_topic="coach_about")

    assert ran.keys == ["utter_handoff_waiting"]


@pytest.mark.parametrize(
    ("intent", "text", "key"),
    [
        ("affirm", "ok so its approved right", "utter_no_decision"),
        ("affirm", "yes", "utter_no_decision"),
        ("deny", "so that's a no?", "utter_no_decision"),
        ("deny", "no thanks", "utter_deny"),
    ],
)
async def test_a_yes_after_an_answer_on_coverage_is_never_confirmed(intent: str, text: str, key: str) -> None:
    stage = Stage(slots={"last_topic": "coverage_general"})

    assert (await stage.run("action_answer_yes_or_no", intent, text=text, last_outcome="answer")).keys == [key]


@pytest.mark.parametrize(
    ("text", "key", "holder"),
    [
        ("cancel", "utter_handoff_cancelled", Holder.ASSISTANT),
        ("NEVERMIND", "utter_handoff_cancelled", Holder.ASSISTANT),
        ("Retirar", "utter_handoff_cancelled", Holder.ASSISTANT),
        ("never mind", "utter_cancel_form", Holder.WAITING),
        ("/cancel", "utter_cancel_form", Holder.WAITING),
    ],
)
async def test_cancel_in_words_ends_the_wait_for_a_coach_even_inside_a_form(
    text: str, key: str, holder: Holder
) -> None:
    stage = Stage()
    await stage.run("action_request_handoff", "coach_handoff")
    ran = await stage.run("action_cancel", "cancel", text=text, form="facility_form", asked="zip_code")

    assert ran.keys == [key]
    assert stage.conversations.context.holder is holder
    assert "active_loop" in [event["event"] for event in ran.events]


async def test_noise_outside_a_form_is_asked_again() -> None:
    assert (await Stage().run("action_clarify", "gibberish")).outcomes == ["clarify"]


async def test_a_form_gives_up_after_two_misses_and_offers_the_coach() -> None:
    stage = Stage()
    first = await stage.run("action_clarify", "gibberish", form="facility_form", asked="zip_code")
    second = await stage.run("action_clarify", "gibberish", form="facility_form", asked="zip_code")

    assert first.keys == ["utter_clarify_in_form"]
    assert second.outcomes == ["handoff_offered"]
    assert "active_loop" in [event["event"] for event in second.events]


@pytest.mark.parametrize("name", [("therapy", "zolgensma"), ("condition", "sma"), ("therapy", "roctavian")])
async def test_a_product_or_condition_is_described_with_its_sources(name: tuple[str, str]) -> None:
    ran = await Stage().run("action_answer_therapy_info", "therapy_info", entities=[name])

    assert ran.keys == ["utter_therapy_info_answer"]
    assert ran.payers == {"FDA"}


async def test_a_product_brings_its_own_facts_and_no_others() -> None:
    stage = Stage(slots={"therapy": "zolgensma"})
    await stage.run("action_answer_therapy_info", "therapy_info", entities=[("therapy", "zolgensma")])
    ran = await stage.run("action_answer_more", "more")

    assert ran.reply["facts"] == ["fda-page/therapy_info/1"]


async def test_two_products_in_one_question_are_both_described() -> None:
    named = [("therapy", "zolgensma"), ("therapy", "roctavian")]
    ran = await Stage().run("action_answer_therapy_info", "therapy_info", entities=named)

    assert "Zolgensma" in ran.values["statement"]
    assert "Roctavian" in ran.values["statement"]


async def test_a_name_that_the_catalogue_does_not_know_is_not_answered_with_another_product() -> None:
    stage = Stage(slots={"therapy": "zolgensma"})
    ran = await stage.run("action_answer_therapy_info", "therapy_info", text="what is foobarix")

    assert ran.keys == ["utter_therapy_info_unknown"]


async def test_what_is_it_for_points_back_to_the_product_before() -> None:
    stage = Stage(slots={"therapy": "zolgensma"})
    ran = await stage.run("action_answer_therapy_info", "therapy_info", text="what is it for?")

    assert "Zolgensma" in ran.values["statement"]
