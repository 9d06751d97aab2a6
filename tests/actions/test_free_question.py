"""A question that fits no topic: what is on file for the member's plan answers it, or it is said that nothing is."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.policies.model import DocumentKind, Fact, Passage, PayerId, PolicyDocument
from knowledge.search.model import Hit, HitKind, SearchResult
from tests.actions.cast import CARESOURCE, FDA_PAGE, MP_AD_1623, make_document, make_fact
from tests.actions.stage import Stage

INDEPENDENCE, CARE = PayerId("independence"), PayerId("caresource")
MEMBER_PAGE = make_document(CARESOURCE, DocumentKind.MEMBER_PAGE)
QUESTION = "can the cells turn into cancer later on"
NOTHING = SearchResult((), False, 3)


# The first words of a policy are told from its first full sentence on.
TEXT = "First one of the three sentences. Second one. Third one."


def passage_hit(document: PolicyDocument, *, of_payer: bool = False) -> Hit:
    text, start = TEXT, TEXT.index("Second")
    section = "D" if of_payer else "D.I"
    passage = Passage(document.version_id, 1, section, "Policy", "" if of_payer else text, text if of_payer else None)
    return Hit(
        HitKind.PASSAGE, section, "policy_lookup", passage, document, section, document.citation(section),
        "Second one.", (start, start + 11), of_payer, 0.9,
    )  # fmt: skip


def fact_hit(fact: Fact, score: float = 0.9) -> Hit:
    return Hit(
        HitKind.FACT, fact.id, fact.topic, fact, fact.document, None, fact.citation(), fact.text,
        (0, len(fact.text)), False, score,
    )  # fmt: skip


def confident(*hits: Hit) -> SearchResult:
    return SearchResult(hits, True, 3)


async def ask(stage: Stage, **message: Any) -> Any:
    return await stage.run("action_clarify", message.pop("intent", "nlu_fallback"), text=QUESTION, **message)


async def test_the_best_passage_is_told_with_its_section_as_what_the_policy_says() -> None:
    stage = Stage(plan_id="caresource")
    stage.search.found[CARE] = confident(passage_hit(MP_AD_1623))
    ran = await ask(stage)

    assert (ran.keys, ran.outcomes) == (["utter_free_question_answer"], ["answer"])
    assert ran.reply["topic"] == "policy_lookup"
    assert [citation["section"] for citation in ran.reply["citations"]] == ["D.I"]
    statement = ran.values["statement"]
    assert "MP-AD-1623" in statement
    assert statement.endswith("Second one.")


@pytest.mark.parametrize("document", [MP_AD_1623, MEMBER_PAGE])
async def test_the_payers_own_text_stands_between_quotation_marks(document: PolicyDocument) -> None:
    stage = Stage(plan_id="caresource")
    stage.search.found[CARE] = confident(passage_hit(document, of_payer=True))

    assert f"“{TEXT}”" in (await ask(stage)).values["statement"]


async def test_a_fact_is_told_with_its_source() -> None:
    stage = Stage(plan_id="caresource")
    fact = make_fact("cost", FDA_PAGE)
    stage.search.found[CARE] = confident(fact_hit(fact))
    ran = await ask(stage)

    assert ran.reply["facts"] == [fact.id]
    assert ran.values["statement"].endswith(fact.text)


async def test_what_else_it_may_have_been_is_offered_as_topics() -> None:
    stage = Stage(plan_id="caresource")
    others = [fact_hit(make_fact(topic, FDA_PAGE), score) for topic, score in (("cost", 0.6), ("candidacy", 0.1))]
    stage.search.found[CARE] = confident(passage_hit(MP_AD_1623), *others)

    assert (await ask(stage)).titles == ["/cost"]


async def test_where_nothing_answers_it_is_said_and_a_coach_offered() -> None:
    stage = Stage(plan_id="caresource")
    stage.search.found[CARE] = SearchResult((passage_hit(MP_AD_1623),), False, 3)
    ran = await ask(stage)

    assert (ran.keys, ran.outcomes) == (["utter_free_question_unknown"], ["handoff_offered"])
    assert "citations" not in ran.reply


async def test_what_asks_for_nothing_is_not_taken_for_a_question() -> None:
    stage = Stage(plan_id="caresource")
    stage.search.found[CARE] = SearchResult((), False, 1)

    assert (await ask(stage)).keys == ["utter_clarify"]


async def test_gibberish_and_a_forms_answers_are_never_searched() -> None:
    stage = Stage(plan_id="caresource")
    await ask(stage, intent="gibberish")
    await stage.run("action_clarify", "nlu_fallback", text="Tower Street", form="facility_form", asked="zip_code")

    assert stage.search.asked == []


async def test_a_free_question_in_the_middle_of_a_form_is_answered() -> None:
    stage = Stage(plan_id="caresource")
    stage.search.found[CARE] = confident(passage_hit(MP_AD_1623))

    assert (await ask(stage, form="facility_form", asked="zip_code")).outcomes == ["answer"]


async def test_without_a_plan_a_neutral_source_answers() -> None:
    stage = Stage()
    stage.search.found = {
        None: confident(fact_hit(make_fact("cost", FDA_PAGE))),
        CARE: confident(passage_hit(MP_AD_1623)),
    }
    ran = await ask(stage)

    assert ran.keys == ["utter_free_question_answer"]
    assert stage.search.asked == [(QUESTION, None)]


async def test_what_only_a_payers_document_answers_waits_for_the_plan_and_is_answered_then() -> None:
    stage = Stage()
    stage.search.found = {None: NOTHING, CARE: confident(passage_hit(MP_AD_1623)), INDEPENDENCE: NOTHING}
    asked = await ask(stage)

    assert (asked.keys, asked.follows) == ([], "plan_form")
    stage.slots["plan"] = "caresource"
    answered = await stage.run(
        "action_continue_topic", text="CareSource", entities=[("plan", "caresource")], wrote_before_form=QUESTION
    )
    assert answered.keys == ["utter_free_question_answer"]
    assert stage.search.asked[-1] == (QUESTION, CARE)


async def test_the_question_for_the_plan_names_a_topic_of_the_contract() -> None:
    stage = Stage(slots={"topic_in_progress": "free_question"})

    assert (await stage.run("action_ask_plan")).reply["topic"] == "policy_lookup"


async def test_who_does_not_know_the_plan_is_not_asked_and_hears_of_nothing_of_a_payer() -> None:
    stage = Stage(slots={"plan": "unknown"})
    stage.search.found = {None: NOTHING, CARE: confident(passage_hit(MP_AD_1623))}

    assert (await ask(stage)).keys == ["utter_free_question_unknown"]
    assert stage.search.asked == [(QUESTION, None)]


async def test_a_topic_without_a_fact_is_looked_up_before_it_is_said_that_nothing_is_on_file() -> None:
    stage = Stage(plan_id="caresource")
    assert (await stage.run("action_answer_clinical_trials", "clinical_trials")).keys == [
        "utter_clinical_trials_unknown"
    ]
    stage.search.found[CARE] = confident(passage_hit(MP_AD_1623))

    ran = await stage.run("action_answer_clinical_trials", "clinical_trials", text=QUESTION)
    assert (ran.keys, ran.reply["topic"]) == (["utter_free_question_answer"], "policy_lookup")
