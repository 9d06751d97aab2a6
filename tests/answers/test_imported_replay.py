"""What was told of a payer's own text comes out again, also when another edition of it is in force."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.conversations.model import Channel
from bot.database import Database
from knowledge.bootstrap import build_knowledge
from knowledge.policies.model import VersionId
from knowledge.reliance.model import FactNode, Node, PassageNode, read_node, walk
from knowledge.reliance.replay import Stored, render_node
from tests.actions.cast import NOW, TODAY
from tests.answers.asking import INDEPENDENCE, RealStage
from tests.answers.importing import import_policy, open_content
from tests.answers.test_imported_words import HEAD, MARROW, NUMBER

TEXT = HEAD.format(number=NUMBER, title="Zolgensma (onasemnogene abeparvovec-xioi)") + MARROW
ASKED = (
    f"what does {NUMBER} say",
    f"section C of {NUMBER}",
    f"what does {NUMBER} say about liver values",
    f"what does {NUMBER} say about zebras",
    f"is {NUMBER} in force",
)


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """What ships, and a payer's policy on one therapy."""
    database = open_content(sqlite_template, tmp_path)
    import_policy(database, tmp_path, "first", TEXT)
    yield database
    asyncio.run(database.close())


@pytest.mark.parametrize("channel", [Channel.WEB, Channel.SMS])
async def test_every_kind_of_answer_from_a_payers_text_comes_out_again(
    database: Database, tmp_path: Path, channel: Channel
) -> None:
    stage = RealStage(knowledge=build_knowledge(database, lambda: NOW))
    told = [response for text in ASKED for response in await ask(stage, text, channel)]
    assert {response["response"] for response in told} >= {
        "utter_policy_lookup_says", "utter_policy_lookup_not_said", "utter_policy_lookup_in_force",
    } - ({"utter_policy_lookup_says"} if channel is Channel.SMS else set())  # fmt: skip
    quoted = [node for response in told for node in leaves(response) if isinstance(node, PassageNode) and node.of_payer]
    assert quoted or channel is Channel.SMS

    edition = TEXT.replace("less than 2 years", "less than 9 years").replace("Liver values", "Blood values")
    import_policy(database, tmp_path, "second", edition, now=NOW + timedelta(days=1))
    later = build_knowledge(database, lambda: NOW + timedelta(days=2))
    now = await later.policies.find_documents(INDEPENDENCE.scope, TODAY + timedelta(days=2), number=NUMBER)
    assert len(now.in_force) == len(now.ended) == 1
    for response in told:
        versions = {node.version for node in leaves(response) if isinstance(node, PassageNode | FactNode)}
        found = {version: await later.policies.find_version(VersionId(version)) for version in versions}
        stored = Stored(
            documents={version: record for version, record in found.items() if record},
            wordings=response["reply"]["reliance"].get("wordings", {}),
        )
        for name, tree in response["reply"]["reliance"].get("values", {}).items():
            assert render_node(read_node(tree), stored) == response[name], (response["response"], name)


async def ask(stage: RealStage, text: str, channel: Channel) -> list[dict[str, Any]]:
    stage.begin(INDEPENDENCE, channel)
    entities = [("policy_number", NUMBER)]
    ran = await stage.run("action_answer_policy_lookup", "policy_lookup", text=text, entities=entities)
    more = await stage.run("action_answer_more", "more", text="more")
    return [*ran.responses, *more.responses]


def leaves(response: dict[str, Any]) -> list[Node]:
    trees = response["reply"]["reliance"].get("values", {}).values()
    return [node for tree in trees for node in walk(read_node(tree))]
