"""Who takes part in the engine's tests: actions that do as told, and a member who writes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from aiohttp import web

from bot.engine.turns import Turn, TurnTaker

ACTIONS_SECRET = "actions-secret"

# An action that hangs ends after this, so that a test that waits for it fails instead of hanging, too.
HANGING_S = 60.0

Result = tuple[int, bytes]


class Actions:
    """A real action server that does as a test says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.authorizations: list[str | None] = []
        self.request_ids: list[str | None] = []
        self._answers: dict[str, Callable[[dict[str, Any]], Awaitable[Result]]] = {}

    def answer(self, action: str, *responses: dict[str, Any], events: list[dict[str, Any]] | None = None) -> None:
        """The action gives these responses and events."""
        self.answer_raw(action, 200, json.dumps({"events": events or [], "responses": list(responses)}).encode())

    def answer_raw(self, action: str, status: int, content: bytes) -> None:
        """The action gives this status and body, whatever they are."""

        async def answer(call: dict[str, Any]) -> Result:
            return status, content

        self._answers[action] = answer

    def hang(self, action: str) -> None:
        """The action never ends."""

        async def answer(call: dict[str, Any]) -> Result:
            await asyncio.sleep(HANGING_S)
            raise AssertionError("nobody waits that long")

        self._answers[action] = answer

    def compute(self, action: str, answer: Callable[[dict[str, Any]], Awaitable[Result]]) -> None:
        """The action gives what the function makes of the call."""
        self._answers[action] = answer

    def names(self) -> list[str]:
        """The actions that were called, in order."""
        return [call["next_action"] for call in self.calls]

    async def handle(self, request: web.Request) -> web.Response:
        """Serves the webhook."""
        call = await request.json()
        self.calls.append(call)
        self.authorizations.append(request.headers.get("Authorization"))
        self.request_ids.append(request.headers.get("X-Request-Id"))
        answer = self._answers.get(call["next_action"])
        status, content = await answer(call) if answer else (200, b'{"events": [], "responses": []}')
        return web.Response(status=status, body=content, content_type="application/json")


async def accept_candidates(call: dict[str, Any]) -> Result:
    """A form's check that finds nothing wrong."""
    events: list[dict[str, Any]] = []
    for event in reversed(call["tracker"]["events"]):
        if event["event"] != "slot":
            break
        events.insert(0, {"event": "slot", "name": event["name"], "value": event["value"]})
    return 200, json.dumps({"events": events, "responses": []}).encode()


class Member:
    """Somebody who writes to the engine in one conversation."""

    def __init__(self, turns: TurnTaker, conversation_id: str = "conversation-1", channel: str = "web") -> None:
        self.turns = turns
        self.conversation_id = conversation_id
        self.channel = channel
        self._numbers = count(1)

    async def says(self, text: str, turn_id: str | None = None, unheard: tuple[str, ...] = ()) -> dict[str, Any]:
        """Sends typed text; returns the turn's answer. The answers of the turns `unheard` never came through."""
        return await self._take(turn_id, text=text, unheard=unheard)

    async def chooses(self, choice: str) -> dict[str, Any]:
        """Sends a quick reply's value; returns the turn's answer."""
        return await self._take(None, choice=choice)

    async def _take(self, turn_id: str | None, **message: Any) -> dict[str, Any]:
        turn_id = turn_id or f"{self.conversation_id}-{next(self._numbers)}"
        return dict(json.loads(await self.turns.take(Turn(turn_id, self.conversation_id, self.channel, **message))))


def keys(answer: dict[str, Any]) -> list[str]:
    """The response keys of a turn's replies."""
    return [reply["key"] for reply in answer["replies"]]
