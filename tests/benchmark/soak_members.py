"""How do members behave while everything is killed in turn? They ask at their pace, and try again until they are
answered, with the same id."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from tests.benchmark.client import PRODUCT_MEMBERS, choose_question

TURNS_A_CONVERSATION = 20
# Refusals that ask for another try: too much at once, and a record or a gateway that is away.
_TRY_AGAIN = (429, 503)
_AGAIN_AFTER_S = 0.5
_PATIENCE_S = 300.0
_ATTEMPT_TIMEOUT_S = 15.0


@dataclass(frozen=True)
class Acknowledged:
    """One message that the product said it has, with what was said in return."""

    conversation_id: str
    client_message_id: str
    text: str
    message_id: str
    reply_ids: tuple[str, ...]
    apologised: bool
    tries: int
    seconds: float
    at: float


@dataclass(frozen=True)
class Kill:
    """One kill, at monotonic seconds: `back_s` until a member had a real answer again."""

    part: str
    at: float
    back_s: float


@dataclass
class Story:
    """Everything that members went through; `asked` has the monotonic second of each question."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    openings: int = 0
    wrong: list[str] = field(default_factory=list)


class Member:
    """One member after the other in the same place: conversations of some turns each."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str, number: int, story: Story) -> None:
        self._http = http
        self._base_url = base_url
        self._number = number
        self._story = story
        self._id = ""
        self._token = ""

    async def live(self, every_s: float, is_over: Callable[[], bool]) -> None:
        """Asks every so many seconds; what was missed meanwhile is not caught up. What is under way is finished."""
        due = time.monotonic() + every_s * (self._number % 10) / 10
        turn = 0
        while not is_over():
            await asyncio.sleep(max(0.0, min(due - time.monotonic(), 0.5)))
            if time.monotonic() < due:
                continue
            due = max(due + every_s, time.monotonic())
            if turn % TURNS_A_CONVERSATION == 0:
                await self.open()
            await self.ask(choose_question(turn + 1, self._number))
            turn += 1

    async def open(self) -> None:
        """Opens a conversation; one that was opened without an answer is nobody's."""
        who = PRODUCT_MEMBERS[self._number % len(PRODUCT_MEMBERS)]
        answer, _ = await self._insist("/api/v1/conversations", {"channel": "web", **who}, 201)
        self._id, self._token = answer["conversation_id"], answer["token"]
        self._story.openings += 1

    async def ask(self, text: str) -> Acknowledged:
        """Asks until there is an answer."""
        key, began = str(uuid4()), time.monotonic()
        self._story.asked.append(began)
        body = {"client_message_id": key, "text": text}
        answer, tries = await self._insist(f"/api/v1/conversations/{self._id}/messages", body, 200)
        replies = answer["replies"]
        told = Acknowledged(
            self._id,
            key,
            text,
            answer["message"]["id"],
            tuple(reply["id"] for reply in replies),
            any(reply.get("outcome") == "failure" for reply in replies),
            tries,
            time.monotonic() - began,
            time.monotonic(),
        )
        self._story.acknowledged.append(told)
        if not replies:
            self._story.wrong.append("a turn was acknowledged without an answer or an apology")
        return told

    async def _insist(self, path: str, body: dict[str, Any], status: int) -> tuple[Any, int]:
        tries, deadline = 0, time.monotonic() + _PATIENCE_S
        while True:
            tries += 1
            seen = await self._try(path, body)
            if seen is not None and seen[0] == status:
                return json.loads(seen[1]), tries
            if seen is not None and seen[0] not in _TRY_AGAIN:
                self._story.wrong.append(f"a member was refused with {seen[0]}")
            assert time.monotonic() < deadline, "a member was not answered for minutes"
            await asyncio.sleep(_AGAIN_AFTER_S)

    async def _try(self, path: str, body: dict[str, Any]) -> tuple[int, bytes] | None:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        timeout = aiohttp.ClientTimeout(total=_ATTEMPT_TIMEOUT_S)
        try:
            async with self._http.post(self._base_url + path, json=body, headers=headers, timeout=timeout) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return None
