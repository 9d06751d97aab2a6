"""What do processes cost: how much CPU time have they used, and how much memory do they hold? Linux only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import psutil


def read_cpu_s(parts: Mapping[str, int]) -> dict[str, float]:
    """CPU seconds (user and system) that each part has used so far.

    `parts` names the first process of each part; its descendants belong to it, unless they belong to a part below.
    Raises NoSuchProcess where one of these first processes has ended.
    """
    # The last two are what ended children used; their parent takes note of it.
    return _add_up(parts, lambda process: sum(process.cpu_times()[:4]))


def read_pss_mb(parts: Mapping[str, int]) -> dict[str, float]:
    """Memory of each part now, in MB: shared pages are divided among those who share them (PSS)."""
    return _add_up(parts, lambda process: process.memory_full_info().pss / 2**20)


def read_own_mb(parts: Mapping[str, int]) -> dict[str, float]:
    """The same of what each part wrote for itself alone: without the files that are mapped, whose share changes with
    who else maps them, and without PostgreSQL's shared buffers, which have a fixed size and fill up to it."""
    return _add_up(parts, _read_own_mb)


def find_child(parent: int, command: str) -> int:
    """The one descendant of a process whose command line holds these words. Raises LookupError."""
    children = psutil.Process(parent).children(recursive=True)
    found = [child.pid for child in children if command in " ".join(child.cmdline())]
    if len(found) != 1:
        raise LookupError(f"{len(found)} processes run {command!r}")
    return found[0]


def _read_own_mb(process: psutil.Process) -> float:
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError) as error:
        raise psutil.NoSuchProcess(process.pid) from error
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")) / 2**10


def _add_up(parts: Mapping[str, int], read: Callable[[psutil.Process], float]) -> dict[str, float]:
    trees = {part: [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)] for part, pid in parts.items()}
    sums = {}
    for part, tree in trees.items():
        members = {process.pid for process in tree}
        below = {each.pid for other, pid in parts.items() if pid in members and other != part for each in trees[other]}
        sums[part] = read(tree[0]) + sum(_read_if_there(each, read) for each in tree[1:] if each.pid not in below)
    return sums


def _read_if_there(process: psutil.Process, read: Callable[[psutil.Process], float]) -> float:
    try:
        return read(process)
    except psutil.NoSuchProcess:
        # PostgreSQL's workers come and go; what this one used its parent knows by now.
        return 0.0
