"""A coach of the running product, who works through the console's API as the desk does; tests need no second page."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientTimeout, CookieJar

from bot.console.accounts import DEMO_PASSWORD
from tests.browser.chat_page import TIMEOUT_MS

Json = dict[str, Any]

_LOOK_EVERY_MS = 100


@dataclass
class Coach:
    """A coach who is signed in. `versions` is what they last saw of each conversation, which fences what they do."""

    http: ClientSession
    csrf_token: str
    id: str
    name: str
    versions: dict[str, int] = field(default_factory=dict)

    async def be_on_duty(self, on_duty: bool = True) -> None:
        """Comes on duty, or leaves."""
        await self.call("PUT", "duty", on_duty=on_duty)

    async def claim(self, conversation_id: str) -> None:
        """Takes a conversation as soon as it waits."""
        for _ in range(TIMEOUT_MS // _LOOK_EVERY_MS):
            if found := await self._find_waiting(conversation_id):
                await self._act(conversation_id, "claim", version=found["version"])
                return
            await asyncio.sleep(_LOOK_EVERY_MS / 1000)
        raise AssertionError("the conversation does not wait for a coach")

    async def write(self, conversation_id: str, text: str) -> None:
        """Writes to the member."""
        await self._act(conversation_id, "messages", client_message_id=str(uuid.uuid4()), text=text)

    async def type_in(self, conversation_id: str) -> None:
        """Begins to write: the member's page hears of it."""
        await self.call("POST", f"conversations/{conversation_id}/typing")

    async def give_back(self, conversation_id: str, outcome: str = "answered") -> None:
        """Returns the conversation to the assistant."""
        await self._act(conversation_id, "return", outcome=outcome)

    async def close(self, conversation_id: str, outcome: str = "answered") -> None:
        """Ends the conversation."""
        await self._act(conversation_id, "close", outcome=outcome)

    async def transfer(self, conversation_id: str, to: Coach) -> None:
        """Hands the conversation to another coach on duty."""
        await self._act(conversation_id, "transfer", coach_id=to.id)
        to.versions[conversation_id] = self.versions[conversation_id]

    async def list_callbacks(self) -> list[Json]:
        """The calls that are promised to members."""
        return list((await self.call("GET", "callbacks"))["callbacks"])

    async def call(self, method: str, path: str, **body: object) -> Json:
        """One call of the console's API; whatever it refuses is a fault of the test."""
        headers = {"X-CSRF-Token": self.csrf_token}
        async with self.http.request(method, path, json=body or None, headers=headers) as answer:
            said = await answer.json() if answer.status != 204 else {}
            assert answer.ok, (method, path, answer.status, said)
            return dict(said)

    async def _find_waiting(self, conversation_id: str) -> Json | None:
        items = (await self.call("GET", "queue"))["items"]
        mine = (item for item in items if item["conversation_id"] == conversation_id and item["holder"] == "waiting")
        return next(mine, None)

    async def _act(self, conversation_id: str, action: str, **body: object) -> None:
        version = {"version": self.versions[conversation_id]} if conversation_id in self.versions else {}
        answer = await self.call("POST", f"conversations/{conversation_id}/{action}", **{**version, **body})
        self.versions[conversation_id] = answer["version"]


@asynccontextmanager
async def signed_in_coach(base_url: str, username: str) -> AsyncIterator[Coach]:
    """A demo coach on duty; afterwards gone, with everything they held back in the queue."""
    async with ClientSession(
        f"{base_url}/api/v1/console/",
        # An address that is no name keeps its cookies only where that is allowed.
        cookie_jar=CookieJar(unsafe=True),
        timeout=ClientTimeout(TIMEOUT_MS / 1000),
    ) as http:
        async with http.post("session", json={"username": username, "password": DEMO_PASSWORD}) as answer:
            said = await answer.json()
            assert answer.status == 200, said
        coach = Coach(http, said["csrf_token"], said["coach"]["id"], said["coach"]["name"])
        await coach.be_on_duty()
        heartbeat = asyncio.create_task(_stay(coach))
        try:
            yield coach
        finally:
            heartbeat.cancel()
            await coach.be_on_duty(False)
            await coach.call("DELETE", "session")


async def _stay(coach: Coach) -> None:
    while True:
        await asyncio.sleep(15)
        await coach.call("POST", "heartbeat", active=True)
