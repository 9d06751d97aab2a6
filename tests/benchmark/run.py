"""How fast is the product beside the stock starter, on this machine, now? `make bench`.

One system at a time, in turn: product, stock starter, product on PostgreSQL, then backwards, and again. Results go to
tests/benchmark/results/ (JSON), docs/performance.md (the table) and docs/images/ (the chart); what was measured so far
stands in var/benchmark/latest-run.json after each round.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.benchmark.machine import BUSY_PERCENT, Machine, describe_machine, wait_until_calm
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
from tests.benchmark.rounds import LONG_CONVERSATIONS, Effort, Round, run_round
from tests.benchmark.starter import make_starter, train_stock
from tests.benchmark.stock import start_stock
from tests.benchmark.systems import (
    ENGINE_PYTHON,
    Cost,
    Postgres,
    System,
    start_measured_product,
    start_postgres,
    train_product,
)
from tests.product import ROOT

RESULTS = ROOT / "tests/benchmark/results/latest.json"
DOCUMENT = ROOT / "docs/performance.md"
RAW = ROOT / "var/benchmark/latest-run.json"
CHART = ROOT / "docs/images/performance.svg"
_CHART_PROGRAM = ROOT / "tests/benchmark/chart.py"
_TOO_BUSY = (
    "Nothing is measured: for two minutes other work used {:.0f} % of this machine's cores, and a record begins below"
    " {:.0f} %. Wait for it to end, or add --no-record or --record-anyway; the report tells how busy the machine was.\n"
)


def main() -> int:
    """Measures, writes the report, and says whether the bars hold: 0 when all do, 2 where nothing was measured because
    the machine is busy, else 1."""
    options = _read_options()
    folder = Path(tempfile.mkdtemp(prefix="gene-guide-bench-"))
    postgres = None
    try:
        starter = shutil.copytree(make_starter(), folder / "stock", ignore=shutil.ignore_patterns(".cache", ".rasa"))
        busy = wait_until_calm(patience_s=120 if options.record else 0)
        if options.record and busy > BUSY_PERCENT and not options.record_anyway:
            sys.stderr.write(_TOO_BUSY.format(busy, BUSY_PERCENT))
            return 2
        postgres = None if "postgres" in options.without else start_postgres()
        machine = describe_machine(postgres.version if postgres else "")
        rounds, found = _measure(options, folder, starter, postgres, machine)
    finally:
        if postgres is not None:
            postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
    text = render(machine, busy, rounds, found)
    sys.stdout.write(text + "\n")
    if any(each.wrong for each in rounds):
        sys.stderr.write(f"There were wrong answers: nothing is recorded, see {RAW.relative_to(ROOT)}.\n")
        return 1
    if options.record:
        _write(machine, busy, rounds, found, text)
    return 0 if all(bar.passed for system in _ours(rounds) for bar in judge(rounds, system)) else 1


def render(machine: Machine, busy: float, rounds: Sequence[Round], found: Profile | None) -> str:
    """The whole report in Markdown."""
    count = max(each.number for each in rounds)
    parts = [
        f"Measured {machine.measured_at} on {machine.cores} cores of {machine.cpu}, {machine.memory_gb:.0f} GB,"
        f" {machine.kernel}; other work used {busy:.0f} % of it before this began. Python {machine.python_app} (gateway"
        f" and actions, aiohttp {machine.aiohttp}, SQLAlchemy {machine.sqlalchemy}, SQLite {machine.sqlite}) and"
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
    parser.add_argument("--long", type=int, default=LONG_CONVERSATIONS, help="long conversations a round (%(default)s)")
    parser.add_argument("--without", nargs="*", default=[], choices=("postgres", "training", "profile"))
    parser.add_argument("--no-record", dest="record", action="store_false", help="print the report, record nothing")
    parser.add_argument("--record-anyway", action="store_true", help="record on a busy machine too; the report says so")
    return parser.parse_args()


def _measure(
    options: argparse.Namespace, folder: Path, starter: Path, postgres: Postgres | None, machine: Machine
) -> tuple[list[Round], Profile | None]:
    effort = Effort(options.seconds, min(4.0, options.seconds), options.long)
    # Once a run: it takes minutes, and three times as many would tell little more.
    ours, theirs = (Cost(0, 0), Cost(0, 0)) if "training" in options.without else _train(folder, starter)
    systems: list[tuple[str, Callable[[], System], Cost]] = [
        (PRODUCT, lambda: start_measured_product(folder / "product"), ours),
        (STOCK, lambda: start_stock(starter, folder / "stock.log"), theirs),
    ]
    if postgres is not None:
        systems.append((ON_POSTGRES, lambda: start_measured_product(folder / "on-postgres", postgres), ours))
    rounds: list[Round] = []
    for number in range(1, options.rounds + 1):
        # Backwards in every other round, so that nobody is always the first or the last.
        for name, start, training in systems if number % 2 else systems[::-1]:
            rounds.append(run_round(name, number, start, training, effort))
        _write_json(RAW, {"machine": asdict(machine), "rounds": [asdict(each) for each in rounds]})
    if "profile" in options.without:
        return rounds, None
    system = start_measured_product(folder / "profiled")
    try:
        return rounds, profile(system, folder / "profiled/product.log", options.seconds)
    finally:
        system.stop()


def _train(folder: Path, starter: Path) -> tuple[Cost, Cost]:
    return train_product(), train_stock(starter, folder / "stock-trained")


def _ours(rounds: Sequence[Round]) -> list[str]:
    return [system for system in (PRODUCT, ON_POSTGRES) if any(each.system == system for each in rounds)]


def _write(machine: Machine, busy: float, rounds: Sequence[Round], found: Profile | None, text: str) -> None:
    results = {
        "machine": asdict(machine),
        "others_used_percent": busy,
        "rounds": [asdict(each) for each in rounds],
        "profile": asdict(found) if found else None,
    }
    _write_json(RESULTS, results)
    CHART.parent.mkdir(exist_ok=True)
    # Drawn by the engine environment, which has matplotlib because Rasa depends on it.
    subprocess.run([str(ENGINE_PYTHON), str(_CHART_PROGRAM), str(RESULTS), str(CHART)], check=True)
    picture = f"![p95, turns a second, CPU and growth beside the stock starter]({CHART.relative_to(DOCUMENT.parent)})"
    write_between_marks(DOCUMENT, "benchmark", f"{picture}\n\n{text}")


def _write_json(path: Path, results: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
