"""What a product is today, and was on a day, is said before any rule; rules of others are never told of it."""

from __future__ import annotations

from datetime import date

import pytest

from actions.therapy_parts import cite
from bot.conversations.model import Channel
from knowledge.shipped.files import ShippedContent
from tests.answers.asking import INDEPENDENCE, OHIO, Asker, Question, RealStage, Spoken

RULES = ("coverage_general", "precertification", "cost")
# Outside the list, not approved, and a condition that nothing is approved for.
FRAMES = {
    "lantidra": "utter_therapy_info_outside",
    "navsunli": "utter_therapy_info_not_approved",
    "lhon": "utter_therapy_info_not_approved",
}
OLD_LABEL = date(2026, 6, 1)


async def ask(stage: RealStage, topic: str, asker: Asker, about: str, day: date | None = None) -> list[Spoken]:
    """The answer with all its steps."""
    return await stage.ask(Question(topic, asker, Channel.WEB, day=day, about=about))


@pytest.mark.parametrize("about", FRAMES)
@pytest.mark.parametrize("asker", [INDEPENDENCE, OHIO], ids=str)
async def test_no_rule_in_general_follows_on_what_is_not_approved_or_outside(
    stage: RealStage, content: ShippedContent, asker: Asker, about: str
) -> None:
    entries = [*content.other_products, *content.other_conditions]
    own = {fact.id for record in content.documents for fact in record.facts if about in fact.subjects}
    entry = next(entry for entry in entries if entry.id == about)
    for topic in (*RULES, "candidacy", "safety_risks", "process_followup"):
        said = await ask(stage, topic, asker, about)
        assert said[0].key == FRAMES[about], topic
        assert said[0].reply["topic"] == topic
        assert {source.title for source in entry.sources} <= {citation["document"] for citation in said[0].citations}
        assert {fact for spoken in said for fact in spoken.facts} <= own, topic


@pytest.mark.parametrize("about", ["roctavian", "beqvez"])
@pytest.mark.parametrize("asker", [INDEPENDENCE, OHIO, Asker()], ids=str)
async def test_what_is_no_longer_sold_is_said_so_before_its_rules(
    stage: RealStage, content: ShippedContent, asker: Asker, about: str
) -> None:
    therapy = next(therapy for therapy in content.therapies if therapy.id == about)
    for topic in RULES:
        first = (await ask(stage, topic, asker, about))[0]
        assert f"{therapy.brand} is no longer sold" in first.text, topic
        assert {citation.document for citation in cite(therapy.sources)} <= {
            citation["document"] for citation in first.citations
        }


@pytest.mark.parametrize("asker", [INDEPENDENCE, OHIO, Asker()], ids=str)
async def test_the_label_of_today_is_not_told_as_that_of_another_day(
    stage: RealStage, content: ShippedContent, asker: Asker
) -> None:
    casgevy = next(therapy for therapy in content.therapies if therapy.id == "casgevy")
    label = {citation.url for citation in cite(casgevy.sources)}

    assert str(casgevy.ages) in (await ask(stage, "candidacy", asker, "casgevy"))[0].text
    for day in (OLD_LABEL, date(2027, 3, 1)):
        for spoken in await ask(stage, "candidacy", asker, "casgevy", day):
            assert str(casgevy.ages) not in spoken.text
            assert not label & {citation.get("url") for citation in spoken.citations}


@pytest.mark.parametrize("topic", [*RULES, "candidacy"])
async def test_for_a_day_before_its_approval_no_rule_is_told_of_a_product(stage: RealStage, topic: str) -> None:
    said = await ask(stage, topic, OHIO, "genglycos", date(2026, 6, 1))

    assert "08/19/2026" in said[0].text
    assert [fact for spoken in said for fact in spoken.facts] == []


async def test_details_alone_are_no_answer_for_an_earlier_day(stage: RealStage) -> None:
    for topic in ("coverage_general", "cost"):
        before = (await stage.ask(Question(topic, INDEPENDENCE, day=date(2026, 4, 30))))[0]
        assert (before.key, before.facts) == ("utter_not_on_day", [])
