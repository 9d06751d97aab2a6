"""What a question asks for within its topic is told, or said to be missing; other facts are no answer to it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.conversations.model import Channel, Holder
from knowledge.shipped.files import ShippedContent
from knowledge.therapies.model import MarketStatus, TherapyKind
from tests.answers.asking import (
    GEORGIA,
    INDEPENDENCE,
    INDIANA,
    OHIO,
    WEST_VIRGINIA,
    Asker,
    Question,
    RealStage,
    Spoken,
)

NOTHING = "utter_free_question_unknown"
# The topic, who asks, their words, about what, and the fact that is told first.
TOLD = [
    ("appeal_denial", INDIANA, "external review indiana", None, "cs-in-external-review"),
    ("appeal_denial", WEST_VIRGINIA, "external review", None, "cs-wv-external-review"),
    ("appeal_denial", GEORGIA, "can I get an independent review", None, "appeal-external-binding"),
    ("appeal_denial", INDEPENDENCE, "is there an outside review", None, "pa-appeal-independent-review"),
    ("precertification", INDEPENDENCE, "how long does it take", None, "precertification-reason-in-writing"),
    ("precertification", OHIO, "how many days until they decide", None, "cs-precertification-no-times"),
    ("precertification", INDEPENDENCE, "who sends that request in", None, "ibx-precertification-who-asks"),
    ("precertification", WEST_VIRGINIA, "who has to submit it", None, "cs-wv-precertification-portal"),
    ("appeal_denial", WEST_VIRGINIA, "can an independent doctor look at it", None, "cs-wv-external-review"),
    ("process_followup", INDEPENDENCE, "how long is the hospital stay for it", "casgevy", "process-casgevy-time"),
    ("process_followup", INDEPENDENCE, "do i need chemo first", "casgevy", "process-conditioning"),
    ("process_followup", OHIO, "when can I go home after car-t", None, "process-car-t-monitoring"),
    ("process_followup", OHIO, "how long do they follow you after", "hemgenix", "process-follow-up-15-years"),
    ("process_followup", INDEPENDENCE, "how many years of follow up for it", "kymriah", "process-follow-up-15-years"),
    ("process_followup", INDEPENDENCE, "is the follow up for life", "kymriah", "process-follow-up-15-years"),
    ("process_followup", INDEPENDENCE, "how often do they check on me", "kymriah", "process-car-t-monitoring"),
    ("therapy_basics", OHIO, "what is CBER", None, "cs-risks-cber"),
    ("out_of_scope", OHIO, "is a stem cell transplant covered", None, "cs-coverage-stem-cells"),
    ("out_of_scope_far", OHIO, "what is parity", None, "cs-evidence-parity"),
]
NOT_ON_FILE = [
    ("facility_why", INDEPENDENCE, "do they pay for my hotel"),
    ("facility_why", OHIO, "who pays the flight and the parking"),
    ("cost", INDEPENDENCE, "is travel paid for"),
    ("process_followup", INDEPENDENCE, "what is step therapy"),
    ("appeal_denial", INDEPENDENCE, "what is a zebra review"),
    ("therapy_basics", INDEPENDENCE, "what is giraffe gene therapy"),
    ("therapy_basics", INDEPENDENCE, "what does CBER mean"),
]
# What is on file stands behind the word that it is not just that.
NEAR = [
    ("therapy_basics", INDEPENDENCE, "is the covid vaccine gene therapy", None, "utter_part_not_just_that"),
    ("process_followup", INDEPENDENCE, "how long is the hospital stay", "hemgenix", "utter_part_no_time"),
    ("process_followup", OHIO, "do i need chemo before it", "hemgenix", "utter_part_not_just_that"),
    ("precertification", INDEPENDENCE, "how long is it good for", None, "utter_part_no_time"),
]
ASIDE = {"utter_part_not_just_that", "utter_part_no_time"}


def parts(said: Spoken) -> set[str]:
    """The parts of that reply that say what is missing."""
    wordings = said.reply["reliance"]["values"]
    return {key for key in ASIDE if f"'{key}'" in str(wordings)}


@pytest.mark.parametrize(("topic", "asker", "text", "about", "first"), TOLD, ids=lambda value: str(value)[:40])
async def test_the_fact_that_is_asked_for_comes_first(
    stage: RealStage, topic: str, asker: Asker, text: str, about: str | None, first: str
) -> None:
    await stage.knowledge.search.prepare(None)
    said = (await stage.ask(Question(topic, asker, text=text, about=about)))[0]
    assert said.facts[:1] == [first]
    assert parts(said) == set()


@pytest.mark.parametrize(
    ("about", "part"), [("hemgenix", "utter_part_about_just_that"), ("sma", "utter_part_about_condition")]
)
async def test_a_general_answer_says_what_was_asked_about(stage: RealStage, about: str, part: str) -> None:
    said = (await stage.ask(Question("safety_risks", INDEPENDENCE, text="what are the risks", about=about)))[0]
    assert f"'{part}'" in str(said.reply["reliance"]["values"])


@pytest.mark.parametrize("about", ["kymriah", "zolgensma"])
async def test_behind_what_is_asked_of_one_product_stands_no_example_of_another(stage: RealStage, about: str) -> None:
    said = await stage.ask(
        Question("process_followup", INDEPENDENCE, text="how many years of follow up for it", about=about)
    )
    assert not any(name in each.text for each in said for name in ("Adstiladrin", "Vyjuvek", "Casgevy"))


@pytest.mark.parametrize(("topic", "asker", "text"), NOT_ON_FILE, ids=lambda value: str(value)[:40])
async def test_what_no_fact_comes_near_is_not_answered_with_others(
    stage: RealStage, topic: str, asker: Asker, text: str
) -> None:
    await stage.knowledge.search.prepare(None)
    said = await stage.ask(Question(topic, asker, text=text))
    assert [each.key for each in said] == [NOTHING]


@pytest.mark.parametrize(("topic", "asker", "text", "about", "part"), NEAR, ids=lambda value: str(value)[:40])
async def test_what_is_told_instead_is_said_to_be_that(
    stage: RealStage, topic: str, asker: Asker, text: str, about: str | None, part: str
) -> None:
    await stage.knowledge.search.prepare(None)
    said = (await stage.ask(Question(topic, asker, text=text, about=about)))[0]
    assert said.key == f"utter_{topic}_answer"
    assert parts(said) == {part}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("who won the game last night", "utter_out_of_scope_far"),
        ("write a poem about genes", "utter_out_of_scope_far"),
        ("does my plan cover a dental crown", "utter_out_of_scope"),
        ("mental health coverage", "utter_out_of_scope"),
    ],
)
async def test_what_is_no_subject_of_the_assistant_stays_none(stage: RealStage, text: str, key: str) -> None:
    await stage.knowledge.search.prepare(None)
    said = await stage.ask(Question(key.removeprefix("utter_"), OHIO, text=text))
    assert [each.key for each in said] == [key]


@pytest.mark.parametrize(
    "text",
    [
        "how many gene therapies are approved",
        "which products",
        "what gene therapies are there",
        "list of approved drugs",
    ],
)
@pytest.mark.parametrize("topic", ["therapy_basics", "therapy_info"])
async def test_all_products_are_counted_and_named(
    stage: RealStage, content: ShippedContent, topic: str, text: str
) -> None:
    said = (await stage.ask(Question(topic, INDEPENDENCE, text=text)))[0]
    assert said.key == "utter_therapy_info_overview"
    assert f" {len(content.therapies)} " in said.text
    assert all(each.brand in said.text for each in content.therapies)
    assert said.citations


@pytest.mark.parametrize("text", ["who makes it", "who is the maker", "which company made it?"])
async def test_the_maker_is_told_first_and_the_rest_behind_it_once(
    stage: RealStage, content: ShippedContent, text: str
) -> None:
    usual = await stage.ask(Question("therapy_info", INDEPENDENCE, about="zolgensma"))
    asked = await stage.ask(Question("therapy_info", INDEPENDENCE, about="zolgensma", text=text))
    [maker] = [each.manufacturer for each in content.therapies if each.id == "zolgensma"]
    assert asked[0].text.startswith(f"Maker of Zolgensma: {maker}.")
    told, all_told = (" ".join(each.text for each in said) for said in (asked, usual))
    assert maker not in all_told
    assert all(told.count(sentence) == 1 for sentence in all_told.split("\n")[0].split(". ")[:2])


async def test_the_maker_of_nothing_is_not_guessed(stage: RealStage) -> None:
    said = await stage.ask(Question("therapy_info", INDEPENDENCE, text="who is the maker"))
    assert [each.key for each in said] == ["utter_therapy_info_which"]


async def test_of_a_class_only_its_products_are_named(stage: RealStage, content: ShippedContent) -> None:
    said = (await stage.ask(Question("therapy_info", INDEPENDENCE, text="which CAR-T therapies are there")))[0]
    named = {each.brand for each in content.therapies if each.brand in said.text}
    assert named == {each.brand for each in content.therapies if each.kind is TherapyKind.CAR_T}


@pytest.mark.parametrize(("channel", "is_named"), [(Channel.WEB, True), (Channel.SMS, False)])
async def test_the_conditions_with_a_product_are_counted_and_on_the_page_named(
    stage: RealStage, content: ShippedContent, channel: Channel, is_named: bool
) -> None:
    sold = {name for each in content.therapies if each.us_status is MarketStatus.MARKETED for name in each.conditions}
    names = [each.name for each in content.conditions if each.id in sold]
    text = "what diseases have gene therapies"
    said = (await stage.ask(Question("therapy_basics", INDEPENDENCE, channel, text=text)))[0]
    assert f" {len(names)} " in said.text
    assert [name in said.text for name in names] == [is_named] * len(names)


@pytest.mark.parametrize(
    "text", ["what gene therapies are covered", "what are gene therapies", "which therapies are in trials"]
)
async def test_other_questions_on_therapies_get_no_list(stage: RealStage, text: str) -> None:
    said = (await stage.ask(Question("therapy_basics", INDEPENDENCE, text=text)))[0]
    assert said.key != "utter_therapy_info_overview"


async def talk(stage: RealStage, asker: Asker, turns: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The response and topic of the last reply to each message, given with its intent, in one conversation."""
    await stage.knowledge.search.prepare(None)
    stage.begin(asker)
    told = []
    for intent, text in turns:
        ran = await stage.run(f"action_answer_{intent}", intent, text=text)
        told.append((ran.keys[-1], ran.reply["topic"]))
    return told


@pytest.mark.parametrize("text", ["how long does it take", "and how soon will I know?", "when do they decide on that"])
async def test_how_long_it_takes_goes_on_with_approval(stage: RealStage, text: str) -> None:
    told = await talk(stage, INDEPENDENCE, [("precertification", "do i need approval"), ("process_followup", text)])
    assert told[1] == ("utter_precertification_answer", "precertification")


@pytest.mark.parametrize(
    "text",
    ["how long does it take to recover", "how long is the infusion, is it quick", "when can he go back to school"],
)
async def test_how_long_the_treatment_takes_does_not(stage: RealStage, text: str) -> None:
    told = await talk(stage, INDEPENDENCE, [("precertification", "do i need approval"), ("process_followup", text)])
    assert told[1] == ("utter_process_followup_answer", "process_followup")


async def test_a_class_talked_about_is_what_the_next_question_is_about(stage: RealStage) -> None:
    await talk(stage, INDEPENDENCE, [("therapy_basics", "what's CAR-T")])
    ran = await stage.run("action_answer_safety_risks", "safety_risks", text="what are the risks")
    assert ran.reply["facts"][0] == "risks-crs"
    await stage.run("action_answer_therapy_info", "therapy_info", text="casgevy", entities=[("therapy", "casgevy")])
    ran = await stage.run("action_answer_safety_risks", "safety_risks", text="what are the risks")
    assert "risks-crs" not in ran.reply["facts"]


@pytest.mark.parametrize(
    ("asker", "text", "key"),
    [
        (INDEPENDENCE, "what number do i call", "utter_phone_number"),
        (INDEPENDENCE, "phone number for independence please", "utter_phone_number"),
        (INDEPENDENCE, "is there a hotline", "utter_phone_number"),
        (INDEPENDENCE, "how can i reach independence by phone", "utter_phone_number"),
        (INDEPENDENCE, "phone # please", "utter_phone_number"),
        (INDEPENDENCE, "who can i call about this", "utter_phone_number"),
        (OHIO, "phone number", "utter_phone_number_unknown"),
        (Asker(), "which number should i call for help", "utter_phone_number_which_plan"),
        (INDEPENDENCE, "what is the phone number of the hospital", "utter_phone_number_elsewhere"),
        (Asker(), "i need my doctor's phone number", "utter_phone_number_elsewhere"),
        (INDEPENDENCE, "what number can my doctor call", "utter_phone_number"),
        (INDEPENDENCE, "what is the phone number for the call center", "utter_phone_number"),
        (INDEPENDENCE, "number to call about my hospital bill", "utter_phone_number"),
    ],
)
async def test_who_asks_for_a_number_gets_it_and_is_offered_a_coach(
    stage: RealStage, asker: Asker, text: str, key: str
) -> None:
    stage.begin(asker)
    ran = await stage.run("action_request_handoff", "coach_handoff", text=text)
    assert (ran.keys, ran.outcomes) == ([key], ["handoff_offered"])
    assert ran.reply.get("facts", []) == (["ibx-coverage-phones"] if key == "utter_phone_number" else [])
    assert stage.conversations.context.holder is Holder.ASSISTANT


@pytest.mark.parametrize(
    "text",
    [
        "call me",
        "have a nurse call me",
        "can someone call my phone",
        "what number do i call to speak with a nurse",
        "my number is 215-555-0187",
        "can i reach someone",
        "who can i talk to",
        "call me at this number",
        "/coach_handoff",
        "coach",
    ],
)
async def test_who_wants_a_person_still_gets_one(stage: RealStage, text: str) -> None:
    stage.begin(INDEPENDENCE)
    ran = await stage.run("action_request_handoff", "coach_handoff", text=text)
    assert ran.outcomes == ["handoff_waiting"]
