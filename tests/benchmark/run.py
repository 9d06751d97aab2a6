"""How fast is the product beside the stock starter, on this machine, now? `make bench`.

One system at a time, in turn: product, stock starter, product on PostgreSQL, and again. Results go to
tests/benchmark/results/ (JSON), docs/performance.md (the table) and docs/images/ (the chart).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.benchmark.machine import Machine, describe_machine
from tests.benchmark.profiling import Profile, profile, render_profile
from tests.benchmark.report import (
    ON_POSTGRES,
    PRODUCT,
    STOCK,
    judge,
    render_bars,
    render_parts,
    render_table,
    write_between_marks,
)
from tests.benchmark.rounds import Effort, Round, run_round
from tests.benchmark.stock import make_starter, start_stock, train_stock
from tests.benchmark.systems import (
    ENGINE_PYTHON,
    Cost,
    Postgres,
    start_measured_product,
    start_postgres,
    train_product,
)
from tests.product import ROOT

RESULTS = ROOT / "tests/benchmark/results/latest.json"
DOCUMENT = ROOT / "docs/performance.md"
CHART = ROOT / "docs/images/performance.svg"
_CHART_PROGRAM = ROOT / "tests/benchmark/chart.py"


def main() -> int:
    """Measures, writes the report, and says whether the bars hold: 0 when all do, else 1."""
    options = _read_options()
    folder = Path(tempfile.mkdtemp(prefix="gene-guide-bench-"))
    postgres = None
    try:
        starter = shutil.copytree(make_starter(), folder / "stock", ignore=shutil.ignore_patterns(".cache", ".rasa"))
        postgres = None if "postgres" in options.without else start_postgres()
        machine = describe_machine(postgres.version if postgres else "")
        rounds, found = _measure(options, folder, starter, postgres)
    finally:
        if postgres is not None:
            postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
    text = render(machine, rounds, found)
    sys.stdout.write(text + "\n")
    if options.record:
        _write(machine, rounds, found, text)
    return 0 if all(bar.passed for system in _ours(rounds) for bar in judge(rounds, system)) else 1


def render(machine: Machine, rounds: Sequence[Round], found: Profile | None) -> str:
    """The whole report in Markdown."""
    count = max(each.number for each in rounds)
    parts = [
        f"Measured {machine.measured_at} on {machine.cores} cores of {machine.cpu}, {machine.memory_gb:.0f} GB,"
        f" {machine.kernel}; load before it began: {machine.load_before}. Python {machine.python_app} (gateway and"
        f" actions, aiohttp {machine.aiohttp}, SQLAlchemy {machine.sqlalchemy}, SQLite {machine.sqlite}) and"
        f" {machine.python_engine} (engine and stock starter, Rasa {machine.rasa})"
        + (f"; PostgreSQL {machine.postgres}" if machine.postgres else "")
        + f". Median of {count} rounds, in brackets the lowest and the highest; a ratio compares the two of one round.",
        render_bars(rounds),
        render_table(rounds),
        "CPU and memory by part:",
        render_parts(rounds),
    ]
    if found is not None:
        parts += ["One turn of the product on SQLite, one conversation at a time:", render_profile(found)]
    return "\n\n".join(parts)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each system is measured (3)")
    parser.add_argument("--seconds", type=float, default=12.0, help="seconds of load at each level (12)")
    parser.add_argument("--long", type=int, default=3, help="long conversations a round (3)")
    parser.add_argument("--without", nargs="*", default=[], choices=("postgres", "training", "profile"))
    parser.add_argument("--no-record", dest="record", action="store_false", help="print the report, write nothing")
    return parser.parse_args()


def _measure(
    options: argparse.Namespace, folder: Path, starter: Path, postgres: Postgres | None
) -> tuple[list[Round], Profile | None]:
    effort = Effort(options.seconds, min(4.0, options.seconds), options.long)
    rounds = []
    for number in range(1, options.rounds + 1):
        ours, theirs = _train(options, folder, starter)
        rounds.append(run_round(PRODUCT, number, lambda: start_measured_product(folder / "product"), ours, effort))
        rounds.append(run_round(STOCK, number, lambda: start_stock(starter, folder / "stock.log"), theirs, effort))
        if postgres is not None:
            rounds.append(_run_on_postgres(number, folder, postgres, ours, effort))
    if "profile" in options.without:
        return rounds, None
    system = start_measured_product(folder / "profiled")
    try:
        return rounds, profile(system, folder / "profiled/product.log", options.seconds)
    finally:
        system.stop()


def _run_on_postgres(number: int, folder: Path, postgres: Postgres, training: Cost, effort: Effort) -> Round:
    return run_round(
        ON_POSTGRES, number, lambda: start_measured_product(folder / "on-postgres", postgres), training, effort
    )


def _train(options: argparse.Namespace, folder: Path, starter: Path) -> tuple[Cost, Cost]:
    if "training" in options.without:
        return Cost(0, 0), Cost(0, 0)
    return (
        train_product(folder / "trained", folder / "training-cache"),
        train_stock(starter, folder / "stock-trained"),
    )


def _ours(rounds: Sequence[Round]) -> list[str]:
    return [system for system in (PRODUCT, ON_POSTGRES) if any(each.system == system for each in rounds)]


def _write(machine: Machine, rounds: Sequence[Round], found: Profile | None, text: str) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    results = {
        "machine": asdict(machine),
        "rounds": [asdict(each) for each in rounds],
        "profile": asdict(found) if found else None,
    }
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    CHART.parent.mkdir(exist_ok=True)
    # Drawn by the engine environment, which has matplotlib because Rasa depends on it.
    subprocess.run([str(ENGINE_PYTHON), str(_CHART_PROGRAM), str(RESULTS), str(CHART)], check=True)
    picture = f"![p95, turns a second, CPU and growth beside the stock starter]({CHART.relative_to(DOCUMENT.parent)})"
    write_between_marks(DOCUMENT, "benchmark", f"{picture}\n\n{text}")


if __name__ == "__main__":
    sys.exit(main())
