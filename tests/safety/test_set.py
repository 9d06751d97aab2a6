"""Does the gate hear as much of the held-out messages as the record says, and is the set the one that was frozen?

`scores.yml` keeps the first score beside the last. One that falls fails here; one that rises is written down by hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.safety.lexicon import load_gate
from tests.safety.scoring import DANGERS, check_set, read_set, score

LAST = yaml.safe_load(Path(__file__).with_name("scores.yml").read_text(encoding="utf-8"))["last"]
FOUND = score(load_gate(), read_set())


def test_the_held_out_set_is_the_one_that_was_frozen() -> None:
    assert check_set() == []


@pytest.mark.parametrize("level", [*DANGERS, "danger", "borderline", "none"])
def test_no_less_is_heard_and_no_more_alarm_is_false_than_on_record(level: str) -> None:
    assert FOUND[level] >= LAST[level] - 0.0005
