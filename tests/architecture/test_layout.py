"""Rules of the code base that no linter of ours knows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "actions", "knowledge")
MODULES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "versions" not in path.parts
)

# Edges of the network: the only modules that may speak HTTP.
HTTP_EDGES = (
    "bot/channels/",
    "bot/console/",
    "bot/http/",
    "bot/engine/",
    "bot/engine_client.py",
    "bot/app.py",
    "bot/serving.py",
    "bot/texting.py",
    "bot/demo/",
    "actions/server.py",
)
SQL_EDGES = ("bot/database/", "bot/engine/")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_says_what_it_answers(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 400
    if source.strip():
        assert ast.get_docstring(ast.parse(source)), "the first line of a module says which question it answers"


def test_http_is_spoken_at_the_edges_only() -> None:
    assert [path for path in _importers("aiohttp") if not path.startswith(HTTP_EDGES)] == []


def test_sql_stands_in_stores_only() -> None:
    importers = _importers("sqlalchemy")
    assert [path for path in importers if not path.startswith(SQL_EDGES) and not path.endswith("store.py")] == []


def test_rasa_is_imported_by_the_engine_only() -> None:
    assert [path for path in _importers("rasa") if not path.startswith("bot/engine/")] == []


def test_rasa_sdk_is_imported_by_the_actions_only() -> None:
    assert [path for path in _importers("rasa_sdk") if not path.startswith("actions/")] == []


def test_models_do_no_io() -> None:
    io = ("aiohttp", "sqlalchemy", "asyncio", "pathlib", "socket", "subprocess", "yaml", "open")
    models = [path for path in MODULES if path.name == "model.py"]
    assert models
    found = {str(path.relative_to(ROOT)): sorted(_imports(path) & set(io)) for path in models}
    assert {path: names for path, names in found.items() if names} == {}


def test_actions_stay_flat() -> None:
    folders = [path.name for path in (ROOT / "actions").iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert folders == []


def test_the_bot_package_imports_nothing_by_itself() -> None:
    assert (ROOT / "bot/__init__.py").read_text(encoding="utf-8") == ""


def _importers(package: str) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in MODULES if package in _imports(path)]


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names
