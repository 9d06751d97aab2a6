"""A dialogue is kept small and goes on exactly where it stood, however long it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
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


DIALOGUES = {
    # What is said once, and what is said again and again.
    "answers, small talk and a form": (
        [],
        ["is casgevy covered in 43215", "hello", "this is useless", "find a hospital", "43215"],
    ),
    "a form that stays open": (
        ["is zolgensma covered in 43215", "is my coverage active"],
        ["hello", "good morning", "find a hospital", "hi there", "hello"],
    ),
}
EARLY, LATE = range(10, 15), range(195, 200)
# The numbers of turns in their ids, and moments, are written with more or fewer digits.
ROOM_FOR_DIGITS = 200


@pytest.mark.parametrize("dialogue", DIALOGUES)
async def test_what_a_turn_reads_sends_and_writes_does_not_grow_with_the_conversation(
    member: Member, store: DialogueStore, talkative: Actions, dialogue: str
) -> None:
    once, again = DIALOGUES[dialogue]
    statements: list[str] = []
    sa.event.listen(store._engine, "before_cursor_execute", lambda *told: statements.append(told[2].split()[0]))
    turns = []
    for number in range(200):
        text = once[number] if number < len(once) else again[number % len(again)]
        statements.clear()
        talkative.calls.clear()
        answer = await member.says(text)
        written = list(statements)
        stored = await store.load(member.conversation_id)
        assert stored is not None
        calls = {call["next_action"]: call["tracker"] for call in talkative.calls}
        turns.append((keys(answer), written, stored.snapshot, calls))
    assert any(turns[number][3] for number in LATE)
    for early, late in zip(EARLY, LATE, strict=True):
        (said, written, kept, called), (said_late, written_late, kept_late, called_late) = turns[early], turns[late]
        assert said_late == said
        assert written_late == written == ["SELECT", "UPDATE"]
        assert [event["event"] for event in kept_late] == [event["event"] for event in kept]
        assert _size(kept_late) <= _size(kept) + ROOM_FOR_DIGITS
        assert [len(call["events"]) for call in called_late.values()] == [len(c["events"]) for c in called.values()]
        assert _size(called_late) <= _size(called) + ROOM_FOR_DIGITS
        assert [call["slots"] for call in called_late.values()] == [call["slots"] for call in called.values()]


def _size(value: Any) -> int:
    return len(json.dumps(value))
