"""On which machine, with which versions, was it measured? Nothing that names the machine or its folders."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.benchmark.systems import ASK_RASA_VERSION, ask_engine

# What others may use of all cores when a measurement begins that is recorded.
BUSY_PERCENT = 10.0


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


def describe_machine(postgres: str = "") -> Machine:
    """Reads it from the system."""
    return Machine(
        cpu=_read_field("/proc/cpuinfo", "model name"),
        cores=os.cpu_count() or 0,
        memory_gb=round(int(_read_field("/proc/meminfo", "MemTotal").split()[0]) / 1024**2, 1),
        kernel=f"{platform.system()} {platform.release().partition('-')[0]} {platform.machine()}",
        python_app=platform.python_version(),
        python_engine=ask_engine("import platform; print(platform.python_version())"),
        rasa=ask_engine(ASK_RASA_VERSION),
        aiohttp=version("aiohttp"),
        sqlalchemy=version("sqlalchemy"),
        sqlite=sqlite3.sqlite_version,
        postgres=postgres,
        measured_at=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    )


def wait_until_calm(limit_percent: float = BUSY_PERCENT, patience_s: float = 120.0, look_s: float = 5.0) -> float:
    """Waits until the machine does little else; percent of all its cores that others use, above the limit where that
    did not come about in time."""
    # Not the load average, which tells for minutes of what has ended.
    deadline = time.monotonic() + patience_s
    while True:
        # Waiting for the disk counts: our commits would wait with it.
        busy = 100 - psutil.cpu_times_percent(interval=look_s).idle
        if busy <= limit_percent or time.monotonic() > deadline:
            return busy


def _read_field(path: str, name: str) -> str:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "unknown")
