"""A plan that the member says is not theirs is neither kept nor answered for."""

from __future__ import annotations

import json

import pytest

from actions.plain_words import denies_plan
from tests.actions.stage import Stage

NAMES = ("CareSource", "CareSource Marketplace")
ASKED = json.dumps(
    {"topic": "coverage_general", "text": "is zolgensma covered", "named": [["therapy", "zolgensma", 3, 12]]}
)


@pytest.mark.parametrize(
    "text",
    [
        "not CareSource",
        "no, not caresource",
        "I don't have CareSource anymore",
        "i dont have caresource",
        "we used to have CareSource",
        "I left caresource",
        "CareSource isn't mine",
        "caresource is wrong",
        "CareSource was my old plan",
        "that isn't the CareSource plan, sorry",
        "I'm not with CareSource",
        "my old plan was caresource",
    ],
)
def test_these_words_deny_a_plan(text: str) -> None:
    assert denies_plan(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "CareSource",
        "why is zolgensma not covered by CareSource?",
        "why does caresource not cover it",
        "I have CareSource",
        "is it covered or not, caresource",
        "why is CareSource not paying",
        "CareSource is not paying for it",
        "caresource isn't the problem here",
        "CareSource is wrong to deny this",
        "what if caresource says no",
        "isn't CareSource supposed to cover this",
        "does my CareSource plan cover it",
    ],
)
def test_these_words_deny_none(text: str) -> None:
    assert not denies_plan(text, NAMES)


@pytest.mark.parametrize("named", [(), (("plan", "caresource"),)])
@pytest.mark.parametrize(
    ("action", "intent"),
    [
        ("action_answer_inform", "inform"),
        ("action_answer_yes_or_no", "deny"),
        ("action_clarify", "nlu_fallback"),
    ],
)
async def test_a_denied_plan_is_forgotten_and_the_question_asks_for_another(
    action: str, intent: str, named: tuple[tuple[str, str], ...]
) -> None:
    slots = {"plan": "caresource", "last_topic": "coverage_general", "last_question": ASKED}
    stage = Stage(plan_id="caresource", slots=slots)
    ran = await stage.run(action, intent, text="no, not CareSource", entities=named)

    assert (ran.keys, ran.follows) == ([], "plan_form")
    assert stage.conversations.context.plan_id is None
    kept = {name: stage.slots[name] for name in ("plan", "topic_in_progress", "waiting_question")}
    assert kept == {
        "plan": None,
        "topic_in_progress": "coverage_general",
        "waiting_question": "is zolgensma covered",
    }


async def test_a_question_that_denies_the_plan_asks_for_another() -> None:
    stage = Stage(plan_id="caresource")
    text = "I don't have CareSource anymore, is zolgensma covered?"
    ran = await stage.run("action_answer_coverage_general", "coverage_general", text=text)

    assert (ran.keys, ran.follows) == ([], "plan_form")
    assert stage.conversations.context.plan_id is None


@pytest.mark.parametrize("named", [(), (("plan", "caresource"),)])
async def test_in_the_form_a_denied_plan_is_no_plan_on_file(named: tuple[tuple[str, str], ...]) -> None:
    text = "i don't have caresource"
    ran = await Stage().run(
        "validate_plan_form", "nlu_fallback", text=text, form="plan_form", asked="plan", entities=named
    )
    assert ran.slots == {"plan": "unknown"}


async def test_where_another_is_named_that_one_is_taken() -> None:
    stage = Stage(plan_id="caresource", slots={"last_topic": "coverage_general", "last_question": ASKED})
    plans = [("plan", "caresource"), ("plan", "independence")]
    await stage.run("action_answer_inform", text="not caresource, independence", entities=plans)

    assert stage.conversations.context.plan_id == stage.slots["plan"] == "independence"


async def test_a_proven_plan_is_not_denied_away() -> None:
    stage = Stage(plan_id="caresource", verified="GG1000001")
    ran = await stage.run("action_answer_coverage_general", "coverage_general", text="not caresource. is it covered")
    assert ran.follows != "plan_form"
