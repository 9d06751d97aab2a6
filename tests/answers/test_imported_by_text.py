"""Is anything of an imported policy texted that names what the member did not? Title, headings, list and quotes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.conversations.model import Channel
from bot.database import Database
from tests.answers.asking import FREE, INDEPENDENCE, Question, RealStage
from tests.answers.importing import stage_with
from tests.channels.gateway import Gateway, reply, start_gateway

NUMBER = "08.03.11b"
TEXT = f"""# Independence Blue Cross Medical Policy

**Policy Number:** {NUMBER}
**Title:** Gene Therapy
**Effective Date:** 10/01/2026
**Policy Type:** Medical Policy

## A. Description

Zolgensma and Casgevy are infusions that this policy is about.

## B. Zolgensma criteria

Zolgensma is considered medically necessary for spinal muscular atrophy in a child.

## C. Sickle cell disease

Casgevy is considered medically necessary from the age of twelve years on.

## D. Travel

Lodging near the hospital is not a benefit of the medical plan at all.
"""
# With True where the answer names nothing that the member has not named.
ASKED = (
    ("policy_lookup", f"what does {NUMBER} say", False),
    ("policy_lookup", f"{NUMBER}: section K", False),
    ("policy_lookup", f"{NUMBER} section B", False),
    ("policy_lookup", f"what does {NUMBER} say about age", False),
    ("policy_lookup", f"what does {NUMBER} say about casgevy", False),
    (FREE, "necessary from the age of twelve years on", False),
    (FREE, "is casgevy for sickle cell disease necessary from the age of twelve years on", True),
    ("policy_lookup", f"{NUMBER} section D", True),
)


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStage]:
    with stage_with(sqlite_template, tmp_path_factory.mktemp("by_text"), {"genes": TEXT}) as stage:
        yield stage


@pytest.fixture
async def gateway(database: Database, stage: RealStage) -> AsyncIterator[Gateway]:
    """The gateway with the catalogue that ships."""
    gateway = await start_gateway(database, list_names=stage.knowledge.therapies.list_names)
    yield gateway
    await gateway.client.close()


async def test_no_part_of_a_policy_is_texted_that_names_more_than_the_member(
    stage: RealStage, gateway: Gateway
) -> None:
    phone = await gateway.text()
    for topic, text, may_be_texted in ASKED:
        number = None if topic == FREE else NUMBER
        answer = (await stage.ask(Question(topic, INDEPENDENCE, Channel.SMS, text=text, number=number)))[0]
        assert answer.citations, text
        gateway.engine.replies = [reply(answer.text, citations=tuple(answer.citations))]
        before = len(await phone.texts())
        await phone.say(text)
        assert [kind for _, kind in (await phone.texts())[before:]] == ["message" if may_be_texted else "link"], text
