"""Who is measured when, and when is nothing recorded? With made-up rounds: nothing is started here."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.benchmark import run
from tests.benchmark.machine import describe_machine, wait_until_calm
from tests.benchmark.report import ON_POSTGRES, PRODUCT, STOCK
from tests.benchmark.rounds import Round
from tests.benchmark.soak import read_rate
from tests.benchmark.systems import Cost, Postgres
from tests.benchmark.test_report import PRODUCT_ROUNDS, ROUNDS

POSTGRES = Postgres("", Path(), "16", lambda: None)


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the run keeps what it has so far; nobody of the measured starts, and nothing else is written."""
    for name in ("RAW", "RESULTS", "DOCUMENT", "CHART"):
        monkeypatch.setattr(run, name, tmp_path / name)
    monkeypatch.setattr(run, "ROOT", tmp_path)
    starter = tmp_path / "starter"
    starter.mkdir()
    monkeypatch.setattr(run, "make_starter", lambda: starter)
    monkeypatch.setattr(run, "start_postgres", lambda: POSTGRES)
    monkeypatch.setattr(run, "wait_until_calm", lambda **_: 3.0)
    monkeypatch.setattr(sys, "argv", ["run", "--without", "training", "profile"])
    return tmp_path / "RAW"


def test_the_order_turns_around_and_every_round_is_kept_at_once(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []

    def measure(name: str, number: int, start: object, training: Cost, effort: object) -> Round:
        kept.append(len(json.loads(raw.read_text(encoding="utf-8"))["rounds"]) if raw.exists() else 0)
        return replace(PRODUCT_ROUNDS[0], system=name, number=number)

    monkeypatch.setattr(run, "run_round", measure)
    options = argparse.Namespace(rounds=3, seconds=1, long=1, without=["training", "profile"])
    rounds, _ = run._measure(options, raw.parent, raw.parent, POSTGRES, describe_machine())
    forward = [PRODUCT, STOCK, ON_POSTGRES]
    assert [each.system for each in rounds] == [*forward, *reversed(forward), *forward]
    assert kept == [0, 0, 0, 3, 3, 3, 6, 6, 6]


def test_nothing_is_measured_for_the_record_on_a_busy_machine(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "wait_until_calm", lambda **_: 60.0)
    monkeypatch.setattr(run, "_measure", lambda *_: pytest.fail("it was measured"))
    assert run.main() == 2
    assert not raw.exists()


@pytest.mark.parametrize(("wrong", "recorded"), [((), True), (("something else was said",), False)])
def test_wrong_answers_are_not_recorded(
    raw: Path, monkeypatch: pytest.MonkeyPatch, wrong: tuple[str, ...], recorded: bool
) -> None:
    rounds = [replace(ROUNDS[0], wrong=wrong), *ROUNDS[1:]]
    written: list[object] = []
    monkeypatch.setattr(run, "_measure", lambda *_: (rounds, None))
    monkeypatch.setattr(run, "_write", lambda *arguments: written.append(arguments))
    assert run.main() == (0 if recorded else 1)
    assert bool(written) is recorded


def test_other_work_is_seen_as_a_share_of_the_machine() -> None:
    assert 0 <= wait_until_calm(100.0, look_s=0.1) <= 100


def test_the_soak_asks_at_half_of_what_was_recorded_on_postgresql(tmp_path: Path) -> None:
    results = tmp_path / "latest.json"
    with pytest.raises(LookupError):
        read_rate(results)

    def record(rounds: list[Round]) -> None:
        results.write_text(
            json.dumps({"machine": {"measured_at": "then"}, "rounds": [asdict(each) for each in rounds]}),
            encoding="utf-8",
        )

    record(ROUNDS)
    with pytest.raises(LookupError):
        read_rate(results)
    slower = [replace(level, turns_a_second=level.turns_a_second / 2) for level in PRODUCT_ROUNDS[0].levels]
    on_postgres = [replace(each, system=ON_POSTGRES, levels=tuple(slower)) for each in PRODUCT_ROUNDS]
    record([*ROUNDS, *on_postgres])
    # Half of 60, halved.
    assert read_rate(results).turns_a_second == 15
    assert "then" in read_rate(results).source
