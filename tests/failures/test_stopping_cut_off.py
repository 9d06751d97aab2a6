"""A process that is cut off says so by its exit status, whether or not its last line can be written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.product import ROOT

# As `gene-guide` does on a signal, with a thread that never comes to an end, such as one at a database that hangs.
_HANGING = """
import asyncio, os, signal, sys, threading, time
from bot import serving
from bot.logs import configure_logs

configure_logs("INFO", sys.stderr)
serving.CUT_OFF_AFTER_S = 0.1

async def hang():
    stopped = serving._stop_signals()
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Thread(target=time.sleep, args=(3600,)).start()
    await stopped.wait()

asyncio.run(hang())
"""
_LONG_S = 60


def test_a_supervisor_sees_it_and_the_log_tells_why(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as stream:
        assert _run(stream.fileno()) == 1
    assert [json.loads(line)["event"] for line in log.read_text().splitlines()] == ["serving.cut_off"]


def test_a_log_that_nobody_reads_on_keeps_nothing_alive() -> None:
    reading, writing = os.pipe()
    try:
        os.set_blocking(writing, False)
        with suppress(BlockingIOError):
            while os.write(writing, b"x" * 4096):
                pass
        # Full, and whoever writes next waits.
        os.set_blocking(writing, True)
        assert _run(writing) == 1
    finally:
        os.close(reading)
        os.close(writing)


def _run(log: int) -> int:
    return subprocess.run([sys.executable, "-c", _HANGING], cwd=ROOT, stderr=log, timeout=_LONG_S).returncode
