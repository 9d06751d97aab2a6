"""A word that stands for two things is asked about once, and only where it makes a difference."""

from __future__ import annotations

import pytest

from actions.ambiguous import Offered
from tests.actions.stage import Ran, Stage

BOTH = [("therapy", "zolgensma"), ("therapy", "roctavian")]
ASKED = "what happens with the aav shot"


async def ask(stage: Stage, topic: str = "process_followup") -> Ran:
    return await stage.run(f"action_answer_{topic}", topic, text=ASKED, either=BOTH)


async def test_where_the_answers_differ_one_question_offers_both_and_not_knowing() -> None:
    ran = await ask(Stage(plan_id="independence"))

    assert ran.outcomes == ["clarify"]
    assert ran.reply["awaiting"] == {"field": "therapy", "kind": "choice"}
    assert ran.titles == [
        '/process_followup{"therapy": ["zolgensma"]}',
        '/process_followup{"therapy": ["roctavian"]}',
        "/process_followup",
    ]


async def test_where_it_makes_no_difference_nobody_is_asked() -> None:
    assert (await ask(Stage(plan_id="independence"), "clinical_trials")).outcomes != ["clarify"]


async def test_what_is_told_of_both_is_not_asked() -> None:
    ran = await ask(Stage(plan_id="independence"), "therapy_info")

    assert "Zolgensma" in ran.values["statement"]
    assert "Roctavian" in ran.values["statement"]


@pytest.mark.parametrize("text", ["1", "the first one", "first"])
async def test_a_choice_in_words_answers_the_question_that_waited(text: str) -> None:
    stage = Stage(plan_id="independence")
    await ask(stage)
    ran = await stage.run("action_clarify", "gibberish", text=text, last_outcome="clarify")

    assert ran.reply["topic"] == "process_followup"
    assert "Zolgensma" in ran.values["statement"]
    assert stage.search.led[-1] == ASKED


async def test_both_is_answered_in_general() -> None:
    stage = Stage(plan_id="independence")
    await ask(stage)
    ran = await stage.run("action_clarify", "nlu_fallback", text="both please", last_outcome="clarify")

    assert ran.reply["topic"] == "process_followup"
    assert "Zolgensma" not in ran.values["statement"]


async def test_later_the_same_words_choose_nothing() -> None:
    stage = Stage(plan_id="independence")
    await ask(stage)

    assert (await stage.run("action_clarify", "gibberish", text="1", last_outcome="answer")).keys == ["utter_clarify"]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("B", 1),
        ("type a", 0),
        ("it's the b one", 1),
        ("2", 1),
        ("second one", 1),
        ("3", None),
        ("c", None),
        ("b a", None),
    ],
)
def test_a_letter_or_a_place_chooses(text: str, at: int | None) -> None:
    offered = Offered(('/cost{"condition": ["hemophilia_a"]}', '/cost{"condition": ["hemophilia_b"]}'))

    assert offered.take(text) == (None if at is None else offered.payloads[at])
