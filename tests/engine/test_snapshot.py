"""A dialogue is kept small and goes on exactly where it stood, however long it was."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from engine_cast import Actions, Member, keys
from rasa.core.agent import Agent
from rasa.shared.core.events import UserUttered

from bot.engine import turns as turns_module
from bot.engine.snapshot import MEMBER_MESSAGES_KEPT, restore_tracker, take_snapshot
from bot.engine.tracker_store import DialogueStore
from bot.engine.turns import TurnTaker

# Forms that are opened, left, come back to and finished, with small talk between.
CONVERSATION = [
    "hello",
    "find a hospital",
    "thank you",
    "43215",
    "is zolgensma covered",
    "is my coverage active",
    "hello",
    "hello",
    "hi there",
    "hey",
    "good morning",
    "hello",
    "GG1000001",
    "hello",
    "hello",
    "hello",
    "hello",
    "hello",
    "hello",
    "3/14/1962",
    "which hospital is near me",
    "this is useless",
    "am I eligible",
    "hello",
]


@pytest.fixture
def talkative(actions: Actions) -> Actions:
    actions.answer("action_find_facilities", {"response": "utter_verification_done"})
    actions.answer("action_answer_coverage", {"response": "utter_coverage_general_answer", "statement": "It depends."})
    actions.answer("action_verify", {"response": "utter_verification_done"})
    return actions


@pytest.mark.parametrize("keep", [1, 2, 3, 5])
async def test_a_cut_dialogue_answers_as_an_uncut_one(
    turns: TurnTaker, talkative: Actions, monkeypatch: pytest.MonkeyPatch, keep: int
) -> None:
    def keeping(number: int) -> Any:
        return lambda tracker, domain: take_snapshot(tracker, domain, number)

    cut, uncut = Member(turns, "cut"), Member(turns, "uncut")
    for text in CONVERSATION:
        monkeypatch.setattr(turns_module, "take_snapshot", keeping(1000))
        whole = await uncut.says(text)
        monkeypatch.setattr(turns_module, "take_snapshot", keeping(keep))
        assert keys(await cut.says(text)) == keys(whole), text


async def test_an_open_form_survives_many_messages_in_between(member: Member, talkative: Actions) -> None:
    await member.says("is my coverage active")
    for _ in range(3 * MEMBER_MESSAGES_KEPT):
        assert keys(await member.says("hello")) == ["utter_greeting_hello", "utter_ask_member_id"]
    assert keys(await member.says("GG1000001")) == ["utter_ask_date_of_birth"]


async def test_slots_survive_many_messages_in_between(member: Member, talkative: Actions) -> None:
    await member.says("is zolgensma covered in 43215")
    for _ in range(3 * MEMBER_MESSAGES_KEPT):
        await member.says("hello")
    await member.says("is zolgensma covered")
    assert talkative.calls[-1]["tracker"]["slots"]["zip_code"] == "43215"


async def test_the_last_messages_are_kept_as_they_were(member: Member, store: DialogueStore, agent: Agent) -> None:
    for number in range(20):
        await member.says(f"hello {number}")
    stored = await store.load(member.conversation_id)
    assert stored is not None
    tracker = restore_tracker(member.conversation_id, stored.snapshot, agent.domain)
    said = [event.text for event in tracker.events if isinstance(event, UserUttered)]
    assert said == [f"hello {number}" for number in range(20 - MEMBER_MESSAGES_KEPT, 20)]


async def test_the_size_and_the_time_of_a_turn_do_not_grow_with_the_conversation(
    member: Member, store: DialogueStore, talkative: Actions
) -> None:
    sizes, times = [], []
    for number in range(120):
        started = time.perf_counter()
        await member.says("is casgevy covered in 43215" if number % 2 else "hello")
        times.append(time.perf_counter() - started)
        stored = await store.load(member.conversation_id)
        assert stored is not None
        sizes.append(len(json.dumps(stored.snapshot)))
    assert max(sizes[100:]) <= max(sizes[10:20]) * 1.1
    early, late = sorted(times[10:50])[20], sorted(times[80:])[20]
    assert late < early * 2
