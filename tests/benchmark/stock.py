"""How is the peer made and started: the starter of `rasa init` with one custom action added?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from bot.http.ports import free_port
from tests.benchmark.client import STOCK_ACTION_SAYS, STOCK_QUESTIONS
from tests.benchmark.systems import READY_WITHIN_S, Cost, System, run_timed, stop_process
from tests.product import ROOT

RASA = ROOT / ".venv/engine/bin/rasa"
# Kept between runs, outside of git: making it anew takes two minutes.
STARTER = ROOT / "var/benchmark/stock-starter"

_INTENT = "ask_coverage"
_ACTION = "action_say_coverage"
_NLU = """
- intent: {intent}
  examples: |
{examples}
"""
_RULE = """
- rule: Say what is covered
  steps:
  - intent: {intent}
  - action: {action}
"""
_ACTION_SOURCE = """from rasa_sdk import Action


class ActionSayCoverage(Action):
    def name(self):
        return "{action}"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="{text}")
        return []
"""


def environment(folder: Path) -> dict[str, str]:
    """The environment of Rasa's commands: no telemetry, quiet, a cache of its own."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(folder / ".cache"),
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        # The actions import nothing of ours.
        "PYTHONPATH": "",
    }


def make_starter(folder: Path = STARTER) -> Path:
    """The starter with its model; made once, by `rasa init --no-prompt`, one added intent, rule and action."""
    if (folder / "made.json").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _run(["init", "--no-prompt"], folder)
    _add_action(folder)
    shutil.rmtree(folder / "models")
    train_stock(folder, folder / "models")
    (folder / "made.json").write_text(json.dumps({"with": "rasa init --no-prompt", "added": _ACTION}))
    return folder


def train_stock(folder: Path, models: Path) -> Cost:
    """Trains it from nothing; what that took."""
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return run_timed([str(RASA), "train", "--quiet", "--out", str(models)], folder, environment(folder))


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


def _add_action(folder: Path) -> None:
    examples = "".join(f"    - {question}\n" for question in STOCK_QUESTIONS)
    _append(folder / "data/nlu.yml", _NLU.format(intent=_INTENT, examples=examples))
    _append(folder / "data/rules.yml", _RULE.format(intent=_INTENT, action=_ACTION))
    domain = (folder / "domain.yml").read_text(encoding="utf-8")
    domain = domain.replace("intents:\n", f"intents:\n  - {_INTENT}\n", 1) + f"\nactions:\n  - {_ACTION}\n"
    (folder / "domain.yml").write_text(domain, encoding="utf-8")
    source = _ACTION_SOURCE.format(action=_ACTION, text=STOCK_ACTION_SAYS)
    (folder / "actions/actions.py").write_text(source, encoding="utf-8")


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n" + text, encoding="utf-8")


def _run(command: list[str], folder: Path) -> None:
    run_timed([str(RASA), *command], folder, environment(folder))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
