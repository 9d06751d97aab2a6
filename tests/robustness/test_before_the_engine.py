"""What reads a message before the engine does takes any text, the hardest ones included."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.coach_wish import is_coach_wish
from bot.channels.sms.keywords import load_keywords
from bot.redaction import Redactor
from bot.safety.gate import SafetyLevel
from bot.safety.lexicon import load_gate
from tests.robustness.hard_texts import ALL, MOST

GATE, KEYWORDS, REDACTOR = load_gate(), load_keywords(), Redactor(("covered",))


@pytest.mark.parametrize("name", ALL)
def test_a_hard_text_is_no_danger_no_keyword_and_no_wish_for_a_coach(name: str) -> None:
    text = ALL[name]
    assert 0 < len(text) <= MOST
    assert GATE.check(text).level is SafetyLevel.NONE
    assert name in READ_AS_KEYWORDS or KEYWORDS.find(text, is_opted_out=False) is None
    assert not is_coach_wish(text)


# These are made of the words themselves.
READ_AS_KEYWORDS = {"readable_almost_stop"}


@given(st.text(max_size=MOST))
@settings(max_examples=60, deadline=None)
def test_what_reads_a_text_before_the_engine_takes_any_text(text: str) -> None:
    assert isinstance(GATE.check(text).level, SafetyLevel)
    assert KEYWORDS.find(text, is_opted_out=False) is None or text.strip()
    assert is_coach_wish(text) in (True, False)
    assert "@" not in REDACTOR.redact(text)
