"""What is measured in one round of one system, and in which order?"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.benchmark.client import PRODUCT_QUESTIONS
from tests.benchmark.processes import read_cpu_s, read_pss_mb
from tests.benchmark.samples import near, percentile
from tests.benchmark.systems import Cost, System, load

CONVERSATIONS = (1, 8, 32)
NEAR_TURNS = (5, 50, 200)
# Nine questions in a row. The kinds of question go round in fives, and so do these places: every window asks the same.
NEAR_REACH = len(PRODUCT_QUESTIONS) - 1
TURNS_A_CONVERSATION = 10
LONG_CONVERSATIONS = 5


@dataclass(frozen=True)
class Effort:
    """How long each part of a round takes: seconds of load at each level, and long conversations."""

    seconds: float = 12.0
    warm_up_s: float = 4.0
    long_conversations: int = LONG_CONVERSATIONS


@dataclass(frozen=True)
class Level:
    """What so many conversations at once saw; `cpu_ms` is milliseconds of CPU a turn for each part."""

    conversations: int
    turns: int
    unanswered: int
    median_ms: float
    p95_ms: float
    p99_ms: float
    turns_a_second: float
    cpu_ms: Mapping[str, float]
    client_cpu_ms: float


@dataclass(frozen=True)
class Round:
    """One round of one system; `near_ms` is the median around these turns of one conversation, of which
    `long_unanswered` turns were not answered. `wrong` says every wrong answer of the round. The training is the same
    one in every round of a run."""

    system: str
    number: int
    ready_s: float
    training_s: float
    training_cpu_s: float
    pss_ready_mb: Mapping[str, float]
    pss_loaded_mb: Mapping[str, float]
    levels: tuple[Level, ...]
    near_ms: Mapping[int, float] = field(default_factory=dict)
    long_unanswered: int = 0
    wrong: tuple[str, ...] = ()


def run_round(name: str, number: int, start: Callable[[], System], training: Cost, effort: Effort) -> Round:
    """Starts the system, measures it and stops it; nothing of another system runs meanwhile."""
    _say(f"round {number}, {name}: starting")
    system = start()
    try:
        pss_ready = read_pss_mb(system.parts)
        wrong = load(system, conversations=1, turns=TURNS_A_CONVERSATION, seconds=effort.warm_up_s).wrong
        levels = tuple(_measure_level(system, name, count, effort.seconds, wrong) for count in CONVERSATIONS)
        pss_loaded = read_pss_mb(system.parts)
        near_ms, long_unanswered = _measure_length(system, effort.long_conversations, wrong)
        _say(f"  near turn {', '.join(f'{turn}: {value:.1f} ms' for turn, value in near_ms.items())}")
    finally:
        system.stop()
    for each in wrong:
        _say(f"  WRONG ANSWER: {each}")
    return Round(
        name,
        number,
        system.ready_s,
        training.wall_s,
        training.cpu_s,
        pss_ready,
        pss_loaded,
        levels,
        near_ms,
        long_unanswered,
        tuple(wrong),
    )


def _measure_level(system: System, name: str, conversations: int, seconds: float, wrong: list[str]) -> Level:
    time.sleep(0.5)
    before = read_cpu_s(system.parts)
    samples = load(system, conversations=conversations, turns=TURNS_A_CONVERSATION, seconds=seconds)
    after = read_cpu_s(system.parts)
    wrong += samples.wrong
    turns = len(samples.milliseconds)
    if not turns:
        raise AssertionError(f"the {name} answered nothing at {conversations} conversations")
    level = Level(
        conversations,
        turns,
        samples.unanswered,
        percentile(samples.milliseconds, 50),
        percentile(samples.milliseconds, 95),
        percentile(samples.milliseconds, 99),
        samples.in_time / seconds,
        {part: (after[part] - before[part]) * 1000 / turns for part in after},
        samples.client_cpu_s * 1000 / turns,
    )
    _say(
        f"  {conversations:>2} at once: median {level.median_ms:.1f}, p95 {level.p95_ms:.1f} ms,"
        f" {level.turns_a_second:.1f} turns/s, {sum(level.cpu_ms.values()):.1f} ms of CPU a turn"
        + (f", {level.unanswered} NOT ANSWERED" if level.unanswered else "")
    )
    return level


def _measure_length(system: System, conversations: int, wrong: list[str]) -> tuple[dict[int, float], int]:
    """Long conversations, one after the other; how many of their turns were not answered."""
    turns = max(NEAR_TURNS) + NEAR_REACH
    samples = load(system, conversations=1, turns=turns, seconds=0, rounds=conversations)
    wrong += samples.wrong
    if max(NEAR_TURNS) not in samples.places:
        raise AssertionError(f"none of the long conversations came to turn {max(NEAR_TURNS)}: {wrong}")
    near_ms = {turn: near(samples.milliseconds, samples.places, turn, NEAR_REACH) for turn in NEAR_TURNS}
    return near_ms, samples.unanswered


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
