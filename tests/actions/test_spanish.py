"""A member who writes Spanish: the offers, yes and no to English, and the question that waits meanwhile."""

from __future__ import annotations

import json

import pytest

from bot.conversations.model import Channel
from tests.actions.stage import Ran, Stage

OFFERS = ["utter_spanish_offer", "utter_spanish_offer_again", "utter_spanish_offer_other"]


async def ask(stage: Stage, intent: str = "coverage_general", **said: object) -> Ran:
    action = {"nlu_fallback": "action_clarify", "inform": "action_answer_inform"}.get(intent, f"action_answer_{intent}")
    return await stage.run(action, intent, language="es", text="¿cuánto cuesta?", **said)  # type: ignore[arg-type]


async def test_a_question_in_spanish_waits_for_a_yes_to_english() -> None:
    stage = Stage(plan_id="independence")
    asked = await ask(stage)
    agreed = await stage.run("action_go_on_in_english", "english", language="es")

    assert (asked.keys, asked.outcomes) == (["utter_spanish_offer"], ["handoff_offered"])
    assert agreed.keys == ["utter_coverage_general_answer"]
    assert agreed.reply["topic"] == "coverage_general"
    assert (await ask(stage)).keys == ["utter_coverage_general_answer"]


async def test_no_offer_is_made_three_times_in_the_same_words() -> None:
    stage = Stage(plan_id="independence")
    said = [(await ask(stage, intent)).keys[0] for intent in ("coverage_general", "nlu_fallback", "inform", "cost")]

    assert said == [*OFFERS, OFFERS[0]]


async def test_what_a_bare_name_asks_waits_with_its_name() -> None:
    stage = Stage(plan_id="independence")
    await ask(stage, "inform", entities=[("therapy", "zolgensma"), ("member_id", "GG1000001")])
    agreed = await stage.run("action_go_on_in_english", "english", language="es")

    assert agreed.keys == ["utter_therapy_info_answer"]


async def test_what_proves_an_identity_does_not_wait() -> None:
    ran = await ask(Stage(), "inform", entities=[("member_id", "GG1000001"), ("date_of_birth", "1962-03-14")])
    assert json.loads(ran.slots["held_question"]) == {"intent": "inform", "entities": {}}


@pytest.mark.parametrize(("language", "text"), [("es", "sí"), ("en", "yes"), ("und", "ok")])
async def test_a_yes_to_the_offer_is_a_yes_to_english(language: str, text: str) -> None:
    stage = Stage(plan_id="independence")
    await ask(stage)
    ran = await stage.run(
        "action_answer_yes_or_no", "affirm", text=text, language=language, last_outcome="handoff_offered",
        last_topic="identity",
    )  # fmt: skip

    assert ran.keys == ["utter_coverage_general_answer"]
    assert stage.handoffs.requests == []


async def test_a_no_to_the_offer_leads_to_a_coach_and_a_second_no_to_neither() -> None:
    stage = Stage(plan_id="independence")
    await ask(stage)
    no = {"intent": "deny", "text": "no gracias", "language": "es", "last_outcome": "handoff_offered"}
    first = await stage.run("action_answer_yes_or_no", **no, last_topic="identity")  # type: ignore[arg-type]
    second = await stage.run("action_answer_yes_or_no", **no, last_topic="coach_handoff")  # type: ignore[arg-type]

    assert (first.keys, first.reply["topic"]) == (["utter_spanish_declined"], "coach_handoff")
    assert second.keys == ["utter_spanish_no_coach"]


async def test_a_yes_after_the_no_asks_for_the_coach() -> None:
    stage = Stage(plan_id="independence", slots={"spanish_offers": 1})
    ran = await stage.run(
        "action_answer_yes_or_no", "affirm", text="sí", language="es", last_outcome="handoff_offered",
        last_topic="coach_handoff",
    )  # fmt: skip

    assert ran.keys == ["utter_handoff_waiting"]


async def test_a_yes_in_spanish_to_a_coach_that_was_offered_in_english_asks_for_one() -> None:
    ran = await Stage().run(
        "action_answer_yes_or_no", "affirm", text="sí", language="es", last_outcome="handoff_offered", last_topic="cost"
    )
    assert ran.keys == ["utter_handoff_waiting"]


async def test_in_a_conversation_in_spanish_a_bare_number_counts_as_spanish_and_english_words_do_not() -> None:
    bare = await Stage(plan_id="independence", locale="es").run(
        "action_answer_inform", "inform", text="19104", language="und", entities=[("zip_code", "19104")]
    )
    english = await Stage(plan_id="independence", locale="es").run(
        "action_answer_coverage_general", "coverage_general", language="en"
    )

    assert bare.keys == ["utter_spanish_offer"]
    assert english.keys == ["utter_coverage_general_answer"]


async def test_a_form_ends_with_the_offer_and_its_question_waits() -> None:
    stage = Stage(slots={"topic_in_progress": "cost"})
    ran = await ask(stage, "nlu_fallback", form="plan_form", asked="plan")

    assert ran.keys == ["utter_spanish_offer"]
    assert {"event": "active_loop", "name": None} in [
        {"event": event["event"], "name": event.get("name")} for event in ran.events
    ]
    assert json.loads(ran.slots["held_question"])["intent"] == "cost"


async def test_a_coach_is_never_delayed_by_the_offer() -> None:
    ran = await Stage(channel=Channel.SMS).run("action_request_handoff", "coach_handoff", language="es", text="asesor")
    assert ran.keys == ["utter_handoff_waiting"]


async def test_what_cannot_be_read_in_spanish_is_said_to_be_so_in_two_ways() -> None:
    stage = Stage(slots={"english_agreed": True})
    said = [(await ask(stage, "nlu_fallback")).keys for _ in range(2)]

    assert said == [["utter_spanish_not_understood"], ["utter_spanish_not_understood_again"]]


@pytest.mark.parametrize(("text", "language", "intent"), [("si", "es", "affirm"), ("19104", "und", "inform")])
async def test_in_a_form_that_asks_in_english_one_word_is_an_answer(text: str, language: str, intent: str) -> None:
    stage = Stage(plan_id="independence", locale="es")
    action = "action_answer_yes_or_no" if intent == "affirm" else "action_answer_facility_search"
    entities = [("zip_code", "19104")] if intent == "inform" else []
    ran = await stage.run(
        action,
        intent,
        text=text,
        language=language,
        form="facility_form",
        asked="zip_code",
        last_outcome="ask",
        entities=entities,
    )
    assert "held_question" not in ran.slots
    assert "spanish_offers" not in ran.slots
