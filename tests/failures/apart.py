"""How do these tests run the real product in parts, each in a process of its own, with a door before the actions?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app import prepare_database
from bot.http.ports import free_port
from tests.databases import open_database
from tests.failures.actions_door import ActionsDoor
from tests.product import READY, ROOT

_STARTS_WITHIN_S = 120.0
_ACTIONS = re.compile(r"The actions are ready: (http://\S+)")
_SECRETS = {"GENE_GUIDE_ENGINE_SECRET": "of-the-engine", "GENE_GUIDE_ACTIONS_SECRET": "of-the-actions"}


@dataclass(frozen=True)
class ProductApart:
    """Gateway, engine with the trained model, and actions, as an operator starts them on machines of their own."""

    url: str
    door: ActionsDoor
    engine_log: Path

    def list_action_failures(self) -> list[str]:
        """The codes of the actions' failures that the engine has told of so far."""
        lines = self.engine_log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["code"] for line in lines if '"engine.action_failed"' in line]


@contextmanager
def run_apart(folder: Path, database_url: str) -> Iterator[ProductApart]:
    """Starts all three on a migrated database, which gets the shipped content, and ends them."""
    database = open_database(database_url)
    prepare_database(database, demo=True)
    database.engine.dispose()
    door, engine_port = ActionsDoor(), free_port()
    settings = {
        "GENE_GUIDE_DATABASE_URL": database_url,
        "GENE_GUIDE_LOG_FILE": "",
        "GENE_GUIDE_PORT": "0",
        "GENE_GUIDE_ENGINE_PORT": str(engine_port),
        "GENE_GUIDE_ENGINE_URL": f"http://127.0.0.1:{engine_port}",
        "GENE_GUIDE_ACTIONS_URL": door.url,
        **_SECRETS,
    }
    with ExitStack() as stack:
        stack.callback(door.close)
        # The slowest part first: it comes up beside the others.
        engine = _Part(folder / "engine.log", "engine", settings)
        stack.callback(engine.end)
        actions = _Part(folder / "actions.log", "actions", settings)
        stack.callback(actions.end)
        gateway = _Part(folder / "gateway.log", "gateway", settings)
        stack.callback(gateway.end)
        door.leads_to(actions.until_said(_ACTIONS))
        url = gateway.until_said(READY)
        engine.until_said(re.compile(r"(engine\.ready)"))
        yield ProductApart(url, door, engine.log)


class _Part:
    def __init__(self, log: Path, name: str, settings: dict[str, str]) -> None:
        self.log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", name],
                cwd=ROOT,
                env={**os.environ, **settings},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def until_said(self, wanted: re.Pattern[str]) -> str:
        """Waits for a line, and gives the group in it."""
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while not (found := wanted.search(said := self.log.read_text(encoding="utf-8", errors="replace"))):
            assert self._process.poll() is None, said[-4000:]
            assert time.monotonic() < deadline, said[-4000:]
            time.sleep(0.05)
        return found.group(1)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
