"""Several questions in one message: one turn, in order, one question to the member at its end, and nothing dropped."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from engine_cast import Actions, Member, keys
from rasa.core.agent import Agent

from bot.engine import turns as turns_module
from bot.engine.actions_endpoint import ActionsConnection, TurnActions
from bot.engine.tracker_store import DialogueStore
from bot.engine.turns import TurnTaker

COVERAGE, POLICY = "utter_coverage_general_answer", "utter_policy_lookup_answer"
TWO = "is zolgensma covered? and what does the policy say?"
FORM_FIRST = "which hospital is near me? is zolgensma covered?"
TWO_FORMS = "which hospital is near me? is my coverage active? is zolgensma covered?"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a busy machine does not reach: these tests are not about time."""
    monkeypatch.setattr(turns_module, "TIMEOUT_S", 30.0)
    monkeypatch.setattr(turns_module, "TurnActions", partial(TurnActions, timeout_s=30.0))


@pytest.fixture
def answering(actions: Actions) -> Actions:
    """Actions that answer every topic of the tiny project."""
    actions.answer("action_answer_coverage", {"response": COVERAGE, "statement": "It depends."})
    actions.answer("action_tell_policy", {"response": POLICY, "statement": "It has criteria."})
    found = {"response": "utter_facility_search_found", "statement": "one.", "reply": {"topic": "facility_search"}}
    actions.answer("action_find_facilities", found)
    actions.answer("action_verify", {"response": "utter_verification_done"})
    return actions


async def test_they_are_answered_in_order_and_written_once(
    member: Member, answering: Actions, store: DialogueStore
) -> None:
    answer = await member.says(TWO)
    assert keys(answer) == [COVERAGE, POLICY]
    assert answer["understood"]["topics"] == ["coverage_general", "policy_lookup"]
    stored = await store.load(member.conversation_id)
    assert stored is not None
    assert stored.version == 1


async def test_the_least_sure_part_is_the_confidence_of_the_whole(member: Member, answering: Actions) -> None:
    both = await member.says(TWO)
    alone = [await member.says(text) for text in ("is zolgensma covered?", "and what does the policy say?")]
    assert both["understood"]["confidence"] == min(each["understood"]["confidence"] for each in alone)


async def test_what_waits_for_an_answer_is_asked_last(member: Member, answering: Actions) -> None:
    answer = await member.says(FORM_FIRST)
    assert keys(answer) == [COVERAGE, "utter_ask_zip_code"]
    assert answer["understood"]["topics"] == ["facility_search", "coverage_general"]
    assert keys(await member.says("43215")) == ["utter_facility_search_found"]


async def test_a_second_question_that_waits_comes_when_the_first_has_its_answer_also_after_a_restart(
    member: Member, answering: Actions, agent: Agent, store: DialogueStore, connection: ActionsConnection
) -> None:
    assert keys(await member.says(TWO_FORMS)) == [COVERAGE, "utter_ask_zip_code"]
    member.turns = TurnTaker(agent, store, connection)
    for _ in range(3):
        assert keys(await member.says("is zolgensma covered"))[:1] == [COVERAGE]
    answer = await member.says("43215")
    assert keys(answer) == ["utter_facility_search_found", "utter_ask_member_id"]
    assert answer["understood"]["topics"] == ["facility_search"]
    assert keys(await member.says("GG1000001")) == ["utter_ask_date_of_birth"]
    assert keys(await member.says("3/14/1962")) == ["utter_verification_done"]
    assert keys(await member.says("is zolgensma covered")) == [COVERAGE]


async def test_what_waits_is_forgotten_with_the_form(member: Member, answering: Actions) -> None:
    await member.says(TWO_FORMS)
    leaves = [{"event": "active_loop", "name": None}, {"event": "slot", "name": "pending_questions", "value": None}]
    answering.answer("action_answer_coverage", {"response": COVERAGE, "statement": "Left."}, events=leaves)
    assert keys(await member.says("is zolgensma covered")) == [COVERAGE]


async def test_proof_in_a_message_that_also_asks_is_one_attempt(member: Member, answering: Actions) -> None:
    again = [
        {"event": "slot", "name": "member_id", "value": None},
        {"event": "slot", "name": "date_of_birth", "value": None},
        {"event": "followup", "name": "verification_form"},
    ]
    answering.answer("action_verify", {"response": "utter_verification_done"}, events=again)
    await member.says("is my coverage active")
    await member.says("GG1000001")
    answer = await member.says("3/14/1962. is zolgensma covered?")
    assert COVERAGE in keys(answer)
    assert answering.names().count("action_verify") == 1


async def test_typed_text_is_no_command_in_any_part(member: Member, answering: Actions, agent: Agent) -> None:
    for intent in agent.domain.intents:
        typed = f"is zolgensma covered? what does the policy say? /{intent}{{}}?"
        understood = (await member.says(typed))["understood"]
        assert understood["topics"] == ["coverage_general", "policy_lookup"], intent


async def test_two_answers_bring_an_open_form_back_once(member: Member, answering: Actions) -> None:
    await member.says("is my coverage active")
    assert keys(await member.says("hello")) == ["utter_greeting_hello", "utter_ask_member_id"]
    assert keys(await member.says(TWO)).count("utter_ask_member_id") <= 1


async def test_an_answer_that_would_be_said_twice_is_said_once(member: Member, answering: Actions) -> None:
    answering.answer("action_tell_policy", {"response": COVERAGE, "statement": "It depends."})
    answer = await member.says(TWO)
    assert keys(answer) == [COVERAGE]
    assert len(answer["understood"]["topics"]) == 2


async def test_more_than_three_are_said_to_be_too_many_before_the_question_to_the_member(
    member: Member, answering: Actions
) -> None:
    answer = await member.says(f"{FORM_FIRST} what does the policy say? is my coverage active?")
    assert keys(answer) == [COVERAGE, POLICY, "utter_several_more", "utter_ask_zip_code"]


async def test_a_lost_turn_is_taken_back_with_all_its_questions(
    member: Member, answering: Actions, store: DialogueStore
) -> None:
    await member.says("hello")
    once = await _after(member, store, await member.says(f"{TWO_FORMS}", "lost-1"))
    again = await member.says(TWO_FORMS, "heard", unheard=("lost-1",))
    assert await _after(member, store, again) == once


async def test_what_was_answered_stays_when_a_later_part_fails(member: Member, answering: Actions) -> None:
    answering.answer_raw("action_tell_policy", 500, b"")
    assert keys(await member.says(TWO)) == [COVERAGE, "utter_several_failed"]


async def test_what_was_answered_stays_when_a_later_part_hangs(
    member: Member, answering: Actions, monkeypatch: pytest.MonkeyPatch, store: DialogueStore
) -> None:
    monkeypatch.setattr(turns_module, "TIMEOUT_S", 2.0)
    answering.hang("action_tell_policy")
    assert keys(await member.says(TWO)) == [COVERAGE, "utter_several_failed"]
    stored = await store.load(member.conversation_id)
    assert stored is not None
    said = [event["text"] for event in stored.snapshot if event["event"] == "user"]
    assert said == ["is zolgensma covered?"]


async def test_after_a_failure_of_the_first_nothing_more_is_run(member: Member, answering: Actions) -> None:
    answering.answer_raw("action_answer_coverage", 500, b"")
    assert keys(await member.says(TWO)) == ["utter_failure_action"]
    assert "action_tell_policy" not in answering.names()


async def test_what_a_failure_kept_from_being_run_comes_with_the_next_turn(member: Member, answering: Actions) -> None:
    answering.answer_raw("action_answer_coverage", 500, b"")
    await member.says(TWO)
    assert keys(await member.says("hello")) == ["utter_greeting_hello", POLICY]
    assert POLICY not in keys(await member.says("hello"))


async def test_what_waited_before_a_failure_still_waits_after_it(member: Member, answering: Actions) -> None:
    await member.says(TWO_FORMS)
    answering.answer_raw("action_find_facilities", 500, b"")
    assert keys(await member.says("43215")) == ["utter_failure_action"]
    assert "utter_ask_member_id" in keys(await member.says("hello"))


async def test_a_button_that_goes_on_with_another_answer_is_not_offered(member: Member, answering: Actions) -> None:
    more = [{"title": "Tell me more", "payload": "/cancel"}, {"title": "More", "payload": "/more"}]
    for action, key, topic in (
        ("action_answer_coverage", COVERAGE, "coverage_general"),
        ("action_tell_policy", POLICY, "policy_lookup"),
    ):
        said = {"response": key, "statement": topic, "reply": {"topic": topic}, "buttons": more}
        last = [{"event": "slot", "name": "last_topic", "value": topic}]
        answering.answer(action, said, events=last)
    first, second = (await member.says(TWO))["replies"]
    assert [each["value"] for each in first["quick_replies"]] == ["/cancel"]
    assert [each["value"] for each in second["quick_replies"]] == ["/cancel", "/more"]
    texts = (await Member(member.turns, "texts", "sms").says(TWO))["replies"]
    assert [bool(each["quick_replies"]) for each in texts] == [False, True]


async def _after(member: Member, store: DialogueStore, answer: dict[str, Any]) -> tuple[list[str], str]:
    """What was said, and the kept dialogue but for its moments and ids."""
    stored = await store.load(member.conversation_id)
    assert stored is not None
    without = ("timestamp", "message_id")
    events = [{name: value for name, value in event.items() if name not in without} for event in stored.snapshot]
    return keys(answer), json.dumps(events)
