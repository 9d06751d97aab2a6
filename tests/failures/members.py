"""What do members do while something is broken, and what must they read then?"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from bot.conversations.vocabulary import HANDOFF_CHOICE
from tests.member import Member

Json = dict[str, Any]

# What is promised to members, whatever fails.
APOLOGY_WITHIN_S = 3.0
_PATIENCE_S = 90.0


@dataclass(frozen=True)
class Said:
    """One message with its answer and how long that took; `content` has its client_message_id."""

    answer: Json
    waited_s: float
    content: Json = field(repr=False)

    @property
    def seq(self) -> int:
        return int(self.answer["message"]["seq"])


async def say(member: Member, text: str = "", **more: str) -> Said:
    """Types a text, or sends `choice`; `client_message_id` sends the same once more."""
    content = {"client_message_id": str(uuid4()), **({"text": text} if text else {}), **more}
    started = time.monotonic()
    path = f"/api/v1/conversations/{member.conversation_id}/messages"
    answer = await member.call("POST", path, 200, content)
    return Said(answer, time.monotonic() - started, content)


def check_apology(said: Said, busy_s: float = 0.0) -> None:
    """A plain apology with the way to a coach, in time; on a busy machine, that much later."""
    (reply,) = said.answer["replies"]
    assert (reply["author"], reply["outcome"]) == ("assistant", "failure")
    assert [each["value"] for each in reply["quick_replies"]] == [HANDOFF_CHOICE]
    assert "citations" not in reply
    assert said.waited_s < APOLOGY_WITHIN_S + busy_s


async def check_recorded_once(member: Member, said: Said) -> None:
    """The record has the message once, and its answer once, right behind it."""
    answer = await member.call("GET", f"/api/v1/conversations/{member.conversation_id}/messages?after=0", 200)
    seqs = [message["seq"] for message in answer["messages"]]
    assert seqs == sorted(set(seqs))
    expected = [said.answer["message"], *said.answer["replies"]]
    assert [message for message in answer["messages"] if message in expected] == expected
    text = said.answer["message"]["text"]
    mine = [message for message in answer["messages"] if message["author"] == "member" and message["text"] == text]
    assert [message["seq"] for message in mine] == [said.seq]


async def read_readiness(http: aiohttp.ClientSession, base_url: str) -> tuple[int, Json]:
    """The status of `/readyz`, and what it says of the engine."""
    async with http.get(f"{base_url}/readyz") as response:
        return response.status, (await response.json())["parts"]["engine"]


async def until_ready(http: aiohttp.ClientSession, base_url: str) -> None:
    """Waits until the product says that it can serve."""
    deadline = time.monotonic() + _PATIENCE_S
    while (readiness := await read_readiness(http, base_url))[0] != 200:
        assert time.monotonic() < deadline, readiness
        await asyncio.sleep(0.1)
