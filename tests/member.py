"""A member with a browser: speaks the public API and remembers what came back."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

Json = dict[str, Any]


@dataclass
class Member:
    """One member in one conversation; `messages` holds everything that was said, in order."""

    http: aiohttp.ClientSession
    base_url: str
    conversation_id: str = ""
    token: str = ""
    messages: list[Json] = field(default_factory=list)
    state: Json = field(default_factory=dict)
    understood: Json = field(default_factory=dict)
    heard_up_to: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def last_replies(self) -> list[Json]:
        """What was said since the member's last message."""
        told = [index for index, message in enumerate(self.messages) if message["author"] == "member"]
        return self.messages[told[-1] + 1 :] if told else self.messages

    async def open(self, **fields: str) -> Json:
        """Opens the conversation, as the chat page does."""
        answer = await self.call("POST", "/api/v1/conversations", 201, {"channel": "web", **fields})
        self.conversation_id, self.token = answer["conversation_id"], answer["token"]
        self.messages, self.state = list(answer["messages"]), answer["state"]
        return answer

    async def join(self, link: str) -> Json:
        """Opens a one-time link out of a text, as the chat page does."""
        answer = await self.call("POST", "/api/v1/links", 201, {"link": link.rpartition("#join=")[2]})
        self.conversation_id, self.token = answer["conversation_id"], answer["token"]
        self.messages, self.state = list(answer["messages"]), answer["state"]
        return answer

    async def hears(self, wanted: re.Pattern[str] | str, timeout_s: float = 60.0) -> Json:
        """Waits for a message that comes by itself, as the open page does: the next one with these words."""
        deadline = time.monotonic() + timeout_s
        while True:
            await self.catch_up()
            unheard = [message for message in self.messages if message["seq"] > self.heard_up_to]
            found = next((message for message in unheard if re.search(wanted, message["text"])), None)
            if found is not None:
                self.heard_up_to = found["seq"]
                return found
            assert time.monotonic() < deadline, f"heard no {wanted!r}, but {[each['text'] for each in unheard]}"
            await asyncio.sleep(0.1)

    async def catch_up(self) -> None:
        """Reads what was said meanwhile, and where the conversation stands."""
        known = {message["seq"] for message in self.messages}
        after = next(seq for seq in range(len(known) + 1) if seq + 1 not in known)
        answer = await self.call("GET", f"{self._path}/messages?after={after}", 200)
        self.messages += [message for message in answer["messages"] if message["seq"] not in known]
        self.messages.sort(key=lambda message: int(message["seq"]))
        self.state = answer["state"]

    async def say(self, text: str) -> Json:
        """Types something."""
        return await self._send({"text": text})

    async def choose(self, title: str) -> Json:
        """Presses the button with this title under the newest message that has buttons."""
        offered = next(
            (message["quick_replies"] for message in reversed(self.messages) if message.get("quick_replies")), []
        )
        value = next((reply["value"] for reply in offered if reply["title"] == title), None)
        assert value is not None, f"no button {title!r} among {[reply['title'] for reply in offered]}"
        return await self._send({"choice": value})

    async def ask_for_coach(self) -> Json:
        """Presses "talk to a nurse health coach"."""
        return self._keep(await self.call("POST", f"{self._path}/handoff", 200, {}))

    async def cancel_coach(self) -> Json:
        """Withdraws the request."""
        return self._keep(await self.call("DELETE", f"{self._path}/handoff", 200))

    async def close(self) -> Json:
        """Ends the conversation."""
        return self._keep(await self.call("POST", f"{self._path}/close", 200, {}))

    async def call(self, method: str, path: str, status: int, body: Json | None = None) -> Json:
        """One request; fails unless it has this status."""
        async with self.http.request(method, self.base_url + path, json=body, headers=self.headers) as response:
            text = await response.text()
            assert response.status == status, f"{method} {path} -> {response.status}: {text[:800]}"
            answer: Json = await response.json(content_type=None) if text else {}
            return answer

    @property
    def _path(self) -> str:
        return f"/api/v1/conversations/{self.conversation_id}"

    async def _send(self, content: Json) -> Json:
        answer = await self.call("POST", f"{self._path}/messages", 200, {"client_message_id": str(uuid4()), **content})
        self.messages += [answer["message"], *answer["replies"]]
        self.state, self.understood = answer["state"], answer["understood"]
        return answer

    def _keep(self, answer: Json) -> Json:
        self.messages += answer.get("messages", [])
        self.state = answer["state"]
        return answer
