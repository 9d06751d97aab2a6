"""How the set-up finds a Python: by running candidates, because a name on PATH proves nothing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.product import ROOT


@pytest.fixture
def environments() -> ModuleType:
    spec = importlib.util.spec_from_file_location("environments", ROOT / "scripts" / "environments.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_shim_that_fails_is_passed_over(
    environments: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    _write(tmp_path / f"python{version}", "#!/bin/sh\necho 'version not installed' >&2\nexit 127\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = environments.find_interpreter((version,), "the test")
    assert found != str(tmp_path / f"python{version}")
    assert environments.version_of(found) == version


def test_a_shim_of_another_version_is_passed_over(environments: ModuleType, tmp_path: Path) -> None:
    _write(tmp_path / "python3.10", "#!/bin/sh\necho 3.9\n")
    assert environments.version_of(str(tmp_path / "python3.10")) == "3.9"


def test_the_named_interpreter_is_tried_first(environments: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENE_GUIDE_PYTHON_3_10", "/named/python")
    assert next(iter(environments.candidates("3.10"))) == "/named/python"


def test_where_there_is_none_the_sentence_says_how_to_get_one(
    environments: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "candidates", lambda version: iter(["/nowhere/python"]))
    monkeypatch.setattr(environments, "fetch_interpreter", lambda version: None)
    with pytest.raises(environments.SetupFailed, match=r"No Python 3\.10 that runs.*GENE_GUIDE_PYTHON_3_10"):
        environments.find_interpreter(("3.10",), "the engine environment")


def test_a_full_disk_is_said_before_anything_is_made(environments: ModuleType) -> None:
    with pytest.raises(environments.SetupFailed, match="GB of disk"):
        environments.check_space(1e9, "the engine environment")


def _write(path: Path, script: str) -> None:
    path.write_text(script)
    path.chmod(0o755)
