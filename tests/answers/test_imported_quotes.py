"""Is what is quoted of an imported policy what it says? An exclusion is never read out as a permission."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.answers.asking import FREE, INDEPENDENCE, Question, RealStage, Spoken
from tests.answers.importing import stage_with

NUMBER = "08.03.11b"
TEXT = f"""# Independence Blue Cross Medical Policy

**Policy Number:** {NUMBER}
**Title:** Onasemnogene abeparvovec-xioi (Zolgensma)
**Effective Date:** 10/01/2026
**Policy Type:** Medical Policy

## A. Description

The disease weakens the muscles from birth on.

## B. Policy

The following uses are considered not medically necessary.

A second infusion given within five years of the first.

Infusion in a member who has antibodies against the carrier.

## C. Zolgensma is covered under your plan if none of these apply

Members who had a kangaroo therapy before that is given by infusion.

## D. Definitions and exclusions

The plan never pays for the following:

- Repeat otter: a second otter of the same product at any time.
- Stork infusion: an infusion at home with a stork who visits.

## E. Exceptions

None of these limits hold for children. A child with a heart defect may receive the infusion. This does not apply to
any plan in Pennsylvania.

## F. Definitions

- Experimental: a use that is not
  proven by trials in humans.
- Zebra: an animal with stripes.
"""


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStage]:
    with stage_with(sqlite_template, tmp_path_factory.mktemp("quotes"), {"marrow": TEXT}) as stage:
        yield stage


async def ask(stage: RealStage, topic: str, text: str) -> Spoken:
    number = None if topic == FREE else NUMBER
    return (await stage.ask(Question(topic, INDEPENDENCE, text=text, number=number)))[0]


@pytest.mark.parametrize(
    ("about", "words", "with_it"),
    [
        ("antibodies", "who has antibodies", "considered not medically necessary"),
        ("a heart defect", "A child with a heart defect", "This does not apply to any plan in Pennsylvania."),
        ("repeat otter", "Repeat otter:", "The plan never pays for the following:"),
        ("experimental", "Experimental: a use that is not", "proven by trials in humans."),
    ],
)
async def test_what_changes_the_sense_of_a_quote_is_in_it(
    stage: RealStage, about: str, words: str, with_it: str
) -> None:
    for topic, text in (("policy_lookup", f"what does {NUMBER} say about {about}"), (FREE, f"{about} infusion otter")):
        said = await ask(stage, topic, text)
        assert (words in said.text) <= (with_it in said.text)
        assert topic == FREE or words in said.text


async def test_a_definition_is_told_for_its_own_word_alone(stage: RealStage) -> None:
    said = await ask(stage, "policy_lookup", f"what does {NUMBER} say about zebra")

    assert "Zebra: an animal with stripes." in said.text
    assert "Experimental" not in said.text


@pytest.mark.parametrize("text", ["08.03.11b: section C", "what does 08.03.11b say about a kangaroo therapy"])
async def test_under_a_heading_that_may_not_be_said_nothing_is_quoted(stage: RealStage, text: str) -> None:
    said = await ask(stage, "policy_lookup", text)

    assert [citation["section"] for citation in said.citations] == ["C"]
    assert "kangaroo" not in said.text
    assert "“" not in said.text
