"""Do the benchmark's instruments read what they say, on the running product? Nothing is timed here."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from tests.benchmark.client import PRODUCT_QUESTIONS
from tests.benchmark.processes import find_child, read_cpu_s, read_own_mb, read_pss_mb
from tests.benchmark.steps import divide, find_metrics_address, read_figures
from tests.benchmark.systems import System, load
from tests.product import RunningProduct


@pytest.fixture
def system(running_product: RunningProduct) -> System:
    """The running product as the benchmark sees it."""
    app = running_product.process.pid
    parts = {"gateway and actions": app, "engine": find_child(app, "bot.engine")}
    return System("product", running_product.base_url, parts, 0.0, lambda: None)


def test_every_question_of_the_benchmark_is_answered_from_a_look_up(system: System) -> None:
    turns = len(PRODUCT_QUESTIONS)
    # Each conversation asks in the next wording, and both kinds of members ask.
    conversations = len(PRODUCT_QUESTIONS[0])
    samples = load(system, conversations=conversations, turns=turns, seconds=0, rounds=1)
    # The client fails on an answer that is none.
    assert samples.unanswered == 0
    assert sorted(samples.places) == sorted([*range(1, turns + 1)] * conversations)
    assert len(samples.milliseconds) == conversations * turns


def test_a_turn_shows_in_every_step_of_the_figures_and_they_add_up(
    system: System, running_product: RunningProduct
) -> None:
    address = find_metrics_address(running_product.log.read_text(encoding="utf-8"))
    before = read_figures(address)
    samples = load(system, conversations=1, turns=len(PRODUCT_QUESTIONS), seconds=0, rounds=1)
    asked_ms = sum(samples.milliseconds) / len(samples.milliseconds)
    found = divide(before, read_figures(address), asked_ms)
    assert sum(found.steps.values()) == pytest.approx(asked_ms)
    # Who renames a step must rename it here: a step that is not found took no time.
    assert {step for step, value in found.steps.items() if value == 0} == set()


def test_cpu_and_memory_are_read_for_each_part(system: System) -> None:
    before = read_cpu_s(system.parts)
    load(system, conversations=1, turns=len(PRODUCT_QUESTIONS), seconds=0, rounds=1)
    used = read_cpu_s(system.parts)
    assert all(used[part] > before[part] > 0 for part in system.parts)
    # Neither counts for the other: a part is less than the tree above it.
    app = system.parts["gateway and actions"]
    assert read_cpu_s({"all": app})["all"] >= sum(used.values())
    assert all(value > 10 for value in read_pss_mb(system.parts).values())


def test_a_child_that_ended_while_it_was_read_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        ended = psutil.Process(child.pid)
        child.kill()
    monkeypatch.setattr(psutil.Process, "children", lambda *_, **__: [ended])
    mine = {"mine": os.getpid()}
    assert read_cpu_s(mine)["mine"] > 0
    assert read_pss_mb(mine)["mine"] > read_own_mb(mine)["mine"] > 0
    # Who is asked for by name and is gone is another matter.
    with pytest.raises(psutil.NoSuchProcess):
        read_cpu_s({"gone": ended.pid})


def test_what_an_ended_child_used_counts_for_its_parent() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    keep = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); print(1, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", keep], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        assert read_cpu_s({"parent": parent.pid})["parent"] >= 0.3
        parent.kill()
