"""What stands in for the engine when something else is broken? A server that answers, or makes wait."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "the-engine-secret"


class ScriptedEngine:
    """Answers as the engine's server does, in a thread of its own."""

    def __init__(self) -> None:
        self._turns: list[tuple[str, str]] = []
        self.answers = threading.Event()
        self.answers.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where the gateway finds it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def turns_of(self, *conversation_ids: str) -> list[str]:
        """The ids of the turns that it was asked for in these conversations."""
        return [turn_id for conversation_id, turn_id in self._turns if conversation_id in conversation_ids]

    def hang(self) -> None:
        """From now on it takes turns and does not answer them."""
        self.answers.clear()

    def go_on(self) -> None:
        """Answers again, also what waits."""
        self.answers.set()

    def close(self) -> None:
        """Ends it; nothing is left waiting."""
        self.answers.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer({"status": "ready", "model_id": "scripted"})

            def do_DELETE(self) -> None:
                self._answer({})

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                engine._turns.append((asked["conversation_id"], asked["turn_id"]))
                engine.answers.wait()
                reply = {"key": "utter_test", "text": "An answer.", "outcome": "answer"}
                self._answer(
                    {
                        "turn_id": asked["turn_id"],
                        "replies": [reply],
                        "understood": {"topics": ["coverage_general"], "language": "en", "confidence": 0.9},
                        "model_id": "scripted",
                    }
                )

            def log_message(self, *arguments: Any) -> None:
                """Says nothing."""

            def _answer(self, content: dict[str, Any]) -> None:
                body = json.dumps(content).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except ConnectionError:
                    # The gateway stopped waiting long ago.
                    self.close_connection = True

        return Handler
