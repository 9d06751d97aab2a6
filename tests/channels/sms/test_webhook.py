"""The carrier's webhooks: only what it signed is believed, each text is acted on once, and nothing is said in a log."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.channels.sms.inbox_store import InboxStore, sms_inbox
from bot.channels.sms.outbox_store import OutboxStore
from bot.database import StoreUnavailable
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import ACCOUNT_SID, DANA, PLAN, Rig, inbound

SID = "SM" + "a" * 32


def without(name: str) -> dict[str, str]:
    return {field: value for field, value in inbound("canary").items() if field != name}


def told(log: list[dict[str, object]]) -> list[dict[str, object]]:
    """What the log tells of texts and of danger."""
    return [entry for entry in log if str(entry["event"]).startswith(("sms.", "safety."))]


async def texts(rig: Rig) -> list[Any]:
    return await rig.rows(sms_inbox)


async def test_a_signed_text_is_answered_at_once_and_acted_on_after(rig: Rig, until: Until) -> None:
    answer = await rig.post(form=inbound("Is canary covered?"))
    assert (answer.status, answer.content_type) == (200, "text/xml")
    assert "<Response></Response>" in answer.text
    await until(rig.is_idle)
    assert [message.author.value for message in await rig.transcript()] == ["assistant", "member", "assistant"]
    assert len(rig.phone()) == 2


async def test_the_words_are_emptied_from_the_inbox_when_acted_on(rig: Rig, until: Until) -> None:
    await rig.post(form=inbound("canary"))
    await until(rig.is_idle)
    assert [(row.body, row.handled_at is not None) for row in await texts(rig)] == [(None, True)]


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"signature": None}, 403, "SIGNATURE_INVALID"),
        ({"signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, 403, "SIGNATURE_INVALID"),
        ({"signature": "ünïcode"}, 403, "SIGNATURE_INVALID"),
        ({"token": "another-token"}, 403, "SIGNATURE_INVALID"),
        ({"signed_for": "https://elsewhere.example.org/sms/twilio"}, 403, "SIGNATURE_INVALID"),
        ({"signed_for": "http://127.0.0.1/sms/twilio/status"}, 403, "SIGNATURE_INVALID"),
        ({"path": "/sms/twilio?more=1", "signed_for": "/sms/twilio"}, 403, "SIGNATURE_INVALID"),
        ({"content_type": "application/json"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"content_type": "multipart/form-data; boundary=x"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"content_type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"body": b""}, 403, "SIGNATURE_INVALID"),
        ({"body": b"x" * 1_000_000}, 413, "BODY_TOO_LARGE"),
        ({"body": b"Body=" + b"canary " * 10_000}, 413, "BODY_TOO_LARGE"),
        ({"body": b"Body=%ff%fe"}, 400, "MALFORMED_FORM"),
        ({"body": b"\xff\xfe"}, 400, "MALFORMED_FORM"),
        ({"body": b"&".join(b"a%d=1" % at for at in range(300))}, 400, "MALFORMED_FORM"),
        ({"form": {}}, 422, "VALIDATION_FAILED"),
        ({"form": inbound("canary", sid="SM" + "A" * 32)}, 422, "VALIDATION_FAILED"),
        ({"form": inbound("canary", sid="SM1")}, 422, "VALIDATION_FAILED"),
        ({"form": inbound("canary", From="whatsapp:+12155550101")}, 422, "VALIDATION_FAILED"),
        ({"form": inbound("canary", From="")}, 422, "VALIDATION_FAILED"),
        ({"form": inbound("canary", From="+1215555010１")}, 422, "VALIDATION_FAILED"),
        ({"form": inbound("canary", NumMedia="many")}, 422, "VALIDATION_FAILED"),
        ({"form": inbound("canary", To="+12155559999")}, 404, "NUMBER_UNKNOWN"),
        *(({"form": without(name)}, 422, "VALIDATION_FAILED") for name in ("MessageSid", "From", "To", "Body")),
    ],
)  # fmt: skip
async def test_what_cannot_be_believed_or_read_is_refused_and_not_acted_on(
    sqlite_rig: Rig, wrong: dict[str, Any], status: int, code: str
) -> None:
    if wrong.get("signed_for", "").startswith("/"):
        wrong = {**wrong, "signed_for": sqlite_rig.gateway.url + wrong["signed_for"]}
    answer = await sqlite_rig.post(**{"form": inbound("canary"), **wrong})
    assert answer.status == status
    assert answer.content_type == "application/problem+json"
    assert code in answer.text
    assert "canary" not in answer.text
    assert await texts(sqlite_rig) == []


async def test_only_post_is_answered(sqlite_rig: Rig) -> None:
    async with sqlite_rig.http.get(sqlite_rig.gateway.url + "/sms/twilio") as answer:
        assert answer.status == 405


async def test_a_field_that_is_sent_twice_is_refused(sqlite_rig: Rig) -> None:
    form = inbound("canary")
    twice = "&".join(f"{name}={value}" for name, value in form.items()).replace("+", "%2B").encode() + b"&Body=other"
    assert (await sqlite_rig.post(form=form, body=twice)).status == 403


async def test_a_text_ten_times_at_once_is_acted_on_once(rig: Rig, until: Until) -> None:
    answers = await asyncio.gather(*(rig.post(form=inbound("canary")) for _ in range(10)))
    assert {answer.status for answer in answers} == {200}
    await until(rig.is_idle)
    answers = await asyncio.gather(*(rig.post(form=inbound("canary")) for _ in range(10)))
    assert {answer.status for answer in answers} == {200}
    await until(rig.is_idle)
    assert len(rig.gateway.engine.turns) == 1
    assert len(await rig.transcript()) == 3
    assert len(rig.phone()) == 2


async def test_the_carriers_own_redeliveries_are_acted_on_once(rig: Rig, until: Until) -> None:
    sid = await rig.text("canary")
    await until(rig.is_idle)
    await rig.redeliver(sid, 10)
    await until(rig.is_idle)
    assert len(rig.gateway.engine.turns) == 1
    assert len(rig.phone()) == 2


async def test_texts_that_come_in_another_order_are_each_acted_on_once(rig: Rig, until: Until) -> None:
    rig.carrier.faults.webhooks.reorder = 3
    for word in ("one", "two", "three"):
        await rig.text(f"canary {word}", arrives=False)

    async def all_acted_on() -> bool:
        return len(await texts(rig)) == 3 and await rig.is_idle()

    await until(all_acted_on)
    said = [message.text for message in await rig.transcript() if message.author.value == "member"]
    assert sorted(said) == ["canary one", "canary three", "canary two"]
    assert len(rig.phone()) == 4


@pytest.mark.parametrize("fault", ["tamper", "unsigned"])
async def test_a_webhook_that_was_forged_under_way_changes_nothing(sqlite_rig: Rig, fault: str) -> None:
    setattr(sqlite_rig.carrier.faults.webhooks, fault, 1)
    await sqlite_rig.text("canary", arrives=False)
    await asyncio.sleep(0.3)
    assert await texts(sqlite_rig) == []
    assert sqlite_rig.phone() == []


async def test_the_public_address_is_what_is_signed_not_the_one_that_was_reached(sqlite_rig: Rig) -> None:
    public = "https://chat.example.org/gene"
    behind = await sqlite_rig.add_gateway(public_url=public + "/")
    signed = f"{public}/sms/twilio"
    assert (await sqlite_rig.post(url=behind.url, signed_for=signed)).status == 200
    assert (await sqlite_rig.post(url=behind.url)).status == 403


@pytest.mark.parametrize(
    "body", ["", " ", "\x00", "a" * 1600, "💊" * 800, "€ canary", "<script>", "/coach_handoff", "%00"]
)
async def test_any_words_at_all_are_taken(sqlite_rig: Rig, until: Until, body: str) -> None:
    answer = await sqlite_rig.post(form=inbound(body))
    assert answer.status == 200
    await until(sqlite_rig.is_idle)
    assert sqlite_rig.phone() != []


async def test_with_the_store_away_nothing_is_claimed_and_the_log_names_the_text(
    sqlite_rig: Rig, monkeypatch: pytest.MonkeyPatch, log: list[dict[str, object]]
) -> None:
    with monkeypatch.context() as away:
        away.setattr(InboxStore, "receive", _refuse)
        answer = await sqlite_rig.post(form=inbound("canary"))
        assert (answer.status, "STORE_UNAVAILABLE" in answer.text) == (503, True)
    assert await texts(sqlite_rig) == []
    assert told(log) == [
        {"event": "sms.text_refused", "log_level": "warning", "sid": SID, "status": 503, "code": "STORE_UNAVAILABLE"}
    ]


async def test_with_the_store_away_danger_is_answered_all_the_same(
    sqlite_rig: Rig, monkeypatch: pytest.MonkeyPatch, log: list[dict[str, object]]
) -> None:
    monkeypatch.setattr(InboxStore, "receive", _refuse)
    answer = await sqlite_rig.post(form=inbound("my son stopped breathing canary"))
    assert answer.status == 200
    assert "<Response><Message>" in answer.text
    assert "911" in answer.text
    # Which sign of danger it was is nobody's to read there.
    assert told(log) == [{"event": "safety.unrecorded", "log_level": "warning", "sid": SID, "outcome": "emergency"}]


async def test_a_refused_status_is_named_and_what_was_not_signed_is_not(
    sqlite_rig: Rig, monkeypatch: pytest.MonkeyPatch, log: list[dict[str, object]]
) -> None:
    monkeypatch.setattr(OutboxStore, "record_callback", _refuse)
    status = {"MessageSid": SID, "MessageStatus": "delivered", "AccountSid": ACCOUNT_SID}
    assert (await sqlite_rig.post("/sms/twilio/status", form=status)).status == 503
    assert (await sqlite_rig.post(form=inbound("canary"), token="another-token")).status == 403
    named = [(entry["event"], entry.get("sid"), entry.get("code")) for entry in told(log)]
    assert named == [("sms.status_refused", SID, "STORE_UNAVAILABLE"), ("sms.signature_invalid", None, None)]


async def _refuse(*arguments: object, **fields: object) -> bool:
    raise StoreUnavailable("away")


# Status callbacks.


async def status(rig: Rig, word: str, sid: str, delivery: str = "", **fields: str) -> int:
    form = {"MessageSid": sid, "MessageStatus": word, "To": DANA, "From": PLAN, "AccountSid": ACCOUNT_SID, **fields}
    return (
        await rig.post(f"/sms/twilio/status?delivery={delivery}" if delivery else "/sms/twilio/status", form)
    ).status


async def test_a_status_moves_forward_only_in_whatever_order_it_is_told(rig: Rig, until: Until) -> None:
    rig.carrier.faults.callbacks.lose = 1000
    await rig.text("canary")
    await until(rig.is_idle)
    row = (await rig.deliveries())[-1]
    assert row.status == "accepted"
    seen = []
    for word in ("queued", "sent", "queued", "accepted", "sending", "delivered", "sent", "undelivered", "failed"):
        assert await status(rig, word, row.provider_sid) == 200
        seen.append((await rig.deliveries())[-1].status)
    assert seen == ["accepted", "sent", "sent", "sent", "sent", *["delivered"] * 4]


async def test_a_status_of_a_text_that_nobody_knows_changes_nothing(rig: Rig, until: Until) -> None:
    rig.carrier.faults.callbacks.lose = 1000
    await rig.text("canary")
    await until(rig.is_idle)
    before = await rig.statuses()
    assert await status(rig, "failed", "SM" + "f" * 32) == 200
    assert await status(rig, "failed", "SM" + "f" * 32, delivery="0" * 32) == 200
    assert await status(rig, "failed", "SM" + "f" * 32, delivery="not-an-id") == 200
    # A known delivery of ours has another text at the carrier already.
    assert await status(rig, "failed", "SM" + "f" * 32, delivery=(await rig.deliveries())[-1].id) == 200
    assert await status(rig, "nonsense", SID) == 200
    assert await rig.statuses() == before


@pytest.mark.parametrize("missing", ["MessageSid", "MessageStatus"])
async def test_a_status_without_its_fields_is_refused(sqlite_rig: Rig, missing: str) -> None:
    form = {"MessageSid": SID, "MessageStatus": "sent"}
    del form[missing]
    assert (await sqlite_rig.post("/sms/twilio/status", form)).status == 422


async def test_a_status_is_believed_only_when_signed_with_its_query(sqlite_rig: Rig) -> None:
    form = {"MessageSid": SID, "MessageStatus": "failed"}
    path = "/sms/twilio/status?delivery=" + "0" * 32
    signed = sqlite_rig.gateway.url + "/sms/twilio/status"
    assert (await sqlite_rig.post(path, form, signed_for=signed)).status == 403
    assert (await sqlite_rig.post(path, form)).status == 200
    assert (await sqlite_rig.post(path, form, content_type="application/json")).status == 415
