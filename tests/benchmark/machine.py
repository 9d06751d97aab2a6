"""On which machine, with which versions, was it measured? Nothing that names the machine or its folders."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from tests.benchmark.systems import ENGINE_PYTHON


@dataclass(frozen=True)
class Machine:
    """The machine in words that mean something elsewhere."""

    cpu: str
    cores: int
    memory_gb: float
    kernel: str
    python_app: str
    python_engine: str
    rasa: str
    aiohttp: str
    sqlalchemy: str
    sqlite: str
    postgres: str
    measured_at: str
    load_before: float


def describe_machine(postgres: str = "") -> Machine:
    """Reads it from the system; the load is the one-minute average when the measurement begins."""
    return Machine(
        cpu=_read_field("/proc/cpuinfo", "model name"),
        cores=os.cpu_count() or 0,
        memory_gb=round(int(_read_field("/proc/meminfo", "MemTotal").split()[0]) / 1024**2, 1),
        kernel=f"{platform.system()} {platform.release().partition('-')[0]} {platform.machine()}",
        python_app=platform.python_version(),
        python_engine=_ask_engine("import platform; print(platform.python_version())"),
        rasa=_ask_engine("from importlib.metadata import version; print(version('rasa'))"),
        aiohttp=version("aiohttp"),
        sqlalchemy=version("sqlalchemy"),
        sqlite=sqlite3.sqlite_version,
        postgres=postgres,
        measured_at=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        load_before=round(os.getloadavg()[0], 2),
    )


def _read_field(path: str, name: str) -> str:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "unknown")


def _ask_engine(source: str) -> str:
    return subprocess.run([str(ENGINE_PYTHON), "-c", source], capture_output=True, text=True, check=True).stdout.strip()
