"""Which Chromium the browser tests drive, and how it is had where there is none.

`python tests/browser/chromium.py` makes sure that there is one: the system's, else Playwright's own download, else
Debian's package where this machine lets us install it. What can't be had is named with the line that installs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Returns the path of a Chromium that runs: `GENE_GUIDE_CHROMIUM`, then PATH, then Playwright's own."""
    candidates = [
        os.environ.get("GENE_GUIDE_CHROMIUM"),
        *(shutil.which(name) for name in _NAMES),
        _playwright_chromium(),
    ]
    return next((path for path in candidates if path and _runs(path)), None)


def install_chromium() -> str | None:
    """Tries Playwright's download, then Debian's package; returns the path of what then runs."""
    _try([sys.executable, "-m", "playwright", "install", "chromium"], timeout_s=300)
    if path := find_chromium():
        return path
    if shutil.which("apt-get") and os.geteuid() == 0:
        _try(["apt-get", "update", "-qq"], timeout_s=300)
        _try(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], timeout_s=900)
    return find_chromium()


def _playwright_chromium() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _runs(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _try(command: list[str], *, timeout_s: int) -> None:
    print("Looking for a Chromium:", " ".join(command), flush=True)
    try:
        subprocess.run(command, timeout=timeout_s, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return


if __name__ == "__main__":
    if not (find_chromium() or install_chromium()):
        sys.exit(
            "The browser tests need a Chromium, and none could be installed: run `apt-get install chromium` "
            "(or your system's equivalent), or name one in GENE_GUIDE_CHROMIUM."
        )
