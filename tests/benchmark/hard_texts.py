"""How much CPU time does the hardest message cost? The whole product, each message in a conversation of its own.

`python -m tests.benchmark.hard_texts` prints the worst, in milliseconds of all the product's processes together. The
clock on the wall says nothing on a machine that others use, too.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

import aiohttp

from tests.member import Member
from tests.product import RunningProduct, start_product
from tests.robustness.hard_texts import ALL

_WORST = 15
_AFTER_NAME = 2
_SESSION, _USER, _SYSTEM = 5 - _AFTER_NAME, 13 - _AFTER_NAME, 14 - _AFTER_NAME


def _cpu_ms(product: RunningProduct) -> float:
    """What the processes of the product's session have used so far (Linux)."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[_SESSION]) == product.process.pid:
            ticks += int(fields[_USER]) + int(fields[_SYSTEM])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


async def _measure(product: RunningProduct) -> list[tuple[float, str]]:
    measured = []
    async with aiohttp.ClientSession() as http:
        # The first message warms everything up.
        for name, text in [("", "is it covered"), *ALL.items()]:
            member = Member(http, product.base_url)
            await member.open(plan="independence")
            before = _cpu_ms(product)
            await member.say(text)
            measured.append((_cpu_ms(product) - before, name))
    return sorted(measured[1:], reverse=True)


def main() -> None:
    """Starts the product, asks, prints."""
    with tempfile.TemporaryDirectory() as folder:
        product = start_product(Path(folder))
        try:
            measured = asyncio.run(_measure(product))
        finally:
            product.stop()
    for cpu_ms, name in measured[:_WORST]:
        print(f"{cpu_ms:7.0f} ms  {name}")  # noqa: T201
    print(f"{sum(ms for ms, _ in measured) / len(measured):7.0f} ms  mean of {len(measured)} texts")  # noqa: T201


if __name__ == "__main__":
    main()
