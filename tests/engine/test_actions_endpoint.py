"""Custom actions that fail, hang or talk nonsense: the member gets a plain reply, and the dialogue stays usable."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from engine_cast import ACTIONS_SECRET, HANGING_S, Actions, Member, Result, accept_candidates, keys
from rasa.core.agent import Agent

from bot.engine import actions_endpoint
from bot.engine import turns as turns_module
from bot.engine.actions_endpoint import ActionsConnection
from bot.engine.tracker_store import DialogueStore
from bot.engine.turns import TurnTaker

BROKEN = [
    (500, b"boom"),
    (404, b"{}"),
    (401, b'{"code": "UNAUTHORIZED"}'),
    (302, b""),
    (200, b""),
    (200, b"no json"),
    (200, b"[]"),
    (200, b"null"),
    (200, b'{"events": "many"}'),
    (200, b'{"events": [{"no": "event"}], "responses": []}'),
    (200, b'{"events": [{"event": "slot"}], "responses": []}'),
    (200, b'{"events": [], "responses": ["text"]}'),
    (400, b"bad"),
    (400, b'{"error": "unknown"}'),
]


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that each call was given, in order."""
    given: list[float] = []
    call = ActionsConnection.call

    async def noted(self: ActionsConnection, body: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        given.append(timeout_s)
        return await call(self, body, timeout_s)

    monkeypatch.setattr(ActionsConnection, "call", noted)
    return given


@pytest.mark.parametrize(("status", "content"), BROKEN)
async def test_a_broken_action_is_answered_plainly(
    member: Member, actions: Actions, status: int, content: bytes
) -> None:
    actions.answer_raw("action_answer_coverage", status, content)
    answer = await member.says("is casgevy covered")
    assert keys(answer) == ["utter_failure_action"]
    assert answer["replies"][0]["outcome"] == "failure"
    assert answer["understood"]["topics"] == ["coverage_general"]


async def test_a_response_that_nobody_wrote_is_answered_plainly(member: Member, actions: Actions) -> None:
    actions.answer("action_answer_coverage", {"response": "utter_nothing_like_it"})
    assert keys(await member.says("is casgevy covered")) == ["utter_failure_action"]


async def test_after_a_failure_the_next_message_works(member: Member, actions: Actions) -> None:
    actions.answer_raw("action_answer_coverage", 500, b"boom")
    await member.says("is casgevy covered")
    actions.answer("action_answer_coverage", {"response": "utter_coverage_general_answer", "statement": "It depends."})
    assert keys(await member.says("is casgevy covered")) == ["utter_coverage_general_answer"]


async def test_an_action_that_hangs_is_given_up_in_time(member: Member, actions: Actions, limits: list[float]) -> None:
    actions.hang("action_answer_coverage")
    started = time.monotonic()
    assert keys(await member.says("is casgevy covered")) == ["utter_failure_action"]
    # How late a busy machine is proves nothing: what counts is the limit that was set, and that it cut the call off.
    [limit_s] = limits
    assert 0 < limit_s <= 2.5
    assert limit_s - 0.1 < time.monotonic() - started < HANGING_S / 2


def test_the_limits_fit_into_each_other() -> None:
    # An action's, that of a whole turn in the engine, and the 2.8 s that the gateway waits for a turn.
    assert actions_endpoint.TIMEOUT_S == 2.5
    assert actions_endpoint.TIMEOUT_S < turns_module.TIMEOUT_S < 2.8


async def test_actions_that_are_not_there_are_answered_plainly(
    agent: Agent, store: DialogueStore, unused_tcp_port: int
) -> None:
    connection = ActionsConnection(f"http://127.0.0.1:{unused_tcp_port}/webhook", "secret")
    answer = await Member(TurnTaker(agent, store, connection)).says("is casgevy covered")
    assert keys(answer) == ["utter_failure_action"]
    await connection.close()


async def test_the_secret_goes_with_every_call(member: Member, actions: Actions, actions_server: Any) -> None:
    await member.says("is casgevy covered")
    assert actions.authorizations == [f"Bearer {ACTIONS_SECRET}"]


async def test_the_wording_and_the_rest_of_the_domain_stay_out_of_the_call(member: Member, actions: Actions) -> None:
    await member.says("is casgevy covered")
    assert actions.calls[0]["domain"] == {}


async def test_a_form_whose_check_fails_asks_again_and_believes_nothing(member: Member, actions: Actions) -> None:
    actions.answer("action_find_facilities", {"response": "utter_verification_done"})
    await member.says("find a hospital")
    actions.answer_raw("validate_facility_form", 500, b"boom")
    assert keys(await member.says("19104")) == ["utter_failure_action", "utter_ask_zip_code"]
    assert actions.names().count("action_find_facilities") == 0
    actions.answer("validate_facility_form", events=[{"event": "slot", "name": "zip_code", "value": "19104"}])
    assert keys(await member.says("19104")) == ["utter_verification_done"]
    assert actions.calls[-1]["tracker"]["slots"]["zip_code"] == "19104"


async def test_a_failed_check_does_not_lock_a_member_into_the_form(member: Member, actions: Actions) -> None:
    actions.answer_raw("validate_facility_form", 500, b"boom")
    await member.says("find a hospital")
    answer = await member.says("hello there")
    assert "utter_greeting_hello" in keys(answer)


async def test_after_the_first_failure_no_further_action_of_the_turn_is_called(
    member: Member, actions: Actions
) -> None:
    await member.says("find a hospital")
    actions.calls.clear()
    actions.answer_raw(
        "validate_facility_form",
        200,
        json.dumps({"events": [{"event": "slot", "name": "zip_code", "value": "19104"}], "responses": []}).encode(),
    )
    actions.answer_raw("action_find_facilities", 500, b"boom")
    assert keys(await member.says("19104")) == ["utter_failure_action"]
    assert actions.names() == ["validate_facility_form", "action_find_facilities"]


async def test_all_actions_of_a_turn_share_one_time_limit(
    member: Member, actions: Actions, limits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def take_a_while(call: dict[str, Any]) -> Result:
        await asyncio.sleep(0.3)
        return await accept_candidates(call)

    await member.says("find a hospital")
    monkeypatch.setattr(actions_endpoint.TurnActions.__init__, "__defaults__", (2.0,))
    actions.compute("validate_facility_form", take_a_while)
    actions.hang("action_find_facilities")
    limits.clear()
    assert keys(await member.says("19104")) == ["utter_failure_action"]
    first, second = limits
    assert first <= 2.0
    assert second <= first - 0.3


async def test_an_action_may_decline_so_that_another_rule_answers(member: Member, actions: Actions) -> None:
    async def decline_once(call: dict[str, Any]) -> Result:
        actions.answer("validate_facility_form")
        return 400, json.dumps({"error": "declined", "action_name": "validate_facility_form"}).encode()

    await member.says("find a hospital")
    actions.compute("validate_facility_form", decline_once)
    assert keys(await member.says("hello there")) == ["utter_greeting_hello", "utter_ask_zip_code"]
