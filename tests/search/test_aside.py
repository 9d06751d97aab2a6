"""Work beside the loop gives its result, and keeps no process that is to end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from knowledge.search.aside import aside

ENDS = """
import asyncio, time
from knowledge.search.aside import aside

async def main():
    task = asyncio.create_task(aside(lambda: time.sleep(600)))
    await asyncio.sleep(0.1)
    task.cancel()

asyncio.run(main())
"""


async def test_what_the_work_returns_or_raises_comes_back() -> None:
    assert await aside(lambda: 2 + 2) == 4
    with pytest.raises(ZeroDivisionError):
        await aside(lambda: 1 // 0)


def test_a_process_ends_while_the_work_goes_on() -> None:
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", ENDS], cwd=root, timeout=60, check=False).returncode == 0
