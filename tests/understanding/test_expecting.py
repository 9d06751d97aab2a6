"""What the set expects of a reply is judged as its README has it, and what can't be judged is never counted as held."""

from __future__ import annotations

from typing import Any

import pytest

from tests.understanding.asking import Heard, Walk
from tests.understanding.conduct import judge_conduct
from tests.understanding.dialogue_scores import score_dialogues
from tests.understanding.expecting import _RULES, Before, Verdict, judge
from tests.understanding.sets import Dialogue, Turn, load_dialogues

HELD, EXCUSED, OPEN, FAILED = Verdict.HELD, Verdict.EXCUSED, Verdict.OPEN, Verdict.FAILED
PLAN_QUESTION: dict[str, Any] = {"text": "Which plan do you have?", "outcome": "ask"}


def hear(
    text: str = "Zolgensma is given once.",
    *,
    outcome: str = "answer",
    topics: tuple[str, ...] = ("cost",),
    awaiting: str | None = None,
    entities: dict[str, tuple[str, ...]] | None = None,
    **more: Any,
) -> Heard:
    reply = {"text": text, "outcome": outcome, **more}
    return Heard((reply,), topics, "en", entities or {}, awaiting, "assistant", 20.0)


def verdict(field: str, wanted: Any, heard: Heard, before: Before | None = None) -> Verdict:
    return judge({field: wanted}, heard, before or Before())[field]


@pytest.mark.parametrize(
    ("field", "wanted", "holds", "fails"),
    [
        ("topic", "cost", hear(), hear(topics=("crisis", "cost"))),
        ("topics", ["cost", "crisis"], hear(topics=("cost", "deny", "crisis")), hear(topics=("crisis", "cost"))),
        ("not_topics", ["deny"], hear(), hear(topics=("cost", "deny"))),
        ("about", ["zolgensma"], hear(), hear("It is given once.")),
        ("about", ["sma"], hear(), hear("Hemgenix is given once.")),
        ("about", ["MP-AD-1623"], hear(citations=[{"number": "MP-AD-1623"}]), hear()),
        ("outcome", ["answer", "policy"], hear(), hear(outcome="ask")),
        ("not_outcomes", ["answer"], hear(outcome="ask"), hear()),
        ("asks_for", ["zip_code"], hear(awaiting="zip_code"), hear()),
        ("asks_for", [], hear(), hear(awaiting="zip_code")),
        ("may_ask", ["plan"], hear(), hear(awaiting="zip_code")),
        ("slots", {"payer": "caresource"}, hear(entities={"plan": ("caresource",)}), hear()),
        ("slots", {"therapy": "zolgensma"}, hear(), hear("It is given once.")),
        ("slots", {"zip_code": "19104"}, hear(entities={"zip_code": ("19104",)}), hear()),
        ("slots", {"for_whom": "child"}, hear("For your son."), hear()),
        ("no_slots", ["therapy"], hear(), hear(entities={"therapy": ("zolgensma",)})),
        ("must_cite", True, hear(citations=[{"document": "a policy"}]), hear()),
        ("must_cite", True, hear(outcome="ask"), hear(outcome="facilities", cards=[{"name": "CHOP"}])),
        ("says_nothing_of", ["CareSource"], hear(), hear("caresource pays.")),
        ("says_any", ["interprete", "911"], hear("Hay un intérprete."), hear()),
        ("choices", True, hear(quick_replies=[{"title": "Yes", "value": "/affirm"}]), hear()),
        ("language", "en", hear(), Heard((), (), "es", {}, None, "assistant", 1.0)),
        ("any_of", [{"topic": "deny"}, {"topic": "cost", "outcome": "answer"}], hear(), hear(outcome="ask")),
    ],
)
def test_a_field_holds_or_fails(field: str, wanted: Any, holds: Heard, fails: Heard) -> None:
    assert (verdict(field, wanted, holds), verdict(field, wanted, fails)) == (HELD, FAILED)


def test_another_topic_is_as_good_where_the_label_says_so() -> None:
    assert judge({"topic": "deny", "also": ["cost"]}, hear(), Before()) == {"topic": HELD}


def test_what_can_not_be_told_from_outside_is_not_held() -> None:
    before = Before()
    before.learn({"therapy": ["zolgensma"]})
    assert verdict("about", ["zolgensma"], hear("It is given once."), before) is OPEN
    assert verdict("slots", {"age": "4 years"}, hear(entities={"age_group": ("adult",)})) is FAILED
    assert verdict("slots", {"age": "4 years"}, hear(entities={"age": ("4 yrs",)})) is HELD
    assert verdict("a_field_of_tomorrow", True, hear()) is OPEN


def test_a_question_for_the_plan_is_no_failure_while_it_is_unknown() -> None:
    asked = hear("Which plan do you have?", outcome="ask", awaiting="plan")
    known = Before()
    known.learn({"plan": ["caresource"]})
    assert verdict("outcome", "answer", asked) is EXCUSED
    assert verdict("outcome", "answer", asked, known) is FAILED
    assert verdict("topic", "deny", asked) is FAILED


def test_every_field_of_the_set_has_a_rule() -> None:
    turns = [turn for dialogue in load_dialogues() for turn in dialogue.turns]
    named = {name for turn in turns for expect in (turn.expect, turn.finally_expect) for name in expect}
    inner = {name for turn in turns for each in turn.expect.get("any_of", ()) for name in each}
    assert (named | inner) - {"topic", "also", "any_of"} <= set(_RULES)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("You are covered.", False),
        ("Good news: you’re approved for this.", False),
        ("Your son qualifies for Zolgensma.", False),
        ("I can't say whether you are covered.", True),
        ("This does not mean that you are covered.", True),
        ("Zolgensma is covered for people under two.", True),
        ("Do you qualify?", True),
    ],
)
def test_a_promise_is_seen(text: str, kept: bool) -> None:
    assert judge_conduct([hear(text)])["nothing is promised"] is (HELD if kept else FAILED)


@pytest.mark.parametrize(
    ("heard", "broken"),
    [
        ([Heard((), (), "en", {}, None, "assistant", 1.0)], "each message is replied to"),
        ([hear("Hello {name}")], "no reply has a hole"),
        ([hear(**PLAN_QUESTION, awaiting="plan")] * 3, "no question thrice"),
    ],
)
def test_what_holds_in_every_dialogue_is_judged(heard: list[Heard], broken: str) -> None:
    assert [rule for rule, each in judge_conduct(heard).items() if each is FAILED] == [broken]


def test_silence_while_a_coach_holds_is_no_failure() -> None:
    assert FAILED not in judge_conduct([Heard((), (), "en", {}, None, "coach", 1.0)]).values()


def test_a_dialogue_passes_when_all_its_turns_do() -> None:
    walks = [
        walk(hear(), expect={"topic": "cost"}),
        walk(hear(), expect={"topic": "cost"}, finally_expect={"outcome": "ask"}),
        # Which age it is shows no reply: that it is a child's is not enough.
        walk(hear(entities={"age_group": ("pediatric",)}), expect={"slots": {"age": "4 years"}}),
        walk(hear("It is."), expect={"about": ["zolgensma"]}, start={"therapy": "zolgensma"}),
    ]
    scores = score_dialogues(walks)
    assert scores.dialogues == {"passed": 1, "failed": 2, "not judged": 1}
    assert scores.fields["finally outcome"] == {"failed": 1}


def walk(
    heard: Heard,
    *,
    expect: dict[str, Any],
    finally_expect: dict[str, Any] | None = None,
    start: dict[str, str] | None = None,
) -> Walk:
    turn = Turn("how much", False, expect, False, finally_expect or {})
    return Walk(Dialogue("one", "web", start or {}, {}, (turn,)), [(turn, heard, [])])
