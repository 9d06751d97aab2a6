"""What a member's client may rely on: the routes, end to end through the record."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from uuid import uuid4

import pytest

from bot.engine_client import EngineAwaiting, EngineQuickReply, EngineUnavailable
from tests.channels.gateway import Gateway, Tab, reply

EMERGENCY = "my chest hurts and I can't breathe"
CRISIS = "i want to kill myself"


async def test_a_conversation_begins_with_the_greeting_and_its_own_token(gateway: Gateway) -> None:
    first, second = await gateway.open(plan="caresource", locale="en", state="OH"), await gateway.open()
    assert first.token != second.token
    assert len(first.token) >= 43
    assert [message["author"] for message in first.opened["messages"]] == ["assistant"]
    assert first.opened["state"] == {"holder": "assistant", "awaiting": None, "verified": False}
    context = await gateway.conversations.get_context(first.id)
    assert (context.plan_id, context.state, context.locale) == ("caresource", "OH", "en")


async def test_a_conversation_in_spanish_is_greeted_in_spanish(gateway: Gateway) -> None:
    english, spanish = await gateway.open(), await gateway.open(locale="es")
    assert english.opened["messages"][0]["text"] != spanish.opened["messages"][0]["text"]


async def test_a_message_is_recorded_answered_and_understood(tab: Tab) -> None:
    tab.gateway.engine.language = "en"
    answer = await tab.say("is zolgensma covered")
    assert answer.status == 200
    assert answer.body["message"]["text"] == "is zolgensma covered"
    assert [message["seq"] for message in await tab.read()] == [1, 2, 3]
    assert answer.body["replies"] == (await tab.read(after=2))
    assert answer.body["understood"] == {
        "topics": ["coverage_general"],
        "language": "en",
        "entities": {"therapy": ["zolgensma"]},
        "confidence": 0.9,
    }
    turn = tab.gateway.engine.turns[0]
    assert (turn.turn_id, turn.conversation_id, turn.channel) == (answer.body["message"]["id"], tab.id, "web")


async def test_what_a_reply_carries_reaches_the_member_and_the_record(tab: Tab) -> None:
    citation = {"document": "Gene therapy", "number": "MP-AD-1623", "payer": "CareSource", "effective_on": "2026-05-01"}
    card = {
        "kind": "facility",
        "name": "A hospital",
        "address": "1 Street, City",
        "serves": ["adult"],
        "therapies": ["zolgensma"],
        "network": None,
        "verified_on": "2026-11-01",
    }
    button = EngineQuickReply("Yes", '/affirm{"a":1}')
    asks = EngineAwaiting("zip_code", "postal_code")
    tab.gateway.engine.replies = [
        reply("Found.", topic="facility_search", outcome="facilities", citations=(citation,), cards=(card,)),
        reply("Which ZIP?", outcome="ask", quick_replies=(button,), awaiting=asks),
    ]
    answer = await tab.say("where")
    found, asked = answer.body["replies"]
    assert (found["citations"], found["cards"], found["topic"]) == ([citation], [card], "facility_search")
    assert asked["quick_replies"] == [{"title": "Yes", "value": '/affirm{"a":1}'}]
    assert answer.body["state"]["awaiting"] == {"field": "zip_code", "kind": "postal_code"}
    assert (await tab.read(after=2)) == [found, asked]
    tab.gateway.engine.replies = [reply()]
    assert (await tab.say("19104")).body["state"]["awaiting"] is None


async def test_ten_posts_with_one_id_act_once_and_get_one_answer(tab: Tab) -> None:
    client_message_id = str(uuid4())
    answers = await asyncio.gather(*(tab.say("hello", client_message_id) for _ in range(10)))
    assert [answer.status for answer in answers] == [200] * 10
    assert all(answer.body == answers[0].body for answer in answers)
    assert len(tab.gateway.engine.turns) == 1
    await tab.say("something else")
    later = await tab.say("hello", client_message_id)
    assert later.body == answers[0].body
    assert len(await tab.read()) == 5


async def test_one_id_with_other_content_is_a_conflict(tab: Tab) -> None:
    client_message_id = str(uuid4())
    await tab.say("hello", client_message_id)
    answer = await tab.say("goodbye", client_message_id)
    assert (answer.status, answer.code) == (409, "IDEMPOTENCY_CONFLICT")
    again = await tab.call("POST", "messages", json={"client_message_id": client_message_id, "choice": "/affirm"})
    assert (again.status, again.code) == (409, "IDEMPOTENCY_CONFLICT")
    assert len(await tab.read()) == 3


async def test_two_tabs_at_once_keep_order_and_answer_each_message_once(tab: Tab) -> None:
    sent = [f"{letter}{number}" for number in range(6) for letter in "ab"]
    answers = await asyncio.gather(*(tab.say(text) for text in sent))
    messages = await tab.read()
    assert [message["seq"] for message in messages] == list(range(1, 1 + 1 + 2 * len(sent)))
    assert sorted(message["text"] for message in messages if message["author"] == "member") == sorted(sent)
    # Each question is followed by its own answer.
    assert [message["author"] for message in messages[1:]] == ["member", "assistant"] * len(sent)
    for answer in answers:
        assert answer.body["replies"][0]["seq"] == answer.body["message"]["seq"] + 1
    assert tab.gateway.engine.most_running[tab.id] == 1


async def test_a_turn_that_was_cut_off_is_taken_again_under_its_id(tab: Tab) -> None:
    client_message_id = str(uuid4())
    recorded = await tab.gateway.conversations.record_member_message(
        tab.id, client_message_id=client_message_id, text="hello"
    )
    answer = await tab.say("hello", client_message_id)
    assert answer.status == 200
    assert tab.gateway.engine.turns[0].turn_id == recorded.message.id
    assert [message["seq"] for message in await tab.read()] == [1, 2, 3]


@pytest.mark.parametrize("failure", [EngineUnavailable("too slow"), RuntimeError("boom")])
async def test_an_engine_that_fails_is_answered_with_a_way_to_a_person(tab: Tab, failure: Exception) -> None:
    tab.gateway.engine.failure = failure
    answer = await tab.say("hello")
    assert answer.status == 200
    assert [message["outcome"] for message in answer.body["replies"]] == ["failure"]
    button = answer.body["replies"][0]["quick_replies"][-1]["value"]
    waiting = await tab.choose(button)
    assert waiting.body["state"]["holder"] == "waiting"
    assert waiting.body["understood"]["topics"] == ["coach_handoff"]


@pytest.mark.parametrize("text", ["Hello {name}", "Your plan is None.", "  ", "You are covered for this."])
async def test_what_the_lint_refuses_is_never_shown(tab: Tab, text: str) -> None:
    tab.gateway.engine.replies = [reply(text), reply("This one is fine."), reply(text)]
    replies = (await tab.say("hello")).body["replies"]
    assert [message["outcome"] for message in replies] == ["failure", "answer"]
    assert text not in [message["text"] for message in await tab.read()]


async def test_a_silent_engine_still_gets_the_member_an_answer(tab: Tab) -> None:
    tab.gateway.engine.replies = []
    assert [message["outcome"] for message in (await tab.say("hello")).body["replies"]] == ["failure"]


async def test_words_that_the_contract_does_not_know_are_left_out(tab: Tab) -> None:
    tab.gateway.engine.replies = [reply(topic="inform", outcome="dance")]
    tab.gateway.engine.topics = ("inform", "cost")
    answer = await tab.say("hello")
    assert "topic" not in answer.body["replies"][0]
    assert answer.body["understood"]["topics"] == ["cost"]


async def test_a_choice_must_have_been_offered_lately(tab: Tab) -> None:
    offered = tab.opened["messages"][0]["quick_replies"][0]
    chosen = await tab.choose(offered["value"])
    assert chosen.body["message"]["text"] == offered["title"]
    assert tab.gateway.engine.turns[-1].choice == offered["value"]
    assert tab.gateway.engine.turns[-1].text is None
    refused = await tab.choose('/inform{"plan":"another"}')
    assert (refused.status, refused.code) == (422, "UNKNOWN_CHOICE")
    for number in range(10):
        await tab.say(f"question {number}")
    assert (await tab.choose(offered["value"])).code == "UNKNOWN_CHOICE"


async def test_text_that_begins_with_a_slash_is_recorded_as_written(tab: Tab) -> None:
    answer = await tab.say('  /inform{"plan":"x"}')
    assert answer.body["message"]["text"] == '  /inform{"plan":"x"}'
    assert tab.gateway.engine.turns[0].choice is None


@pytest.mark.parametrize(("text", "outcome"), [(EMERGENCY, "emergency"), (CRISIS, "crisis")])
@pytest.mark.parametrize("holder", ["assistant", "waiting", "coach"])
async def test_danger_is_answered_in_every_state_without_the_engine(
    tab: Tab, holder: str, text: str, outcome: str
) -> None:
    if holder != "assistant":
        await tab.call("POST", "handoff", json={})
    if holder == "coach":
        await tab.gateway.claim(tab.id)
    answer = await tab.say(text)
    assert [(message["author"], message["outcome"]) for message in answer.body["replies"]] == [("system", outcome)]
    assert answer.body["understood"]["topics"] == [outcome]
    # Whoever is in danger is put before a coach, asked for or not.
    assert answer.body["state"]["holder"] == ("coach" if holder == "coach" else "waiting")
    assert tab.gateway.engine.turns == []


async def test_danger_in_spanish_is_answered_in_spanish(tab: Tab) -> None:
    english, spanish = await tab.say("I can't breathe"), await tab.say("no puedo respirar")
    assert english.body["replies"][0]["text"] != spanish.body["replies"][0]["text"]
    assert spanish.body["understood"]["language"] == "es"


async def test_danger_leaves_the_open_question_open(tab: Tab) -> None:
    asks = EngineAwaiting("zip_code", "postal_code")
    tab.gateway.engine.replies = [reply(outcome="ask", awaiting=asks)]
    await tab.say("find a hospital")
    answer = await tab.say(EMERGENCY)
    assert answer.body["state"]["awaiting"] == {"field": "zip_code", "kind": "postal_code"}


async def test_the_assistant_is_silent_while_a_coach_holds(tab: Tab) -> None:
    await tab.call("POST", "handoff", json={"reason": "a question"})
    await tab.gateway.claim(tab.id)
    answer = await tab.say("hello coach")
    assert answer.status == 200
    assert answer.body["replies"] == []
    assert answer.body["state"]["holder"] == "coach"
    assert tab.gateway.engine.turns == []


async def test_a_coach_who_takes_over_during_a_turn_silences_its_answer(tab: Tab) -> None:
    async def take_over(turn: SimpleNamespace) -> None:
        await tab.gateway.requests.request_handoff(tab.id, reason="", cause="words")
        await tab.gateway.claim(tab.id)

    tab.gateway.engine.before_answer = take_over
    answer = await tab.say("hello")
    assert answer.body["replies"] == []
    assert answer.body["state"]["holder"] == "coach"


async def test_a_request_for_a_person_stands_once_and_says_the_same(gateway: Gateway) -> None:
    tabs = [await gateway.open() for _ in range(3)]
    first = [await tab.call("POST", "handoff", json={}) for tab in tabs]
    assert [answer.body["state"]["queue"]["position"] for answer in first] == [1, 2, 3]
    assert [message["outcome"] for message in first[0].body["messages"]] == ["handoff_unavailable"]
    again = await tabs[0].call("POST", "handoff", json={})
    assert again.body == first[0].body
    assert len(await tabs[0].read()) == 2
    assert (await tabs[0].say("hello")).body["replies"][0]["outcome"] == "answer"
    await tabs[0].call("DELETE", "handoff")
    assert (await tabs[2].state())["queue"]["position"] == 2


async def test_danger_in_the_reason_for_a_person_is_answered(tab: Tab) -> None:
    answer = await tab.call("POST", "handoff", json={"reason": CRISIS})
    assert [message["outcome"] for message in answer.body["messages"]] == ["crisis", "handoff_unavailable"]
    again = await tab.call("POST", "handoff", json={"reason": CRISIS})
    assert [message["outcome"] for message in again.body["messages"]] == ["crisis", "handoff_unavailable"]
    assert again.body["messages"][1] == answer.body["messages"][1]
    assert again.body["state"]["queue"]["position"] == 1


async def test_a_request_made_in_words_is_the_same_request(tab: Tab) -> None:
    async def ask(turn: SimpleNamespace) -> None:
        await tab.gateway.requests.request_handoff(tab.id, reason="asked", cause="words")

    tab.gateway.engine.before_answer = ask
    tab.gateway.engine.replies = [reply(outcome="handoff_waiting")]
    in_words = await tab.say("a nurse please")
    assert in_words.body["state"]["holder"] == "waiting"
    by_button = await tab.call("POST", "handoff", json={})
    assert by_button.body["messages"] == in_words.body["replies"]


async def test_cancelling_follows_the_holder(tab: Tab) -> None:
    nothing = await tab.call("DELETE", "handoff")
    assert (nothing.status, nothing.body["messages"]) == (200, [])
    await tab.call("POST", "handoff")
    cancelled = await tab.call("DELETE", "handoff")
    assert [message["outcome"] for message in cancelled.body["messages"]] == ["cancelled"]
    assert cancelled.body["state"]["holder"] == "assistant"
    await tab.call("POST", "handoff")
    await tab.gateway.claim(tab.id)
    ended = await tab.call("DELETE", "handoff")
    assert [message["outcome"] for message in ended.body["messages"]] == ["resumed"]
    assert ended.body["state"]["holder"] == "assistant"


async def test_a_closed_conversation_is_read_rated_and_not_continued(tab: Tab) -> None:
    await tab.call("POST", "handoff")
    closed = await tab.call("POST", "close")
    assert (closed.status, closed.body["state"]["holder"]) == (200, "closed")
    assert "queue" not in closed.body["state"]
    assert len(closed.body["messages"]) == 1
    assert (await tab.call("POST", "close", json={})).body["messages"] == []
    for refused in (await tab.say("hello"), await tab.call("POST", "handoff"), await tab.call("DELETE", "handoff")):
        assert (refused.status, refused.code) == (409, "CONVERSATION_CLOSED")
        assert "safety" not in refused.body
    for score in (1, 5):
        assert (await tab.call("POST", "rating", json={"score": score, "comment": "ok"})).status == 204
    assert len(await tab.read()) == 3


@pytest.mark.parametrize(("text", "outcome"), [(EMERGENCY, "emergency"), (CRISIS, "crisis")])
async def test_danger_in_a_closed_conversation_still_gets_its_message(tab: Tab, text: str, outcome: str) -> None:
    await tab.call("POST", "close")
    answer = await tab.say(text)
    assert (answer.status, answer.code) == (409, "CONVERSATION_CLOSED")
    assert (answer.body["safety"]["author"], answer.body["safety"]["outcome"]) == ("system", outcome)
    assert len(await tab.read()) == 2


async def test_an_answer_given_before_the_end_is_given_again_after_it(tab: Tab) -> None:
    client_message_id = str(uuid4())
    before = await tab.say("hello", client_message_id)
    await tab.call("POST", "close")
    assert (await tab.say("hello", client_message_id)).body == before.body


async def test_after_gives_each_message_once(tab: Tab) -> None:
    await tab.say("one")
    await tab.say("two")
    everything = await tab.read()
    resumed = await tab.read(after=0) + await tab.read(after=everything[-1]["seq"])
    assert resumed == everything
    assert [message["seq"] for message in await tab.read(after=3)] == [4, 5]


async def test_verified_shows_until_fifteen_silent_minutes(tab: Tab) -> None:
    await tab.gateway.conversations.record_verification(tab.id, "member-1")
    assert (await tab.state())["verified"] is True
    tab.gateway.clock.pass_time(minutes=14)
    assert (await tab.say("still here")).body["state"]["verified"] is True
    tab.gateway.clock.pass_time(minutes=15)
    assert (await tab.state())["verified"] is False
    assert (await tab.say("back again")).body["state"]["verified"] is False
    assert (await tab.gateway.conversations.get_context(tab.id)).verified_member_id is None
