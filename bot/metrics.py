"""What is counted and measured while the product runs? Every figure of `/metrics`, in one place.

Labels are taken from closed lists (channels, steps, codes, routes as declared): nothing of a person is ever a label.
Like the log, the figures belong to the process; `docs/operating.md` lists them, and a test compares the two.
"""

from __future__ import annotations

import re
import time
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

# When each series began is in Prometheus itself, and would be a third of all lines.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

# A turn takes 20 to 50 ms, a limit ends it at 2.8 s; a step of one takes tenths of a millisecond and up.
_TURN_BUCKETS = (0.01, 0.015, 0.025, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
_STEP_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

TURN = Histogram(
    "gene_guide_turn_seconds",
    "From taking a member's message to its recorded answer.",
    ("channel",),
    buckets=_TURN_BUCKETS,
    registry=REGISTRY,
)
TURN_STEP = Histogram(
    "gene_guide_turn_step_seconds",
    "One step of a turn in the gateway: wait, record, gate, engine, lint, answer.",
    ("channel", "step"),
    buckets=_STEP_BUCKETS,
    registry=REGISTRY,
)
ENGINE_STEP = Histogram(
    "gene_guide_engine_step_seconds",
    "One step of a turn in the engine, as it tells: load, understand, act, save.",
    ("step",),
    buckets=_STEP_BUCKETS,
    registry=REGISTRY,
)
ACTION = Histogram(
    "gene_guide_action_seconds",
    "One run of a custom action.",
    ("action",),
    buckets=_STEP_BUCKETS,
    registry=REGISTRY,
)
SWEEP = Histogram(
    "gene_guide_sweep_seconds",
    "One look at everything that comes due.",
    buckets=_STEP_BUCKETS,
    registry=REGISTRY,
)

TURNS_IN_FLIGHT = Gauge("gene_guide_turns_in_flight", "Turns that are answered now.", registry=REGISTRY)
TURNS_REFUSED = Counter(
    "gene_guide_turns_refused_total", "Messages that the limit on load refused.", ("channel",), registry=REGISTRY
)
REQUESTS = Counter(
    "gene_guide_requests_total", "HTTP requests by route as declared.", ("method", "route", "status"), registry=REGISTRY
)
PROBLEMS = Counter(
    "gene_guide_problems_total", "Refusals by the code of their problem document.", ("code",), registry=REGISTRY
)
ENGINE_FAILURES = Counter(
    "gene_guide_engine_failures_total",
    "Calls of the engine that gave no usable answer, by reason.",
    ("reason",),
    registry=REGISTRY,
)
ACTION_FAILURES = Counter(
    "gene_guide_action_failures_total",
    "Custom actions that failed, by name and code.",
    ("action", "code"),
    registry=REGISTRY,
)
STORE_FAILURES = Counter(
    "gene_guide_store_failures_total", "Calls of the database that failed, by kind.", ("kind",), registry=REGISTRY
)
REPLIES_REPLACED = Counter(
    "gene_guide_replies_replaced_total",
    "Replies of the engine in whose place something safe was said, by reason.",
    ("reason",),
    registry=REGISTRY,
)
DELIVERIES = Counter(
    "gene_guide_deliveries_total", "Texts by the state that they reached.", ("status",), registry=REGISTRY
)
ENGINE_RESTARTS = Counter(
    "gene_guide_engine_restarts_total", "How often the engine was started again after it died.", registry=REGISTRY
)
SOCKETS_OPEN = Gauge("gene_guide_sockets_open", "Open WebSockets by route.", ("route",), registry=REGISTRY)
SWEEP_ENDED = Gauge(
    "gene_guide_sweep_last_timestamp_seconds", "When the last look at what comes due ended.", registry=REGISTRY
)

# Read when somebody asks (bot.figures); NaN while the database does not answer.
DELIVERIES_WAITING = Gauge(
    "gene_guide_deliveries_waiting", "Texts on their way out that the carrier has not taken.", registry=REGISTRY
)
OUTBOX_LAG = Gauge(
    "gene_guide_outbox_lag_seconds", "How long the longest overdue text out has been due.", registry=REGISTRY
)
TEXTS_WAITING = Gauge("gene_guide_texts_waiting", "Texts that came in and were not acted on.", registry=REGISTRY)
INBOX_LAG = Gauge(
    "gene_guide_inbox_lag_seconds", "How long the oldest text that came in has waited.", registry=REGISTRY
)
LOOKUPS_WAITING = Gauge(
    "gene_guide_lookups_waiting", "Look-ups that go on behind a turn that is over.", registry=REGISTRY
)
LOOKUP_OLDEST = Gauge(
    "gene_guide_lookup_oldest_wait_seconds", "How long the first of them has taken.", registry=REGISTRY
)
HANDOFFS_WAITING = Gauge("gene_guide_handoffs_waiting", "Members who wait for a coach.", registry=REGISTRY)
HANDOFF_OLDEST = Gauge(
    "gene_guide_handoff_oldest_wait_seconds", "How long the first of them has waited.", registry=REGISTRY
)
COACHES_ON_DUTY = Gauge(
    "gene_guide_coaches_on_duty", "Coaches who are on duty and whose console shows it.", registry=REGISTRY
)
READY = Gauge("gene_guide_ready", "1 where the part is ready, as in /readyz.", ("part",), registry=REGISTRY)
ENGINE_UP = Gauge("gene_guide_engine_up", "1 while the engine takes turns.", registry=REGISTRY)
ENGINE_INFO = Gauge("gene_guide_engine_info", "1 for the model that answers.", ("model_id",), registry=REGISTRY)

_ENGINE_STEPS = ("load", "understand", "act", "save")
_ACTION = re.compile(r"(?:action|validate)_[a-z_]{1,80}")
_REASON = re.compile(r"[a-z_]{1,30}")
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,40}")


class Stopwatch:
    """Measures a block, also one that fails; a third of the cost of what the library has for it, eight times a turn."""

    __slots__ = ("_figure", "_started")

    def __init__(self, figure: Histogram) -> None:
        self._figure = figure
        self._started = 0.0

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *error: object) -> None:
        self._figure.observe(time.perf_counter() - self._started)


def measured_turn(channel: str) -> Stopwatch:
    """Measures a whole turn."""
    return Stopwatch(_turn(channel))


def measured(channel: str, step: str) -> Stopwatch:
    """Measures one step of a turn."""
    return Stopwatch(_turn_step(channel, step))


@cache
def _turn(channel: str) -> Histogram:
    return TURN.labels(channel)


@cache
def _turn_step(channel: str, step: str) -> Histogram:
    return TURN_STEP.labels(channel, step)


def record_engine_steps(server_timing: str) -> None:
    """Takes what the engine tells of a turn: `load;dur=0.8, understand;dur=9.1`, in milliseconds."""
    for part in server_timing.split(","):
        name, _, milliseconds = part.strip().partition(";dur=")
        if name in _ENGINE_STEPS:
            try:
                ENGINE_STEP.labels(name).observe(float(milliseconds) / 1000)
            except ValueError:
                continue


def record_action_failures(told: str) -> None:
    """Takes what the engine tells of failed actions: `action_find_facilities;TIMEOUT, ...`."""
    for part in told.split(","):
        action, _, code = part.strip().partition(";")
        count_action_failure(action, code)


def count_engine_failure(reason: str) -> None:
    """Counts a turn without a usable answer; what follows a colon in the reason is left out."""
    name = reason.partition(":")[0].strip().replace(" ", "_")
    ENGINE_FAILURES.labels(name if _REASON.fullmatch(name) else "other").inc()


def count_action_failure(action: str, code: str) -> None:
    """Counts one failed action; a name or code that is none is counted as OTHER."""
    if _ACTION.fullmatch(action):
        ACTION_FAILURES.labels(action, code if _CODE.fullmatch(code) else "OTHER").inc()
