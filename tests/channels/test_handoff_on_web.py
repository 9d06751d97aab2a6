"""A member's way to a coach and back, over HTTP: asked for, taken, silent meanwhile, and never twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from bot import wording as words
from bot.conversations.deliveries_store import sms_links
from bot.conversations.handoff import HandoffOutcome, Urgency
from bot.conversations.ids import hash_token
from bot.conversations.model import Channel, ConversationClosed, Holder
from bot.conversations.tables_store import handoff_events, handoff_requests
from bot.conversations.vocabulary import HANDOFF_CHOICE
from bot.database import Database
from tests.channels.gateway import PHONE, Gateway, Tab, reply, start_gateway
from tests.conversations.conftest import HOURS

DANGER = "i want to kill myself"
# Secrets of one-time links.
ONE, TWO = "abcdefghijkLMNOP" * 2 + "qrstuvwxyz1", "ABCDEFGHIJKlmnop" * 2 + "QRSTUVWXYZ2"
FAILURE, CLARIFY = reply("That failed.", outcome="failure"), reply("Which one?", outcome="clarify")


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    """A gateway that knows the coaches' hours."""
    gateway = await start_gateway(database, hours=HOURS)
    yield gateway
    await gateway.client.close()


@pytest.fixture
async def tab(gateway: Gateway) -> Tab:
    """A page with a new conversation."""
    return await gateway.open()


async def outcomes(tab: Tab, after: int = 1) -> list[str | None]:
    return [message.get("outcome") for message in await tab.read(after) if message["author"] != "member"]


async def events(gateway: Gateway) -> list[tuple[str, str | None]]:
    return [(row.event, row.cause) for row in await gateway.rows(handoff_events)]


async def hold(tab: Tab) -> tuple[str, int]:
    """A coach has the conversation."""
    await tab.call("POST", "handoff", json={})
    coach = await tab.gateway.claim(tab.id)
    return coach, (await tab.gateway.conversations.get_conversation(tab.id)).handoff_version


async def test_while_waiting_the_assistant_answers_and_the_place_is_shown(tab: Tab) -> None:
    await tab.gateway.coach()
    queue = (await tab.choose(HANDOFF_CHOICE)).body["state"]["queue"]
    assert (queue["position"], queue["wait_minutes"]) == (1, None)
    answer = await tab.say("what is gene therapy")
    assert [said["outcome"] for said in answer.body["replies"]] == ["answer"]
    assert answer.body["state"]["holder"] == "waiting"


@pytest.mark.parametrize(
    ("said", "locale"),
    [
        (["hola"], "es"),
        (["what is gene therapy", "gracias"], "en"),
        (["what is gene therapy", "prefiero hablar en español"], "es"),
    ],
)
async def test_one_word_of_another_language_in_passing_does_not_change_the_talk(
    tab: Tab, said: list[str], locale: str
) -> None:
    for text in said:
        tab.gateway.engine.language = "en" if text.startswith("what") else "es"
        tab.gateway.engine.topics = ("thanks_goodbye" if text == "gracias" else "coverage_general",)
        await tab.say(text)
    assert (await tab.gateway.conversations.get_conversation(tab.id)).locale == locale


async def test_while_a_coach_holds_no_word_reaches_the_engine(tab: Tab) -> None:
    await hold(tab)
    answer = await tab.say("hello dana")
    assert (answer.body["replies"], answer.body["state"]["holder"]) == ([], "coach")
    assert (await tab.choose(HANDOFF_CHOICE)).body["replies"] == []
    assert tab.gateway.engine.turns == []


async def test_a_claim_during_a_turn_leaves_the_reply_unsaid_for_good(tab: Tab) -> None:
    await tab.gateway.coach()
    await tab.call("POST", "handoff", json={})
    coach = (await tab.gateway.coaches.list_on_duty())[0].id

    async def claim(_: SimpleNamespace) -> None:
        await tab.gateway.claim(tab.id, coach)

    tab.gateway.engine.before_answer = claim
    id_ = str(uuid4())
    assert (await tab.say("what is gene therapy", id_)).body["replies"] == []
    tab.gateway.engine.before_answer = None
    assert (await tab.say("what is gene therapy", id_)).body["replies"] == []
    assert len(tab.gateway.engine.turns) == 1


async def test_what_was_said_to_the_coach_reaches_no_turn_when_it_is_sent_again(tab: Tab) -> None:
    """The process ended before it had noted that there is nothing to answer."""
    coach, version = await hold(tab)
    id_ = str(uuid4())
    await tab.gateway.conversations.record_member_message(tab.id, client_message_id=id_, text="a question to dana")
    await tab.gateway.handoffs.give_back(tab.id, coach, version, HandoffOutcome.ANSWERED, None)  # type: ignore[arg-type]
    again = await tab.say("a question to dana", id_)
    assert (again.status, again.body["replies"]) == (200, [])
    assert tab.gateway.engine.turns == []
    await tab.say("a question to the assistant")
    assert [turn.text for turn in tab.gateway.engine.turns] == ["a question to the assistant"]


async def test_the_assistant_comes_back_and_an_action_knows_how_it_ended(tab: Tab) -> None:
    coach, version = await hold(tab)
    await tab.gateway.handoffs.give_back(tab.id, coach, version, HandoffOutcome.FOLLOW_UP, "note")  # type: ignore[arg-type]
    assert (await outcomes(tab))[-1] == "resumed"
    assert (await tab.gateway.conversations.get_context(tab.id)).coach_outcome is HandoffOutcome.FOLLOW_UP
    assert [said["outcome"] for said in (await tab.say("thank you")).body["replies"]] == ["answer"]


async def test_a_coach_s_words_carry_their_name_to_the_page(tab: Tab) -> None:
    coach, version = await hold(tab)
    await tab.gateway.handoffs.write(tab.id, coach, version, str(uuid4()), "I am here.")  # type: ignore[arg-type]
    said = (await tab.read())[-1]
    assert (said["author"], said["author_name"], said["text"]) == ("coach", "dana, RN", "I am here.")


@pytest.mark.parametrize(("bad", "times"), [(FAILURE, 2), (CLARIFY, 3)])
async def test_repeated_failure_asks_for_a_coach(tab: Tab, bad: object, times: int) -> None:
    tab.gateway.engine.replies = [bad]  # type: ignore[list-item]
    for _ in range(times - 1):
        assert (await tab.say("hm")).body["state"]["holder"] == "assistant"
    last = await tab.say("hm")
    assert last.body["state"]["holder"] == "waiting"
    assert [said["outcome"] for said in last.body["replies"]][-1] == "handoff_unavailable"
    assert await events(tab.gateway) == [("requested", "failure")]


async def test_an_answer_between_failures_begins_anew(tab: Tab) -> None:
    for bad in (FAILURE, reply(), FAILURE, CLARIFY, CLARIFY, FAILURE):
        tab.gateway.engine.replies = [bad]
        assert (await tab.say("hm")).body["state"]["holder"] == "assistant"


async def test_whoever_took_the_offered_coach_back_is_not_offered_one_again(tab: Tab) -> None:
    tab.gateway.engine.replies = [FAILURE]
    for _ in range(2):
        await tab.say("hm")
    await tab.call("DELETE", "handoff")
    # Far more than a page of messages later, too.
    for _ in range(12):
        assert (await tab.say("hm")).body["state"]["holder"] == "assistant"
    assert await events(tab.gateway) == [("requested", "failure"), ("cancelled", "member")]


async def test_a_second_complaint_is_heard_by_a_person_by_rule(tab: Tab) -> None:
    complaint = reply("Sorry. Shall I ask for a coach?", outcome="handoff_offered", topic="complaint")
    tab.gateway.engine.replies = [complaint]
    assert (await tab.say("this is useless")).body["state"]["holder"] == "assistant"
    tab.gateway.engine.replies = [reply()]
    await tab.say("what is covered")
    tab.gateway.engine.replies = [complaint]
    again = await tab.say("you are still useless")
    assert again.body["state"]["holder"] == "waiting"
    assert complaint.text not in [said["text"] for said in again.body["replies"]]
    assert await events(tab.gateway) == [("requested", "rule")]


@pytest.mark.parametrize("holder", ["assistant", "waiting", "coach"])
async def test_danger_is_answered_and_put_before_a_coach_whoever_holds(tab: Tab, holder: str) -> None:
    if holder == "waiting":
        await tab.call("POST", "handoff", json={})
    if holder == "coach":
        await hold(tab)
    answer = await tab.say(DANGER)
    assert [(said["author"], said["outcome"]) for said in answer.body["replies"]] == [("system", "crisis")]
    assert answer.body["state"]["holder"] == ("coach" if holder == "coach" else "waiting")
    (item,) = await tab.gateway.handoffs.list_queue()
    assert item.urgency is Urgency.URGENT
    urgent = ("requested", "safety") if holder == "assistant" else ("urgent", "safety")
    assert urgent in await events(tab.gateway)
    # Heard again, it is the same request.
    await tab.say(DANGER)
    assert len(await tab.gateway.rows(handoff_requests)) == 1


async def test_danger_after_the_end_is_answered_and_opens_nothing(tab: Tab) -> None:
    await tab.call("POST", "close")
    assert (await tab.say(DANGER)).body["safety"]["outcome"] == "crisis"
    assert await tab.gateway.rows(handoff_requests) == []


async def test_danger_in_a_rating_is_put_before_a_coach(tab: Tab) -> None:
    for _ in range(2):
        assert (await tab.call("POST", "rating", json={"score": 1, "comment": DANGER})).status == 204
    assert await outcomes(tab) == ["crisis"]
    assert await events(tab.gateway) == [("requested", "safety")]
    (item,) = await tab.gateway.handoffs.list_queue()
    assert item.urgency is Urgency.URGENT


async def test_danger_that_only_the_engine_heard_is_put_before_a_coach(tab: Tab) -> None:
    tab.gateway.engine.topics = ("emergency",)
    tab.gateway.engine.replies = [reply("Call.", topic="emergency", outcome="emergency")]
    assert (await tab.say("it came on all at once")).body["state"]["holder"] == "waiting"
    assert await events(tab.gateway) == [("requested", "safety")]


@pytest.mark.parametrize("text", [DANGER, "hello"])
async def test_from_a_phone_that_may_not_be_texted_danger_is_heard_and_nothing_is_said(
    gateway: Gateway, text: str
) -> None:
    phone = await gateway.text()
    for _ in range(2):
        await gateway.intake.note_from_opted_out(await phone.get(), message_sid="SM" + "0" * 32, text=text)
    assert [message.text for message in await phone.messages()] == [text]
    assert await phone.texts() == []
    assert gateway.engine.turns == []
    urgent = [item.urgency for item in await gateway.handoffs.list_queue()]
    assert urgent == ([Urgency.URGENT] if text == DANGER else [])


async def test_danger_from_such_a_phone_marks_what_a_coach_holds(gateway: Gateway) -> None:
    phone = await gateway.text()
    await phone.say(choice=HANDOFF_CHOICE)
    await gateway.claim(phone.id)
    await gateway.intake.note_from_opted_out(await phone.get(), message_sid="SM" + "1" * 32, text=DANGER)
    (item,) = await gateway.handoffs.list_queue()
    assert (item.urgency, item.holder) == (Urgency.URGENT, "coach")


async def make_link(gateway: Gateway, conversation_id: str, secret: str) -> None:
    """The row that the outbox writes when it texts a link."""
    now = gateway.clock()
    values = {"secret_hash": hash_token(secret), "conversation_id": conversation_id, "created_at": now}
    values["expires_at"] = now + timedelta(minutes=30)
    await gateway.database.write(lambda connection: connection.execute(sa.insert(sms_links).values(values)))


async def follow(gateway: Gateway, secret: str) -> tuple[int, Tab | str]:
    answer = await gateway.call("POST", "/api/v1/links", json={"link": secret})
    if answer.status != 201:
        return answer.status, answer.code
    return 201, Tab(gateway, answer.body["conversation_id"], answer.body["token"], answer.body)


async def test_a_link_opens_the_same_conversation_and_no_answer_on_the_page_is_texted(gateway: Gateway) -> None:
    phone = await gateway.text()
    await phone.say("am i covered")
    await make_link(gateway, phone.id, ONE)
    tab = (await follow(gateway, ONE))[1]
    assert isinstance(tab, Tab)
    assert tab.id == phone.id
    assert [message["seq"] for message in tab.opened["messages"]] == [1, 2, 3, 4]
    answer = await tab.say("what now")
    assert [said["outcome"] for said in answer.body["replies"]] == ["answer"]
    # The welcome is not texted either.
    assert len(await phone.texts()) == 1
    assert PHONE not in str(tab.opened)


async def test_a_link_opens_once_however_many_follow_it_together(gateway: Gateway) -> None:
    phone = await gateway.text()
    await make_link(gateway, phone.id, ONE)
    ended = await asyncio.gather(*(follow(gateway, ONE) for _ in range(4)))
    assert sorted(status for status, _ in ended) == [201, 404, 404, 404]
    assert await follow(gateway, ONE) == (404, "LINK_NOT_FOUND")


async def test_a_new_link_ends_the_older_page(gateway: Gateway) -> None:
    phone = await gateway.text()
    pages = []
    for secret in (ONE, TWO):
        await make_link(gateway, phone.id, secret)
        pages.append((await follow(gateway, secret))[1])
    old, new = pages
    assert isinstance(old, Tab)
    assert isinstance(new, Tab)
    assert (await old.say("hello")).code == "CONVERSATION_NOT_FOUND"
    assert (await new.say("hello")).status == 200


async def test_a_link_that_is_wrong_old_or_of_an_ended_conversation_opens_nothing(gateway: Gateway) -> None:
    phone = await gateway.text()
    await make_link(gateway, phone.id, ONE)
    for wrong in (ONE[:-1], ONE + "x", ONE.swapcase(), hash_token(ONE)):
        assert await follow(gateway, wrong) == (404, "LINK_NOT_FOUND")
    gateway.clock.pass_time(minutes=30)
    assert await follow(gateway, ONE) == (404, "LINK_NOT_FOUND")
    await make_link(gateway, phone.id, TWO)
    await gateway.conversations.close_conversation(phone.id, farewell=None)
    assert await follow(gateway, TWO) == (404, "LINK_NOT_FOUND")
    with pytest.raises(ConversationClosed):
        await phone.say("hello")
    assert (await phone.get()).holder is Holder.CLOSED


async def test_a_link_lasts_for_twenty_nine_minutes(gateway: Gateway) -> None:
    phone = await gateway.text()
    await make_link(gateway, phone.id, ONE)
    gateway.clock.pass_time(minutes=29)
    assert (await follow(gateway, ONE))[0] == 201


async def test_a_coach_answers_the_way_that_the_member_used_last(gateway: Gateway) -> None:
    phone = await gateway.text()
    await phone.say(choice=HANDOFF_CHOICE)
    coach = await gateway.claim(phone.id)
    version = (await phone.get()).handoff_version
    await gateway.handoffs.write(phone.id, coach, version, str(uuid4()), "By text.")
    await make_link(gateway, phone.id, ONE)
    tab = (await follow(gateway, ONE))[1]
    assert isinstance(tab, Tab)
    await tab.say("i am on the page now")
    await gateway.handoffs.write(phone.id, coach, version, str(uuid4()), "On the page.")
    assert [text for text, _ in await phone.texts() if text in ("By text.", "On the page.")] == ["By text."]
    assert "On the page." in [message["text"] for message in await tab.read()]


async def test_a_text_that_is_answered_late_is_answered_on_the_page_the_member_moved_to(gateway: Gateway) -> None:
    """What may be shown in the secure chat may not be texted, whichever question it answers."""
    phone = await gateway.text()
    await gateway.conversations.record_member_message(
        phone.id, client_message_id="SM" + "2" * 32, text="am i covered", channel=Channel.SMS
    )
    await make_link(gateway, phone.id, ONE)
    tab = (await follow(gateway, ONE))[1]
    assert isinstance(tab, Tab)
    await tab.say("hello")
    await tab.read()
    await gateway.intake.finish(5)
    assert len(gateway.engine.turns) == 2
    assert await phone.texts() == []


async def test_texts_are_queued_with_their_message_or_not_at_all(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = await gateway.text()
    sid = "SM" + "3" * 32

    def die(*_: object) -> None:
        raise RuntimeError

    # The process ends in the middle of the transaction, after the rows of the message and its text.
    monkeypatch.setattr("bot.conversations.store.rows.answer_values", die)
    with pytest.raises(RuntimeError):
        await phone.say("hello", sid=sid)
    monkeypatch.undo()
    assert [message.text for message in await phone.messages()] == ["hello"]
    assert await phone.texts() == []
    await phone.say("hello", sid=sid)
    await phone.say("hello", sid=sid)
    assert await phone.texts() == [("An answer.", "message")]


async def test_every_word_of_a_handoff_goes_to_the_phone_in_order(gateway: Gateway) -> None:
    phone = await gateway.text()
    coach = await gateway.coach()
    await phone.say(choice=HANDOFF_CHOICE)
    await gateway.claim(phone.id, coach)
    version = (await phone.get()).handoff_version
    await gateway.handoffs.write(phone.id, coach, version, str(uuid4()), "I am here.")
    await gateway.handoffs.give_back(phone.id, coach, version, HandoffOutcome.ANSWERED, None)
    said = [message for message in await phone.messages() if message.author.value != "member"]
    assert [message.key for message in said] == [
        words.HANDOFF_WAITING, words.COACH_JOINED, None, words.RESUMED_AFTER[HandoffOutcome.ANSWERED],
    ]  # fmt: skip
    assert [text for text, _ in await phone.texts()] == [message.text for message in said]
