"""A call-back is agreed on without the engine: a window, a number, done; anything else in between is answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date

import pytest

from bot import wording as words
from bot.conversations.handoff import Callback
from bot.conversations.live import DESK, DeskChanged
from bot.conversations.tables_store import handoff_events, handoff_requests
from bot.conversations.vocabulary import CALLBACK_CHOICE, HANDOFF_CHOICE
from bot.database import Database
from bot.engine_client import EngineUnavailable
from tests.channels.gateway import PHONE, Answer, Gateway, Json, Phone, Tab, reply, start_gateway
from tests.conversations.conftest import HOURS

# The tests begin on a Saturday at ten in the morning, New York time; on Sunday nobody is there.
SATURDAY, MONDAY, TUESDAY = date(2026, 11, 21), date(2026, 11, 23), date(2026, 11, 24)
ASKS_WINDOW = {"field": "callback_window", "kind": "choice"}
ASKS_PHONE = {"field": "phone", "kind": "phone"}
CONFIRMS = ("confirm", "choice")


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    """A gateway that knows the coaches' hours; nobody is on duty, and the engine is down."""
    gateway = await start_gateway(database, hours=HOURS)
    gateway.engine.failure = EngineUnavailable("down")
    yield gateway
    await gateway.client.close()


@pytest.fixture
async def tab(gateway: Gateway) -> Tab:
    """A member to whom a call was offered."""
    tab = await gateway.open()
    await tab.call("POST", "handoff", json={})
    return tab


def choice(day: date | None, window: str | None = None) -> str:
    """The value of a window's button."""
    return CALLBACK_CHOICE + json.dumps({"day": day.isoformat(), "window": window} if day else {"window": None})


def said(answer: Answer) -> tuple[list[str], Json | None]:
    """The outcomes of the replies, and what is asked."""
    return [each["outcome"] for each in answer.body["replies"]], answer.body["state"]["awaiting"]


async def calls(gateway: Gateway) -> list[Callback]:
    return list(await gateway.callbacks.list_callbacks())


async def test_the_next_four_windows_are_offered_and_the_way_out(tab: Tab) -> None:
    offered = [each["value"] for each in (await tab.read())[-1]["quick_replies"]]
    assert offered == [
        choice(SATURDAY, "afternoon"),
        choice(MONDAY, "morning"),
        choice(MONDAY, "afternoon"),
        choice(TUESDAY, "morning"),
        choice(None),
    ]
    assert (await tab.state())["awaiting"] == ASKS_WINDOW


async def test_a_window_by_button_and_a_number_are_a_promise(tab: Tab) -> None:
    assert said(await tab.choose(choice(MONDAY, "morning"))) == (["ask"], ASKS_PHONE)
    answer = await tab.say("215-555-0107")
    assert said(answer) == (["callback_recorded"], None)
    assert answer.body["state"]["holder"] == "assistant"
    assert answer.body["understood"]["topics"] == ["coach_handoff"]
    assert "555" not in answer.body["replies"][0]["text"]
    (call,) = await calls(tab.gateway)
    assert (call.day, call.window, call.phone, call.status) == (MONDAY, "morning", PHONE, "open")
    assert [row.event for row in await tab.gateway.rows(handoff_events)] == ["requested", "callback"]
    assert await tab.gateway.handoffs.list_queue() == ()
    assert tab.gateway.engine.turns == []


@pytest.mark.parametrize(
    ("words", "day", "window"),
    [
        ("2", MONDAY, "morning"),
        ("the third one", MONDAY, "afternoon"),
        ("Monday afternoon please", MONDAY, "afternoon"),
        ("this afternoon", SATURDAY, "afternoon"),
        ("el martes", TUESDAY, "morning"),
        ("as soon as possible", SATURDAY, "afternoon"),
    ],
)
async def test_a_window_by_number_of_order_or_by_words(tab: Tab, words: str, day: date, window: str) -> None:
    assert said(await tab.say(words)) == (["ask"], ASKS_PHONE)
    await tab.say("(215) 555-0107")
    (call,) = await calls(tab.gateway)
    assert (call.day, call.window) == (day, window)


async def test_yes_alone_is_asked_which_window(tab: Tab) -> None:
    answer = await tab.say("yes please")
    assert said(answer) == (["ask"], ASKS_WINDOW)
    assert len(answer.body["replies"][0]["quick_replies"]) == 5


@pytest.mark.parametrize("no", ["no thanks", "not now", None])
async def test_declined_the_request_stands(tab: Tab, no: str | None) -> None:
    answer = await (tab.say(no) if no else tab.choose(choice(None)))
    assert said(answer) == (["handoff_waiting"], None)
    assert answer.body["state"]["holder"] == "waiting"
    assert len(await tab.gateway.handoffs.list_queue()) == 1
    assert await calls(tab.gateway) == []


async def test_declined_at_the_number_the_request_stands_too(tab: Tab) -> None:
    await tab.choose(choice(MONDAY, "morning"))
    assert said(await tab.say("no")) == (["handoff_waiting"], None)
    assert len(await tab.gateway.handoffs.list_queue()) == 1


@pytest.mark.parametrize("by_words", [False, True])
async def test_a_window_that_has_gone_by_is_not_promised(tab: Tab, by_words: bool) -> None:
    tab.gateway.clock.pass_time(hours=2)
    answer = await (tab.say("1") if by_words else tab.choose(choice(SATURDAY, "afternoon")))
    assert said(answer) == (["ask"], ASKS_WINDOW)
    offered = [each["value"] for each in answer.body["replies"][0]["quick_replies"]]
    assert offered[0] == choice(MONDAY, "morning")
    # "1" is now the first of the new list.
    await tab.say("1")
    await tab.say("215-555-0107")
    assert [(call.day, call.window) for call in await calls(tab.gateway)] == [(MONDAY, "morning")]


async def test_a_window_that_goes_by_before_the_number_is_not_promised(tab: Tab) -> None:
    await tab.choose(choice(SATURDAY, "afternoon"))
    tab.gateway.clock.pass_time(hours=2)
    assert said(await tab.say("215-555-0107")) == (["ask"], ASKS_WINDOW)
    assert await calls(tab.gateway) == []


@pytest.mark.parametrize("value", [choice(date(2026, 11, 22), "morning"), CALLBACK_CHOICE + "{", CALLBACK_CHOICE])
async def test_a_window_that_was_not_offered_is_refused(tab: Tab, value: str) -> None:
    answer = await tab.choose(value)
    assert (answer.status, answer.code) == (422, "UNKNOWN_CHOICE")
    assert await calls(tab.gateway) == []


@pytest.mark.parametrize(
    "number", ["555-0107", "+44 20 7946 0958", "215 555 0107 ext 4", "215-555-0107 or 215-555-0108"]
)
async def test_a_number_that_cannot_be_called_is_asked_for_again(tab: Tab, number: str) -> None:
    await tab.choose(choice(MONDAY, "morning"))
    assert said(await tab.say(number)) == (["ask"], ASKS_PHONE)
    assert await calls(tab.gateway) == []
    assert said(await tab.say("215-555-0107")) == (["callback_recorded"], None)


@pytest.mark.parametrize("chosen", [False, True])
async def test_a_question_in_between_is_answered_and_the_call_s_question_stays(tab: Tab, chosen: bool) -> None:
    if chosen:
        await tab.choose(choice(MONDAY, "morning"))
    tab.gateway.engine.failure = None
    asked = ASKS_PHONE if chosen else ASKS_WINDOW
    assert said(await tab.say("what is gene therapy?")) == (["answer"], asked)
    if not chosen:
        await tab.say("monday morning")
    assert said(await tab.say("215-555-0107")) == (["callback_recorded"], None)


async def test_danger_in_between_is_answered_and_the_question_stays(tab: Tab) -> None:
    await tab.choose(choice(MONDAY, "morning"))
    assert said(await tab.say("i want to kill myself")) == (["crisis"], ASKS_PHONE)
    assert len(await tab.gateway.handoffs.list_queue()) == 1


async def test_a_number_out_of_the_blue_is_no_promise(gateway: Gateway) -> None:
    tab = await gateway.open()
    gateway.engine.failure = None
    assert said(await tab.say("215-555-0107"))[0] == ["answer"]
    assert await calls(gateway) == []


async def test_choosing_again_changes_the_promise_and_doubles_nothing(tab: Tab) -> None:
    await tab.choose(choice(MONDAY, "morning"))
    await tab.say("215-555-0107")
    # The old button still stands there.
    answer = await tab.choose(choice(TUESDAY, "morning"))
    assert said(answer) == (["ask"], ASKS_PHONE)
    tab.gateway.clock.pass_time(seconds=15)
    before = len(await tab.read())
    await tab.gateway.sweep.run_once()
    assert len(await tab.read()) == before, "who is asked for a number is told nothing else"
    assert said(await tab.say("215-555-0108")) == (["callback_recorded"], None)
    (call,) = await calls(tab.gateway)
    assert (call.day, call.phone) == (TUESDAY, "+12155550108")
    assert len(await tab.gateway.rows(handoff_requests)) == 2
    assert await tab.gateway.handoffs.list_queue() == ()


async def test_a_coach_who_takes_the_member_ends_the_dialogue(tab: Tab) -> None:
    await tab.choose(choice(MONDAY, "morning"))
    await tab.gateway.claim(tab.id)
    answer = await tab.say("215-555-0107")
    assert (answer.body["replies"], answer.body["state"]["awaiting"]) == ([], None)
    assert await calls(tab.gateway) == []


async def test_asked_for_by_a_message_the_offer_is_the_same(gateway: Gateway) -> None:
    tab = await gateway.open()
    assert said(await tab.choose(HANDOFF_CHOICE)) == (["handoff_unavailable"], ASKS_WINDOW)
    # An action recorded the request: what the member hears is what is so now.
    other = await gateway.open()
    gateway.engine.failure = None
    gateway.engine.replies = [reply(key="utter_handoff_waiting", outcome="handoff_waiting")]

    async def record(_: object) -> None:
        await gateway.requests.request_handoff(other.id, reason="asked", cause="words")

    gateway.engine.before_answer = record
    assert said(await other.say("i want a nurse")) == (["handoff_unavailable"], ASKS_WINDOW)
    assert said(await other.say("monday morning")) == (["ask"], ASKS_PHONE)


@pytest.fixture
async def phone(gateway: Gateway) -> Phone:
    """A member who texts, and to whom a call was offered."""
    phone = await gateway.text()
    await phone.say(choice=HANDOFF_CHOICE)
    return phone


async def asked(phone: Phone) -> tuple[str, str] | None:
    awaiting = (await phone.get()).awaiting
    return (awaiting.field, awaiting.kind) if awaiting else None


async def test_by_text_the_number_that_texts_is_offered(phone: Phone) -> None:
    turn = await phone.say("2")
    assert ([each.outcome for each in turn.replies], await asked(phone)) == (["ask"], CONFIRMS)
    assert len(turn.replies[0].quick_replies) == 2
    turn = await phone.say("yes")
    assert ([each.outcome for each in turn.replies], await asked(phone)) == (["callback_recorded"], None)
    (call,) = await calls(phone.gateway)
    assert (call.day, call.phone) == (MONDAY, PHONE)


@pytest.mark.parametrize("other", ["no", "button", "215-555-0108"])
async def test_by_text_another_number_can_be_named(phone: Phone, other: str) -> None:
    turn = await phone.say("2")
    if other == "button":
        await phone.say(choice=turn.replies[0].quick_replies[1].value)
    elif other == "no":
        await phone.say("no")
    if other != "215-555-0108":
        assert await asked(phone) == ("phone", "phone")
    await phone.say("215-555-0108")
    (call,) = await calls(phone.gateway)
    assert call.phone == "+12155550108"


async def test_by_text_too_a_question_in_between_keeps_the_call_s_question(phone: Phone) -> None:
    await phone.say("2")
    phone.gateway.engine.failure = None
    assert [each.outcome for each in (await phone.say("what is gene therapy?")).replies] == ["answer"]
    assert await asked(phone) == CONFIRMS
    await phone.say("yes")
    assert len(await calls(phone.gateway)) == 1


async def test_a_coach_who_takes_a_texting_member_ends_the_question_for_the_number(phone: Phone) -> None:
    await phone.say("2")
    await phone.gateway.claim(phone.id)
    assert await asked(phone) is None


async def test_no_call_after_all_ends_the_promise_and_the_desk_hears_of_it(tab: Tab) -> None:
    await tab.choose(choice(MONDAY, "morning"))
    await tab.say("215-555-0107")
    (call,) = await calls(tab.gateway)
    console = tab.gateway.live.subscribe(DESK, is_console=True)
    answer = await tab.choose(choice(None))
    assert said(answer) == (["cancelled"], None)
    assert (await tab.gateway.conversations.list_messages(tab.id))[-1].key == words.CALLBACK_WITHDRAWN
    assert await calls(tab.gateway) == []
    (ended,) = await tab.gateway.callbacks.list_callbacks(include_done=True)
    assert (ended.id, ended.status, ended.attempts, ended.version) == (call.id, "done", 0, call.version + 1)
    assert await asyncio.wait_for(console.next_event(), 1) == DeskChanged(tab.id)
    assert await tab.gateway.handoffs.list_queue() == ()


async def test_a_promised_call_can_be_asked_about_changed_and_taken_back_in_words(tab: Tab) -> None:
    await tab.call("POST", "handoff", json={})
    await tab.say("the first one")
    await tab.say("215-555-0107")
    (call,) = await calls(tab.gateway)
    assert said(await tab.say("what time will the nurse call me?")) == (["callback_recorded"], None)
    changed = await tab.say("change my call to another day")
    assert said(changed)[0] == ["ask"]
    assert said(await tab.say("please cancel my call back"))[0] == ["cancelled"]
    assert await calls(tab.gateway) == []
    # With nothing promised the same words are the engine's.
    before = len(tab.gateway.engine.turns)
    await tab.say("please cancel my call back")
    assert len(tab.gateway.engine.turns) == before + 1
    assert call.phone == "+12155550107"
