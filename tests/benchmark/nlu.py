"""Does our pipeline read topics better than Rasa's own, and at which cost? `make bench-nlu`.

DIET and Rasa's logistic regression beside the pipeline of config.yml: the same examples (data/nlu), the same fifth left
out and asked, in the engine environment, on one thread, one after the other. Writes tests/benchmark/results/nlu.json
and docs/performance.md; what each pipeline measured stands in var/benchmark/nlu/ as soon as it is there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmark.machine import Machine, describe_machine, wait_until_calm
from tests.benchmark.nlu_figures import DIET, LOGISTIC, OURS, judge, read_figures, render_bars, render_figures
from tests.benchmark.report import write_between_marks
from tests.benchmark.systems import ENGINE_PYTHON
from tests.product import ROOT

RESULTS = ROOT / "tests/benchmark/results/nlu.json"
DOCUMENT = ROOT / "docs/performance.md"
RAW = ROOT / "var/benchmark/nlu"
CONFIGURATIONS = {
    OURS: ROOT / "config.yml",
    LOGISTIC: ROOT / "tests/benchmark/nlu_logistic.yml",
    DIET: ROOT / "tests/benchmark/nlu_diet.yml",
}
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "TF_INTRA_OP_PARALLELISM_THREADS",
    "TF_INTER_OP_PARALLELISM_THREADS",
)


def main() -> int:
    """Measures, writes the report, and says whether the bars hold: 0 when all do, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="of the split (%(default)s)")
    parser.add_argument("--examples", type=int, default=0, help="at most so many, evenly taken; 0 is all of them")
    parser.add_argument("--data", type=Path, default=ROOT / "data/nlu", help="the folder with the examples")
    parser.add_argument(
        "--anew",
        nargs="*",
        choices=CONFIGURATIONS,
        default=list(CONFIGURATIONS),
        help="the pipelines to measure; the others' last figures are taken, where they are of the same examples",
    )
    parser.add_argument("--no-record", dest="record", action="store_false", help="print the report, write nothing")
    options = parser.parse_args()
    busy = wait_until_calm(patience_s=0)
    for name in options.anew:
        _keep(name, measure(CONFIGURATIONS[name], options.data, options.seed, options.examples))
    if missing := [name for name in CONFIGURATIONS if not _path(name).exists()]:
        sys.stderr.write(f"Nothing is compared: {' and '.join(missing)} was not measured yet.\n")
        return 1
    measured = {name: _read(name) for name in CONFIGURATIONS}
    if len({(each["data"], each["seed"], each["trained_on"]) for each in measured.values()}) != 1:
        sys.stderr.write("Nothing is compared: the pipelines were not measured on the same examples.\n")
        return 1
    figures = {name: read_figures(each) for name, each in measured.items()}
    machine, bars = describe_machine(), judge(figures)
    text = f"{describe(machine, busy, measured[OURS])}\n\n{render_bars(bars)}\n\n{render_figures(figures)}"
    sys.stdout.write(text + "\n")
    if options.record:
        run = {name: measured[OURS][name] for name in ("data", "seed", "trained_on", "threads")}
        results = {
            "machine": asdict(machine),
            "others_used_percent": busy,
            "run": {**run, "asked": len(measured[OURS]["read"])},
            "figures": {name: asdict(each) for name, each in figures.items()},
        }
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        write_between_marks(DOCUMENT, "nlu", text)
    return 0 if all(bar.passed for bar in bars) else 1


def measure(configuration: Path, data: Path, seed: int, most: int) -> dict[str, Any]:
    """What one pipeline costs and reads, in a process of its own with an empty cache. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="gene-guide-nlu-") as folder:
        environment = {
            **os.environ,
            **dict.fromkeys(_ONE_THREAD, "1"),
            "RASA_CACHE_DIRECTORY": str(Path(folder) / "cache"),
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "PYTHONWARNINGS": "ignore",
        }
        program = [str(ENGINE_PYTHON), "-m", "tests.benchmark.nlu_engine"]
        run = subprocess.run(
            [*program, str(configuration), str(data), str(seed), str(most)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return {**found, "seed": seed}


def describe(machine: Machine, busy: float, measured: Mapping[str, Any]) -> str:
    """On what it was measured, in Markdown."""
    return (
        f"Measured {machine.measured_at} on one thread of {machine.cpu}, Rasa {machine.rasa}, Python"
        f" {machine.python_engine}; other work used {busy:.0f} % of the {machine.cores} cores when this began, which"
        f" lengthens seconds and milliseconds but hardly those of CPU. {measured['trained_on']} examples trained on,"
        f" {len(measured['read'])} others asked (seed {measured['seed']})."
    )


def _keep(name: str, measured: Mapping[str, Any]) -> None:
    RAW.mkdir(parents=True, exist_ok=True)
    _path(name).write_text(json.dumps(measured) + "\n", encoding="utf-8")


def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(_path(name).read_text(encoding="utf-8"))
    return read


def _path(name: str) -> Path:
    return RAW / f"{name.replace(' ', '-')}.json"


if __name__ == "__main__":
    sys.exit(main())
