"""What do processes cost: how much CPU time have they used, and how much memory do they hold? Linux only."""

from __future__ import annotations

from collections.abc import Mapping

import psutil


def read_cpu_s(parts: Mapping[str, int]) -> dict[str, float]:
    """CPU seconds (user and system) that each part has used so far.

    `parts` names the first process of each part; its descendants belong to it, unless they belong to a part below.
    """
    # The last two are what ended children used; their parent takes note of it.
    return {part: sum(sum(each.cpu_times()[:4]) for each in members) for part, members in _list_members(parts).items()}


def read_pss_mb(parts: Mapping[str, int]) -> dict[str, float]:
    """Memory of each part now, in MB: shared pages are divided among those who share them (PSS)."""
    return {
        part: sum(each.memory_full_info().pss for each in members) / 2**20
        for part, members in _list_members(parts).items()
    }


def find_child(parent: int, command: str) -> int:
    """The one descendant of a process whose command line holds these words. Raises LookupError."""
    children = psutil.Process(parent).children(recursive=True)
    found = [child.pid for child in children if command in " ".join(child.cmdline())]
    if len(found) != 1:
        raise LookupError(f"{len(found)} processes run {command!r}")
    return found[0]


def _list_members(parts: Mapping[str, int]) -> dict[str, list[psutil.Process]]:
    trees = {part: {pid, *(child.pid for child in psutil.Process(pid).children(True))} for part, pid in parts.items()}
    members = {}
    for part, tree in trees.items():
        below = [trees[other] for other, pid in parts.items() if pid in tree and other != part]
        members[part] = [psutil.Process(pid) for pid in tree.difference(*below)]
    return members
