"""Which table do the rounds make, and which bars do they pass?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmark.rounds import CONVERSATIONS, NEAR_TURNS, Round
from tests.benchmark.samples import Spread, ratio, spread

PRODUCT, STOCK, ON_POSTGRES = "product", "stock starter", "product on PostgreSQL"
SYSTEMS = (PRODUCT, STOCK, ON_POSTGRES)

Figure = Callable[[Round], float]


@dataclass(frozen=True)
class Metric:
    """One row of the table."""

    name: str
    figure: Figure
    digits: int = 1


@dataclass(frozen=True)
class Bar:
    """One promise, what was measured, and whether it holds; `aim` is what we would like."""

    promise: str
    aim: str
    measured: str
    passed: bool


def _level(conversations: int, figure: Callable[..., float]) -> Figure:
    def read(each: Round) -> float:
        return figure(next(level for level in each.levels if level.conversations == conversations))

    return read


def _cpu_ms(conversations: int) -> Figure:
    return _level(conversations, lambda level: sum(level.cpu_ms.values()))


def _near(turn: int) -> Figure:
    return lambda each: each.near_ms[turn]


def _growth(each: Round) -> float:
    return each.near_ms[max(NEAR_TURNS)] / each.near_ms[min(NEAR_TURNS)]


def list_metrics() -> list[Metric]:
    """The rows, in their order."""
    rows = []
    for count in CONVERSATIONS:
        at = f"{count} conversation{'s' if count > 1 else ''}"
        rows += [
            Metric(f"median, {at} (ms)", _level(count, lambda level: level.median_ms)),
            Metric(f"p95, {at} (ms)", _level(count, lambda level: level.p95_ms)),
            Metric(f"p99, {at} (ms)", _level(count, lambda level: level.p99_ms)),
            Metric(f"turns a second, {at}", _level(count, lambda level: level.turns_a_second)),
            Metric(f"CPU a turn, {at} (ms)", _cpu_ms(count)),
            Metric(f"turns not answered, {at}", _level(count, lambda level: level.unanswered), 0),
        ]
    rows += [Metric(f"median near turn {turn} (ms)", _near(turn)) for turn in NEAR_TURNS]
    return [
        *rows,
        Metric("near turn 200 / near turn 5", _growth, 2),
        Metric("memory when ready, PSS (MB)", lambda each: sum(each.pss_ready_mb.values()), 0),
        Metric("memory after load, PSS (MB)", lambda each: sum(each.pss_loaded_mb.values()), 0),
        Metric("time to ready (s)", lambda each: each.ready_s),
        Metric("turns not answered, long conversations", lambda each: each.long_unanswered, 0),
        Metric("wrong answers", lambda each: len(each.wrong), 0),
        Metric("training from nothing, once a run (s)", lambda each: each.training_s),
        Metric("training from nothing, once a run (s of CPU)", lambda each: each.training_cpu_s),
    ]


def compare(rounds: Sequence[Round], system: str, figure: Figure) -> Spread | None:
    """How many times the stock starter's figure, pair by pair; None where that means nothing."""
    measured, base = _values(rounds, system, figure), _values(rounds, STOCK, figure)
    if not measured or len(measured) != len(base) or not all(base):
        return None
    return ratio(measured, base)


def judge(rounds: Sequence[Round], system: str) -> list[Bar]:
    """The bars that a system of ours must pass beside the stock starter."""
    p95 = spread(_values(rounds, system, _level(1, lambda level: level.p95_ms))).median
    stock_p95 = spread(_values(rounds, STOCK, _level(1, lambda level: level.p95_ms))).median
    speed = compare(rounds, system, _level(max(CONVERSATIONS), lambda level: level.turns_a_second))
    costs = {count: compare(rounds, system, _cpu_ms(count)) for count in CONVERSATIONS}
    growth = spread(_values(rounds, system, _growth))
    mine = [each for each in rounds if each.system == system]
    unanswered = sum(level.unanswered for each in mine for level in each.levels)
    unanswered += sum(each.long_unanswered for each in mine)
    wrong = sum(len(each.wrong) for each in mine)
    # Where the starter answered nothing in time there is no ratio, and so no claim.
    fast = "nothing to compare with" if speed is None else f"{speed.median:.1f} times"
    worst_count, worst = max(
        ((count, cost) for count, cost in costs.items() if cost is not None), key=lambda pair: pair[1].median
    )
    return [
        Bar("p95 at one conversation at most 45 ms", "25 ms", f"{p95:.1f} ms", p95 <= 45),
        Bar(
            "p95 at one conversation below the stock starter's", "", f"{p95:.1f} to {stock_p95:.1f} ms", p95 < stock_p95
        ),
        Bar("turns a second at 32 at least twice", "4 times", fast, speed is not None and speed.median >= 2),
        Bar(
            "CPU a turn at most half",
            "a quarter",
            f"{worst.median:.2f} at worst (at {worst_count})",
            worst.median <= 0.5,
        ),
        Bar(
            "near turn 200 at most 1.3 times near turn 5",
            "1.1 times",
            f"{growth.median:.2f} times",
            growth.median <= 1.3,
        ),
        Bar("every turn answered", "", f"{unanswered} were not", unanswered == 0),
        Bar("every answer right", "", f"{wrong} were not", wrong == 0),
    ]


def render_table(rounds: Sequence[Round]) -> str:
    """The table in Markdown: medians of the rounds with lowest and highest, and the ratios to the stock starter."""
    systems = [system for system in SYSTEMS if any(each.system == system for each in rounds)]
    ours = [system for system in systems if system != STOCK]
    head = ["", *systems, *(f"{system} / {STOCK}" for system in ours)]
    lines = [_line(head), _line(["---"] + ["---:"] * (len(head) - 1))]
    for metric in list_metrics():
        cells = [_show(spread(_values(rounds, system, metric.figure)), metric.digits) for system in systems]
        ratios = [compare(rounds, system, metric.figure) for system in ours]
        lines.append(_line([metric.name, *cells, *("" if each is None else _show(each, 2) for each in ratios)]))
    return "\n".join(lines)


def render_bars(rounds: Sequence[Round]) -> str:
    """The bars in Markdown, for each system of ours."""
    lines = [_line(["", "bar", "aim", "measured", ""]), _line(["---"] * 5)]
    for system in (PRODUCT, ON_POSTGRES):
        if any(each.system == system for each in rounds):
            for bar in judge(rounds, system):
                lines.append(_line([system, bar.promise, bar.aim, bar.measured, "pass" if bar.passed else "**FAIL**"]))
    return "\n".join(lines)


def render_parts(rounds: Sequence[Round]) -> str:
    """CPU a turn and memory of each part of each system, in Markdown."""
    head = ["", "part", *(f"CPU a turn at {count} (ms)" for count in CONVERSATIONS), "memory after load (MB)"]
    lines = [_line(head), _line(["---", "---"] + ["---:"] * (len(head) - 2))]
    for system in SYSTEMS:
        mine = [each for each in rounds if each.system == system]
        for part in mine[0].pss_loaded_mb if mine else ():
            costs = [
                spread([next(lv.cpu_ms[part] for lv in each.levels if lv.conversations == count) for each in mine])
                for count in CONVERSATIONS
            ]
            memory = spread([each.pss_loaded_mb[part] for each in mine])
            lines.append(_line([system, part, *(_show(cost, 1) for cost in costs), _show(memory, 0)]))
    return "\n".join(lines)


def write_between_marks(path: Path, name: str, text: str) -> None:
    """Replaces what stands between the two marks of this name in a document. Raises ValueError where it has none."""
    begin_mark, end_mark = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, begin, rest = path.read_text(encoding="utf-8").partition(begin_mark)
    _, end, after = rest.partition(end_mark)
    if not begin or not end:
        raise ValueError(f"{path.name} has no place for the {name}")
    path.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", encoding="utf-8")


def _values(rounds: Sequence[Round], system: str, figure: Figure) -> list[float]:
    return [figure(each) for each in rounds if each.system == system]


def _show(value: Spread, digits: int) -> str:
    median, low, high = (f"{each:.{digits}f}" for each in (value.median, value.low, value.high))
    return median if low == high else f"{median} ({low}-{high})"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
