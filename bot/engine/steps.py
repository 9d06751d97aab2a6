"""How long did each step of a turn take, and which actions failed? Told to the gateway with the answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

# A standard header of HTTP for the first; the second is ours: `action_name;CODE, ...`.
TIMING_HEADER = "Server-Timing"
FAILURES_HEADER = "X-Action-Failures"


@dataclass
class TurnFigures:
    """What was measured in one turn: milliseconds by step, and failed actions with their codes."""

    steps: dict[str, float] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)

    def headers(self) -> dict[str, str]:
        """The figures as headers of the answer; nothing where nothing was measured."""
        told = {}
        if self.steps:
            told[TIMING_HEADER] = ", ".join(f"{name};dur={ms:.2f}" for name, ms in self.steps.items())
        if self.failures:
            told[FAILURES_HEADER] = ", ".join(f"{action};{code}" for action, code in self.failures)
        return told


_figures: ContextVar[TurnFigures | None] = ContextVar("turn_figures", default=None)


@contextmanager
def measuring() -> Iterator[TurnFigures]:
    """Collects what `step` and `note_failure` tell inside the block, also in tasks that begin there."""
    figures = TurnFigures()
    token = _figures.set(figures)
    try:
        yield figures
    finally:
        _figures.reset(token)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Measures one step of the turn that is measured now, if any."""
    started = time.perf_counter()
    try:
        yield
    finally:
        figures = _figures.get()
        if figures is not None:
            figures.steps[name] = figures.steps.get(name, 0.0) + (time.perf_counter() - started) * 1000


def note_failure(action: str, code: str) -> None:
    """Keeps that an action of this turn failed."""
    figures = _figures.get()
    if figures is not None:
        figures.failures.append((action, code))
