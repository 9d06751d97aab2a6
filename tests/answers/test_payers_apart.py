"""A member of one payer never reads a word or a source of the other's, on any topic, day or step."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bot.conversations.model import Channel
from knowledge.shipped.files import ShippedContent
from tests.answers.asking import (
    FREE,
    GEORGIA,
    INDEPENDENCE,
    INDIANA,
    OHIO,
    TOPICS,
    WEST_VIRGINIA,
    Asker,
    Question,
    RealStage,
    ask_terms,
)
from tests.answers.sources import cited_by, key_of

WORDS = {
    "independence": re.compile(r"\bIndependence\b|\bIBX\b|\bibx\.com|Advanced Network|precertification approval"),
    "caresource": re.compile(r"CareSource|MP-AD-1623|\bMarketplaces\b"),
}
# Before anything was read, around the policy's first day, today, and later.
DAYS = (date(2023, 6, 1), date(2026, 4, 30), date(2026, 5, 1), date(2026, 11, 20), date(2027, 3, 1))
# Words that are one payer's own, asked freely by members of both.
OF_OTHERS = (
    "what does caresource say about stem cell transplants",
    "how were the hospitals in the advanced network chosen",
    "what does policy MP-AD-1623 say about crispr",
    "do the nurse coaches of independence help after treatment",
    "which paper wins if the policy and the contract disagree",
)
PAIRS = [
    *((asker, "independence") for asker in (GEORGIA, INDIANA, OHIO, WEST_VIRGINIA, Asker("caresource"))),
    (INDEPENDENCE, "caresource"),
    (Asker("independence"), "caresource"),
]


@pytest.mark.parametrize(("asker", "other"), PAIRS, ids=str)
async def test_nothing_of_the_other_payer_is_ever_said(
    stage: RealStage, content: ShippedContent, asker: Asker, other: str
) -> None:
    records = [record for record in content.documents if record.document.payer == other]
    citations = {key for record in records for key in cited_by(record)}
    facts = {fact.id for record in records for fact in record.facts}
    assert citations
    assert facts
    for question in ask_everything(asker, other, content):
        for spoken in await stage.ask(question):
            assert not citations & {key_of(citation) for citation in spoken.citations}, str(question)
            assert not facts & set(spoken.facts), str(question)
            assert not WORDS[other].search(spoken.text), (str(question), spoken.text)


async def test_who_has_no_plan_reads_what_belongs_to_no_payer(stage: RealStage, content: ShippedContent) -> None:
    owned = {key for record in content.documents if record.document.payer for key in cited_by(record)}
    for topic in TOPICS:
        for spoken in await stage.ask(Question(topic, Asker())):
            assert not owned & {key_of(citation) for citation in spoken.citations}, topic


def ask_everything(asker: Asker, other: str, content: ShippedContent) -> list[Question]:
    """All topics, in general and for two products, and the other payer's own numbers; of two members also all days."""
    numbers = {"independence": ("24-0284",), "caresource": ("MP-AD-1623",)}[other]
    asked = [
        *(Question(topic, asker) for topic in TOPICS),
        *(Question(topic, asker, about=about) for topic in TOPICS for about in ("kymriah", "zolgensma")),
        *(Question("policy_lookup", asker, number=number) for number in numbers),
    ]
    if asker in (GEORGIA, INDEPENDENCE):
        asked += [Question(topic, asker, day=day) for topic in TOPICS for day in DAYS]
        asked += [Question(topic, asker, Channel.SMS) for topic in TOPICS]
        asked += [Question("policy_lookup", asker, number=number, day=day) for number in numbers for day in DAYS]
        asked += ask_terms(content, asker)
        asked += [Question(FREE, asker, day=day, text=text) for text in OF_OTHERS for day in (None, *DAYS)]
    return asked
