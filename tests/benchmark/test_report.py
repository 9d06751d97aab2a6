"""Is the report's arithmetic right, and does it fail what must fail? On made-up samples: nothing is timed here."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.benchmark.cpu_profile import divide_cpu
from tests.benchmark.profiling import Profile, render_profile
from tests.benchmark.report import (
    ON_POSTGRES,
    PRODUCT,
    STOCK,
    compare,
    judge,
    render_bars,
    render_parts,
    render_table,
    write_between_marks,
)
from tests.benchmark.rounds import CONVERSATIONS, Level, Round
from tests.benchmark.samples import Spread, near, percentile, ratio, spread
from tests.benchmark.steps import divide, find_metrics_address, parse_figures
from tests.benchmark.systems import ENGINE_PYTHON
from tests.product import ROOT


def _round(system: str, number: int, *, ms: float, speed: float, cpu: float, near_200: float) -> Round:
    levels = tuple(
        Level(count, 100, 0, ms * count, 2 * ms * count, 3 * ms * count, speed, {"one": cpu / 4, "two": cpu * 3 / 4}, 1)
        for count in CONVERSATIONS
    )
    return Round(
        system, number, 5, 10, 20, {"one": 100}, {"one": 90, "two": 20}, levels, {5: 20, 50: 20, 200: near_200}
    )


PRODUCT_ROUNDS = [
    _round(PRODUCT, 1, ms=10, speed=60, cpu=20, near_200=22),
    _round(PRODUCT, 2, ms=12, speed=50, cpu=16, near_200=20),
    _round(PRODUCT, 3, ms=11, speed=55, cpu=24, near_200=24),
]
STOCK_ROUNDS = [
    _round(STOCK, 1, ms=40, speed=20, cpu=80, near_200=100),
    _round(STOCK, 2, ms=36, speed=10, cpu=64, near_200=80),
    _round(STOCK, 3, ms=55, speed=11, cpu=48, near_200=120),
]
ROUNDS = [*PRODUCT_ROUNDS, *STOCK_ROUNDS]


def _failed(rounds: list[Round], system: str = PRODUCT) -> list[str]:
    return [bar.promise for bar in judge(rounds, system) if not bar.passed]


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert [percentile(values, percent) for percent in (0, 50, 95, 99, 100)] == [1, 50, 95, 99, 100]
    assert percentile([7.0], 99) == 7
    assert percentile([1.0, 9.0], 95) == 9


def test_a_ratio_compares_the_rounds_that_ran_next_to_each_other() -> None:
    assert ratio([10, 12, 11], [40, 36, 55]) == Spread(pytest.approx(0.25), pytest.approx(0.2), pytest.approx(1 / 3))
    assert spread([3.0, 1.0, 2.0]) == Spread(2, 1, 3)
    with pytest.raises(ValueError, match="shorter"):
        ratio([1, 2], [1])


def test_near_a_turn_only_its_neighbors_count() -> None:
    places = [*range(1, 11), *range(1, 11)]
    milliseconds = [float(place) for place in places]
    milliseconds[9] = 1000
    assert near(milliseconds, places, 5, 2) == 5
    assert near(milliseconds, places, 9, 1) == 9


def test_all_bars_hold_where_the_product_is_fast() -> None:
    assert _failed(ROUNDS) == []
    assert "FAIL" not in render_bars(ROUNDS)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"ms": 23.0}, "p95 at one conversation at most 45 ms"),
        ({"speed": 19.9}, "turns a second at 32 at least twice"),
        ({"cpu": 41.0}, "CPU a turn at most half"),
        ({"near_200": 26.1}, "near turn 200 at most 1.3 times near turn 5"),
    ],
)
def test_a_bar_that_is_missed_is_said(change: dict[str, float], promise: str) -> None:
    good = {"ms": 10.0, "speed": 60.0, "cpu": 20.0, "near_200": 20.0}
    rounds = [_round(PRODUCT, 1, **{**good, **change}), _round(STOCK, 1, ms=40, speed=10, cpu=80, near_200=80)]
    assert promise in _failed(rounds)
    assert "FAIL" in render_bars(rounds)


def test_a_starter_that_answered_nothing_in_time_is_beaten_by_nobody() -> None:
    silent = [replace(each, levels=tuple(replace(lv, turns_a_second=0) for lv in each.levels)) for each in STOCK_ROUNDS]
    assert _failed([*PRODUCT_ROUNDS, *silent]) == ["turns a second at 32 at least twice"]


def test_slower_than_the_starter_fails_below_the_limit_too() -> None:
    slow = [
        _round(PRODUCT, 1, ms=10, speed=60, cpu=20, near_200=20),
        _round(STOCK, 1, ms=9, speed=9, cpu=80, near_200=80),
    ]
    assert _failed(slow) == ["p95 at one conversation below the stock starter's"]


def test_a_turn_without_an_answer_fails() -> None:
    first = PRODUCT_ROUNDS[0]
    level = replace(first.levels[2], unanswered=1)
    rounds = [replace(first, levels=(*first.levels[:2], level)), *PRODUCT_ROUNDS[1:], *STOCK_ROUNDS]
    assert _failed(rounds) == ["every turn answered"]


def test_turns_of_the_long_conversations_and_wrong_answers_count_too() -> None:
    def fail(**change: object) -> list[str]:
        return _failed([replace(PRODUCT_ROUNDS[0], **change), *PRODUCT_ROUNDS[1:], *STOCK_ROUNDS])  # type: ignore[arg-type]

    assert fail(long_unanswered=1) == ["every turn answered"]
    assert fail(wrong=("something else",)) == ["every answer right"]


def test_on_postgresql_the_same_bars_stand_beside() -> None:
    slow = [
        replace(each, system=ON_POSTGRES, levels=tuple(replace(level, p95_ms=46) for level in each.levels))
        for each in PRODUCT_ROUNDS
    ]
    assert _failed(ROUNDS + slow, ON_POSTGRES) == ["p95 at one conversation at most 45 ms"]
    assert _failed(ROUNDS + slow) == []


def test_the_table_has_medians_with_their_spread_and_ratios() -> None:
    rows = {line.split("|")[1].strip(): line for line in render_table(ROUNDS).splitlines()}
    cells = [cell.strip() for cell in rows["p95, 1 conversation (ms)"].split("|")[2:5]]
    assert cells == ["22.0 (20.0-24.0)", "80.0 (72.0-110.0)", "0.25 (0.20-0.33)"]
    cells = [cell.strip() for cell in rows["CPU a turn, 32 conversations (ms)"].split("|")[2:5]]
    assert cells == ["20.0 (16.0-24.0)", "64.0 (48.0-80.0)", "0.25 (0.25-0.50)"]
    # Nothing divided by nothing is no ratio.
    assert rows["turns not answered, 8 conversations"].split("|")[2:5] == [" 0 ", " 0 ", "  "]
    assert compare(ROUNDS, PRODUCT, lambda each: 0.0) is None
    assert [line.split("|")[2].strip() for line in render_parts(ROUNDS).splitlines()[2:]] == ["one", "two"] * 2


FIGURES = """
# TYPE gene_guide_turn_seconds histogram
gene_guide_turn_seconds_bucket{channel="web",le="+Inf"} %(turns)s
gene_guide_turn_seconds_count{channel="web"} %(turns)s
gene_guide_turn_seconds_sum{channel="web"} %(turn)s
# TYPE gene_guide_turn_step_seconds histogram
gene_guide_turn_step_seconds_count{channel="web",step="record"} %(turns)s
gene_guide_turn_step_seconds_sum{channel="web",step="record"} %(record)s
gene_guide_turn_step_seconds_count{channel="web",step="engine"} %(turns)s
gene_guide_turn_step_seconds_sum{channel="web",step="engine"} %(engine)s
# TYPE gene_guide_engine_step_seconds histogram
gene_guide_engine_step_seconds_count{step="act"} %(turns)s
gene_guide_engine_step_seconds_sum{step="act"} %(act)s
# TYPE gene_guide_action_seconds histogram
gene_guide_action_seconds_count{action="action_one"} 1
gene_guide_action_seconds_sum{action="action_one"} %(action)s
gene_guide_action_seconds_count{action="action_two"} 1
gene_guide_action_seconds_sum{action="action_two"} %(action)s
# TYPE gene_guide_other_seconds histogram
gene_guide_other_seconds_count 5
gene_guide_other_seconds_sum 5
"""


def test_the_steps_of_a_turn_add_up_to_what_the_client_waits_for() -> None:
    before = parse_figures(FIGURES % {"turns": 1, "turn": 1, "record": 1, "engine": 1, "act": 1, "action": 1})
    after = parse_figures(
        FIGURES % {"turns": 11, "turn": 1.3, "record": 1.05, "engine": 1.2, "act": 1.1, "action": 1.02}
    )
    found = divide(before, after, asked_ms=35)
    assert found.turn_ms == pytest.approx(30)
    assert found.steps["gateway: record the message"] == pytest.approx(5)
    assert found.steps["gateway to engine: HTTP"] == pytest.approx(10)
    assert found.steps["engine: decide, and reach the action"] == pytest.approx(6)
    assert found.steps["action: look up and word"] == pytest.approx(4)
    assert found.steps["gateway: the rest of the turn"] == pytest.approx(5)
    assert found.steps["HTTP with the member's client"] == pytest.approx(5)
    assert sum(found.steps.values()) == pytest.approx(35)


def test_cpu_is_divided_by_where_threads_work_and_not_by_where_they_wait() -> None:
    stacks = [
        "run (thread.py:1);read (knowledge/policies/store.py:3);execute (sqlalchemy/engine/base.py:9) 30",
        "run (thread.py:1);write (bot/database/database.py:3);execute (sqlalchemy/engine/base.py:9) 60",
        "run (thread.py:1);_worker (concurrent/futures/thread.py:69) 900",
        "run (x.py:1);something (else.py:1) 10",
    ]
    areas = {"look-ups": ("(knowledge/",), "database": ("(bot/database/", "(sqlalchemy/")}
    assert divide_cpu(stacks, areas, 20.0) == {"look-ups": 6, "database": 12, "event loop and the rest": 2}
    assert divide_cpu([], areas, 20.0) == {}


def test_the_profile_is_a_table_with_shares() -> None:
    found = Profile(40, {"one step": 10, "another": 30}, {"engine": {"rules": 1, "topics": 3}})
    lines = render_profile(found).splitlines()
    assert "| one step | 10.00 | 25% |" in lines
    # The dearest first.
    assert lines.index("| topics | 3.00 | 75% |") < lines.index("| rules | 1.00 | 25% |")


def test_the_report_replaces_the_one_before_and_nothing_else(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("above\n<!-- benchmark: begin -->\nold\n<!-- benchmark: end -->\nbelow\n", encoding="utf-8")
    write_between_marks(document, "benchmark", "new")
    write_between_marks(document, "benchmark", "newer")
    lines = [line for line in document.read_text(encoding="utf-8").splitlines() if line]
    assert lines == ["above", "<!-- benchmark: begin -->", "newer", "<!-- benchmark: end -->", "below"]
    document.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="no place"):
        write_between_marks(document, "benchmark", "new")
    assert document.read_text(encoding="utf-8") == "no marks"


def test_the_address_of_the_figures_is_read_from_what_the_start_prints() -> None:
    said = "Ready.\n\n  Health   http://127.0.0.1:1/readyz\n  Metrics  http://127.0.0.1:2/metrics\n  Log  x\n"
    assert find_metrics_address(said) == "http://127.0.0.1:2/metrics"
    with pytest.raises(LookupError):
        find_metrics_address("Ready.\n")


def test_the_chart_is_drawn_from_the_results_and_tells_nothing_of_the_machine(tmp_path: Path) -> None:
    results, picture = tmp_path / "results.json", tmp_path / "chart.svg"
    results.write_text(json.dumps({"rounds": [asdict(each) for each in ROUNDS]}), encoding="utf-8")
    chart = ROOT / "tests/benchmark/chart.py"
    subprocess.run([str(ENGINE_PYTHON), str(chart), str(results), str(picture)], check=True, cwd=tmp_path)
    drawn = picture.read_text(encoding="utf-8")
    assert drawn.startswith("<?xml")
    assert "<dc:date>" not in drawn
    assert str(tmp_path) not in drawn
