"""Operators read in the docs what each event of the log tells: the table and the code name the same ones."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bot.conversations.handoff import HandoffEvent
from bot.engine.logs import LISTED
from tests.product import ROOT

_LEVELS = ("debug", "info", "warning", "error", "critical")
_NAME = re.compile(r"[a-z]+\.[a-z_]+")
# That a coach looked is in the record alone.
HANDOFFS = {f"handoff.{event.value}" for event in HandoffEvent if event is not HandoffEvent.VIEWED}


def documented() -> set[str]:
    """The events in the first column of the table in the section on logs."""
    section = (ROOT / "docs/operating.md").read_text(encoding="utf-8").partition("\n## Logs\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def sources() -> Iterator[Path]:
    for package in ("bot", "actions", "knowledge"):
        yield from (ROOT / package).rglob("*.py")


def logged(source: Path) -> set[str]:
    """The event names with which a module calls its log."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and _is_log(node.func):
            names = (each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant))
            found |= {name for name in names if isinstance(name, str) and _NAME.fullmatch(name)}
    return found


def _is_log(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute) and called.attr in _LEVELS:
        return isinstance(called.value, ast.Name) and called.value.id == "log"
    return isinstance(called, ast.Name) and called.id == "report"


def test_every_event_of_the_code_stands_in_the_table() -> None:
    named = {name for source in sources() for name in logged(source)} | HANDOFFS
    assert "request.done" in named, "the calls are found"
    assert sorted(named - documented()) == []


def test_every_event_of_the_table_is_one_of_the_code() -> None:
    code = "".join(source.read_text(encoding="utf-8") for source in sources())
    assert sorted(name for name in documented() - HANDOFFS if f'"{name}"' not in code) == []


def test_the_engine_logs_no_field_that_its_list_would_drop() -> None:
    fields = {
        keyword.arg
        for source in (ROOT / "bot/engine").rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _is_log(node.func)
        for keyword in node.keywords
    }
    assert "turn_id" in fields, "the calls are found"
    assert sorted(fields - LISTED - {"exc_info"}) == []
