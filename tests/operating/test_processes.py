"""What an operator sees: the product starts, refuses clearly, stops whole, and leaves nothing running."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.product import ROOT, RunningProduct, start_product

# What is promised in the docs: all processes together, and how long Ctrl-C may take.
MOST_MEGABYTES = 900
STOPS_WITHIN_S = 5.0
# What a busy machine adds, in which the product does nothing.
BUSY_S = 1.0


ENGINE_EVENTS = ["engine.starting", "engine.ready", "engine.stopping", "engine.stopped"]


@pytest.fixture
def own_product(tmp_path: Path) -> Iterator[RunningProduct]:
    product = start_product(tmp_path / "own")
    yield product
    for process in _family(product):
        process.kill()
    product.process.wait()


def test_ctrl_c_stops_every_process_in_time(own_product: RunningProduct) -> None:
    family = _family(own_product)
    assert len(family) >= 2, "the engine is a child of the app"
    started = time.monotonic()
    assert own_product.stop() == 0
    assert time.monotonic() - started < STOPS_WITHIN_S + BUSY_S
    assert [process.pid for process in family if _lives(process)] == []
    told = [json.loads(line) for line in _events(own_product)]
    said = [line for line in told if line["process"] == "gateway" and line["event"].startswith("serving.")]
    assert [line["event"].partition(".")[2] for line in said] == ["starting", "ready", "stopping", "stopped"]
    # Its lines stand between those of the gateway in no order; one that does not end in time is killed, and says less.
    own = [line["event"] for line in told if line["process"] == "engine" and line["event"] in ENGINE_EVENTS]
    assert own[:2] == ENGINE_EVENTS[:2]
    assert own == ENGINE_EVENTS[: len(own)]
    starting, ready, _, stopped = said
    assert {line["pid"] for line in (starting, ready, stopped)} == {own_product.process.pid}
    assert (starting["mode"], starting["database"]) == ("demo", "sqlite")
    assert own_product.base_url.endswith(f":{ready['port']}")
    assert (stopped["drained"], stopped["cut_off"]) == (0, 0)
    assert stopped["ms"] < (STOPS_WITHIN_S + BUSY_S) * 1000


def test_the_engine_does_not_outlive_a_killed_app(own_product: RunningProduct) -> None:
    family = _family(own_product)
    own_product.process.send_signal(signal.SIGKILL)
    own_product.process.wait()
    _, alive = psutil.wait_procs(
        [process for process in family if process.is_running()], timeout=STOPS_WITHIN_S + BUSY_S
    )
    assert [process.pid for process in alive if _lives(process)] == []


def test_everything_together_stays_small(running_product: RunningProduct) -> None:
    total = sum(process.memory_full_info().pss for process in _family(running_product))
    assert total / 1e6 < MOST_MEGABYTES


def test_a_busy_port_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = _gene_guide(tmp_path, "run", "--demo", "--port", str(port))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert f"Port {port}" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_demo_mode_refuses_an_open_address(tmp_path: Path) -> None:
    ended = _gene_guide(tmp_path, "run", "--demo", "--host", "0.0.0.0")
    assert ended.returncode == 1
    assert "loopback" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_missing_engine_environment_is_one_clear_sentence(tmp_path: Path) -> None:
    ended = _gene_guide(tmp_path, "run", "--demo", "--port", "0", GENE_GUIDE_ENGINE_PYTHON=str(tmp_path / "no-python"))
    assert ended.returncode == 1
    assert "engine environment" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_training_that_fails_is_one_clear_sentence(tmp_path: Path) -> None:
    not_a_folder = tmp_path / "models"
    not_a_folder.write_text("in the way")
    ended = _gene_guide(tmp_path, "run", "--demo", "--port", "0", GENE_GUIDE_MODELS_DIR=str(not_a_folder))
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr


@pytest.mark.parametrize("file", ["in-the-way", "in-the-way/log"])
def test_a_log_file_that_cannot_be_written_is_named_with_its_setting(file: str, tmp_path: Path) -> None:
    in_the_way = tmp_path / "in-the-way"
    in_the_way.mkdir() if file == in_the_way.name else in_the_way.write_text("")
    ended = _gene_guide(tmp_path, "run", "--demo", "--port", "0", GENE_GUIDE_LOG_FILE=str(tmp_path / file))
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    assert str(tmp_path / file) in ended.stderr
    assert "GENE_GUIDE_LOG_FILE" in ended.stderr


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:////proc/nowhere/gene-guide.sqlite",
        "sqlite:////dev/full",
        "postgresql://nobody:secret-word@127.0.0.1:1/nothing",
        "mysql://nobody:secret-word@127.0.0.1/nothing",
        "no address with a secret-word",
    ],
)
def test_a_database_that_cannot_be_used_is_one_clear_sentence(address: str, tmp_path: Path) -> None:
    ended = _gene_guide(tmp_path, "migrate", GENE_GUIDE_DATABASE_URL=address)
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    assert "secret-word" not in ended.stderr


def _gene_guide(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "GENE_GUIDE_DATABASE_URL": f"sqlite:///{folder / 'own.sqlite'}", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def _events(product: RunningProduct) -> list[str]:
    return [line for line in product.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]


def _family(product: RunningProduct) -> list[psutil.Process]:
    try:
        parent = psutil.Process(product.process.pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
