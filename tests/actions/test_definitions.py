"""A word that is asked for and nothing else gets its definition, in whatever topic the question was heard."""

from __future__ import annotations

import pytest

from knowledge.reliance.model import CatalogueNode, read_node, walk
from tests.actions.stage import Ran
from tests.answers.asking import INDEPENDENCE, OHIO, Asker, RealStage

DEFINED = ["utter_therapy_info_term"]


def terms_of(ran: Ran) -> set[str]:
    """The terms that a reply was made of."""
    trees = ran.reply["reliance"]["values"].values()
    return {node.entry for tree in trees for node in walk(read_node(tree)) if isinstance(node, CatalogueNode)}


@pytest.mark.parametrize(
    ("text", "topic", "term"),
    [
        ("what does precertification mean?", "precertification", "precertification"),
        ("what is a viral vector?", "therapy_basics", "vector"),
        ("What's apheresis", "process_followup", "apheresis"),
        ("define CRISPR please", "therapy_basics", "crispr"),
        ("can you tell me what CRS is", "safety_risks", "cytokine_release_syndrome"),
        ("i don't understand what prior auth means", "precertification", "prior_authorization"),
        ("explain coinsurance", "cost", "copay_and_coinsurance"),
        ("what is the meaning of EOC", "coverage_general", "evidence_of_coverage"),
        ("hi, what are stem cells?", "therapy_info", "stem_cell"),
        ("what does REMS stand for??", "safety_risks", "rems"),
    ],
)
async def test_a_word_is_defined_with_its_source_and_without_asking_for_a_plan(
    stage: RealStage, text: str, topic: str, term: str
) -> None:
    ran = await stage.run(f"action_answer_{topic}", topic, text=text)
    assert (ran.keys, ran.outcomes, ran.reply["topic"]) == (DEFINED, ["answer"], topic)
    assert terms_of(ran) == {term}
    assert all(citation["read_on"] for citation in ran.reply["citations"])


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("what is gene therapy?", "therapy_basics"),
        ("what is a clinical trial", "clinical_trials"),
        ("is apheresis safe", "safety_risks"),
        ("what are the risks of a viral vector for my son", "safety_risks"),
        ("what is covered", "safety_risks"),
        ("vector", "therapy_basics"),
    ],
)
async def test_a_question_that_asks_more_than_a_word_gets_its_topics_answer(
    stage: RealStage, text: str, topic: str
) -> None:
    ran = await stage.run(f"action_answer_{topic}", topic, text=text)
    assert ran.keys == [f"utter_{topic}_answer"]


@pytest.mark.parametrize(("asker", "is_defined"), [(INDEPENDENCE, True), (OHIO, False), (Asker(), False)], ids=str)
async def test_the_word_of_one_payer_is_explained_to_its_members_alone(
    stage: RealStage, asker: Asker, is_defined: bool
) -> None:
    stage.begin(asker)
    ran = await stage.run("action_answer_therapy_basics", "therapy_basics", text="what is the advanced network?")
    assert (ran.keys == DEFINED) is is_defined


@pytest.mark.parametrize("text", ["what does medically necessary mean?", "what is medical necessity?"])
@pytest.mark.parametrize(
    ("asker", "day", "is_own"),
    [(OHIO, None, True), (OHIO, "2026-04-30", False), (INDEPENDENCE, None, False), (Asker(), None, False)],
    ids=str,
)
async def test_the_own_payers_meaning_of_a_word_goes_before_the_neutral_one(
    stage: RealStage, asker: Asker, day: str | None, is_own: bool, text: str
) -> None:
    stage.begin(asker)
    entities = [("date", day)] if day else []
    ran = await stage.run("action_answer_coverage_general", "coverage_general", text=text, entities=entities)

    own = ["cs-coverage-necessary-meaning", "cs-coverage-necessary-limits"] if is_own else []
    assert (ran.keys, ran.reply.get("facts", [])) == (DEFINED, own)
    assert ran.payers == ({"CareSource"} if is_own else {"Federal uniform glossary"})
    assert terms_of(ran) == (set() if is_own else {"medical_necessity"})


async def test_more_after_a_definition_finds_nothing_of_another_answer(stage: RealStage) -> None:
    await stage.run("action_answer_therapy_basics", "therapy_basics", text="what is gene therapy?")
    await stage.run("action_answer_therapy_basics", "therapy_basics", text="what is a viral vector?")
    assert (await stage.run("action_answer_more", "more", text="more")).keys == ["utter_more_nothing"]


async def test_a_long_message_is_looked_through_at_once(stage: RealStage) -> None:
    ran = await stage.run("action_answer_therapy_basics", "therapy_basics", text="what is " + "is is, " * 270)
    assert ran.outcomes == ["answer"]
