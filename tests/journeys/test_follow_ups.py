"""Does a message of few words go on with what was said? Short dialogues, many to a file, through the running product.

A step is a list: what the member writes, the topic that it must be taken for (None: any), what must be shown in
replies, citations or cards (regular expressions), and at the end, if need be, what else must hold.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from tests.journeys.test_journeys import PAYERS
from tests.member import Member
from tests.product import RunningProduct

DIALOGUES = [
    pytest.param(dialogue, id=f"{path.stem}: {dialogue['title']}")
    for path in sorted((Path(__file__).parent / "follow_ups").glob("*.yml"))
    for dialogue in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("dialogue", DIALOGUES)
async def test_follow_up(dialogue: dict[str, Any], running_product: RunningProduct) -> None:
    async with aiohttp.ClientSession() as http:
        member = Member(http, running_product.base_url)
        await member.open(**dialogue.get("opens_with", {}))
        for text, topic, *rest in dialogue["steps"]:
            await member.say(text)
            wanted = rest.pop() if rest and isinstance(rest[-1], dict) else {}
            problems = find_problems(member, topic, rest, wanted)
            said = [reply["text"] for reply in member.last_replies]
            assert not problems, f"{text!r}: {problems}\nunderstood {member.understood}\nsaid {said}"


def find_problems(member: Member, topic: str | None, shows: list[str], wanted: dict[str, Any]) -> list[str]:
    """What does not hold after the member's last message; empty where all does."""
    replies = member.last_replies
    citations = [citation for reply in replies for citation in reply.get("citations", [])]
    cards = [card for reply in replies for card in reply.get("cards", [])]
    shown = "\n".join(
        [reply["text"] for reply in replies]
        + [f"{each['document']} {each.get('section', '')}" for each in citations]
        + [card.get("name", "") for card in cards]
    )
    payers = {citation["payer"] for citation in citations} & PAYERS
    outcomes = [reply.get("outcome") for reply in replies]
    seen: dict[str, Any] = {
        "outcome": outcomes[-1] if outcomes else None,
        "awaiting": (member.state.get("awaiting") or {}).get("field"),
        "holder": member.state.get("holder"),
        "cards": len(cards),
    }
    problems = [
        f"{name}: {seen[name]!r}, not {wanted[name]!r}"
        for name in seen
        if name in wanted and seen[name] != wanted[name]
    ]
    topics = member.understood.get("topics", [])
    if topic is not None and topics[:1] != [topic]:
        problems.append(f"topic: {topics}, not {topic}")
    problems += [f"does not show {each}" for each in shows if not re.search(each, shown, re.IGNORECASE)]
    for name, values in wanted.get("entities", {}).items():
        if member.understood.get("entities", {}).get(name) != values:
            problems.append(f"{name}: {member.understood.get('entities', {}).get(name)}, not {values}")
    if "payer" in wanted and payers - {wanted["payer"]}:
        problems.append(f"payers: {payers}, not {wanted['payer']}")
    problems += [f"cites {payer}" for payer in wanted.get("not_payers", ()) if payer in payers]
    problems += [f"outcome: {each}" for each in wanted.get("not_outcomes", ()) if each in outcomes]
    return problems
