"""A member with a phone: texts through the simulated carrier of the running product, and reads what arrives."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

Json = dict[str, Any]

INDEPENDENCE = "+12155550190"
CARESOURCE = "+12155550191"
# Every text of the product to this phone counts, also one that is still under way.
_TO_PHONE = ("outbound-api", "outbound-reply")
_CONTROL = "/demo/carrier/control"


@dataclass
class Texter:
    """One phone; `read` is what was read of the texts that came, in order and each once."""

    http: aiohttp.ClientSession
    base_url: str
    phone: str
    number: str = INDEPENDENCE
    sent: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    async def text(self, body: str) -> str:
        """Sends a text; returns its sid."""
        self.sent.append(body)
        answer = await self._call("POST", "/texts", {"from": self.phone, "to": self.number, "body": body})
        return str(answer["sid"])

    async def redeliver(self, sid: str, times: int) -> None:
        """The carrier tells the product of the same text again, so many times at once."""
        await self._call("POST", "/redeliveries", {"sid": sid, "times": times})

    async def reads(self, wanted: re.Pattern[str] | str, timeout_s: float = 60.0) -> str:
        """The next text, which must be this one; fails when another comes or none."""
        deadline = time.monotonic() + timeout_s
        while len(texts := await self.list_texts()) <= len(self.read):
            assert time.monotonic() < deadline, f"no text came, expected {_shown(wanted)}; read before: {self.read}"
            await asyncio.sleep(0.05)
        text = str(texts[len(self.read)]["body"])
        assert re.search(wanted, text), f"{text!r} came instead of {_shown(wanted)}; read before: {self.read}"
        self.read.append(text)
        return text

    async def reads_nothing(self, for_s: float = 1.5) -> None:
        """Nothing more comes for a while."""
        await asyncio.sleep(for_s)
        unread = [text["body"] for text in await self.list_texts()][len(self.read) :]
        assert not unread, f"texts came that nobody expected: {unread}"

    async def list_texts(self) -> list[Json]:
        """The carrier's texts to this phone, oldest first."""
        return [text for text in await self.list_all() if text["direction"] in _TO_PHONE]

    async def list_all(self) -> list[Json]:
        """The carrier's texts in both directions, oldest first."""
        query = f"?phone={self.phone.replace('+', '%2B')}&number={self.number.replace('+', '%2B')}"
        texts: list[Json] = (await self._call("GET", f"/texts{query}"))["texts"]
        return texts

    async def let_carrier_handle_keywords(self, mode: str) -> None:
        """Who handles STOP, START and HELP: `default`, `advanced`, or our `gateway` alone."""
        await self._call("PUT", "/mode", {"mode": mode})

    async def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        async with self.http.request(method, f"{self.base_url}{_CONTROL}{path}", json=body) as response:
            text = await response.text()
            assert response.status < 300, f"{method} {path} -> {response.status}: {text[:400]}"
            answer: Json = await response.json(content_type=None) if text else {}
            return answer


def _shown(wanted: re.Pattern[str] | str) -> str:
    return wanted.pattern if isinstance(wanted, re.Pattern) else wanted
