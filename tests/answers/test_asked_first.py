"""What is asked for by name comes first, and "tell me more" goes on with all the rest, each once."""

from __future__ import annotations

import pytest

from tests.answers.asking import INDEPENDENCE, OHIO, Asker, Question, RealStage

# The topic, who asks, their words, and what the first fact must be about.
ASKED = [
    ("cost", INDEPENDENCE, "what is an outcomes based deal", "ibx-cost-outcomes-agreements"),
    ("cost", OHIO, "do you have outcomes based agreements", "cost-outcomes-agreement"),
    ("facility_why", INDEPENDENCE, "do they treat kids too", "ibx-why-ages"),
    ("coverage_general", OHIO, "is a stem cell transplant covered", "cs-coverage-stem-cells"),
]
# Words that name no fact in particular.
IN_GENERAL = [
    ("cost", INDEPENDENCE, "how much will i pay"),
    ("safety_risks", Asker(), "what are the risks"),
    ("coverage_general", INDEPENDENCE, "is it covered"),
]


@pytest.mark.parametrize(("topic", "asker", "text", "first"), ASKED, ids=lambda value: str(value)[:40])
async def test_what_is_asked_by_name_is_told_first_and_everything_else_after_it_once(
    stage: RealStage, topic: str, asker: Asker, text: str, first: str
) -> None:
    await stage.knowledge.search.prepare(None)
    usual = [fact for said in await stage.ask(Question(topic, asker)) for fact in said.facts]
    asked = [fact for said in await stage.ask(Question(topic, asker, text=text)) for fact in said.facts]
    assert usual[0] != first
    assert asked[0] == first
    assert len(asked) == len(set(asked))
    assert [fact for fact in asked if fact != first] == [fact for fact in usual if fact != first]


async def test_what_follows_is_about_the_same_therapies(stage: RealStage) -> None:
    await stage.knowledge.search.prepare(None)
    usual = [fact for said in await stage.ask(Question("safety_risks", OHIO)) for fact in said.facts]
    told = await stage.ask(Question("safety_risks", OHIO, text="cytokine release syndrome how common is it"))
    asked = [fact for said in told for fact in said.facts]
    assert asked[:3] == ["cs-risks-crs", "cs-risks-icans", "risks-crs"]
    assert sorted(asked) == sorted(usual)


@pytest.mark.parametrize(("topic", "asker", "text"), IN_GENERAL, ids=lambda value: str(value)[:40])
async def test_a_general_question_gets_the_usual_order(stage: RealStage, topic: str, asker: Asker, text: str) -> None:
    await stage.knowledge.search.prepare(None)
    usual = await stage.ask(Question(topic, asker))
    assert (await stage.ask(Question(topic, asker, text=text)))[0].facts == usual[0].facts
