"""What the tests of dying gateways may ask for: the launcher, one real engine, and prepared databases."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.app import prepare_database
from bot.http.ports import free_port
from tests.crash.gateways import Launcher
from tests.crash.world import Door, Engine, Lane, copy_file, open_door, open_lane
from tests.databases import open_database
from tests.product import ROOT

READY_WITHIN_S = 180.0


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """The process that starts gateways."""
    launcher = Launcher()
    yield launcher
    launcher.close()


@pytest.fixture(scope="session")
def prepared_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the shipped content, to be copied."""
    path = tmp_path_factory.mktemp("prepared") / "prepared.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    database = open_database(f"sqlite:///{path}")
    prepare_database(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return path


@pytest.fixture(scope="session")
def engine(prepared_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The real engine with the trained model, on a database of its own."""
    folder = tmp_path_factory.mktemp("engine")
    (folder / "engine.sqlite").write_bytes(prepared_sqlite.read_bytes())
    port, actions_port = free_port(), free_port()
    engine = Engine(f"http://127.0.0.1:{port}", "the-engine-secret", actions_port, "the-actions-secret")
    environment = {
        **os.environ,
        "GENE_GUIDE_DATABASE_URL": f"sqlite:///{folder / 'engine.sqlite'}",
        "GENE_GUIDE_ENGINE_PORT": str(port),
        "GENE_GUIDE_ENGINE_SECRET": engine.secret,
        "GENE_GUIDE_ACTIONS_URL": f"http://127.0.0.1:{actions_port}/webhook",
        "GENE_GUIDE_ACTIONS_SECRET": engine.actions_secret,
    }
    with (folder / "engine.log").open("wb") as log:
        command = [sys.executable, "-m", "bot.cli", "engine"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        while not _is_ready(engine):
            assert process.poll() is None, (folder / "engine.log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline, "the engine did not become ready"
            time.sleep(0.1)
        yield engine
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
async def door(engine: Engine) -> AsyncIterator[Door]:
    """The way to the engine."""
    async with open_door(engine) as door:
        yield door


def _is_ready(engine: Engine) -> bool:
    try:
        with urllib.request.urlopen(f"{engine.url}/readyz", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
async def lane(door: Door, launcher: Launcher, prepared_sqlite: Path, tmp_path: Path) -> AsyncIterator[Lane]:
    """A prepared SQLite database with its actions."""
    path = copy_file(prepared_sqlite, tmp_path / "gene-guide.sqlite")
    async with open_lane(door, launcher, f"sqlite:///{path}", tmp_path / "runs") as lane:
        yield lane
