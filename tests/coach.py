"""A coach at the console: speaks the console's API with its cookie and CSRF token, as the page does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from bot.console.accounts import DEMO_PASSWORD

Json = dict[str, Any]

HEARTBEAT_S = 20.0
_API = "/api/v1/console"


@dataclass
class Coach:
    """One signed-in coach with a browser of their own; `seen` is the version of each conversation as last seen."""

    base_url: str
    http: aiohttp.ClientSession
    id: str = ""
    name: str = ""
    csrf_token: str = ""
    seen: dict[str, int] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    _beating: asyncio.Task[None] | None = None

    @classmethod
    async def arrive(cls, base_url: str, username: str, *, on_duty: bool = True) -> Coach:
        """Signs in, goes on duty and gives signs of life until `leave` or `vanish`."""
        # The product is reached at an IP address, for which aiohttp keeps cookies only when told so.
        coach = cls(base_url, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)))
        session = await coach.call("POST", "/session", 200, {"username": username, "password": DEMO_PASSWORD})
        coach.id, coach.name = session["coach"]["id"], session["coach"]["name"]
        coach.csrf_token = session["csrf_token"]
        if on_duty:
            await coach.go_on_duty()
        coach._beating = asyncio.create_task(coach._beat())
        return coach

    async def go_on_duty(self) -> None:
        """Takes members from now on."""
        await self.call("PUT", "/duty", 200, {"on_duty": True})

    async def go_off_duty(self) -> None:
        """Takes no more members; keeps those that are held."""
        await self.call("PUT", "/duty", 200, {"on_duty": False})

    async def vanish(self) -> None:
        """The laptop is shut: nothing comes from this coach any more, and nobody is told."""
        if self._beating is not None:
            self._beating.cancel()
            with suppress(asyncio.CancelledError):
                await self._beating

    async def leave(self) -> None:
        """Signs out, and so goes off duty; what is held goes back to the queue."""
        if self.http.closed:
            return
        await self.vanish()
        await self.call("DELETE", "/session", 204)
        await self.http.close()

    async def list_queue(self) -> list[Json]:
        """The waiting, and then those that a coach holds."""
        items: list[Json] = (await self.call("GET", "/queue", 200))["items"]
        self.seen.update({item["conversation_id"]: item["version"] for item in items})
        return items

    async def find(self, conversation_id: str) -> Json:
        """The conversation as it stands on the desk; fails when it is not there."""
        items = await self.list_queue()
        found = next((item for item in items if item["conversation_id"] == conversation_id), None)
        assert found is not None, f"not on the desk, but these are: {items}"
        return found

    async def look_at(self, conversation_id: str) -> Json:
        """Opens the conversation: packet, messages, notes and log."""
        shown = await self.call("GET", f"/conversations/{conversation_id}", 200)
        self.seen[conversation_id] = shown["conversation"]["version"]
        return shown

    async def claim(self, conversation_id: str, status: int = 200) -> Json:
        """Takes the conversation, at the version seen last."""
        if conversation_id not in self.seen:
            await self.look_at(conversation_id)
        return await self._move(conversation_id, "claim", status, {})

    async def write(self, conversation_id: str, text: str, status: int = 200) -> Json:
        """Writes to the member."""
        self.written.append(text)
        body = {"version": self.seen[conversation_id], "client_message_id": str(uuid4()), "text": text}
        return await self.call("POST", f"/conversations/{conversation_id}/messages", status, body)

    async def add_note(self, conversation_id: str, text: str) -> None:
        """Keeps a private note."""
        self.written.append(text)
        await self.call("POST", f"/conversations/{conversation_id}/notes", 201, {"text": text})

    async def give_back(self, conversation_id: str, outcome: str = "answered", status: int = 200) -> Json:
        """Returns the conversation to the assistant."""
        return await self._move(conversation_id, "return", status, {"outcome": outcome})

    async def close(self, conversation_id: str, outcome: str = "answered", status: int = 200) -> Json:
        """Ends the conversation."""
        return await self._move(conversation_id, "close", status, {"outcome": outcome})

    async def hand_to(self, other: Coach, conversation_id: str, status: int = 200) -> Json:
        """Hands the conversation to another coach."""
        return await self._move(conversation_id, "transfer", status, {"coach_id": other.id})

    async def list_callbacks(self, *, done: bool = False) -> list[Json]:
        """The promised calls."""
        callbacks: list[Json] = (await self.call("GET", f"/callbacks?done={int(done)}", 200))["callbacks"]
        return callbacks

    async def take_callback(self, callback: Json, status: int = 200) -> Json:
        """Says that one is going to call."""
        path = f"/callbacks/{callback['id']}/take"
        answer = await self.call("POST", path, status, {"version": callback["version"]})
        return dict(answer.get("callback", answer))

    async def finish_callback(self, callback: Json, *, reached: bool, note: str, status: int = 200) -> Json:
        """Says how the call went."""
        self.written.append(note)
        body = {"version": callback["version"], "reached": reached, "note": note}
        answer = await self.call("POST", f"/callbacks/{callback['id']}/finish", status, body)
        return dict(answer.get("callback", answer))

    async def call(self, method: str, path: str, status: int, body: Json | None = None) -> Json:
        """One request; fails unless it has this status."""
        headers = {"X-CSRF-Token": self.csrf_token}
        async with self.http.request(method, self.base_url + _API + path, json=body, headers=headers) as response:
            text = await response.text()
            assert response.status == status, f"{method} {path} -> {response.status}: {text[:800]}"
            answer: Json = await response.json(content_type=None) if text else {}
            return answer

    async def _move(self, conversation_id: str, action: str, status: int, body: Json) -> Json:
        body = {"version": self.seen[conversation_id], **body}
        answer = await self.call("POST", f"/conversations/{conversation_id}/{action}", status, body)
        if status == 200:
            self.seen[conversation_id] = answer["version"]
        return answer

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            await self.call("POST", "/heartbeat", 200, {"active": False})
