"""What do processes cost: how much CPU time have they used, and how much memory do they hold? Linux only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class _Process:
    pid: int
    parent: int
    cpu_s: float


def read_cpu_s(parts: Mapping[str, int]) -> dict[str, float]:
    """CPU seconds (user and system) that each part has used so far.

    `parts` names the first process of each part. A process counts for its nearest ancestor that is named; a process
    that has ended counts for the parent that took note of it.
    """
    used = dict.fromkeys(parts, 0.0)
    for part, process in _list_processes(parts):
        used[part] += process.cpu_s
    return used


def read_pss_mb(parts: Mapping[str, int]) -> dict[str, float]:
    """Memory of each part now, in MB: shared pages are divided among those who share them (PSS)."""
    held = dict.fromkeys(parts, 0.0)
    for part, process in _list_processes(parts):
        held[part] += _read_pss_kb(process.pid) / 1024
    return held


def find_child(parent: int, command: str) -> int:
    """The one descendant of a process whose command line holds these words. Raises LookupError."""
    found = [
        process.pid
        for _, process in _list_processes({"": parent})
        if command in (_PROC / str(process.pid) / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
    ]
    if len(found) != 1:
        raise LookupError(f"{len(found)} processes run {command!r}")
    return found[0]


def _list_processes(parts: Mapping[str, int]) -> list[tuple[str, _Process]]:
    part_of = {pid: part for part, pid in parts.items()}
    processes = {process.pid: process for process in map(_read_process, _list_pids()) if process is not None}
    found = []
    for process in processes.values():
        nearest: _Process | None = process
        while nearest is not None and nearest.pid not in part_of:
            nearest = processes.get(nearest.parent)
        if nearest is not None:
            found.append((part_of[nearest.pid], process))
    return found


def _list_pids() -> list[int]:
    return [int(folder.name) for folder in _PROC.iterdir() if folder.name.isdecimal()]


def _read_process(pid: int) -> _Process | None:
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name in parentheses may hold anything, so the fields are counted from its end (proc(5)): 4 is the parent,
    # 14 to 17 are user, system, and both of the children that have ended.
    fields = stat.rpartition(")")[2].split()
    return _Process(pid, int(fields[1]), sum(map(int, fields[11:15])) / _TICKS_A_SECOND)


def _read_pss_kb(pid: int) -> int:
    try:
        rollup = (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
