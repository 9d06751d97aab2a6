"""Whole conversations through gateway, engine with the trained model and actions: one readable file each.

A step is what the member does (`member` types, `choose` presses a button, `coach`, `cancel_coach`, `close`) and what
must hold of the replies: `outcome`, `topic` and `awaiting` of the last one (`outcomes` of all), `understood` topics,
`entities`, the `holder`, whether `verified`, which documents are cited (`cites`) and the one payer among them
(`payer`), the names on the `cards` in order, what must be said somewhere (`says`) and what must not (`never_says`),
both as regular expressions.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from tests.member import Member
from tests.product import RunningProduct

JOURNEYS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(Path(__file__).parent.glob("*.yml"))
}
PAYERS = {"Independence Blue Cross", "CareSource"}
STEPS = {"member", "choose", "coach", "cancel_coach", "close"}
CHECKS = {
    "outcome", "outcomes", "topic", "awaiting", "understood", "entities", "holder", "verified", "cites", "payer",
    "cards", "says", "never_says",
}  # fmt: skip


@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=JOURNEYS)
async def test_journey(journey: dict[str, Any], running_product: RunningProduct) -> None:
    async with aiohttp.ClientSession() as http:
        member = Member(http, running_product.base_url)
        await member.open(**journey.get("opens_with", {}))
        for number, step in enumerate(journey["steps"], start=1):
            unknown = set(step) - STEPS - CHECKS
            assert not unknown, f"step {number} has words that nobody checks: {unknown}"
            await _take(member, step)
            problems = _problems(member, step)
            said = [reply["text"] for reply in member.last_replies]
            assert not problems, f"step {number} {step}: {problems}\nunderstood {member.understood}\nsaid {said}"


async def _take(member: Member, step: dict[str, Any]) -> None:
    if "member" in step:
        await member.say(step["member"])
    elif "choose" in step:
        await member.choose(step["choose"])
    elif "coach" in step:
        await member.ask_for_coach()
    elif "cancel_coach" in step:
        await member.cancel_coach()
    else:
        await member.close()


def _problems(member: Member, step: dict[str, Any]) -> list[str]:
    replies = member.last_replies
    last = replies[-1] if replies else {}
    text = "\n".join(reply["text"] for reply in replies)
    citations = [citation for reply in replies for citation in reply.get("citations", [])]
    seen: dict[str, Any] = {
        "outcome": last.get("outcome"),
        "outcomes": [reply.get("outcome") for reply in replies],
        "topic": last.get("topic"),
        "awaiting": (member.state.get("awaiting") or {}).get("field"),
        "understood": member.understood.get("topics"),
        "holder": member.state.get("holder"),
        "verified": member.state.get("verified"),
        "cards": [card.get("name") or card["kind"] for reply in replies for card in reply.get("cards", [])],
        "payer": sorted({citation["payer"] for citation in citations} & PAYERS),
    }
    problems = [
        f"{name}: {seen[name]!r} instead of {step[name]!r}"
        for name in seen
        if name in step and not (step[name] == seen[name] or (name == "payer" and [step[name]] == seen[name]))
    ]
    for name, values in step.get("entities", {}).items():
        if member.understood.get("entities", {}).get(name) != values:
            problems.append(f"entity {name}: {member.understood.get('entities', {}).get(name)!r} instead of {values!r}")
    cited = " | ".join(f"{citation.get('document')} {citation.get('number', '')}" for citation in citations)
    problems += [f"does not cite {wanted}: {cited}" for wanted in _listed(step, "cites") if wanted not in cited]
    problems += [f"does not say {wanted!r}" for wanted in _listed(step, "says") if not re.search(wanted, text, re.I)]
    problems += [f"says {refused!r}" for refused in _listed(step, "never_says") if re.search(refused, text, re.I)]
    return problems


def _listed(step: dict[str, Any], name: str) -> list[str]:
    value = step.get(name, [])
    return value if isinstance(value, list) else [value]
