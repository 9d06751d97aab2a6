"""Does all that was acknowledged survive 20 minutes in which the engine, the app and PostgreSQL are killed in turn?

`make soak`. Members ask at half the rate that the last recorded benchmark measured; results go to docs/performance.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmark.machine import describe_machine
from tests.benchmark.report import ON_POSTGRES, write_between_marks
from tests.benchmark.rounds import CONVERSATIONS
from tests.benchmark.soak_memory import CALM_S, GROWTH_MB_A_MINUTE
from tests.benchmark.soak_run import Outcome, Plan, say, soak
from tests.benchmark.soak_world import World
from tests.product import ROOT

BENCHMARK = ROOT / "tests/benchmark/results/latest.json"
RESULTS = ROOT / "tests/benchmark/results/soak.json"
DOCUMENT = ROOT / "docs/performance.md"


@dataclass(frozen=True)
class Rate:
    """Turns a second, and where that comes from."""

    turns_a_second: float
    source: str


def read_rate(results: Path) -> Rate:
    """Half of what the recorded benchmark measured on PostgreSQL with the most conversations at once, median of its
    rounds. Raises LookupError where there is no such result."""
    most = max(CONVERSATIONS)
    try:
        recorded: dict[str, Any] = json.loads(results.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise LookupError(f"there is no {results.name}: run `make bench` first, or give --rate") from error
    rounds = [each["levels"] for each in recorded["rounds"] if each["system"] == ON_POSTGRES]
    speeds = [level["turns_a_second"] for levels in rounds for level in levels if level["conversations"] == most]
    if not speeds:
        raise LookupError(f"{results.name} has nothing on PostgreSQL: run `make bench` with it, or give --rate")
    capacity = statistics.median(speeds)
    measured_at = recorded["machine"]["measured_at"]
    return Rate(
        capacity / 2,
        f"half of the {capacity:.1f} which the benchmark of {measured_at} measured on PostgreSQL, {most} conversations",
    )


def render(outcome: Outcome, rate: Rate, seconds: float) -> str:
    """The outcome in Markdown."""
    machine = describe_machine()
    lines = [
        f"{seconds / 60:.0f} minutes, ended {machine.measured_at}, on {machine.cores} cores of {machine.cpu}. Planned:"
        f" {rate.turns_a_second:.1f} turns a second, {rate.source}; asked outside of the outages:"
        f" {outcome.asking.asked_a_second:.1f}. {outcome.turns} turns in {outcome.conversations} conversations;"
        f" {outcome.apologised} were answered with an apology, {len(outcome.asking.apologised_at)} of them outside of"
        f" the outages; {outcome.repeated} took more than one try, the slowest {outcome.slowest_s:.1f} s with its"
        " tries;"
        f" median {outcome.median_ms:.0f} ms.",
        "",
        "| killed | times | a real answer again after, median (longest) |",
        "| --- | ---: | ---: |",
    ]
    for part in dict.fromkeys(kill.part for kill in outcome.kills):
        back = [kill.back_s for kill in outcome.kills if kill.part == part]
        lines.append(f"| {part} | {len(back)} | {statistics.median(back):.1f} s ({max(back):.1f} s) |")
    lines += [
        "",
        "| memory of | watched | first third | last third | MB a minute |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for title, lives in (("between kills", outcome.lives), ("at the end", outcome.calm)):
        for life in lives:
            lines.append(
                f"| {life.part}, {title} | {life.seconds:.0f} s | {life.first_mb:.1f} MB | {life.last_mb:.1f} MB |"
                + (f" {life.mb_a_minute:.2f} |" if lives is outcome.calm else " |")
            )
    verdict = [f"- **FAIL**: {each}" for each in (*outcome.wrong, *outcome.slow)] or [
        "Every acknowledged message is recorded once, every turn was answered, or apologised for in an outage, and in"
        f" the end no part grew by more than {GROWTH_MB_A_MINUTE:.0f} MB a minute: **pass**."
    ]
    return "\n".join([*lines, "", *verdict])


def main() -> int:
    """Runs it and writes the outcome; 0 when every promise held, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--rate", type=float, help="turns a second; else half of what the benchmark recorded")
    parser.add_argument("--pause", type=float, default=75.0, help="seconds between a recovery and the next kill (75)")
    parser.add_argument("--calm", type=float, default=7.0, help="minutes at the end in which nothing is killed (7)")
    parser.add_argument("--no-record", dest="record", action="store_false", help="print the outcome, write nothing")
    options = parser.parse_args()
    if options.calm * 60 < CALM_S:
        parser.error(f"in less than {CALM_S / 60:.0f} minutes without a kill nothing can be said about memory")
    try:
        rate = Rate(options.rate, "as it was asked for") if options.rate else read_rate(BENCHMARK)
    except LookupError as error:
        parser.error(str(error.args[0]))
    say(f"asking {rate.turns_a_second:.1f} turns a second: {rate.source}")
    plan = Plan(options.minutes * 60, rate.turns_a_second, options.pause, options.calm * 60)
    folder = Path(tempfile.mkdtemp(prefix="gene-guide-soak-"))
    world = World(folder)
    try:
        outcome = asyncio.run(soak(world, plan))
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)
    text = render(outcome, rate, plan.seconds)
    sys.stdout.write(text + "\n")
    if options.record:
        RESULTS.parent.mkdir(exist_ok=True)
        results = {"machine": asdict(describe_machine()), "plan": asdict(plan), "outcome": asdict(outcome)}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        write_between_marks(DOCUMENT, "soak", text)
    return 1 if outcome.wrong or outcome.slow else 0


if __name__ == "__main__":
    sys.exit(main())
