"""How is the peer made: the starter of `rasa init` with one custom action added?"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from tests.benchmark.client import STOCK_ACTION_SAYS, STOCK_QUESTIONS
from tests.benchmark.systems import ASK_RASA_VERSION, Cost, ask_engine, run_timed
from tests.product import ROOT

RASA = ROOT / ".venv/engine/bin/rasa"
# Kept between runs, outside of git: making it anew takes minutes.
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
    """The starter with its model, by `rasa init --no-prompt`, one added intent, rule and action; made anew when this
    file, the questions or Rasa changed."""
    made = folder / "made.json"
    if made.exists() and made.read_text(encoding="utf-8") == describe():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _run(["init", "--no-prompt"], folder)
    add_action(folder)
    shutil.rmtree(folder / "models")
    train_stock(folder, folder / "models")
    made.write_text(describe(), encoding="utf-8")
    return folder


def describe() -> str:
    """From what a starter would be made now, as JSON: two that say the same are the same."""
    sources = [Path(__file__).read_text(encoding="utf-8"), *STOCK_QUESTIONS, STOCK_ACTION_SAYS]
    digest = hashlib.sha256("\0".join(sources).encode()).hexdigest()
    return json.dumps({"rasa": ask_engine(ASK_RASA_VERSION), "from": digest})


def train_stock(folder: Path, models: Path) -> Cost:
    """Trains it from nothing; what that took."""
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return run_timed([str(RASA), "train", "--quiet", "--out", str(models)], folder, environment(folder))


def add_action(folder: Path) -> None:
    """Adds the intent, the rule and the action to what `rasa init` made."""
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
