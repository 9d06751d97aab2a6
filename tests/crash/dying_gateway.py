"""Starts real gateways that end themselves with SIGKILL at a chosen place; the product knows nothing of it.

    python -m tests.crash.dying_gateway < orders > news

An order is one line of JSON: {"environment": {...}, "timers": {...}, "places": file, "log": file, "die_at": place or
null}. For each a gateway begins to serve as `gene-guide gateway` does. Everything is imported once and the process
forked for each gateway, because some hundred of them are started.

A place is a label and how often it was passed, as [label, n]: before and after each commit, each call to the carrier,
each turn of the engine and each answer to something that changes the record. All that were passed stand in `places`,
one a line. What is only a timer may be shorter than in the product, so that nobody has to wait for a minute.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import cache
from typing import Any, TextIO

from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from argon2 import PasswordHasher

import bot.app
import bot.channels.sms.app
import bot.channels.web.app
import bot.console.app
import bot.conversations.sweep
import bot.core
from bot.channels.sms.carrier import Carrier
from bot.channels.web.operations import MEMBER_API
from bot.console.operations import CONSOLE_API
from bot.console.passwords import Passwords
from bot.database import Database
from bot.database.shared_commits import SharedWrite
from bot.engine_client import EngineClient
from bot.http.openapi import build_document
from bot.serving import run_gateway
from bot.settings import read_settings

# Signs of life come whenever they come; nothing depends on them that a minute does not mend.
_UNCOUNTED = ("UPDATE coaches SET heartbeat_at=:heartbeat_at", "UPDATE coach_sessions SET active_at=:active_at")
_UNCOUNTED_ROUTES = ("heartbeat", "socket")


class Places:
    """Counts the places that are passed, and ends the process at the one that was chosen."""

    def __init__(self, passed: TextIO, die_at: tuple[str, int] | None) -> None:
        self._passed = passed
        self._die_at = die_at
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def pass_by(self, label: str) -> None:
        """The process is here; it may not come any further."""
        with self._lock:
            self._counts[label] += 1
            place = (label, self._counts[label])
            self._passed.write(json.dumps(place) + "\n")
            self._passed.flush()
            if place == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)


def watch(places: Places) -> None:
    """Puts the places around what the product does, from outside."""
    _watch_commits(places)
    _watch_calls(places, Carrier, "_call", lambda arguments: f"carrier {arguments[0]}")
    _watch_calls(places, EngineClient, "take_turn", lambda arguments: "turn of the engine")
    _watch_answers(places)


def shorten(timers: dict[str, float]) -> None:
    """A minute becomes seconds, `{"module:NAME": seconds}`; what is done when the time is over stays the same."""
    for name, seconds in timers.items():
        module, _, constant = name.partition(":")
        before = getattr(sys.modules[module], constant)
        setattr(sys.modules[module], constant, timedelta(seconds=seconds) if isinstance(before, timedelta) else seconds)
    running = bot.conversations.sweep.Sweep.running.__wrapped__  # type: ignore[attr-defined]
    running.__defaults__ = (bot.conversations.sweep.INTERVAL_S,)


def read_once() -> None:
    """What is the same for every gateway is done before the fork; passwords are hashed in less time."""
    for module, name in (
        (bot.core, "load_wording"),
        (bot.core, "load_hours"),
        (bot.app, "load_gate"),
        (bot.channels.sms.app, "load_keywords"),
    ):
        setattr(module, name, cache(getattr(module, name)))
    bot.core.load_wording(bot.core.RESPONSES)
    bot.core.load_hours(bot.core.DEMO / "coach_hours.yml")
    bot.app.load_gate()
    bot.channels.sms.app.load_keywords()
    document = build_document(MEMBER_API, CONSOLE_API)
    bot.channels.web.app.build_document = lambda *apis: document  # type: ignore[attr-defined]
    bot.console.app.Passwords = quick_passwords  # type: ignore[misc, assignment]


def quick_passwords() -> Passwords:
    """As the product's, but cheap: what is tested here is not how long a hash takes."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def _watch_commits(places: Places) -> None:
    """A write of its own is PostgreSQL's; on SQLite writes that wait share a commit, and each is told after it."""
    write, run, tell = Database._write, SharedWrite.run, SharedWrite.tell

    def passing(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def working(connection: Any) -> Any:
            result = work(connection)
            places.pass_by(f"before the commit of {_describe(work)}")
            return result

        return working

    def watched(database: Database, work: Callable[[Any], Any]) -> Any:
        if _describe(work) in _UNCOUNTED:
            return write(database, work)
        result = write(database, passing(work))
        places.pass_by(f"after the commit of {_describe(work)}")
        return result

    def run_watched(shared: SharedWrite, connection: Any) -> None:
        run(shared, connection)
        if _describe(shared.work) not in _UNCOUNTED:
            places.pass_by(f"before the commit of {_describe(shared.work)}")

    def tell_watched(shared: SharedWrite) -> None:
        if shared.error is None and _describe(shared.work) not in _UNCOUNTED:
            places.pass_by(f"after the commit of {_describe(shared.work)}")
        tell(shared)

    Database._write = watched  # type: ignore[method-assign]
    SharedWrite.run = run_watched  # type: ignore[method-assign]
    SharedWrite.tell = tell_watched  # type: ignore[method-assign]


def _describe(work: Callable[[Any], Any]) -> str:
    """What is written: the decision about a conversation, the statement, or else the method of the store."""
    cells = zip(work.__code__.co_freevars, work.__closure__ or (), strict=True)
    held = {name: cell.cell_contents for name, cell in cells}
    if "statement" in held:
        return str(held["statement"]).partition(" WHERE ")[0]
    deciding = held.get("decide", work)
    return str(deciding.__qualname__).replace(".<locals>", "").removesuffix(".decide").removesuffix(".work")


def _watch_calls(places: Places, owner: type, name: str, describe: Callable[[tuple[Any, ...]], str]) -> None:
    call: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def watched(self: Any, *arguments: Any, **options: Any) -> Any:
        label = describe(arguments)
        places.pass_by(f"before the {label}")
        result = await call(self, *arguments, **options)
        places.pass_by(f"after the {label}")
        return result

    setattr(owner, name, watched)


def _watch_answers(places: Places) -> None:
    finish = RequestHandler.finish_response

    async def watched(self: Any, request: web.BaseRequest, *arguments: Any) -> Any:
        # A request that was never routed has nothing to answer for.
        resource = getattr(getattr(request, "match_info", None), "route", None)
        path = getattr(getattr(resource, "resource", None), "canonical", "")
        is_counted = request.method != "GET" and path and not path.endswith(_UNCOUNTED_ROUTES)
        if is_counted:
            places.pass_by(f"before the answer to {request.method} {path}")
        result = await finish(self, request, *arguments)
        if is_counted:
            places.pass_by(f"after the answer to {request.method} {path}")
        return result

    RequestHandler.finish_response = watched  # type: ignore[method-assign]


def _serve(order: dict[str, Any]) -> int:
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(order["environment"])
    shorten(order["timers"])
    die_at = order["die_at"]
    with open(order["places"], "a", encoding="utf-8") as passed:  # noqa: PTH123
        watch(Places(passed, (die_at[0], die_at[1]) if die_at else None))
        return asyncio.run(run_gateway(read_settings()))


def _start(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        os._exit(_serve(order))
    except BaseException as error:
        sys.stderr.write(f"the gateway ended: {error!r}\n")
        sys.stderr.flush()
        os._exit(1)


def main() -> None:
    """Takes orders until there are no more, and then ends the gateways that are left.

    {"kill": pid} ends one. What is told: {"started": pid}, and {"ended": pid, "status": as `subprocess` has it}.
    """
    read_once()
    running: set[int] = set()
    rest = b""
    while True:
        if select.select([0], [], [], 0.02)[0]:
            read = os.read(0, 65536)
            if not read:
                break
            *lines, rest = (rest + read).split(b"\n")
            for order in map(json.loads, lines):
                if "kill" in order:
                    if order["kill"] in running:
                        os.kill(order["kill"], signal.SIGKILL)
                    continue
                pid = _start(order)
                running.add(pid)
                _tell({"started": pid})
        while running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            running.discard(pid)
            _tell({"ended": pid, "status": os.waitstatus_to_exitcode(status)})
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _tell(news: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(news) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
