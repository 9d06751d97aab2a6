"""Do two texts share 12 words in a row? Runs of words as hashes, so that sources can be compared and not kept."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

RUN = 12
_BYTES = 8
KNOWN = Path(__file__).parent / "windows/source_windows.bin"


def hash_runs(text: str) -> set[bytes]:
    """The hash of each run of 12 words; empty for a shorter text."""
    words = re.findall(r"[a-z0-9]+", text.casefold().replace("\u2019", "'"))
    runs = (" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
    return {hashlib.sha256(run.encode()).digest()[:_BYTES] for run in runs}


def read_texts(path: Path) -> Iterator[str]:
    """Every text of a YAML file, one by one, without the addresses; any other file whole."""
    if path.suffix not in {".yml", ".yaml"}:
        yield path.read_text(encoding="utf-8")
        return
    yield from _texts_in(yaml.safe_load(path.read_text(encoding="utf-8")))


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if not value.startswith(("https://", "http://")):
            yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each)


def read_known(path: Path = KNOWN) -> set[bytes]:
    """The runs of the sources."""
    kept = path.read_bytes()
    return {kept[start : start + _BYTES] for start in range(0, len(kept), _BYTES)}


def write_known(paths: list[Path]) -> bytes:
    """The runs of these files, sorted."""
    return b"".join(sorted({run for path in paths for text in read_texts(path) for run in hash_runs(text)}))


if __name__ == "__main__":
    sys.stdout.buffer.write(write_known([Path(name) for name in sys.argv[1:]]))
