"""What says who a member is stands in nothing that is kept; what was offered is kept for one message."""

from __future__ import annotations

import json

import pytest

from tests.actions.stage import Stage

BIRTH = ("date", "1985-04-12")
SMA = ["condition", "sma", 17, 20]
COST = json.dumps({"topic": "process_followup", "text": "what happens for SMA", "named": [SMA]})


def kept(stage: Stage) -> str:
    """All that the dialogue remembers."""
    return json.dumps(stage.slots)


@pytest.mark.parametrize("plan_id", [None, "independence"])
@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("born 4/12/1985, is it covered", [BIRTH]),
        ("my number is GG1000001, is it covered", [("member_id", "GG1000001")]),
        ("call me at 215-555-0143, is it covered", [("phone", "+12155550143")]),
    ],
)
async def test_a_question_with_an_identity_leaves_no_words(
    text: str, entities: list[tuple[str, str]], plan_id: str | None
) -> None:
    stage = Stage(plan_id=plan_id)
    await stage.run("action_answer_coverage_general", "coverage_general", text=text, entities=entities)

    assert not {"GG1000001", "1985-04-12", "4/12/1985", "0143", "+12155550143"} & set(kept(stage).split('"'))
    assert text not in kept(stage)


async def test_an_unclear_message_with_a_birth_date_leaves_it_in_no_button() -> None:
    stage = Stage(plan_id="independence")
    likely = [("cost", 0.4), ("coverage_general", 0.3)]
    ran = await stage.run("action_clarify", "nlu_fallback", text="born 4/12/1985", entities=[BIRTH], readings=likely)

    assert ran.outcomes == ["clarify"]
    assert "1985" not in json.dumps(ran.responses) + kept(stage)


async def test_a_spanish_message_that_waits_keeps_no_birth_date() -> None:
    stage = Stage()
    await stage.run("action_answer_cost", "cost", text="born 4/12/1985", entities=[BIRTH], language="es")

    assert stage.slots["held_question"]
    assert "1985" not in kept(stage)


async def test_another_answer_ends_what_was_offered() -> None:
    stage = Stage(plan_id="independence", slots={"unclear_question": "what about it", "unclear_choices": '["/cost"]'})
    await stage.run("action_answer_cost", "cost", text="how much is it", last_outcome="clarify")
    ran = await stage.run("action_clarify", "gibberish", text="1", last_outcome="clarify")

    assert (stage.slots["unclear_question"], stage.slots["unclear_choices"]) == (None, None)
    assert ran.reply.get("topic") != "cost"


async def test_the_question_that_waited_for_the_plan_asks_which_illness() -> None:
    stage = Stage(slots={"topic_in_progress": "process_followup", "therapy": None})
    stage.slots["condition"] = ["sma", "hemophilia_a"]
    asked = "what happens after it"
    named = [("plan", "independence")]
    ran = await stage.run("action_continue_topic", text="IBX", entities=named, wrote_before_form=asked)

    assert ran.reply["awaiting"] == {"field": "condition", "kind": "choice"}
    assert stage.slots["unclear_question"] == asked
    assert stage.slots["unclear_choices"]


async def test_a_question_that_is_asked_again_for_two_illnesses_asks_which() -> None:
    stage = Stage(plan_id="independence", slots={"last_topic": "process_followup", "last_question": COST})
    ran = await stage.run(
        "action_answer_inform", text="and for either", either=[("condition", "sma"), ("condition", "hemophilia_a")]
    )
    assert ran.reply["awaiting"] == {"field": "condition", "kind": "choice"}


async def test_of_two_products_none_is_talked_about_later() -> None:
    stage = Stage(plan_id="independence", slots={"therapy": "roctavian"})
    two = [("therapy", "zolgensma"), ("therapy", "roctavian")]
    await stage.run("action_answer_safety_risks", "safety_risks", text="risks of both", entities=two)

    assert stage.slots["therapy"] is None
