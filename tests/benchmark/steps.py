"""Where do a turn's milliseconds go on the clock? By the product's own figures, which every operator can read.

The figures are read before and after a load of one conversation, so the difference is what those turns took.
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

_METRICS_ADDRESS = re.compile(r"(http://\S+/metrics)\s*$", re.MULTILINE)
_TURN, _STEP, _ENGINE, _ACTION = (
    f"gene_guide_{name}_seconds" for name in ("turn", "turn_step", "engine_step", "action")
)
_GATEWAY_STEPS = {
    "wait": "gateway: wait for the turn before",
    "gate": "gateway: safety gate",
    "record": "gateway: record the message",
    "engine": "gateway to engine: HTTP",
    "lint": "gateway: wording lint",
    "answer": "gateway: record the reply",
}
_ENGINE_STEPS = {
    "load": "engine: load the dialogue",
    "understand": "engine: understand",
    "act": "engine: decide, and reach the action",
    "save": "engine: save the dialogue",
}
_ACTIONS = "action: look up and word"

Figures = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class StepTimes:
    """Milliseconds a turn of each step, in the order in which they come; `turn_ms` is the whole, `asked_ms` what the
    member's client saw."""

    steps: Mapping[str, float]
    turn_ms: float
    asked_ms: float


def find_metrics_address(said: str) -> str:
    """Where the figures are, from what the product prints at its start. Raises LookupError."""
    found = _METRICS_ADDRESS.search(said)
    if found is None:
        raise LookupError("the product did not say where its figures are")
    return found.group(1)


def read_figures(address: str) -> Figures:
    """Seconds and how often, of each measured step so far."""
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310
        return parse_figures(answer.read().decode())


def parse_figures(text: str) -> Figures:
    """The same, from the text of `/metrics`."""
    sums: dict[str, float] = {}
    counts: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        if family.name not in (_TURN, _STEP, _ENGINE, _ACTION):
            continue
        for sample in family.samples:
            # All actions are one step.
            key = f"{family.name} {sample.labels.get('step', '')}".strip()
            if sample.name.endswith("_sum"):
                sums[key] = sums.get(key, 0.0) + sample.value
            elif sample.name.endswith("_count"):
                counts[key] = counts.get(key, 0.0) + sample.value
    return {key: (sums[key], counts[key]) for key in sums}


def divide(before: Figures, after: Figures, asked_ms: float) -> StepTimes:
    """What one turn took between two readings; steps inside another are taken out of it, so that all add up."""
    none = (0.0, 0.0)
    turns = after[_TURN][1] - before.get(_TURN, none)[1]

    def each(key: str) -> float:
        return (after.get(key, none)[0] - before.get(key, none)[0]) * 1000 / turns

    steps = {title: each(f"{_STEP} {name}") for name, title in _GATEWAY_STEPS.items()}
    inner = {title: each(f"{_ENGINE} {name}") for name, title in _ENGINE_STEPS.items()}
    action = each(_ACTION)
    steps[_GATEWAY_STEPS["engine"]] -= sum(inner.values())
    inner[_ENGINE_STEPS["act"]] -= action
    ordered: dict[str, float] = {}
    for title, value in steps.items():
        ordered[title] = value
        if title == _GATEWAY_STEPS["engine"]:
            ordered |= {**inner, _ACTIONS: action}
    turn = each(_TURN)
    ordered["gateway: the rest of the turn"] = turn - sum(ordered.values())
    ordered["HTTP with the member's client"] = asked_ms - turn
    return StepTimes(ordered, turn, asked_ms)
