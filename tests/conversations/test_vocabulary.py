"""The words that several parts know are the same words everywhere."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from knowledge.us_states import US_STATES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", ["bot/engine/entities/places.py", "actions/spoken.py"])
def test_every_part_knows_the_same_states(path: str) -> None:
    # Read, not imported: the engine runs in an environment of its own and shares no module with us.
    source = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    imports = {name.name for node in ast.walk(source) if isinstance(node, ast.ImportFrom) for name in node.names}
    tables = [
        ast.literal_eval(node.value)
        for node in source.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Dict)
        and "STATES" in ast.unparse(node.targets[0])
    ]
    assert tables == [US_STATES] or "US_STATES" in imports
