"""How do the measured systems look beside each other? Draws the results of a run; needs matplotlib alone.

.venv/engine/bin/python tests/benchmark/chart.py tests/benchmark/results/latest.json docs/images/performance.svg
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

COLORS = {"product": "#0b6e4f", "product on PostgreSQL": "#2f6db5", "stock starter": "#b0653a"}
Rounds = list[dict[str, Any]]


def main() -> None:
    """Reads the results and writes the picture."""
    source, target = map(Path, sys.argv[1:3])
    rounds: Rounds = json.loads(source.read_text(encoding="utf-8"))["rounds"]
    # The same results make the same file, and nothing in it says where or when it was drawn.
    matplotlib.rcParams.update({"svg.hashsalt": "gene-guide", "font.size": 9})
    figure, axes = pyplot.subplots(2, 2, figsize=(10, 7))
    by_level = [(str(level["conversations"]), index) for index, level in enumerate(rounds[0]["levels"])]
    near = [(turn, turn) for turn in rounds[0]["near_ms"]]
    _draw_bars(axes[0][0], rounds, by_level, lambda each, at: each["levels"][at]["p95_ms"])
    _draw_bars(axes[0][1], rounds, by_level, lambda each, at: each["levels"][at]["turns_a_second"])
    _draw_bars(axes[1][0], rounds, by_level, lambda each, at: sum(each["levels"][at]["cpu_ms"].values()))
    _draw_bars(axes[1][1], rounds, near, lambda each, at: each["near_ms"][at])
    titles = (
        ("p95 of a turn, ms, logarithmic (lower is better)", "conversations at once"),
        ("turns a second (higher is better)", "conversations at once"),
        ("CPU of all processes a turn, ms (lower is better)", "conversations at once"),
        ("median of a turn, ms (flat and low is better)", "near this turn of one conversation"),
    )
    for axis, (title, below) in zip(axes.flat, titles, strict=True):
        axis.set_title(title, fontsize=10)
        axis.set_xlabel(below)
        axis.spines[["top", "right"]].set_visible(False)
    # From tens to thousands of milliseconds in one picture.
    axes[0][0].set_yscale("log")
    axes[0][0].legend(frameon=False, loc="upper left")
    figure.suptitle("Median of the rounds; the lines show the lowest and the highest", fontsize=9)
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None, "Creator": None})


def _draw_bars(axis: Any, rounds: Rounds, places: list[tuple[str, Any]], figure: Callable[[Any, Any], float]) -> None:
    systems = [system for system in COLORS if any(each["system"] == system for each in rounds)]
    width = 0.8 / len(systems)
    for index, system in enumerate(systems):
        values = [[figure(each, at) for each in rounds if each["system"] == system] for _, at in places]
        medians = [statistics.median(each) for each in values]
        reach = (
            [median - min(each) for median, each in zip(medians, values, strict=True)],
            [max(each) - median for median, each in zip(medians, values, strict=True)],
        )
        left = [place + (index - (len(systems) - 1) / 2) * width for place in range(len(places))]
        bars = axis.bar(left, medians, width * 0.94, yerr=reach, color=COLORS[system], label=system, capsize=2)
        axis.bar_label(bars, fmt="%.0f", padding=2, fontsize=7)
    axis.set_xticks(range(len(places)))
    axis.set_xticklabels([name for name, _ in places])


if __name__ == "__main__":
    main()
