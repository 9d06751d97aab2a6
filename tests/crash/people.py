"""Who takes part? A member with a browser, a member with a phone, and coaches: each tries again as real ones do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import ClientSession, CookieJar

from bot.demo.carrier.app import Carrier
from bot.demo.carrier.model import Answer, Direction
from bot.demo.carrier.network import Received

Json = dict[str, Any]

API = "/api/v1/console"
PASSWORD = "a-password-of-the-tests"
BEAT_EVERY_S = 0.5
_PATIENCE_S = 90.0
_AGAIN_AFTER_S = 0.1


class Refused(Exception):
    """The gateway said no; `was_repeated` when it may be the answer to what an earlier try had done already."""

    def __init__(self, status: int, body: Json, was_repeated: bool) -> None:
        super().__init__(f"{status} {body.get('code')}")
        self.status = status
        self.code = str(body.get("code"))
        self.body = body
        self.was_repeated = was_repeated


async def call(
    http: ClientSession, method: str, url: str, body: Json | None = None, headers: dict[str, str] | None = None
) -> Json:
    """One request, sent again until somebody answers it: the same words under the same id. Raises Refused."""
    deadline, tries = time.monotonic() + _PATIENCE_S, 0
    while True:
        tries += 1
        try:
            async with http.request(method, url, json=body, headers=headers) as response:
                content: Json = await response.json(content_type=None) if response.status != 204 else {}
                if response.status < 300:
                    return content
                if response.status != 503:
                    raise Refused(response.status, content, tries > 1)
        except (aiohttp.ClientError, ConnectionError) as error:
            last: object = error
        else:
            last = response.status
        assert time.monotonic() < deadline, f"{method} {url}: {last!r}"
        await asyncio.sleep(_AGAIN_AFTER_S * min(tries, 10))


async def until(holds: Callable[[], Any], what: str, timeout_s: float = _PATIENCE_S) -> Any:
    """Waits until it gives something; fails with `what` was waited for."""
    deadline = time.monotonic() + timeout_s
    while not (found := await holds()):
        assert time.monotonic() < deadline, f"never happened: {what}"
        await asyncio.sleep(0.05)
    return found


@dataclass
class WebMember:
    """A member with the chat page; `said` holds what they wrote by its id, `heard` what came back to each."""

    http: ClientSession
    url: str
    id: str = ""
    token: str = ""
    said: dict[str, str] = field(default_factory=dict)

    async def open(self) -> None:
        opened = await call(self.http, "POST", f"{self.url}/api/v1/conversations", {"channel": "web"})
        self.id, self.token = opened["conversation_id"], opened["token"]

    async def say(self, text: str) -> Json:
        return await self._send(text, {"text": text})

    async def choose(self, value: str) -> Json:
        return await self._send(value, {"choice": value})

    async def ask_for_coach(self) -> Json:
        return await self._call("POST", "handoff", {})

    async def look(self) -> Json:
        """What the page shows when it comes back."""
        return await self._call("GET", "messages?after=0")

    async def _send(self, shown: str, content: Json) -> Json:
        key = str(uuid4())
        self.said[key] = shown
        return await self._call("POST", "messages", {"client_message_id": key, **content})

    async def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        address = f"{self.url}/api/v1/conversations/{self.id}/{path}"
        return await call(self.http, method, address, body, {"Authorization": f"Bearer {self.token}"})


@dataclass
class Phone:
    """A member who texts; `said` holds what reached the gateway, by the carrier's id."""

    carrier: Carrier
    number: str
    plan: str
    arrived: Callable[[str], Any]
    said: dict[str, str] = field(default_factory=dict)

    async def text(self, body: str) -> str:
        """Texts, and texts again when nothing ever comes of it: the carrier does not try a broken webhook again."""
        while True:
            sid = await self._text_once(body)
            if sid is not None:
                self.said[sid] = body
                return sid

    async def _text_once(self, body: str) -> str | None:
        received: Received = self.carrier.network.receive(self.number, self.plan, body)
        sid = received.text.sid
        self.carrier._exchange.carry_in(received)

        async def answered() -> bool:
            text = self.carrier.network.find_text(sid)
            return text is not None and text.answer is not Answer.PENDING

        await until(answered, "the carrier's webhook has an answer")
        text = self.carrier.network.find_text(sid)
        assert text is not None
        if text.answer is Answer.TAKEN or await self.arrived(sid):
            return sid
        await asyncio.sleep(_AGAIN_AFTER_S)
        return None

    def read(self) -> list[str]:
        """What has arrived on the phone."""
        return [text.body for text in self.carrier.network.list_texts(phone=self.number) if _arrives(text.direction)]

    async def hears(self, count: int) -> list[str]:
        """Waits for so many texts in all."""

        async def enough() -> bool:
            return len(self.read()) >= count

        await until(enough, f"{count} texts on the phone")
        return self.read()


def _arrives(direction: Direction) -> bool:
    return direction is not Direction.INBOUND


@dataclass
class CoachAtDesk:
    """A coach at the console. As the page does, they look again when an answer was lost, before they repeat it."""

    url: str
    username: str
    http: ClientSession = field(default_factory=lambda: ClientSession(cookie_jar=CookieJar(unsafe=True)))
    csrf: str = ""
    id: str = ""
    name: str = ""
    versions: dict[str, int] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    _beating: asyncio.Task[None] | None = None

    async def sign_in(self) -> None:
        session = await self.call("POST", "session", {"username": self.username, "password": PASSWORD})
        self.csrf, self.id, self.name = session["csrf_token"], session["coach"]["id"], session["coach"]["name"]
        await self.call("PUT", "duty", {"on_duty": True})
        self._beating = asyncio.create_task(self._beat())

    async def sign_out(self) -> None:
        await self.vanish()
        try:
            await self.call("DELETE", "session")
        except Refused as refused:
            # Signed out already: the answer was lost.
            if not (refused.status == 401 and refused.was_repeated):
                raise

    async def go_off_duty(self) -> None:
        await self.call("PUT", "duty", {"on_duty": False})

    async def vanish(self) -> None:
        """The console gives no sign of life any more."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
            self._beating = None

    async def close(self) -> None:
        await self.vanish()
        await self.http.close()

    async def claim(self, conversation_id: str) -> None:
        """Claims; the same claim again is answered as the first was."""
        version = (await self.view(conversation_id))["conversation"]["version"]
        await self._move(conversation_id, "claim", {"version": version})

    async def write(self, conversation_id: str, text: str) -> None:
        key = str(uuid4())
        self.said[key] = text
        body = {"version": self.versions[conversation_id], "client_message_id": key, "text": text}
        await self.call("POST", f"conversations/{conversation_id}/messages", body)

    async def note(self, conversation_id: str, text: str) -> None:
        """A note has no id of its own: who got no answer looks whether it stands there."""
        try:
            async with self.http.post(
                f"{self.url}{API}/conversations/{conversation_id}/notes", json={"text": text}, headers=self._headers
            ) as response:
                assert response.status in (201, 503)
                if response.status == 201:
                    return
        except (aiohttp.ClientError, ConnectionError):
            pass
        if text not in [note["text"] for note in (await self.view(conversation_id))["notes"]]:
            await self.note(conversation_id, text)

    async def give_back(self, conversation_id: str) -> None:
        body = {"version": self.versions[conversation_id], "outcome": "answered", "note": "All clear."}
        try:
            await self._move(conversation_id, "return", body)
        except Refused as refused:
            # Returned already: the answer was lost, and the page shows that the assistant has it.
            if not (refused.code in ("NOT_HOLDER", "VERSION_CONFLICT") and refused.was_repeated):
                raise
            if (await self.view(conversation_id))["conversation"]["holder"] != "assistant":
                raise

    async def view(self, conversation_id: str) -> Json:
        return await self.call("GET", f"conversations/{conversation_id}")

    async def queue(self) -> list[Json]:
        items: list[Json] = (await self.call("GET", "queue"))["items"]
        return items

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        return await call(self.http, method, f"{self.url}{API}/{path}", body, self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"X-CSRF-Token": self.csrf}

    async def _move(self, conversation_id: str, action: str, body: Json) -> None:
        moved = await self.call("POST", f"conversations/{conversation_id}/{action}", body)
        self.versions[conversation_id] = moved["version"]

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY_S)
            try:
                async with self.http.post(
                    f"{self.url}{API}/heartbeat", json={"active": True}, headers=self._headers
                ) as response:
                    await response.read()
            except (aiohttp.ClientError, ConnectionError):
                continue
