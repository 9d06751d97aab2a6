"""How is the peer started: `rasa run` and `rasa run actions` on the starter?"""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from bot.http.ports import free_port
from tests.benchmark.starter import RASA, environment
from tests.benchmark.systems import READY_WITHIN_S, System, stop_process


def start_stock(folder: Path, log: Path) -> System:
    """Starts `rasa run` and `rasa run actions` at once, and waits until both answer."""
    port, actions_port = free_port(), free_port()
    (folder / "endpoints.yml").write_text(f'action_endpoint:\n  url: "http://127.0.0.1:{actions_port}/webhook"\n')
    commands = {
        "rasa run": ["run", "--interface", "127.0.0.1", "--port", str(port)],
        "rasa run actions": ["run", "actions", "--port", str(actions_port)],
    }
    began = time.monotonic()
    with log.open("wb") as output:
        processes = {
            part: subprocess.Popen(
                [str(RASA), *command], cwd=folder, env=environment(folder), stdout=output, stderr=subprocess.STDOUT
            )
            for part, command in commands.items()
        }

    def stop() -> None:
        for process in processes.values():
            stop_process(process)

    for url in (f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{actions_port}/health"):
        while not _answers(url):
            ended = [part for part, process in processes.items() if process.poll() is not None]
            if ended or time.monotonic() - began > READY_WITHIN_S:
                stop()
                raise AssertionError(f"{ended or 'the starter'} did not come up:\n{log.read_text()[-2000:]}")
            time.sleep(0.05)
    ready_s = time.monotonic() - began
    parts = {part: process.pid for part, process in processes.items()}
    return System("stock", f"http://127.0.0.1:{port}", parts, ready_s, stop)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
