"""How is the engine of a running product killed, made to hang, and kept from starting?"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import psutil

from tests.product import ROOT, RunningProduct

_APPEARS_WITHIN_S = 60.0
# What the product takes for the engine's Python: it waits at the door, and then becomes that Python.
_SCRIPT = """#!{python}
import os, sys, time
parent = os.getppid()
if sys.argv[-1] == "serve":
    with open({starts!r}, "a") as starts:
        starts.write("x")
    while os.path.exists({closed!r}) and os.getppid() == parent:
        time.sleep(0.02)
os.execv({engine!r}, [{engine!r}, *sys.argv[1:]])
"""


class EngineDoor:
    """The way in for engines of one product: while it is closed, they are started but do not come up."""

    def __init__(self, folder: Path) -> None:
        self._closed, self._starts = folder / "closed", folder / "starts"
        self._starts.touch()
        self.python = folder / "python"
        self.python.write_text(
            _SCRIPT.format(
                python=sys.executable,
                starts=str(self._starts),
                closed=str(self._closed),
                engine=str(ROOT / ".venv/engine/bin/python"),
            )
        )
        self.python.chmod(0o755)

    def close(self) -> None:
        """From now on no engine comes up."""
        self._closed.touch()

    def open(self) -> None:
        """Lets the engine that waits, and every later one, come up."""
        self._closed.unlink(missing_ok=True)

    def count_starts(self) -> int:
        """How often the product has started an engine."""
        return self._starts.stat().st_size


def find_engine(product: RunningProduct, *, after: psutil.Process | None = None) -> psutil.Process:
    """The product's engine; waits for one that is not `after`."""
    deadline = time.monotonic() + _APPEARS_WITHIN_S
    while time.monotonic() < deadline:
        for process in psutil.Process(product.process.pid).children():
            if process != after and _is_engine(process):
                return process
        time.sleep(0.05)
    raise AssertionError("the product has no engine")


def end_family(product: RunningProduct) -> None:
    """Ends every process of the product, however it stands."""
    try:
        parent = psutil.Process(product.process.pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    for process in family:
        # What is stopped cannot end in order.
        os.kill(process.pid, signal.SIGKILL)
    product.process.wait()


def _is_engine(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.cmdline()[-1:] == ["serve"]
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False
