"""Whatever happens to an action: the member reads a plain apology with the way to a coach, and goes on in context."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from engine_cast import Actions, Member, keys
from rasa.core.agent import Agent

from bot.engine import actions_endpoint
from bot.engine.actions_endpoint import ActionsConnection
from bot.engine.tracker_store import DialogueStore
from bot.engine.turns import TurnTaker

ANSWER = {"response": "utter_coverage_general_answer", "statement": "It depends."}
Connection = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def result(*events: dict[str, Any], responses: list[dict[str, Any]] | None = None) -> bytes:
    return json.dumps({"events": list(events), "responses": responses or []}).encode()


NONSENSE = {
    "words without a response key": result(responses=[{"text": "You are covered."}]),
    "a reply smuggled in as an event": result({"event": "bot", "text": "You are covered."}),
    "a response that nobody wrote": result(responses=[{"response": "utter_no_such_thing"}]),
    "a value that is missing": result(responses=[{"response": "utter_coverage_general_answer"}]),
    "a value that is no text": result(responses=[{"response": "utter_coverage_general_answer", "statement": [1]}]),
    "a reminder for no day": result({"event": "reminder", "date_time": "never", "intent": "x"}),
    "nesting without end": b"[" * 200_000,
    "an answer without end": b'{"events": [], "responses": [{"response": "' + b"x" * 2_000_000 + b'"}]}',
    "no UTF-8": b'{"events": [], "responses": [{"response": "\xff\xfe"}]}',
    "nothing": b"",
}


@pytest.fixture
async def served(agent: Agent, store: DialogueStore, actions: Actions, connection: ActionsConnection) -> Member:
    """A member who said where they live, so that there is a context to lose."""
    actions.answer("action_answer_coverage", ANSWER)
    member = Member(TurnTaker(agent, store, connection))
    assert keys(await member.says("is zolgensma covered in 43215")) == ["utter_coverage_general_answer"]
    return member


def assert_apology_with_a_way_out(answer: dict[str, Any]) -> None:
    assert keys(answer) == ["utter_failure_action"]
    [reply] = answer["replies"]
    assert reply["outcome"] == "failure"
    assert "/coach_handoff" in [button["value"] for button in reply["quick_replies"]]


async def assert_goes_on_in_context(member: Member, actions: Actions) -> None:
    actions.calls.clear()
    actions.answer("action_answer_coverage", ANSWER)
    assert keys(await member.says("is casgevy covered")) == ["utter_coverage_general_answer"]
    assert actions.calls[0]["tracker"]["slots"]["zip_code"] == "43215"


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_nonsense_is_apologised_for_and_forgotten(served: Member, actions: Actions, nonsense: str) -> None:
    actions.answer_raw("action_answer_coverage", 200, NONSENSE[nonsense])
    assert_apology_with_a_way_out(await served.says("is casgevy covered"))
    await assert_goes_on_in_context(served, actions)


async def test_an_action_that_raises_is_apologised_for_and_the_dialogue_goes_on(
    served: Member, actions: Actions
) -> None:
    async def fail(call: dict[str, Any]) -> tuple[int, bytes]:
        raise RuntimeError("broken")

    actions.compute("action_answer_coverage", fail)
    assert_apology_with_a_way_out(await served.says("is casgevy covered"))
    await assert_goes_on_in_context(served, actions)


async def test_an_action_that_hangs_is_apologised_for_and_the_dialogue_goes_on(
    served: Member, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions_endpoint.TurnActions.__init__, "__defaults__", (0.3,))
    actions.hang("action_answer_coverage")
    assert_apology_with_a_way_out(await served.says("is casgevy covered"))
    monkeypatch.undo()
    await assert_goes_on_in_context(served, actions)


async def test_a_hanging_action_of_one_member_holds_up_no_other(
    agent: Agent, store: DialogueStore, actions: Actions, connection: ActionsConnection
) -> None:
    called, released = asyncio.Event(), asyncio.Event()

    async def wait(call: dict[str, Any]) -> tuple[int, bytes]:
        called.set()
        await released.wait()
        return 200, result(responses=[ANSWER])

    actions.compute("action_answer_coverage", wait)
    turns = TurnTaker(agent, store, connection)
    waiting = asyncio.create_task(Member(turns, "waits").says("is casgevy covered"))
    await called.wait()
    assert keys(await Member(turns, "other").says("hello")) == ["utter_greeting_hello"]
    assert not waiting.done()
    released.set()
    assert keys(await waiting) == ["utter_coverage_general_answer"]


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the call and closes the line."""
    await reader.readuntil(b"\r\n\r\n")


async def die_while_answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begins a long answer and closes the line."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{"events": [')
    await writer.drain()


async def answer_without_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begins a long answer and says no more."""
    await die_while_answering(reader, writer)
    await reader.read()


async def speak_another_language(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Is no web server."""
    writer.write(b"220 mail.example ESMTP\r\n")
    await writer.drain()


@asynccontextmanager
async def serving(connection: Connection) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await connection(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhook"


@pytest.mark.parametrize("misbehave", [hang_up, die_while_answering, answer_without_end, speak_another_language])
async def test_a_broken_line_to_the_actions_is_apologised_for_and_the_dialogue_goes_on(
    agent: Agent,
    store: DialogueStore,
    actions: Actions,
    served: Member,
    misbehave: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions_endpoint.TurnActions.__init__, "__defaults__", (0.5,))
    async with serving(misbehave) as url:
        broken = ActionsConnection(url, "secret")
        member = Member(TurnTaker(agent, store, broken))
        assert_apology_with_a_way_out(await member.says("is casgevy covered", turn_id="over-a-broken-line"))
        await broken.close()
    monkeypatch.undo()
    await assert_goes_on_in_context(served, actions)
