"""How good and how costly is each pipeline that reads topics, and does ours pass its bars?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmark.nlu_split import FALLBACK
from tests.benchmark.samples import percentile

OURS, DIET, LOGISTIC = "ours", "DIET", "logistic regression"
NEAR, FAR, NONSENSE = "out_of_scope", "out_of_scope_far", "gibberish"
_OUT = frozenset({NEAR, FAR, NONSENSE})
# The bars: so many times less CPU for training than DIET; a message of up to so many words within so many milliseconds.
TIMES_FASTER, TRAINED_WITHIN_S = 10.0, 90.0
MOST_WORDS, READ_WITHIN_MS = 20, 12.0


@dataclass(frozen=True)
class Figures:
    """One pipeline: shares from 0 to 1, seconds, milliseconds (of messages of up to 20 words), megabytes.

    `guessed` is right without the pipeline's threshold, the other shares are with it; CPU counts all threads.
    """

    guessed: float
    guessed_in_scope: float
    right: float
    right_in_scope: float
    near_taken: float
    far_taken: float
    training_s: float
    training_cpu_s: float
    median_ms: float
    p95_ms: float
    cpu_ms: float
    trained_mb: float
    model_mb: float


@dataclass(frozen=True)
class Bar:
    """One promise, what was measured, and whether it holds."""

    promise: str
    measured: str
    passed: bool


def read_figures(measured: Mapping[str, Any]) -> Figures:
    """The figures out of what one pipeline's run printed."""
    read: Sequence[Mapping[str, Any]] = measured["read"]
    inside = [row for row in read if row["topic"] not in _OUT]
    short = [row for row in read if row["words"] <= MOST_WORDS]
    return Figures(
        guessed=_share([row["guess"] == row["topic"] for row in read]),
        guessed_in_scope=_share([row["guess"] == row["topic"] for row in inside]),
        right=_share([row["taken_as"] == row["topic"] for row in read]),
        right_in_scope=_share([row["taken_as"] == row["topic"] for row in inside]),
        near_taken=_share([_is_in_scope(row) for row in read if row["topic"] == NEAR]),
        far_taken=_share([_is_in_scope(row) for row in read if row["topic"] == FAR]),
        training_s=measured["training_s"],
        training_cpu_s=measured["training_cpu_s"],
        median_ms=percentile([row["ms"] for row in short], 50),
        p95_ms=percentile([row["ms"] for row in short], 95),
        cpu_ms=sum(row["cpu_ms"] for row in short) / len(short),
        trained_mb=measured["trained_mb"],
        model_mb=measured["model_mb"],
    )


def judge(figures: Mapping[str, Figures]) -> list[Bar]:
    """The bars that ours must pass beside DIET."""
    ours, diet = figures[OURS], figures[DIET]
    faster = diet.training_cpu_s / ours.training_cpu_s
    return [
        Bar(
            "at least as many topics right as DIET, without a threshold",
            f"{ours.guessed:.3f} to {diet.guessed:.3f}",
            ours.guessed >= diet.guessed,
        ),
        Bar(
            "at least as many topics right in scope as DIET, at its own threshold",
            f"{ours.right_in_scope:.3f} to {diet.right_in_scope:.3f}",
            ours.right_in_scope >= diet.right_in_scope,
        ),
        Bar(f"training at least {TIMES_FASTER:.0f} times cheaper than DIET's", f"{faster:.1f}", faster >= TIMES_FASTER),
        Bar(
            f"training under {TRAINED_WITHIN_S:.0f} s",
            f"{ours.training_s:.0f} s",
            ours.training_s < TRAINED_WITHIN_S,
        ),
        Bar(
            f"a message of up to {MOST_WORDS} words read in under {READ_WITHIN_MS:.0f} ms (p95)",
            f"{ours.p95_ms:.1f} ms",
            ours.p95_ms < READ_WITHIN_MS,
        ),
    ]


_ROWS = (
    ("topics right, without a threshold", "guessed", 3),
    ("topics right in scope, without a threshold", "guessed_in_scope", 3),
    ("topics right, at the pipeline's own threshold", "right", 3),
    ("topics right in scope, at its own threshold", "right_in_scope", 3),
    ("near-domain taken as in scope, at its own threshold", "near_taken", 3),
    ("far taken as in scope, at its own threshold", "far_taken", 3),
    ("training (s)", "training_s", 1),
    ("training (s of CPU)", "training_cpu_s", 1),
    (f"reading a message of up to {MOST_WORDS} words, median (ms)", "median_ms", 1),
    (f"reading a message of up to {MOST_WORDS} words, p95 (ms)", "p95_ms", 1),
    (f"reading a message of up to {MOST_WORDS} words (ms of CPU)", "cpu_ms", 1),
    ("memory after training (MB)", "trained_mb", 0),
    ("model (MB)", "model_mb", 1),
)


def render_figures(figures: Mapping[str, Figures]) -> str:
    """The table in Markdown, with how many times ours each peer is."""
    peers = [name for name in figures if name != OURS]
    head = ["", *figures, *(f"{peer} / {OURS}" for peer in peers)]
    lines = [head, ["---", *["---:"] * (len(head) - 1)]]
    for title, field, digits in _ROWS:
        values = {name: float(getattr(each, field)) for name, each in figures.items()}
        ratios = (f"{values[peer] / values[OURS]:.2f}" if values[OURS] else "-" for peer in peers)
        lines.append([title, *(f"{value:.{digits}f}" for value in values.values()), *ratios])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def render_bars(bars: Sequence[Bar]) -> str:
    """The bars in Markdown."""
    lines = [f"| {bar.promise} | {bar.measured} | {'pass' if bar.passed else '**FAIL**'} |" for bar in bars]
    return "\n".join(["| bar | measured |  |", "| --- | --- | --- |", *lines])


def _is_in_scope(row: Mapping[str, Any]) -> bool:
    return row["taken_as"] not in _OUT and row["taken_as"] not in ("", FALLBACK)


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 0.0
