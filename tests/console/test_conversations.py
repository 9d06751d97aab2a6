"""What a coach does with a conversation: read, claim, write, note, give back, close, hand on."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from bot.conversations.model import Channel
from bot.database import metadata
from tests.console.desk import MEMBER_NUMBER, PLAN_NUMBER, Browser, Desk, Json, Waiting


async def read(browser: Browser, waiting: Waiting) -> Json:
    answer = await browser.call("GET", f"conversations/{waiting.id}")
    assert answer.status == 200
    shown: Json = answer.body
    return shown


async def test_the_queue_shows_who_waits_and_who_is_with_whom(desk: Desk, dana: Browser, luis: Browser) -> None:
    held = await dana.claim(await desk.ask())
    normal = await desk.ask()
    urgent = await desk.ask(cause="safety")
    queue = (await luis.call("GET", "queue")).body
    assert [(item["conversation_id"], item["position"], item["holder"]) for item in queue["items"]] == [
        (urgent.id, 1, "waiting"),
        (normal.id, 2, "waiting"),
        (held.id, 0, "coach"),
    ]
    assert [item["urgency"] for item in queue["items"]] == ["urgent", "normal", "normal"]
    assert queue["items"][2]["coach"] == {"id": dana.coach["id"], "name": "Dana R., RN"}
    assert [coach["name"] for coach in queue["on_duty"]] == ["Dana R., RN", "Luis M., RN"]
    assert queue["callbacks_open"] == 0


async def test_reading_shows_packet_messages_and_log_and_is_recorded(dana: Browser, waiting: Waiting) -> None:
    shown = await read(dana, waiting)
    conversation = shown["conversation"]
    assert (conversation["holder"], conversation["coach"], conversation["version"]) == (
        "waiting",
        None,
        waiting.version,
    )
    assert (conversation["cause"], conversation["urgency"], conversation["plan_id"]) == (
        "button",
        "normal",
        "independence",
    )
    assert (conversation["verified"], conversation["opted_out"], conversation["channel"]) == (False, False, "web")
    assert "Is Zolgensma covered?" in [message["text"] for message in shown["messages"]]
    assert shown["packet"]["lines"][0]["kind"] == "request"
    seqs = {message["id"]: message["seq"] for message in shown["messages"]}
    assert all(line["seq"] == seqs[line["message_id"]] for line in shown["packet"]["lines"] if "message_id" in line)
    assert [entry["event"] for entry in shown["log"]] == ["requested", "viewed"]
    assert shown["log"][1]["coach"]["name"] == "Dana R., RN"


async def test_nothing_that_opens_a_conversation_is_shown_and_a_phone_only_with_its_conversation(
    desk: Desk, dana: Browser
) -> None:
    waiting = await desk.ask(channel=Channel.SMS)
    found = await desk.conversations.get_conversation(waiting.id)
    await dana.claim(waiting)
    paths = ("queue", f"conversations/{waiting.id}", f"conversations/{waiting.id}/messages")
    queue, view, messages = [(await dana.call("GET", path)).body for path in paths]
    for secret in (found.token_hash, PLAN_NUMBER):
        assert secret not in json.dumps([queue, view, messages])
    # Who said STOP can still be called: the coach who opens the conversation, which is logged, sees the number.
    assert view["conversation"]["phone"] == MEMBER_NUMBER
    assert MEMBER_NUMBER not in json.dumps([queue, messages])


async def test_messages_come_after_a_seq(dana: Browser, waiting: Waiting) -> None:
    everything = (await dana.call("GET", f"conversations/{waiting.id}/messages")).body["messages"]
    later = (await dana.call("GET", f"conversations/{waiting.id}/messages?after=2")).body["messages"]
    assert [message["seq"] for message in everything] == list(range(1, len(everything) + 1))
    assert later == everything[2:]
    assert (await dana.call("GET", f"conversations/{waiting.id}/messages?after=-1")).status == 422


async def test_a_claim_takes_the_conversation_and_tells_the_member(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    before = waiting.version
    answer = await dana.act(waiting, "claim")
    assert answer.status == 200
    assert answer.body["version"] > before
    assert answer.body["state"]["holder"] == "coach"
    assert "Dana" in answer.body["messages"][0]["text"]
    assert await desk.holder(waiting.id) == ("coach", "Dana R., RN")


async def test_of_two_claims_at_once_one_wins_and_the_other_hears_who(desk: Desk, dana: Browser, luis: Browser) -> None:
    waiting = await desk.ask()
    version = {"version": waiting.version}
    answers = await asyncio.gather(
        *(browser.call("POST", f"conversations/{waiting.id}/claim", version) for browser in (dana, luis) * 5)
    )
    _, winner = await desk.holder(waiting.id)
    lost = [answer for answer in answers if answer.status != 200]
    assert {(answer.status, answer.code, answer.body["coach"]["name"]) for answer in lost} == {
        (409, "ALREADY_CLAIMED", winner)
    }
    assert len(lost) == 5
    log = await desk.store.list_log(waiting.id)
    assert [entry.event.value for entry in log].count("claimed") == 1


async def test_a_coach_off_duty_cannot_claim(desk: Desk, waiting: Waiting) -> None:
    browser = await desk.sign_in("dana", on_duty=False)
    answer = await browser.act(waiting, "claim")
    assert (answer.status, answer.code) == (409, "COACH_NOT_ON_DUTY")
    assert await desk.holder(waiting.id) == ("waiting", None)


async def test_what_does_not_wait_cannot_be_claimed(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    await desk.requests.cancel_handoff(waiting.id)
    waiting.version = await desk.version(waiting.id)
    answer = await dana.act(waiting, "claim")
    assert (answer.status, answer.code) == (409, "NOT_WAITING")


FINISH: Json = {"outcome": "answered", "note": "All said."}


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("messages", {"client_message_id": str(uuid4()), "text": "stale"}),
        ("return", FINISH),
        ("close", FINISH),
        ("transfer", {"coach_id": "luis"}),
    ],
)
async def test_a_stale_version_changes_nothing(
    desk: Desk, dana: Browser, luis: Browser, waiting: Waiting, action: str, fields: Json
) -> None:
    await dana.claim(waiting)
    fields = {name: luis.coach["id"] if value == "luis" else value for name, value in fields.items()}
    before = (await desk.holder(waiting.id), await desk.version(waiting.id), await desk.texts(waiting.id))
    for stale in (waiting.version - 1, waiting.version + 1, 2**31 - 1):
        answer = await dana.call("POST", f"conversations/{waiting.id}/{action}", {"version": stale, **fields})
        assert (answer.status, answer.code) == (409, "VERSION_CONFLICT")
    assert (await desk.holder(waiting.id), await desk.version(waiting.id), await desk.texts(waiting.id)) == before


async def test_a_stale_claim_changes_nothing(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    answer = await dana.call("POST", f"conversations/{waiting.id}/claim", {"version": waiting.version + 1})
    assert (answer.status, answer.code) == (409, "VERSION_CONFLICT")
    assert await desk.holder(waiting.id) == ("waiting", None)


@pytest.mark.parametrize("action", ["messages", "return", "close", "transfer", "typing"])
async def test_what_another_coach_holds_is_left_alone(
    desk: Desk, dana: Browser, luis: Browser, waiting: Waiting, action: str
) -> None:
    await dana.claim(waiting)
    before = (await desk.holder(waiting.id), await desk.version(waiting.id), await desk.texts(waiting.id))
    fields: dict[str, Any] = {
        "messages": {"client_message_id": str(uuid4()), "text": "not mine"},
        "transfer": {"coach_id": luis.coach["id"]},
        "typing": {},
    }.get(action, FINISH)
    body = None if action == "typing" else {"version": waiting.version, **fields}
    answer = await luis.call("POST", f"conversations/{waiting.id}/{action}", body)
    assert (answer.status, answer.code) == (409, "NOT_HOLDER")
    assert (await desk.holder(waiting.id), await desk.version(waiting.id), await desk.texts(waiting.id)) == before


async def test_what_waits_cannot_be_written_to(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    answer = await dana.write(waiting, "Hello?")
    assert (answer.status, answer.code) == (409, "NOT_HOLDER")
    assert "Hello?" not in await desk.texts(waiting.id)


async def test_a_message_is_written_once_however_often_it_is_sent(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    await dana.claim(waiting)
    key = str(uuid4())
    answers = await asyncio.gather(*(dana.write(waiting, "How can I help?", client_message_id=key) for _ in range(6)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["message"]["id"] for answer in answers}) == 1
    assert (await desk.texts(waiting.id)).count("How can I help?") == 1
    assert answers[0].body["message"]["author"] == "coach"
    assert answers[0].body["message"]["author_name"] == "Dana R., RN"
    other = await dana.write(waiting, "Something else", client_message_id=key)
    assert (other.status, other.code) == (409, "IDEMPOTENCY_CONFLICT")


@pytest.mark.parametrize(
    ("text", "code"),
    [("x" * 2001, "TOO_LONG"), ("", "EMPTY"), (" \n", "EMPTY"), ("\x00\ud800", "EMPTY"), (5, "WRONG_TYPE")],
)
async def test_a_message_that_does_not_fit_is_refused(
    desk: Desk, dana: Browser, waiting: Waiting, text: Any, code: str
) -> None:
    await dana.claim(waiting)
    count = len(await desk.texts(waiting.id))
    answer = await dana.write(waiting, text)
    assert answer.body["errors"] == [{"field": "text", "code": code}]
    assert len(await desk.texts(waiting.id)) == count


async def test_the_longest_message_and_note_fit(dana: Browser, waiting: Waiting) -> None:
    await dana.claim(waiting)
    assert (await dana.write(waiting, "x" * 2000)).status == 200
    notes = f"conversations/{waiting.id}/notes"
    assert (await dana.call("POST", notes, {"text": "x" * 4000})).status == 201
    assert (await dana.call("POST", notes, {"text": "x" * 4001})).body["errors"] == [
        {"field": "text", "code": "TOO_LONG"}
    ]


async def test_who_opted_out_is_not_texted(desk: Desk, dana: Browser) -> None:
    waiting = await dana.claim(await desk.ask(channel=Channel.SMS))
    assert (await dana.write(waiting, "Before.")).body["message"]["channel"] == "sms"
    await opt_out(desk)
    answer = await dana.write(waiting, "After.")
    assert (answer.status, answer.code) == (409, "MEMBER_OPTED_OUT")
    assert "After." not in await desk.texts(waiting.id)
    assert (await read(dana, waiting))["conversation"]["opted_out"] is True


async def test_the_coach_sees_how_far_a_text_got(desk: Desk, dana: Browser) -> None:
    waiting = await dana.claim(await desk.ask(channel=Channel.SMS))
    written = (await dana.write(waiting, "Can you read this?")).body["message"]
    table = metadata.tables["deliveries"]

    async def shown() -> str | None:
        messages = (await read(dana, waiting))["messages"]
        return next(message for message in messages if message["id"] == written["id"]).get("delivery")

    assert await shown() == "queued"
    for status in ("delivered", "undelivered"):
        change = sa.update(table).where(table.c.message_id == written["id"]).values(status=status)
        await desk.database.write(lambda connection, change=change: connection.execute(change))  # type: ignore[misc]
        assert await shown() == status


async def test_a_look_for_new_messages_tells_how_far_texts_got_and_where_things_stand(
    desk: Desk, dana: Browser
) -> None:
    waiting = await dana.claim(await desk.ask(channel=Channel.SMS))
    written = (await dana.write(waiting, "Can you read this?")).body["message"]

    async def look() -> Json:
        answer = await dana.call("GET", f"conversations/{waiting.id}/messages?after={written['seq'] - 1}")
        return dict(answer.body)

    seen = await look()
    assert [(message["id"], message["delivery"]) for message in seen["messages"]] == [(written["id"], "queued")]
    assert (seen["version"], seen["state"]["holder"], seen["opted_out"]) == (waiting.version, "coach", False)
    await opt_out(desk)
    assert (await look())["opted_out"] is True
    log = (await read(dana, waiting))["log"]
    assert [entry["event"] for entry in log].count("viewed") == 1, "a look is no visit"


async def opt_out(desk: Desk) -> None:
    values = {"member_address": MEMBER_NUMBER, "plan_address": PLAN_NUMBER, "opted_out_at": desk.clock()}
    table = metadata.tables["sms_opt_outs"]
    await desk.database.write(lambda connection: connection.execute(sa.insert(table).values(values)))


async def test_a_private_note_is_for_coaches_alone(desk: Desk, dana: Browser, luis: Browser, waiting: Waiting) -> None:
    answer = await luis.call("POST", f"conversations/{waiting.id}/notes", {"text": "Call her mother."})
    assert answer.status == 201
    assert answer.body["note"]["coach"]["name"] == "Luis M., RN"
    assert (await read(dana, waiting))["notes"] == [answer.body["note"]]
    assert "Call her mother." not in await desk.texts(waiting.id)


async def test_giving_back_brings_the_assistant_back(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    await dana.claim(waiting)
    answer = await dana.act(waiting, "return", **FINISH)
    assert answer.status == 200
    assert answer.body["state"]["holder"] == "assistant"
    assert answer.body["messages"][0]["outcome"] == "resumed"
    assert "All said." not in await desk.texts(waiting.id)
    assert (await dana.write(waiting, "One more.")).code == "NOT_HOLDER"
    shown = await read(dana, waiting)
    assert shown["conversation"]["holder"] == "assistant"
    assert [entry["event"] for entry in shown["log"]][:4] == ["requested", "claimed", "returned", "viewed"]


async def test_closing_ends_the_conversation(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    await dana.claim(waiting)
    answer = await dana.act(waiting, "close", outcome="referred")
    assert answer.body["state"]["holder"] == "closed"
    assert await desk.holder(waiting.id) == ("closed", None)
    again = await dana.act(waiting, "close", outcome="referred")
    assert (again.status, again.code) == (409, "CONVERSATION_CLOSED")


@pytest.mark.parametrize(
    "fields", [{}, {"outcome": "won"}, {"outcome": None}, {"outcome": "other", "note": "x" * 4001}]
)
async def test_an_ending_needs_an_outcome_that_is_known(
    desk: Desk, dana: Browser, waiting: Waiting, fields: Json
) -> None:
    await dana.claim(waiting)
    assert (await dana.act(waiting, "return", **fields)).status == 422
    assert await desk.holder(waiting.id) == ("coach", "Dana R., RN")


async def test_a_transfer_hands_the_conversation_on(desk: Desk, dana: Browser, luis: Browser, waiting: Waiting) -> None:
    await dana.claim(waiting)
    answer = await dana.act(waiting, "transfer", coach_id=luis.coach["id"])
    assert answer.status == 200
    assert await desk.holder(waiting.id) == ("coach", "Luis M., RN")
    assert (await dana.write(waiting, "Still me?")).code == "NOT_HOLDER"
    assert (await luis.write(waiting, "Now me.")).status == 200


async def test_nothing_is_handed_to_a_coach_off_duty(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    await dana.claim(waiting)
    answer = await dana.act(waiting, "transfer", coach_id=desk.people["luis"].id)
    assert (answer.status, answer.code) == (409, "COACH_NOT_ON_DUTY")
    nobody = await dana.act(waiting, "transfer", coach_id="0" * 32)
    assert (nobody.status, nobody.code) == (404, "COACH_NOT_FOUND")
    assert await desk.holder(waiting.id) == ("coach", "Dana R., RN")


async def test_a_supervisor_hands_on_and_gives_back_what_another_holds(
    desk: Desk, dana: Browser, luis: Browser
) -> None:
    maria = await desk.sign_in("maria")
    handed = await dana.claim(await desk.ask())
    assert (await maria.act(handed, "transfer", coach_id=luis.coach["id"])).status == 200
    assert await desk.holder(handed.id) == ("coach", "Luis M., RN")
    returned = await dana.claim(await desk.ask())
    assert (await maria.act(returned, "return", **FINISH)).status == 200
    assert await desk.holder(returned.id) == ("assistant", None)


async def test_a_supervisor_does_not_speak_for_another(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    maria = await desk.sign_in("maria")
    await dana.claim(waiting)
    answer = await maria.write(waiting, "This is Dana.")
    assert (answer.status, answer.code) == (409, "NOT_HOLDER")
    assert (await maria.call("POST", f"conversations/{waiting.id}/typing")).code == "NOT_HOLDER"


async def test_typing_reaches_the_members_page(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    await dana.claim(waiting)
    line = desk.live.subscribe(waiting.id)
    assert (await dana.call("POST", f"conversations/{waiting.id}/typing")).status == 204
    event = await asyncio.wait_for(line.next_event(), 5)
    assert getattr(event, "author", None) == "coach"
