"""Where do the milliseconds of one turn go: on the clock by step, and of the CPU by area?"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.benchmark.cpu_profile import AREAS, divide_cpu, record_stacks
from tests.benchmark.processes import read_cpu_s
from tests.benchmark.rounds import TURNS_A_CONVERSATION
from tests.benchmark.steps import divide, find_metrics_address, read_figures
from tests.benchmark.systems import System, load


@dataclass(frozen=True)
class Profile:
    """Milliseconds of one turn at one conversation: `steps` on the clock, `cpu` of each part by area (empty where
    py-spy could not look)."""

    asked_ms: float
    steps: Mapping[str, float]
    cpu: Mapping[str, Mapping[str, float]]


def profile(system: System, log: Path, seconds: float) -> Profile:
    """Profiles a running product: first undisturbed for the steps, then again while py-spy looks."""
    load(system, conversations=1, turns=TURNS_A_CONVERSATION, seconds=min(4.0, seconds))
    address = find_metrics_address(log.read_text(encoding="utf-8"))
    figures, cpu = read_figures(address), read_cpu_s(system.parts)
    samples = load(system, conversations=1, turns=TURNS_A_CONVERSATION, seconds=seconds)
    # The mean, because the steps are means too.
    asked_ms = statistics.fmean(samples.milliseconds)
    steps = divide(figures, read_figures(address), asked_ms)
    used = {part: value - cpu[part] for part, value in read_cpu_s(system.parts).items()}
    with record_stacks(system.parts, seconds) as stacks:
        load(system, conversations=1, turns=TURNS_A_CONVERSATION, seconds=seconds)
    turns = len(samples.milliseconds)
    areas = {part: divide_cpu(lines, AREAS[part], used[part] * 1000 / turns) for part, lines in stacks.items()}
    return Profile(asked_ms, steps.steps, {part: found for part, found in areas.items() if found})


def render_profile(found: Profile) -> str:
    """The profile in Markdown."""
    lines = ["| step of a turn | ms on the clock | share |", "| --- | ---: | ---: |"]
    for step, value in found.steps.items():
        lines.append(f"| {step} | {value:.2f} | {100 * value / found.asked_ms:.0f}% |")
    lines += [f"| **what the member's client waits for** (mean) | **{found.asked_ms:.2f}** | |"]
    for part, areas in found.cpu.items():
        total = sum(areas.values())
        lines += ["", f"| CPU of the {part} | ms a turn | share |", "| --- | ---: | ---: |"]
        for area, value in sorted(areas.items(), key=lambda pair: -pair[1]):
            lines.append(f"| {area} | {value:.2f} | {100 * value / total:.0f}% |")
        lines += [f"| **sum** | **{total:.2f}** | |"]
    return "\n".join(lines)
