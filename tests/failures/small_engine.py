"""What is started instead of the engine where only its coming and going matters? A server that answers as a file says.

Run by the tests as a script, with the standard library alone, so that it is up in a moment.
"""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

from bot.engine_process import EngineCommand

MODELS = "models"
_SCRIPT = """#!{python} -S
import json, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

def read():
    with open({orders!r}) as orders:
        return json.load(orders)

with open({starts!r}, "a") as starts:
    starts.write(" ".join([str(time.monotonic()), sys.argv[-1], os.environ.get("GENE_GUIDE_MODEL", "")]) + "\\n")
if sys.argv[-1] == "train":
    time.sleep(read().get("trains_for_s", 0.0))
    print("Training the model ...")
    print(read().get("makes", "models/small.tar.gz"))
    sys.exit(read().get("training_says"))
if read().get("ends_with") is not None:
    sys.exit(read()["ends_with"])

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(read().get("waits_s", 0.0))
        ready = read().get("has_database", True) or self.path == "/livez"
        body = json.dumps(dict(status="ready" if ready else "ENGINE_STORE_UNAVAILABLE", model_id="small")).encode()
        self.send_response(200 if ready else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *what):
        pass

time.sleep(read().get("comes_up_after_s", 0.0))
ThreadingHTTPServer(("127.0.0.1", {port}), Handler).serve_forever()
"""


class SmallEngine:
    """The script, what it is told to do, and what it did."""

    def __init__(self, folder: Path, port: int) -> None:
        self._orders, self._starts = folder / "orders", folder / "starts"
        self._starts.touch()
        self.order()
        self._script = folder / "engine"
        self._script.write_text(
            _SCRIPT.format(python=sys.executable, orders=str(self._orders), starts=str(self._starts), port=port)
        )
        self._script.chmod(self._script.stat().st_mode | stat.S_IXUSR)

    @property
    def command(self) -> EngineCommand:
        """How it is started, and told where models are."""
        return EngineCommand(self._script, {"GENE_GUIDE_MODEL": MODELS}, sys.stderr)

    def order(self, **orders: float | int | bool | str) -> None:
        """From now on it does so: `ends_with` a status at once, `waits_s` before an answer, `has_database`.

        A training takes `trains_for_s`, and `makes` a file, or fails where there is something that `training_says`.
        """
        written = self._orders.with_suffix(".new")
        written.write_text(json.dumps(orders))
        written.replace(self._orders)

    def list_starts(self) -> list[tuple[float, str]]:
        """When it was started, in seconds, and for what."""
        lines = (line.split(" ") for line in self._starts.read_text().splitlines())
        return [(float(moment), verb) for moment, verb, _ in lines]

    def list_models(self) -> list[tuple[str, str]]:
        """For what it was started, and which model it was given each time."""
        lines = (line.split(" ") for line in self._starts.read_text().splitlines())
        return [(verb, model) for _, verb, model in lines]
