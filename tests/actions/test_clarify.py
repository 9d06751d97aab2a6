"""What a message that was not understood is answered with: likely readings, all topics, a coach."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest

from actions.clarify import CHOICES
from actions.identity import find_asked
from bot.conversations.model import Channel
from tests.actions.stage import Ran, Stage

LIKELY = (("cost", 0.27), ("coverage_general", 0.22), ("facility_search", 0.2))


async def miss(stage: Stage, readings: Sequence[tuple[str, float]] = (), **said: object) -> Ran:
    return await stage.run("action_clarify", "nlu_fallback", readings=readings, **said)


async def test_the_two_likeliest_readings_are_offered_with_what_the_message_names() -> None:
    ran = await miss(Stage(plan_id="independence"), LIKELY, text="hemgenix bucks", entities=[("therapy", "hemgenix")])

    assert ran.outcomes == ["clarify"]
    assert ran.titles == [
        '/cost{"therapy": ["hemgenix"]}',
        '/coverage_general{"therapy": ["hemgenix"]}',
        "/coach_handoff",
    ]


async def test_on_a_phone_the_readings_are_choices_too() -> None:
    assert len((await miss(Stage(plan_id="independence", channel=Channel.SMS), LIKELY)).titles) == 3


async def test_no_choice_carries_who_the_member_is() -> None:
    ran = await miss(Stage(plan_id="independence"), LIKELY, entities=[("member_id", "GG1000001"), ("state", "OH")])

    assert json.loads(ran.titles[0].removeprefix("/cost")) == {"state": ["OH"]}


@pytest.mark.parametrize("reading", ["emergency", "crisis", "medical_advice", "complaint", "out_of_scope", "gibberish"])
async def test_no_danger_and_no_refusal_is_a_choice(reading: str) -> None:
    assert reading not in CHOICES
    assert (await miss(Stage(plan_id="independence"), [(reading, 0.29)])).keys == ["utter_clarify"]


async def test_what_is_hardly_likely_is_no_choice() -> None:
    assert (await miss(Stage(plan_id="independence"), [("cost", 0.05)])).keys == ["utter_clarify"]


async def test_a_row_of_messages_that_nobody_understands_never_gets_the_same_words_in_a_row() -> None:
    stage, said = Stage(plan_id="independence"), []
    for before in [None, *["clarify"] * 7]:
        said += (await miss(stage, LIKELY, last_outcome=before)).keys

    assert said[:4] == [
        "utter_clarify_choices",
        "utter_clarify_again",
        "utter_clarify_coach",
        "utter_clarify_coach_again",
    ]
    assert all(one != other for one, other in pairwise(said))


async def test_the_topic_that_is_chosen_answers_the_words_that_were_not_understood() -> None:
    stage = Stage(plan_id="independence")
    await miss(stage, LIKELY, text="bucks for the copay")
    ran = await stage.run("action_answer_cost", "cost", text="/cost", last_outcome="clarify")

    assert ran.reply["topic"] == "cost"
    assert "bucks for the copay" in stage.search.led[-1]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("are you a bot", "who"),
        ("am i talking to a real person", "who"),
        ("r u a nurse", "who"),
        ("what do you do with my data", "record"),
        ("is this private", "record"),
        ("are you hipaa compliant", "record"),
        ("do you save this chat", "record"),
        ("who can see what i write", "who_reads"),
        ("can my employer read this", "who_reads"),
        ("do you speak spanish", "language"),
        ("can i get an interpreter", "language"),
        ("where do your answers come from", "sources"),
        ("how do i know you're not wrong", "sources"),
        ("will this chat be used to deny my claim", "decides"),
    ],
)
async def test_each_question_about_the_assistant_has_its_own_answer(text: str, what: str) -> None:
    ran = await Stage().run("action_answer_identity", "identity", text=text)

    assert find_asked(text) == what
    assert ran.keys == [f"utter_identity_{what}"]
