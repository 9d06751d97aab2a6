"""Is a free question about one product answered from the policy of another? Whose policy speaks is always said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversations.model import Channel
from tests.answers.asking import FREE, INDEPENDENCE, Question, RealStage, Spoken
from tests.answers.importing import stage_with

NUMBER = "08.03.11b"
TEXT = f"""# Independence Blue Cross Medical Policy

**Policy Number:** {NUMBER}
**Title:** Zolgensma (onasemnogene abeparvovec-xioi)
**Effective Date:** 10/01/2026
**Policy Type:** Medical Policy

## A. Policy

Adults with antibodies against the carrier receive no second infusion of the product.

## B. Requests

A genetic counselor reviews every request within five business days.
"""
ANTIBODIES = "do adults with antibodies against the carrier receive a second infusion"
COUNSELOR = "does a genetic counselor review every request within five business days"


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStage]:
    with stage_with(sqlite_template, tmp_path_factory.mktemp("free"), {"policy": TEXT}) as stage:
        yield stage


def shown(said: Spoken) -> str:
    """All of it, with the sources under it."""
    return said.text + " ".join(str(citation) for citation in said.citations)


@pytest.mark.parametrize("about", ["kymriah", "casgevy", "itvisma", "hemophilia_b"])
@pytest.mark.parametrize("topic", [FREE, "precertification", "process_followup", "out_of_scope"])
async def test_a_question_about_one_product_is_not_answered_from_the_policy_of_another(
    stage: RealStage, topic: str, about: str
) -> None:
    for text in (ANTIBODIES, COUNSELOR):
        for said in await stage.ask(Question(topic, INDEPENDENCE, text=f"{text} of {about}", about=about)):
            assert NUMBER not in shown(said)


async def test_nor_where_the_product_was_named_before_or_in_the_words_alone(stage: RealStage) -> None:
    for text, slots in ((COUNSELOR, {"therapy": "kymriah"}), (f"{COUNSELOR} of kymriah", {})):
        stage.begin(INDEPENDENCE)
        stage.slots |= slots
        ran = await stage.run("action_clarify", "nlu_fallback", text=text)
        assert ran.keys == ["utter_free_question_unknown"]


@pytest.mark.parametrize(("text", "about"), [(COUNSELOR, None), (f"{COUNSELOR} of zolgensma", "zolgensma")])
async def test_the_title_of_the_policy_that_is_quoted_is_said(stage: RealStage, text: str, about: str | None) -> None:
    said = (await stage.ask(Question(FREE, INDEPENDENCE, text=text, about=about)))[0]

    assert "“A genetic counselor" in said.text
    assert f"Zolgensma (onasemnogene abeparvovec-xioi) ({NUMBER})" in said.text


async def test_a_text_neither_names_nor_quotes_a_policy_on_a_product_that_the_member_did_not_name(
    stage: RealStage,
) -> None:
    for text in (ANTIBODIES, COUNSELOR):
        (said,) = await stage.ask(Question(FREE, INDEPENDENCE, Channel.SMS, text=text))
        assert said.key == "utter_policy_lookup_not_texted"
        assert "zolgensma" not in shown(said).lower()
        assert "product" not in shown(said)
    named = await stage.ask(
        Question(FREE, INDEPENDENCE, Channel.SMS, text=f"{COUNSELOR} of zolgensma", about="zolgensma")
    )
    assert named[0].key != "utter_policy_lookup_not_texted"
