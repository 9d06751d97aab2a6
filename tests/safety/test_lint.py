"""The lint lets plain answers through and stops gaps and determinations."""

from __future__ import annotations

import pytest

from bot.safety.lint import Fault, find_fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.EMPTY),
        (" \n", Fault.EMPTY),
        ("Hello {name}", Fault.UNFILLED),
        ("Your plan is None.", Fault.PRINTED_NONE),
        ("None", Fault.PRINTED_NONE),
        ("You are covered.", Fault.DETERMINATION),
        ("Good news: you\u2019re covered for this.", Fault.DETERMINATION),
        ("You qualify for Zolgensma.", Fault.DETERMINATION),
        ("You are eligible for this therapy.", Fault.DETERMINATION),
        ("You have been approved!", Fault.DETERMINATION),
        ("It is not far. You are approved.", Fault.DETERMINATION),
        ("Your request is approved.", Fault.DETERMINATION),
    ],
)
def test_what_may_not_be_shown_is_stopped(text: str, fault: Fault) -> None:
    assert find_fault(text) is fault


@pytest.mark.parametrize(
    "text",
    [
        "Your plan decides whether you are covered.",
        "Only your care team can say if you qualify.",
        "This does not mean that you are approved.",
        "I can't tell you that you are eligible.",
        "None of these hospitals is near you.",
        "Gene therapies are covered under the medical benefit when the plan's rules are met.",
        "Are you covered by another plan?",
        "Nobody is signed in right now.",
    ],
)
def test_careful_words_pass(text: str) -> None:
    assert find_fault(text) is None
