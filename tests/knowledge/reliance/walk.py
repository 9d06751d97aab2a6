"""Which conversations make the product say all it can? Every topic, with and without a plan; forms, cards, texts."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import aiohttp

from tests.member import Member
from tests.texter import Texter

_PHONE = "+12675550198"
_TEXTED_WITHIN_S = _ANSWERED_WITHIN_S = 60.0
# Conversations side by side: more of them would wait for each other.
_AT_ONCE = 4
# Of bot/demo/members.csv.
_PROOF = "my number is GG1000001 and i was born 03/12/1984"

# One question for each topic that is answered from documents or the catalogue.
QUESTIONS = {
    "therapy_basics": "what are gene based therapies?",
    "therapy_info": "what is zolgensma?",
    "safety_risks": "what are the side effects of gene therapy?",
    "process_followup": "how long do I stay in the hospital for gene therapy?",
    "candidacy": "who can get gene therapy?",
    "coverage_general": "is gene therapy covered?",
    "precertification": "do I need approval before gene therapy?",
    "policy_lookup": "which medical policy covers gene therapy?",
    "cost": "how much will gene therapy cost me?",
    "evidence_of_coverage": "which document decides what my plan covers?",
    "facility_why": "why can I only go to these hospitals?",
    "appeal_denial": "how do I appeal a denial?",
    "clinical_trials": "can I join a clinical trial?",
    "coach_about": "what does a health coach do?",
}


@dataclass(frozen=True)
class Talk:
    """What one member says: typed, or with `[...]` the title of a button."""

    says: tuple[str, ...]
    opens_with: dict[str, str] = field(default_factory=dict)
    asks_for_coach: bool = False
    closes: bool = False


_INDEPENDENCE, _CARESOURCE = {"plan": "independence"}, {"plan": "caresource", "state": "OH"}
_HALF = len(QUESTIONS) // 2
_ALL = tuple(QUESTIONS.values())

TALKS = (
    *(Talk(part, plan) for plan in (_INDEPENDENCE, _CARESOURCE) for part in (_ALL[:_HALF], _ALL[_HALF:])),
    Talk(("what are gene based therapies?", "tell me more", "tell me more"), _INDEPENDENCE),
    Talk(("is gene therapy covered?", "tell me more", "yes", "thanks, bye"), _CARESOURCE),
    Talk(("is gene therapy covered?", "i am not sure which plan", "what will it cost me?")),
    Talk(("is gene therapy covered?", "aetna", "how do I appeal a denial?")),
    Talk(
        ("is zolgensma covered on 04/30/2026?", "and on 05/01/2026?", "was MP-AD-1623 in force on 04/30/2026?"),
        _CARESOURCE,
    ),
    Talk(("what does policy MP-AD-1623 say?", "what does policy XX-12345 say?"), _INDEPENDENCE),
    Talk(
        ("what is hemgenix?", "what gene therapy is there for LHON?", "what is casgevy?", "how is it given?"),
        _INDEPENDENCE,
    ),
    Talk(("is roctavian still sold?", "what ages is zolgensma for?", "is it covered?"), _CARESOURCE),
    Talk(
        ("find a hospital near me", "00000", "19104", "which are for children?", "is CHOP in the network?"),
        _INDEPENDENCE,
    ),
    Talk(("where can my son get luxturna near 18901?", "show me all hospitals"), _INDEPENDENCE),
    Talk(("find a hospital near me", "19104"), _CARESOURCE),
    Talk(
        ("is my plan active right now?", _PROOF, "does my record say I need approval?", "is zolgensma covered?"),
        _INDEPENDENCE,
    ),
    Talk(
        ("what is medical necessity?", "do I need a blood test every month?", "asdf qwer", "asdf qwer", "asdf qwer"),
        _INDEPENDENCE,
    ),
    # What fits no topic is looked up: in passages, facts and terms.
    *(
        Talk(
            (
                "could anybody with a genetic disease have one of these",
                "can my immune system fight back against the therapy",
                "do you keep an eye on new therapies",
                "what happens with drugs that only have accelerated approval",
            ),
            plan,
        )
        for plan in (_INDEPENDENCE, _CARESOURCE)
    ),
    Talk(("hola", "¿está cubierta la terapia génica?"), {**_INDEPENDENCE, "locale": "es"}),
    Talk(("my chest hurts and I can't breathe",), _INDEPENDENCE),
    Talk(("I want to talk to a nurse", "never mind, no coach", "what can you do?", "are you a robot?"), _INDEPENDENCE),
    Talk(
        ("does my plan pay for dental?", "who won the game last night?"), _CARESOURCE, asks_for_coach=True, closes=True
    ),
)


async def walk(base_url: str) -> None:
    """All conversations, side by side, and one by text."""
    places = asyncio.Semaphore(_AT_ONCE)
    async with aiohttp.ClientSession() as http:
        await asyncio.gather(*(_hold(http, base_url, talk, places) for talk in TALKS), _text(http, base_url))


async def _hold(http: aiohttp.ClientSession, base_url: str, talk: Talk, places: asyncio.Semaphore) -> None:
    async with places:
        member = Member(http, base_url)
        await member.open(**talk.opens_with)
        for line in talk.says:
            await _say(member, line)
        await _leave(member, talk)


async def _say(member: Member, line: str) -> None:
    """Says it again after an apology: a busy machine may make one of any turn."""
    deadline = time.monotonic() + _ANSWERED_WITHIN_S
    while True:
        await member.say(line)
        if member.last_replies[-1].get("outcome") != "failure":
            return
        assert time.monotonic() < deadline, "there was no answer but apologies"


async def _leave(member: Member, talk: Talk) -> None:
    if talk.asks_for_coach:
        await member.ask_for_coach()
        await member.cancel_coach()
    if talk.closes:
        await member.close()


async def _text(http: aiohttp.ClientSession, base_url: str) -> None:
    phone = Texter(http, base_url, _PHONE)
    # The first text is answered by a greeting and the answer.
    for body, texts in (("what is gene therapy?", 2), ("what is zolgensma?", 3)):
        await phone.text(body)
        deadline = time.monotonic() + _TEXTED_WITHIN_S
        while len(await phone.list_texts()) < texts:
            assert time.monotonic() < deadline, f"{texts} texts were to come"
            await asyncio.sleep(0.1)
