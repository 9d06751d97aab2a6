"""How do these tests run a real gateway process, and speak to it as members and the carrier do?"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
from twilio.request_validator import RequestValidator

from tests.failures.scripted_engine import SECRET, ScriptedEngine
from tests.product import READY, ROOT

READY_WITHIN_S = 60.0
ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "a-token-of-no-account"
PUBLIC_URL = "https://chat.example.org"
PLAN = "+12155550190"
PHONE = "+12155550101"
Json = dict[str, Any]


@dataclass
class GatewayProcess:
    """One running gateway; `log` is what it wrote."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    engine: ScriptedEngine
    database_url: str

    def events(self) -> list[Json]:
        """What was logged, one mapping an event."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def terminate(self, timeout_s: float = 30.0) -> float:
        """Sends SIGTERM and returns the seconds until it is gone."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout_s)
        return time.monotonic() - started

    def kill(self) -> None:
        """Ends it, whatever it does."""
        self.process.kill()
        self.process.wait()


def start_gateway_process(
    folder: Path,
    database_url: str,
    engine: ScriptedEngine,
    *,
    before_start: Callable[[], None] | None = None,
    **settings: str,
) -> GatewayProcess:
    """Starts `gene-guide gateway` on a prepared database and waits until it serves.

    `before_start` runs in the new process first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "gateway.log"
    environment = {
        "DATABASE_URL": database_url,
        "ENGINE_URL": engine.url,
        "ENGINE_SECRET": SECRET,
        "PORT": "0",
        "LOG_FILE": "",
        "PUBLIC_URL": PUBLIC_URL,
        "SMS_ACCOUNT_SID": ACCOUNT_SID,
        "SMS_AUTH_TOKEN": AUTH_TOKEN,
        "SMS_NUMBERS": f"{PLAN}=independence",
        # Nobody listens there: what goes out through the carrier's API waits in the outbox.
        "SMS_API_URL": "http://127.0.0.1:9",
        "CONVERSATIONS_PER_MINUTE": "100000",
        "MESSAGES_PER_MINUTE": "100000",
        **settings,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "gateway"],
            cwd=ROOT,
            env={**os.environ, **{f"GENE_GUIDE_{name}": value for name, value in environment.items()}},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=before_start,
        )
    deadline = time.monotonic() + READY_WITHIN_S
    while True:
        said = log.read_text(encoding="utf-8", errors="replace")
        if ready := READY.search(said):
            return GatewayProcess(ready.group(1), process, log, engine, database_url)
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(f"the gateway did not start:\n{said[-4000:]}")
        time.sleep(0.05)


@dataclass
class Answer:
    """What came back, and after how many seconds."""

    status: int
    body: Any
    took_s: float
    headers: Any = None

    @property
    def code(self) -> str:
        body = json.loads(self.body) if isinstance(self.body, str) else self.body
        return str(body["code"])


@dataclass
class Outside:
    """Everybody who reaches the gateway over HTTP."""

    http: aiohttp.ClientSession
    url: str

    async def call(self, method: str, path: str, token: str = "", **content: Any) -> Answer:
        """One request."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        started = time.monotonic()
        async with self.http.request(method, self.url + path, headers=headers, **content) as response:
            text = await response.text()
            body = json.loads(text) if response.content_type.endswith("json") else text
            return Answer(response.status, body, time.monotonic() - started, response.headers)

    async def open(self) -> Person:
        """A member with a new conversation."""
        opened = await self.call("POST", "/api/v1/conversations", json={"channel": "web"})
        assert opened.status == 201, opened.body
        return Person(self, opened.body["conversation_id"], opened.body["token"])

    async def text(self, body: str, sid: str | None = None) -> Answer:
        """A text from a phone, as the carrier hands it over."""
        form = {"MessageSid": sid or f"SM{uuid4().hex}", "From": PHONE, "To": PLAN, "Body": body, "NumMedia": "0"}
        signature = RequestValidator(AUTH_TOKEN).compute_signature(f"{PUBLIC_URL}/sms/twilio", form)
        started = time.monotonic()
        async with self.http.post(
            f"{self.url}/sms/twilio",
            data=urlencode(form),
            headers={"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"},
        ) as response:
            return Answer(response.status, await response.text(), time.monotonic() - started)


@dataclass
class Person:
    """One member in one conversation."""

    outside: Outside
    id: str
    token: str
    sent: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/api/v1/conversations/{self.id}"

    async def say(self, text: str, client_message_id: str | None = None) -> Answer:
        """Sends a message."""
        client_message_id = client_message_id or str(uuid4())
        self.sent.append(client_message_id)
        content = {"client_message_id": client_message_id, "text": text}
        return await self.outside.call("POST", f"{self.path}/messages", self.token, json=content)

    async def read(self) -> list[Json]:
        """Everything that is recorded."""
        answer = await self.outside.call("GET", f"{self.path}/messages", self.token)
        assert answer.status == 200, answer.body
        messages: list[Json] = answer.body["messages"]
        return messages

    async def connect(self, **options: Any) -> aiohttp.ClientWebSocketResponse:
        """Opens the socket and waits until it is live."""
        socket = await self.outside.http.ws_connect(f"{self.outside.url}{self.path}/socket", **options)
        await socket.send_json({"type": "auth", "token": self.token})
        first = await socket.receive_json(timeout=30)
        assert first["type"] == "state", first
        return socket


async def until(is_so: Callable[[], Any], what: str, timeout_s: float = 30.0) -> None:
    """Waits until something is so, which may be asked with an await."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = is_so()
        if await found if asyncio.iscoroutine(found) else found:
            return
        assert time.monotonic() < deadline, f"not within {timeout_s:.0f} s: {what}"
        await asyncio.sleep(0.05)
