"""How do these tests run real gateways that may die, and start them again?"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.product import ROOT

READY_WITHIN_S = 90.0
Place = tuple[str, int]


class Launcher:
    """The process that starts gateways; one for all tests."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.dying_gateway"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._started: deque[int] = deque()
        self._ended: dict[int, int] = {}
        # One order at a time is under way, so the pid that comes next is its own.
        self._starting = threading.Lock()
        self._news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self, order: dict[str, Any]) -> int:
        """Starts a gateway and returns its pid."""
        with self._starting, self._news:
            self._order(order)
            if not self._news.wait_for(lambda: self._started, READY_WITHIN_S):
                raise AssertionError("no gateway was started")
            return self._started.popleft()

    def kill(self, pid: int) -> None:
        """Ends a gateway with SIGKILL, if it has not ended."""
        self._order({"kill": pid})
        with self._news:
            assert self._news.wait_for(lambda: pid in self._ended, READY_WITHIN_S)

    def find_status(self, pid: int) -> int | None:
        """How a gateway ended, as `subprocess` has it; None while it runs."""
        return self._ended.get(pid)

    def close(self) -> None:
        """Ends everything."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def _order(self, order: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            news = json.loads(line)
            with self._news:
                if "started" in news:
                    self._started.append(news["started"])
                else:
                    self._ended[news["ended"]] = news["status"]
                self._news.notify_all()


@dataclass
class Gateway:
    """One gateway with its address: started, killed, and started again on the same database."""

    launcher: Launcher
    environment: dict[str, str]
    timers: dict[str, float]
    port: int
    folder: Path
    pid: int = 0
    deaths: int = 0
    _watching: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "gateway.log"

    @property
    def is_dead(self) -> bool:
        return self.launcher.find_status(self.pid) is not None

    def list_places(self) -> list[Place]:
        """The places that were passed, over all lives."""
        path = self.folder / "places"
        return [(label, n) for label, n in map(json.loads, path.read_text().splitlines())] if path.exists() else []

    async def start(self, die_at: Place | None = None) -> None:
        """Starts it and waits until it serves, unless it dies before."""
        order = {
            "environment": {**self.environment, "GENE_GUIDE_PORT": str(self.port)},
            "timers": self.timers,
            "places": str(self.folder / "places"),
            "log": str(self.log),
            "die_at": die_at,
        }
        self.pid = await asyncio.to_thread(self.launcher.start, order)
        deadline = time.monotonic() + READY_WITHIN_S
        async with aiohttp.ClientSession() as http:
            while not self.is_dead:
                assert time.monotonic() < deadline, self.log.read_text(encoding="utf-8")[-3000:]
                try:
                    async with http.get(f"{self.url}/livez"):
                        return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.02)
        assert die_at is not None, self.log.read_text(encoding="utf-8")[-3000:]

    async def kill(self) -> None:
        """Ends it with SIGKILL, now."""
        await asyncio.to_thread(self.launcher.kill, self.pid)

    def restart_when_dead(self) -> None:
        """From now on an operator's supervisor starts it again whenever it is gone, and it lives."""
        self._watching = asyncio.create_task(self._supervise())

    async def close(self) -> None:
        """Ends it for good."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self.pid:
            await self.kill()

    async def _supervise(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            if self.is_dead:
                assert self.launcher.find_status(self.pid) == -9, self.log.read_text(encoding="utf-8")[-3000:]
                self.deaths += 1
                await self.start()
