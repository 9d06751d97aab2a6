"""What does a policy say that an operator imported as the payer's own file? Its own words, where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.conversations.model import Channel
from tests.actions.stage import Ran
from tests.answers.asking import FREE, GEORGIA, INDEPENDENCE, OHIO, Asker, Question, RealStage, Spoken
from tests.answers.importing import stage_with

DECEMBER = date(2026, 12, 5)
NUMBER = "08.03.11b"
HEAD = "# Independence Blue Cross Medical Policy\n\n**Policy Number:** {number}\n**Title:** {title}\n"
MARROW = """**Effective Date:** 10/01/2026
**Policy Type:** Medical Policy

## A. Description

The disease weakens the muscles from birth on.

## B. Policy

I. One infusion is considered medically necessary when all of these are met:

- The child is less than 2 years of age.
- A genetic test names the disease.

II. A repeat infusion is considered not medically necessary.

## C. Documentation

The prescriber sends in the report of the test. Liver values are measured before the infusion.

## D. References

1. A label.
"""
OTTER = """**Effective Date:** 11/01/2026
**Policy Type:** Medical Policy

## Policy

Otter gene therapy is considered medically necessary from 18 years of age on.
"""
EDITION = """# ADMINISTRATIVE POLICY STATEMENT

CareSource Marketplace

**Policy Name:** Cellular, Gene, and Cell-Based Gene Therapy
**Policy Number:** MP-AD-1623
**Date Effective:** 12/01/2026
**Policy Type:** ADMINISTRATIVE

This policy applies to the following Marketplace(s):

[x] Georgia [x] Indiana [ ] Ohio [x] West Virginia

## A. Subject

Cellular and gene therapy.

## B. Background

A second look by two doctors takes place before each request is decided. Under the parity act the treatment of a
behavioral health disorder meets no limits that other care does not meet.
"""
FILES = {
    "marrow": HEAD.format(number=NUMBER, title="Onasemnogene abeparvovec-xioi (Zolgensma)") + MARROW,
    "otter": HEAD.format(number="08.03.12", title="Otter Gene Therapy (ottergene vec-abcd)") + OTTER,
    "edition": EDITION,
}


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStage]:
    """What ships, two policies of Independence, and an edition of CareSource's for three of its four states."""
    with stage_with(sqlite_template, tmp_path_factory.mktemp("words"), FILES) as stage:
        yield stage


async def ask(stage: RealStage, topic: str, text: str, asker: Asker = INDEPENDENCE, **question: Any) -> list[Spoken]:
    return await stage.ask(Question(topic, asker, text=text, **question))


def sections(spoken: Spoken) -> list[str]:
    return [citation["section"] for citation in spoken.citations if "section" in citation]


def numbers(spoken: Spoken) -> set[str | None]:
    return {citation.get("number") for citation in spoken.citations}


async def test_what_it_says_begins_with_its_rules_and_goes_on_through_its_sections(stage: RealStage) -> None:
    said = await ask(stage, "policy_lookup", f"what does {NUMBER} say", number=NUMBER)

    assert [each.key for each in said] == ["utter_policy_lookup_in_force", *["utter_more_answer"] * 3]
    # What only names the policy, and what stands behind it, is no rule of it.
    assert [sections(each) for each in said] == [["B.I"], ["B.II"], ["A"], ["C"]]
    assert "less than 2 years of age" in said[0].text
    assert not any("Policy Number" in each.text for each in said)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("section C", ["C"]),
        ("section b.ii", ["B.II"]),
        ("the documentation section", ["C"]),
        ("what does it say about age", ["B.I"]),
        ("does it mention liver values", ["C"]),
        ("is a repeat infusion allowed", ["B.II"]),
    ],
)
async def test_a_section_and_what_is_asked_about_are_told_from_the_text(
    stage: RealStage, text: str, found: list[str]
) -> None:
    said = (await ask(stage, "policy_lookup", f"{NUMBER}: {text}", number=NUMBER))[0]

    assert (said.key, sections(said)) == ("utter_policy_lookup_says", found)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("section K", "utter_policy_lookup_no_section"),
        ("what does it say about wheelchairs", "utter_policy_lookup_not_said"),
    ],
)
async def test_what_is_not_there_is_said_to_be_missing_with_the_sections_that_are(
    stage: RealStage, text: str, key: str
) -> None:
    said = (await ask(stage, "policy_lookup", f"{NUMBER}: {text}", number=NUMBER))[0]

    assert (said.key, said.reply["outcome"]) == (key, "handoff_offered")
    assert "C, Documentation" in said.text


@pytest.mark.parametrize(
    ("text", "about", "number"),
    [
        ("what does the zolgensma policy say", "zolgensma", NUMBER),
        ("otter gene therapy criteria", None, "08.03.12"),
        ("what does the ottergene policy say", None, None),
        ("which policy applies to kymriah", "kymriah", None),
        ("what is 08.03.12", None, "08.03.12"),
    ],
)
async def test_a_policy_is_found_by_its_product_its_title_or_its_number_and_stands_for_no_other(
    stage: RealStage, text: str, about: str | None, number: str | None
) -> None:
    said = (await ask(stage, "policy_lookup", text, about=about))[0]

    assert (said.key == "utter_policy_lookup_in_force") is (number is not None)
    assert number is None or numbers(said) == {number}
    assert number is not None or not said.reply.get("cards")


async def test_who_names_no_therapy_hears_which_policies_are_on_file(stage: RealStage) -> None:
    said = (await ask(stage, "policy_lookup", "which policy applies"))[0]

    assert said.key == "utter_policy_lookup_no_text"
    assert {NUMBER, "08.03.12"} <= numbers(said)


async def test_a_question_goes_on_about_the_policy_told_of_before(stage: RealStage) -> None:
    stage.begin(INDEPENDENCE)

    async def write(text: str, *entities: tuple[str, str]) -> Ran:
        return await stage.run("action_answer_policy_lookup", "policy_lookup", text=text, entities=entities)

    await write(NUMBER, ("policy_number", NUMBER))
    assert (await write("what does it say about liver values")).keys == ["utter_policy_lookup_says"]
    assert (await write("and section D")).reply["citations"][0]["section"] == "D"
    # Also where the message is taken for no topic.
    freely = await stage.run("action_clarify", "nlu_fallback", text="and section C")
    assert freely.reply["citations"][0]["section"] == "C"
    other = await write("which policy applies to kymriah", ("therapy", "kymriah"))
    assert other.keys == ["utter_policy_lookup_no_text"]


@pytest.mark.parametrize("topic", ["coverage_general", "precertification", "cost"])
async def test_a_policy_of_its_own_is_named_where_the_general_rule_is_told(stage: RealStage, topic: str) -> None:
    own, none = [(await ask(stage, topic, "words", about=about))[0] for about in ("zolgensma", "kymriah")]

    assert NUMBER in numbers(own)
    assert NUMBER in own.text
    assert NUMBER not in numbers(none)


async def test_who_can_get_a_product_is_told_from_its_own_policy(stage: RealStage) -> None:
    said = (await ask(stage, "candidacy", "who can get zolgensma", about="zolgensma"))[0]

    assert (said.key, sections(said)) == ("utter_policy_lookup_says", ["B.I"])


async def test_a_topic_without_our_facts_is_answered_from_the_payers_own_text(stage: RealStage) -> None:
    said = (await ask(stage, "precertification", "is there a second look by two doctors", GEORGIA, day=DECEMBER))[0]

    assert (said.key, sections(said)) == ("utter_policy_lookup_says", ["B"])
    assert said.citations[0]["effective_on"] == "2026-12-01"


async def test_where_that_text_says_nothing_of_it_the_right_edition_is_named(stage: RealStage) -> None:
    said = (await ask(stage, "coverage_general", "is zolgensma covered", GEORGIA, day=DECEMBER, about="zolgensma"))[0]

    assert said.key == "utter_policy_lookup_own_words_only"
    assert [citation["effective_on"] for citation in said.citations] == ["2026-12-01"]


@pytest.mark.parametrize(
    ("topic", "asker", "number"),
    [
        ("policy_lookup", Asker("caresource"), "MP-AD-1623"),
        ("policy_lookup", Asker(), "MP-AD-1623"),
        ("coverage_general", Asker("caresource"), None),
    ],
    ids=str,
)
async def test_the_state_is_asked_where_editions_differ_by_it(
    stage: RealStage, topic: str, asker: Asker, number: str | None
) -> None:
    asked = (await ask(stage, topic, "was it in force", asker, day=DECEMBER, number=number))[0]
    assert (asked.key, asked.reply["awaiting"]["field"]) == ("utter_policy_lookup_which_edition", "state")

    told = await stage.run("action_answer_inform", text="Georgia", entities=[("state", "GA")])
    assert told.reply["citations"][0]["effective_on"] == "2026-12-01"


@pytest.mark.parametrize(("asker", "effective_on"), [(OHIO, "2026-05-01"), (GEORGIA, "2026-12-01")])
async def test_the_edition_of_the_members_state_is_told(stage: RealStage, asker: Asker, effective_on: str) -> None:
    said = (await ask(stage, "policy_lookup", "was it in force", asker, day=DECEMBER, number="MP-AD-1623"))[0]

    assert [citation["effective_on"] for citation in said.citations] == [effective_on]
    # For whom another edition rules by then is not told as this one's.
    assert ("In Georgia, Indiana and West Virginia another edition" in said.text) is (asker is OHIO)


@pytest.mark.parametrize(
    ("text", "about", "key", "is_told"),
    [
        ("which policy applies to kymriah", "kymriah", "in_force", False),
        ("what are the criteria for casgevy", "casgevy", "in_force", True),
        ("what does the policy say about casgevy", "casgevy", "in_force", True),
        ("what does the policy say about CRISPR", None, "says", True),
        ("does this policy apply to stem cell transplants", None, "says", True),
    ],
)
async def test_a_policy_on_all_of_them_tells_what_it_rules_for_each(
    stage: RealStage, text: str, about: str | None, key: str, is_told: bool
) -> None:
    said = (await ask(stage, "policy_lookup", text, OHIO, about=about))[0]

    assert said.key == f"utter_policy_lookup_{key}"
    assert bool(sections(said)) is is_told


async def test_whether_it_was_changed_is_told_from_its_history(stage: RealStage) -> None:
    said = (await ask(stage, "policy_lookup", "when was MP-AD-1623 last changed", OHIO, number="MP-AD-1623"))[0]

    assert (said.key, sections(said)) == ("utter_policy_lookup_says", ["H"])


async def test_a_free_question_finds_the_payers_own_text_too(stage: RealStage) -> None:
    text = "mental health parity gene therapy"
    for topic in (FREE, "out_of_scope"):
        said = (await ask(stage, topic, f"behavioral {text}" if topic != FREE else text, GEORGIA, day=DECEMBER))[0]
        assert (said.key, sections(said)) == ("utter_policy_lookup_says", ["B"])
    far = (await ask(stage, "out_of_scope", "are behavioral dental braces paid for", GEORGIA, day=DECEMBER))[0]
    assert far.key == "utter_out_of_scope"


@pytest.mark.parametrize(
    ("text", "is_named"),
    [("08.03.12", False), ("what does 08.03.12 say", False), ("what does the otter policy say", True)],
)
async def test_a_text_names_no_product_that_the_member_did_not(stage: RealStage, text: str, is_named: bool) -> None:
    for said in await ask(stage, "policy_lookup", text, channel=Channel.SMS):
        shown = said.text + " ".join(citation["document"] for citation in said.citations)
        assert ("otter" in shown.lower()) is is_named
        assert "08.03.12" in numbers(said)
