"""What does the running product make of a member's message? Asked through its public API, as the chat page does."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.member import Json, Member
from tests.understanding.sets import Dialogue, Turn

# The set's README: so often at most does the member answer what is asked.
MOST_ANSWERS = 6


@dataclass(frozen=True)
class Heard:
    """What came back from one message: replies, reading, the awaited field, who holds, and after how long."""

    replies: tuple[Json, ...]
    topics: tuple[str, ...]
    language: str
    entities: Mapping[str, tuple[str, ...]]
    awaiting: str | None
    holder: str
    took_ms: float
    refused: bool = False


@dataclass
class Walk:
    """How a dialogue went: what came back from each turn, and what from the answers given after it."""

    dialogue: Dialogue
    turns: list[tuple[Turn, Heard, list[Heard]]] = field(default_factory=list)

    @property
    def heard(self) -> list[Heard]:
        """Everything that came back, in order."""
        return [each for _, first, later in self.turns for each in (first, *later)]


async def ask_alone(http: aiohttp.ClientSession, base_url: str, texts: Sequence[str]) -> list[Heard]:
    """Each text as the first message of a conversation of its own, without a plan."""
    heard = []
    for text in texts:
        member = Member(http, base_url)
        await member.open()
        heard.append(await _say(member, text))
        await _leave(member)
    return heard


async def walk_through(http: aiohttp.ClientSession, base_url: str, dialogue: Dialogue) -> Walk:
    """The whole dialogue in one conversation of the web channel, also where the set has it by text."""
    member, walk = Member(http, base_url), Walk(dialogue)
    await member.open(**dialogue.start)
    for turn in dialogue.turns:
        heard, later = await _take(member, turn), list[Heard]()
        last = heard
        while turn.then_answer and (answer := dialogue.answers.get(last.awaiting or "")) and len(later) < MOST_ANSWERS:
            last = await _say(member, answer)
            later.append(last)
        walk.turns.append((turn, heard, later))
    await _leave(member)
    return walk


async def _take(member: Member, turn: Turn) -> Heard:
    if turn.is_press:
        offered = [each for reply in member.last_replies for each in reply.get("quick_replies") or ()]
        wanted = turn.text.casefold()
        title = next((each["title"] for each in offered if wanted in each["title"].casefold()), None)
        if title is not None:
            return await _send(member, {"title": title})
    return await _say(member, turn.text)


async def _say(member: Member, text: str) -> Heard:
    return await _send(member, {"text": text})


async def _send(member: Member, content: Json) -> Heard:
    began = time.perf_counter()
    try:
        answer = await (member.choose(content["title"]) if "title" in content else member.say(content["text"]))
    except AssertionError:
        # The product refused the message, or failed: nothing came back.
        took_ms = (time.perf_counter() - began) * 1000
        return Heard((), (), "und", {}, None, member.state.get("holder", ""), took_ms, refused=True)
    took_ms = (time.perf_counter() - began) * 1000
    understood: Mapping[str, Any] = answer["understood"]
    return Heard(
        tuple(answer["replies"]),
        tuple(understood["topics"]),
        understood["language"],
        {name: tuple(values) for name, values in understood["entities"].items()},
        (answer["state"].get("awaiting") or {}).get("field"),
        answer["state"]["holder"],
        took_ms,
    )


async def _leave(member: Member) -> None:
    if member.state.get("holder") != "closed":
        await member.close()
