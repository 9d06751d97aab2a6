"""How the tests start the whole product: the `gene-guide` command in its own process, as an operator does."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_TIMEOUT_S = 300.0
READY = re.compile(r"(http://127\.0\.0\.1:\d+)/\s*$", re.MULTILINE)


@dataclass(frozen=True)
class RunningProduct:
    """The product in demo mode: gateway, actions and engine with the trained model, on a database of its own."""

    base_url: str
    database_url: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> int:
        """Ends it as Ctrl-C does and returns the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)


def start_product(folder: Path, *, database_url: str | None = None, **settings: str) -> RunningProduct:
    """Starts the product and waits until it says that it is ready; fails with its output when it is not."""
    return wait_until_ready(launch_product(folder, database_url=database_url, **settings))


def launch_product(folder: Path, *, port: int = 0, database_url: str | None = None, **settings: str) -> RunningProduct:
    """Starts the product and waits for nothing; its address is only known where the port is."""
    folder.mkdir(parents=True, exist_ok=True)
    database_url = database_url or f"sqlite:///{folder / 'gene-guide.sqlite'}"
    log = folder / "product.log"
    environment = {
        **os.environ,
        "GENE_GUIDE_DATABASE_URL": database_url,
        "GENE_GUIDE_LOG_FILE": "",
        **{f"GENE_GUIDE_{name.upper()}": value for name, value in settings.items()},
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run", "--demo", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return RunningProduct(f"http://127.0.0.1:{port}", database_url, process, log)


def wait_until_ready(product: RunningProduct) -> RunningProduct:
    """The product with its address, once it says that it is ready; fails with its output when it is not."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        said = product.log.read_text(encoding="utf-8", errors="replace")
        if ready := READY.search(said):
            return replace(product, base_url=ready.group(1))
        if product.process.poll() is not None:
            raise AssertionError(f"the product ended with status {product.process.returncode}:\n{said[-4000:]}")
        time.sleep(0.1)
    product.process.kill()
    raise AssertionError(f"the product was not ready within {START_TIMEOUT_S:.0f} s:\n{said[-4000:]}")
