"""What stands between a running engine and its running actions, and lets calls through, holds or spoils them?"""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from actions.server import ROUTE

_LONGEST_S = 60.0
_CARRIED_ON = ("Authorization", "Content-Type", "X-Request-Id")
Json = dict[str, Any]


class ActionsDoor:
    """The address that the engine has for its actions; each misbehavior lasts for a block."""

    def __init__(self) -> None:
        self._target = ""
        self._waiting = 0
        self._is_open = threading.Event()
        self._is_open.set()
        self._spoil_call: Callable[[Json], Json] | None = None
        self._answer: bytes | None = None
        self._server = self._listen(0)
        self._port = int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Where the engine finds it."""
        return f"http://127.0.0.1:{self._port}{ROUTE}"

    def leads_to(self, url: str) -> None:
        """From now on calls go on to the actions there."""
        self._target = url

    def count_waiting(self) -> int:
        """How many calls are held now."""
        return self._waiting

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Calls are taken and held until the end of the block; then they go on."""
        self._is_open.clear()
        try:
            yield
        finally:
            self._is_open.set()

    def let_go(self) -> None:
        """What is held goes on, before the end of the block."""
        self._is_open.set()

    @contextmanager
    def raising(self) -> Iterator[None]:
        """The actions get calls that they cannot read, and raise."""
        self._spoil_call = _without_message
        try:
            yield
        finally:
            self._spoil_call = None

    @contextmanager
    def raising_past_everything(self) -> Iterator[None]:
        """The actions get calls on which even what catches their errors raises: a status of 500, and no result."""
        self._spoil_call = _without_slots
        try:
            yield
        finally:
            self._spoil_call = None

    @contextmanager
    def talking_nonsense(self) -> Iterator[None]:
        """The actions are called, and something that is no result comes back."""
        self._answer = b'{"events": "none", "responses": [{"text": "You are covered."}]}'
        try:
            yield
        finally:
            self._answer = None

    @contextmanager
    def silent(self) -> Iterator[None]:
        """The actions are called, and a result comes back that says nothing and does nothing."""
        self._answer = b'{"events": [], "responses": []}'
        try:
            yield
        finally:
            self._answer = None

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        """Nobody listens at the address."""
        self.close()
        try:
            yield
        finally:
            self._server = self._listen(self._port)

    def close(self) -> None:
        """Ends it; nothing is left waiting."""
        self._is_open.set()
        self._server.shutdown()
        self._server.server_close()

    def _listen(self, port: int) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return server

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        door = self

        # HTTP/1.0, a connection for each call: none stays open to an address that is to be unreachable.
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name: self.headers[name] for name in _CARRIED_ON if self.headers[name]}
                status, answer = door._carry(body, headers)
                # The engine may have stopped waiting long ago.
                with suppress(ConnectionError):
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *arguments: Any) -> None:
                """Says nothing."""

        return Handler

    def _carry(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        if not self._is_open.is_set():
            self._waiting += 1
            self._is_open.wait(_LONGEST_S)
            self._waiting -= 1
        spoil, instead = self._spoil_call, self._answer
        if spoil is not None:
            body = json.dumps(spoil(json.loads(body))).encode()
        request = urllib.request.Request(self._target, body, headers)  # noqa: S310 - our own actions
        try:
            with urllib.request.urlopen(request, timeout=_LONGEST_S) as response:  # noqa: S310
                status, answer = int(response.status), bytes(response.read())
        except urllib.error.HTTPError as refusal:
            status, answer = refusal.code, refusal.read()
        return (status, answer) if instead is None else (200, instead)


def _without_message(call: Json) -> Json:
    return {**call, "tracker": {**call["tracker"], "latest_message": {"text": 7, "intent": 7, "entities": 7}}}


def _without_slots(call: Json) -> Json:
    return {**call, "tracker": {**call["tracker"], "slots": 7}}
