"""A turn: every message gets an answer, once, in order, whatever breaks."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from engine_cast import Actions, Member, Result, keys

from bot.engine import turns as turns_module
from bot.engine.actions_endpoint import ActionsConnection
from bot.engine.reading import BadChoice
from bot.engine.tracker_store import DialogueStore, StoreUnavailable
from bot.engine.turns import TurnTaker

ENVELOPE = {
    "topic": "coverage_general",
    "outcome": "answer",
    "citations": [{"document": "A policy", "payer": "CareSource"}],
    "cards": [],
    "facts": ["fact-1"],
}


async def test_a_reply_carries_words_buttons_and_the_envelope_of_its_response(member: Member) -> None:
    answer = await member.says("hello there")
    assert answer["replies"] == [
        {
            "key": "utter_greeting_hello",
            "text": "Hello. I am an automated assistant.",
            "quick_replies": [
                {"title": "Find a hospital", "value": '/facility_search{"zip_code": "19104"}'},
                {"title": "My plan is CareSource", "value": '/inform{"plan": "caresource"}'},
            ],
            "topic": "greeting",
            "outcome": "answer",
            "reliance": {"template": "Hello. I am an automated assistant.", "values": {}},
        }
    ]
    assert answer["model_id"] == member.turns.model_id


async def test_what_an_action_puts_beside_its_words_arrives_whole_and_without_empty_values(
    member: Member, actions: Actions
) -> None:
    actions.answer(
        "action_answer_coverage",
        {"response": "utter_coverage_general_answer", "statement": "It depends.", "reply": ENVELOPE},
    )
    [reply] = (await member.says("is zolgensma covered"))["replies"]
    assert reply["text"] == "It depends."
    assert reply["citations"] == ENVELOPE["citations"]
    assert reply["facts"] == ["fact-1"]
    assert "cards" not in reply


async def test_a_reply_says_from_which_template_and_values_it_was_made(member: Member, actions: Actions) -> None:
    fact = {"fact": "fact-1", "version": "page@0123456789ab"}
    traced = {"as_of": "2026-11-22", "values": {"statement": fact, "unused": "x"}, "wordings": {"0a": "{rule}"}}
    actions.answer(
        "action_answer_coverage",
        {
            "response": "utter_coverage_general_answer",
            "statement": "It depends.",
            "reply": {**ENVELOPE, "reliance": traced},
        },
    )
    [reply] = (await member.says("is zolgensma covered"))["replies"]
    # What is in the text is there by reference; what is not in the text is not there.
    assert reply["reliance"] == {**traced, "template": "{statement}", "values": {"statement": fact}}


async def test_the_sms_variant_is_used_on_sms(turns: TurnTaker) -> None:
    [reply] = (await Member(turns, channel="sms").says("hello"))["replies"]
    assert reply["text"] == "Hello. Reply HOSPITAL to find one."
    assert reply["quick_replies"] == []


async def test_the_same_turn_again_gets_the_same_answer_and_acts_once(member: Member, actions: Actions) -> None:
    actions.answer("action_answer_coverage", {"response": "utter_coverage_general_answer", "statement": "Yes or no."})
    answers = [await member.says("is casgevy covered", turn_id="the-same") for _ in range(10)]
    assert answers == answers[:1] * 10
    assert actions.names() == ["action_answer_coverage"]


async def test_the_same_turn_ten_times_at_once_acts_once(member: Member, actions: Actions) -> None:
    actions.answer("action_answer_coverage", {"response": "utter_coverage_general_answer", "statement": "Yes or no."})
    answers = await asyncio.gather(*(member.says("is casgevy covered", turn_id="the-same") for _ in range(10)))
    assert answers == answers[:1] * 10
    assert actions.names() == ["action_answer_coverage"]


async def test_turns_of_one_conversation_run_one_after_the_other(member: Member, actions: Actions) -> None:
    running, most = 0, 0

    async def answer(call: dict[str, Any]) -> Result:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        return 200, json.dumps({"events": [], "responses": [{"response": "utter_verification_done"}]}).encode()

    actions.compute("action_answer_coverage", answer)
    await asyncio.gather(*(member.says("is casgevy covered") for _ in range(5)))
    assert most == 1
    assert len(actions.calls) == 5


async def test_another_conversation_need_not_wait(turns: TurnTaker, actions: Actions) -> None:
    actions.hang("action_answer_coverage")
    slow = asyncio.create_task(Member(turns, "slow").says("is casgevy covered"))
    while not actions.calls:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert keys(await Member(turns, "fast").says("hello")) == ["utter_greeting_hello"]
    assert not slow.done()
    assert keys(await slow) == ["utter_failure_action"]


async def test_a_turn_that_no_rule_answers_is_not_silent(member: Member) -> None:
    answer = await member.says("thank you, bye")
    assert answer["understood"]["topics"] == ["thanks_goodbye"]
    assert keys(answer) == ["utter_failure_silence"]
    assert answer["replies"][0]["outcome"] == "failure"


async def test_an_action_that_says_nothing_is_not_silent(member: Member) -> None:
    assert keys(await member.says("what does the policy say")) == ["utter_failure_silence"]


async def test_words_with_a_gap_are_replaced_by_a_failure_reply(member: Member) -> None:
    [reply] = (await member.says("this is useless"))["replies"]
    assert reply["key"] == "utter_failure_action"
    assert "{" not in reply["text"]


async def test_a_second_reply_with_a_gap_keeps_the_first_and_says_that_something_failed(
    member: Member, actions: Actions
) -> None:
    actions.answer(
        "action_answer_coverage",
        {"response": "utter_coverage_general_answer", "statement": "Known."},
        {"response": "utter_coverage_general_answer", "statement": None},
    )
    # Rasa drops what the action said when one of its replies cannot be worded.
    assert keys(await member.says("is casgevy covered")) == ["utter_failure_action"]


async def test_text_without_a_response_key_never_reaches_a_member(member: Member, actions: Actions) -> None:
    actions.answer("action_answer_coverage", {"text": "You are covered!"})
    assert keys(await member.says("is casgevy covered")) == ["utter_failure_action"]


@pytest.mark.parametrize("text", ["/greeting", "  /greeting", "//greeting", " / /greeting", "\u00a0/greeting{}"])
async def test_typed_text_never_counts_as_a_command(member: Member, text: str) -> None:
    assert (await member.says(text))["understood"]["confidence"] < 1.0


async def test_a_quick_reply_is_understood_without_reading_it(member: Member, actions: Actions) -> None:
    actions.answer("action_find_facilities", {"response": "utter_facility_search_found", "statement": "two hospitals."})
    answer = await member.chooses('/facility_search{"zip_code": "19104"}')
    assert answer["understood"]["confidence"] == 1.0
    assert answer["understood"]["entities"] == {"zip_code": ["19104"]}
    assert answer["replies"][0]["text"] == "Near 19104: two hospitals."


@pytest.mark.parametrize(
    "choice",
    ["hello", "/", "/no_such_intent", "/inform{", "/inform[1]", '/inform{"shoe_size": "44"}', '/inform{"plan": {}}'],
)
async def test_a_choice_that_nothing_can_have_offered_is_refused(member: Member, choice: str) -> None:
    with pytest.raises(BadChoice):
        await member.chooses(choice)


async def test_a_bare_answer_carries_the_topic_that_it_continues(member: Member, actions: Actions) -> None:
    actions.answer(
        "action_find_facilities",
        {
            "response": "utter_facility_search_found",
            "statement": "one hospital.",
            "reply": {"topic": "facility_search", "outcome": "facilities"},
        },
    )
    asked = await member.says("find a hospital")
    assert asked["replies"][0]["awaiting"] == {"field": "zip_code", "kind": "postal_code"}
    assert (await member.says("43215"))["understood"]["topics"] == ["facility_search"]


async def test_member_number_and_birth_date_are_used_but_not_shown(member: Member, actions: Actions) -> None:
    actions.answer("action_verify", {"response": "utter_verification_done"})
    await member.says("is my coverage active")
    number = await member.says("gg 100-0001")
    birth_date = await member.says("March 14, 1962")
    assert number["understood"]["entities"] == {}
    assert birth_date["understood"]["entities"] == {}
    slots = actions.calls[-1]["tracker"]["slots"]
    assert (slots["member_id"], slots["date_of_birth"]) == ("GG1000001", "1962-03-14")


async def test_the_day_of_a_policy_question_is_shown(member: Member) -> None:
    answer = await member.says("which policy was in force on 4/30/26")
    assert answer["understood"]["entities"] == {"date": ["2026-04-30"]}


async def test_without_a_database_nothing_is_answered_from_memory(
    agent: Any, connection: ActionsConnection, tmp_path: Any
) -> None:
    store = DialogueStore(f"sqlite:///{tmp_path / 'no-table.sqlite'}")
    with pytest.raises(StoreUnavailable):
        await Member(TurnTaker(agent, store, connection)).says("hello")
    await store.close()


async def test_a_turn_that_could_not_be_saved_is_run_again_from_the_same_state(
    member: Member, store: DialogueStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await member.says("is my coverage active")

    async def refuse(*args: Any, **kwargs: Any) -> None:
        raise StoreUnavailable("full")

    with monkeypatch.context() as broken:
        broken.setattr(store, "save", refuse)
        with pytest.raises(StoreUnavailable):
            await member.says("GG1000001", turn_id="retried")
    assert keys(await member.says("GG1000001", turn_id="retried")) == ["utter_ask_date_of_birth"]


async def test_a_turn_that_takes_too_long_fails_aloud_and_leaves_the_dialogue_where_it_was(
    member: Member, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    await member.says("is my coverage active")
    await member.says("GG1000001")
    monkeypatch.setattr(turns_module, "TIMEOUT_S", 0.2)
    actions.hang("action_verify")
    assert keys(await member.says("3/14/1962")) == ["utter_failure_action"]
    actions.answer("action_verify", {"response": "utter_verification_done"})
    assert keys(await member.says("3/14/1962")) == ["utter_verification_done"]


async def test_a_dialogue_that_cannot_go_on_begins_anew_instead_of_failing_for_ever(
    member: Member, store: DialogueStore
) -> None:
    await store.save(
        member.conversation_id,
        None,
        snapshot=[{"event": "of another version of Rasa"}],
        turn_id="earlier",
        result="{}",
    )
    assert keys(await member.says("hello")) == ["utter_failure_action"]
    assert keys(await member.says("hello")) == ["utter_greeting_hello"]


async def test_a_forgotten_conversation_begins_anew(member: Member) -> None:
    await member.says("is my coverage active")
    await member.turns.forget(member.conversation_id)
    assert keys(await member.says("3/14/1962")) != ["utter_ask_member_id"]
