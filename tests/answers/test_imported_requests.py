"""Is what a member asks of an imported policy taken for what it is: a section, a word in it, or neither?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.answers.asking import INDEPENDENCE, Question, RealStage, Spoken
from tests.answers.importing import stage_with

# A day too, in August of 2026.
NUMBER = "08.03.26"
POLICY = """# Independence Blue Cross Medical Policy

**Policy Number:** 08.03.26
**Title:** Marten Therapy
**Effective Date:** 10/01/2026
**Policy Type:** Medical Policy

## A. Policy

The child must be younger than two years of age. The treatment is never given at home.

A second dose within five years of the first is considered not medically necessary.

## B. Hospitals

A hospital with a ward for infants gives the treatment.

## D. Travel

Lodging near the hospital is not a benefit of the plan.
"""


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStage]:
    with stage_with(sqlite_template, tmp_path_factory.mktemp("requests"), {"marten": POLICY}) as built:
        yield built


async def ask(stage: RealStage, text: str) -> Spoken:
    said = await stage.ask(Question("policy_lookup", INDEPENDENCE, text=text, number=NUMBER))
    return said[0]


def sections(spoken: Spoken) -> list[str]:
    return [citation["section"] for citation in spoken.citations if "section" in citation]


@pytest.mark.parametrize(
    "text",
    ["does {} cover drugs under medicare part d", "are part d drugs in {}", "does {} say which part a parent reads"],
)
async def test_a_part_of_medicare_and_a_small_word_are_no_section(stage: RealStage, text: str) -> None:
    said = await ask(stage, text.format(NUMBER))

    assert not sections(said)
    assert said.key != "utter_policy_lookup_no_section"


@pytest.mark.parametrize(
    ("text", "found"), [("part d of {}", "D"), ("what does section a of {} say", "A"), ("{} section D", "D")]
)
async def test_a_section_is_told_by_its_mark_however_it_is_called(stage: RealStage, text: str, found: str) -> None:
    assert sections(await ask(stage, text.format(NUMBER))) == [found]


async def test_what_is_asked_about_is_looked_up_where_the_section_does_not_exist(stage: RealStage) -> None:
    found = await ask(stage, f"section 8 of {NUMBER}: lodging")
    assert (found.key, sections(found)) == ("utter_policy_lookup_says", ["D"])
    for text in ("section 8", "what does section 12.B say", "section 8: what does it say about wheelchairs"):
        assert (await ask(stage, f"{NUMBER} {text}")).key == "utter_policy_lookup_no_section"


@pytest.mark.parametrize(
    ("words", "said"),
    [("a child", "younger than two"), ("home", "never given at home"), ("treatment at home", "never given at home")],
)
async def test_words_that_nearly_every_question_has_are_looked_up_in_the_one_policy(
    stage: RealStage, words: str, said: str
) -> None:
    told = await ask(stage, f"what does {NUMBER} say about {words}")

    assert (told.key, sections(told)) == ("utter_policy_lookup_says", ["A"])
    assert said in told.text


@pytest.mark.parametrize("words", ["a baby at home", "a member at home", "my mother", "a second treatment"])
async def test_such_words_that_it_does_not_say_together_find_nothing(stage: RealStage, words: str) -> None:
    told = await ask(stage, f"what does {NUMBER} say about {words}")
    assert (told.key, sections(told)) == ("utter_policy_lookup_not_said", [])


async def test_such_words_alone_never_choose_the_passage_of_a_topic(stage: RealStage) -> None:
    told = await stage.ask(Question("cost", INDEPENDENCE, text="marten therapy at home"))
    assert "never given at home" not in told[0].text


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (NUMBER, "utter_policy_lookup_in_force"),
        (f"and {NUMBER}?", "utter_policy_lookup_in_force"),
        # A day is asked for, or told with somebody's birth.
        (f"which policy was in force on {NUMBER}", None),
        (f"my son was born {NUMBER}", None),
    ],
)
async def test_what_reads_as_a_day_is_the_number_of_a_policy_on_file(
    stage: RealStage, text: str, key: str | None
) -> None:
    stage.begin(INDEPENDENCE)
    ran = await stage.run("action_answer_inform", text=text, entities=[("date", "2026-08-03")])

    assert (ran.slots.get("policy_number") == NUMBER) is (key is not None)
    assert key is None or ran.keys == [key]
    assert ran.slots.get("date") is None


async def test_a_number_that_is_not_on_file_is_not_said_back(stage: RealStage) -> None:
    said = await stage.ask(Question("policy_lookup", INDEPENDENCE, text="policy number 03.14.62", number="03.14.62"))

    assert said[0].key == "utter_policy_lookup_unknown_number"
    assert "03.14" not in said[0].text + str(said[0].reply)
