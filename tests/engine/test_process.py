"""The engine as a process: it comes up light and soon, logs nothing private, and goes when it should."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.http.ports import free_port

ROOT = Path(__file__).parents[2]
CANARY = "Quokka"
SECRET = "engine-secret"


@dataclass
class Engine:
    """A running `python -m bot.engine serve`."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    started_in_s: float

    def post(self, **turn: str) -> dict[str, Any]:
        body = json.dumps({"turn_id": f"turn-{time.monotonic_ns()}", "conversation_id": "c", "channel": "web", **turn})
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/turns", body.encode(), {"Authorization": f"Bearer {SECRET}"}
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - the address is ours
            return dict(json.loads(response.read()))


def start(model: Path, database_url: str, log: Path, port: int, **changes: str) -> subprocess.Popen[bytes]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GENE_GUIDE_")},
        "GENE_GUIDE_ENGINE_PORT": str(port),
        "GENE_GUIDE_ENGINE_SECRET": SECRET,
        "GENE_GUIDE_ACTIONS_URL": f"http://127.0.0.1:{free_port()}/webhook",
        "GENE_GUIDE_ACTIONS_SECRET": "actions-secret",
        "GENE_GUIDE_DATABASE_URL": database_url,
        "GENE_GUIDE_MODEL": str(model),
        "GENE_GUIDE_LOG_LEVEL": "DEBUG",
        **changes,
    }
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "bot.engine", "serve"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


@pytest.fixture
def engine(model: Path, sqlite_url: str, tmp_path: Path) -> Iterator[Engine]:
    """A ready engine on a fresh database; its actions are not there."""
    port, log, started = free_port(), tmp_path / "engine.log", time.monotonic()
    process = start(model, sqlite_url, log, port)
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
            break
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() - started < 180, log.read_text()
            time.sleep(0.1)
    yield Engine(process, port, log, time.monotonic() - started)
    process.kill()
    process.wait()


def test_it_takes_turns_without_tensorflow_in_little_memory(engine: Engine) -> None:
    assert [reply["key"] for reply in engine.post(text="hello")["replies"]] == ["utter_greeting_hello"]
    memory = psutil.Process(engine.process.pid).memory_full_info().pss
    assert memory < 350 * 1024 * 1024
    assert "tensorflow" not in Path(f"/proc/{engine.process.pid}/maps").read_text()


def test_its_whole_output_is_events_without_a_members_words(engine: Engine) -> None:
    engine.post(text=f"I am {CANARY}, is zolgensma covered?")
    engine.post(text=f"/{CANARY} {{x}}")
    engine.post(text="is my coverage active")
    engine.post(text="GG1000001, March 14, 1962")
    engine.post(choice='/facility_search{"zip_code": "19104"}')
    engine.process.terminate()
    engine.process.wait(timeout=60)
    output = engine.log.read_text()
    for secret in (CANARY, "GG1000001", "1000001", "1962", "19104", "zolgensma"):
        assert secret not in output
    events = [json.loads(line) for line in output.splitlines()]
    names = [event["event"] for event in events]
    assert names.count("engine.turn") == 5
    assert "engine.action_failed" in names


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(engine: Engine, number: signal.Signals) -> None:
    engine.process.send_signal(number)
    assert engine.process.wait(timeout=30) == 0


def test_it_does_not_outlive_the_process_that_started_it(engine: Engine) -> None:
    assert engine.process.stdin is not None
    engine.process.stdin.close()
    assert engine.process.wait(timeout=30) == 0


def test_one_that_hangs_does_not_outlive_it_either() -> None:
    hangs = (
        "import signal, time; from bot.engine import lifetime; lifetime._END_WITHIN_S = 0.2; "
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); lifetime.end_with_parent(); print(flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", hangs], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    process.stdin.close()
    assert process.wait(timeout=50) == -signal.SIGKILL


def fails(process: subprocess.Popen[bytes], log: Path, *words: str, status: int = 1) -> None:
    """The process ends with this status and one sentence that holds these words."""
    assert process.wait(timeout=180) == status
    said = log.read_text().strip()
    sentence = said.splitlines()[-1]
    assert all(word in sentence for word in words), said
    assert "Traceback" not in said


def test_without_a_model_it_says_what_to_do(tmp_path: Path, sqlite_url: str) -> None:
    log = tmp_path / "log"
    fails(start(tmp_path / "none", sqlite_url, log, free_port()), log, "no trained model", "train", status=3)


@pytest.mark.parametrize("size", [0, 1_000, -1])
def test_a_model_that_was_cut_short_is_named(size: int, model: Path, tmp_path: Path, sqlite_url: str) -> None:
    cut, log = tmp_path / model.name, tmp_path / "log"
    cut.write_bytes(model.read_bytes()[:size])
    fails(start(cut, sqlite_url, log, free_port()), log, "damaged", str(cut), "train", status=3)


def test_without_a_setting_it_names_it(tmp_path: Path, model: Path, sqlite_url: str) -> None:
    log = tmp_path / "log"
    process = start(model, sqlite_url, log, free_port(), GENE_GUIDE_ACTIONS_SECRET="")
    fails(process, log, "GENE_GUIDE_ACTIONS_SECRET")


def test_a_taken_port_is_named(tmp_path: Path, model: Path, sqlite_url: str) -> None:
    log = tmp_path / "log"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        fails(start(model, sqlite_url, log, port), log, "cannot listen", str(port))


def test_another_kind_of_database_is_named(tmp_path: Path, model: Path) -> None:
    log = tmp_path / "log"
    fails(start(model, "mysql://nobody@localhost/x", log, free_port()), log, "sqlite", "postgresql")
