"""What members say about texts themselves, on a set that its author wrote without seeing the patterns."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from bot.channels.sms.keywords import Keyword, load_keywords

FOLDER = Path(__file__).parent / "opt_out"
# The latest score: a change that does worse is seen.
RIGHT, MISSED_OPT_OUT, FALSE_OPT_OUT = 163, 4, 1

_CONSENT = (Keyword.OPT_OUT, Keyword.OPT_IN, Keyword.HELP)


def test_the_set_is_the_frozen_one() -> None:
    expected = (FOLDER / "messages.yml.sha256").read_text(encoding="utf-8").split()[0]
    assert hashlib.sha256((FOLDER / "messages.yml").read_bytes()).hexdigest() == expected


def test_consent_is_read_as_well_as_the_latest_score_says() -> None:
    # Counts alone: whoever mends the patterns must not learn the messages from a failing test.
    counts = score()
    assert counts["messages"] == 175
    assert counts["false_opt_out"] <= FALSE_OPT_OUT, counts
    assert counts["missed_opt_out"] <= MISSED_OPT_OUT, counts
    assert counts["right"] >= RIGHT, counts


def score() -> Counter[str]:
    """How the shipped patterns do: `right`, `missed_opt_out`, `false_opt_out`, and `right_<label>` for each label."""
    keywords, counts = load_keywords(), Counter[str]()
    rows: list[dict[str, Any]] = yaml.safe_load((FOLDER / "messages.yml").read_text(encoding="utf-8"))
    for row in rows:
        expected = row["expected"]
        # START means something only from a phone that said STOP.
        found = keywords.find(row["text"], is_opted_out=expected == "opt_in")
        taken = found.keyword.value if found and found.keyword in _CONSENT else "none"
        counts["messages"] += 1
        if taken == expected or (expected == "none_or_opt_out" and taken in ("none", "opt_out")):
            counts["right"] += 1
            counts[f"right_{expected}"] += 1
        counts["missed_opt_out"] += expected == "opt_out" and taken != "opt_out"
        counts["false_opt_out"] += taken == "opt_out" and expected in ("none", "opt_in", "help")
    return counts
