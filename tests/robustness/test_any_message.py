"""Whatever a member sends, a sensible reply comes: the real product, the trained model, and the hardest texts."""

from __future__ import annotations

import unicodedata

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.coach_wish import is_coach_wish
from bot.channels.sms.keywords import load_keywords
from bot.conversations.vocabulary import OUTCOMES
from bot.redaction import Redactor
from bot.safety.gate import SafetyLevel
from bot.safety.lexicon import load_gate
from bot.safety.lint import find_fault
from tests.member import Member
from tests.product import RunningProduct
from tests.robustness.hard_texts import ALL, INJECTIONS, MOST, NOISE

# Said to what asks for nothing: never an answer, and never a decision.
NO_ANSWER = {"clarify", "redirect", "out_of_scope", "handoff_offered", "handoff_waiting", "handoff_unavailable"}
# What a screen shows otherwise than it is written, or not at all.
INVISIBLE = {"Cf", "Cc", "Co", "Cs", "Cn"}


async def ask(running_product: RunningProduct, text: str) -> Member:
    async with aiohttp.ClientSession() as http:
        member = Member(http, running_product.base_url)
        await member.open(plan="independence")
        await member.say(text)
    return member


@pytest.mark.parametrize("name", ALL)
async def test_every_text_gets_a_reply_that_may_be_shown(name: str, running_product: RunningProduct) -> None:
    text = ALL[name]
    assert 0 < len(text) <= MOST
    member = await ask(running_product, text)

    assert member.last_replies
    for reply in member.last_replies:
        assert reply["text"].strip()
        assert reply["outcome"] in OUTCOMES
        assert reply["outcome"] != "failure"
        assert find_fault(reply["text"]) is None
        assert "None" not in reply["text"]
        # Nothing of what was pasted comes back: no markup, no signs that turn the line around, no long stretch of it.
        assert not any(unicodedata.category(sign) in INVISIBLE for sign in reply["text"].replace("\n", ""))
        assert "<" not in reply["text"]
        assert len(text) < 30 or text[:30] not in reply["text"]


@pytest.mark.parametrize("name", NOISE)
async def test_noise_is_answered_with_no_fact(name: str, running_product: RunningProduct) -> None:
    member = await ask(running_product, NOISE[name])
    assert {reply["outcome"] for reply in member.last_replies} <= NO_ANSWER
    assert not any(reply.get("citations") for reply in member.last_replies)


# Whatever else they are taken for, all of them are in the test above: no decision is ever said.
@pytest.mark.parametrize("name", ["approve_me", "prompt", "long"])
async def test_who_wants_the_rules_ignored_is_sent_back_to_the_subject(
    name: str, running_product: RunningProduct
) -> None:
    member = await ask(running_product, INJECTIONS[name])
    assert {reply["outcome"] for reply in member.last_replies} == {"redirect"}


@given(st.text(max_size=MOST))
@settings(max_examples=60, deadline=None)
def test_what_reads_a_text_before_the_engine_takes_any_text(text: str) -> None:
    assert isinstance(GATE.check(text).level, SafetyLevel)
    assert KEYWORDS.find(text, is_opted_out=False) is None or text.strip()
    assert is_coach_wish(text) in (True, False)
    assert "@" not in REDACTOR.redact(text)


GATE, KEYWORDS, REDACTOR = load_gate(), load_keywords(), Redactor(("covered",))
