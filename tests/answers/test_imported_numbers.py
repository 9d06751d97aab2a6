"""Is a policy found by its number, however the payer writes it, and is it the same one in the next step?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.actions.stage import Ran
from tests.answers.asking import INDEPENDENCE, Asker, Question, RealStage
from tests.answers.importing import stage_with

INDEPENDENCE_HEAD = """# Independence Blue Cross Medical Policy

**Policy Number:** {number}
**Title:** {title}
**Effective Date:** 10/01/2026
**Policy Type:** Medical Policy

"""
CARESOURCE_HEAD = """# CareSource Medical Policy

**Policy Name:** {title}
**Policy Number:** {number}
**Date Effective:** 10/01/2026
**Policy Type:** MEDICAL

CareSource Marketplace

This policy applies to the following Marketplace(s):

[x] Georgia [x] Indiana [x] Ohio [x] West Virginia

"""
UNNUMBERED = INDEPENDENCE_HEAD.replace("**Policy Number:** {number}\n", "")
SHARED = "08.03.11b"
RULES = """## A. Policy

A genetic test must name the disease of the member.

## B. Repeat

One infusion is given, and no second one.

## C. Records

The {who} sends in the report of the test.
"""
FILES = {
    "spaced": INDEPENDENCE_HEAD.format(number="MM 0456", title="Cell Therapy") + RULES.format(who="hospital"),
    "low": INDEPENDENCE_HEAD.format(number="MED_205", title="Cell Therapy") + RULES.format(who="clinic"),
    "shared-ibx": INDEPENDENCE_HEAD.format(number=SHARED, title="Zolgensma") + RULES.format(who="parent"),
    "shared-cs": CARESOURCE_HEAD.format(number=SHARED, title="Zolgensma") + RULES.format(who="doctor"),
    "plain": UNNUMBERED.format(title="Gene Therapy") + RULES.format(who="nurse"),
    "otter": UNNUMBERED.format(title="Otter Gene Therapy") + RULES.format(who="otter"),
}


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStage]:
    """Numbers with a space and a low dash, one number that two payers use, and two without any."""
    with stage_with(sqlite_template, tmp_path_factory.mktemp("numbers"), FILES) as stage:
        yield stage


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("MM 0456", "MM 0456"),
        ("mm-0456", "MM 0456"),
        ("MM0456", "MM 0456"),
        ("MED_205", "MED_205"),
        ("med 205", "MED_205"),
    ],
)
async def test_a_number_is_found_however_it_is_written_and_goes_on(stage: RealStage, written: str, stored: str) -> None:
    said = await stage.ask(Question("policy_lookup", INDEPENDENCE, text=f"what does {written} say"))

    assert [each.key for each in said] == ["utter_policy_lookup_in_force", *["utter_more_answer"] * 2]
    assert {citation.get("number") for each in said for citation in each.citations} == {stored}


async def test_a_number_that_two_payers_use_is_told_of_no_one_until_the_plan_is_known(stage: RealStage) -> None:
    stage.begin(INDEPENDENCE)
    stage.conversations.context = replace(stage.conversations.context, plan_id=None, state=None)

    async def write(text: str, intent: str = "policy_lookup", *entities: tuple[str, str]) -> Ran:
        return await stage.run("action_answer_policy_lookup", intent, text=text, entities=entities)

    asked = await write(f"what does {SHARED} say")
    assert (asked.keys, asked.follows) == ([], "plan_form")
    told = await write("CareSource", "inform", ("plan", "caresource"))
    assert (told.keys, told.payers) == (["utter_policy_lookup_in_force"], {"CareSource"})


async def test_who_does_not_know_the_plan_hears_neither_payers_text(stage: RealStage) -> None:
    said = (await stage.ask(Question("policy_lookup", Asker(), text=f"what does {SHARED} say", number=SHARED)))[0]

    assert (said.key, said.citations) == ("utter_plan_unknown", [])


async def test_more_of_a_policy_without_a_number_is_more_of_the_same_one_and_says_of_which(stage: RealStage) -> None:
    said = await stage.ask(Question("policy_lookup", INDEPENDENCE, text="what does the otter gene therapy policy say"))

    assert [each.key for each in said] == ["utter_policy_lookup_in_force", *["utter_more_answer"] * 2]
    assert {citation["document"] for each in said for citation in each.citations} == {"Otter Gene Therapy"}
    assert all("Otter Gene Therapy" in each.text for each in said)
