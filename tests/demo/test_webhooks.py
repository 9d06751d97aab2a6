"""What the product is told, how it is signed, and how the telling goes wrong on demand."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.demo.carrier.signature import sign
from bot.http.ports import free_port
from tests.demo.world import ACCOUNT_SID, DANA, PLAN, World, never, open_world, until

_WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)


@given(parameters=st.dictionaries(st.text("ABCabc_01", min_size=1, max_size=8), _WORDS, max_size=8), token=_WORDS)
def test_twilios_validator_finds_our_signature_right(parameters: dict[str, str], token: str) -> None:
    url = "https://guide.example/sms/twilio/status?delivery=d1&x=%20y"
    signature = sign(token, url, parameters)
    assert RequestValidator(token).validate(url, parameters, signature)
    assert not RequestValidator(token + "x").validate(url, parameters, signature)
    assert not RequestValidator(token).validate(url, {**parameters, "More": "1"}, signature)
    assert not RequestValidator(token).validate("https://guide.example/sms/other", parameters, signature)


def test_the_signature_of_the_documentations_own_example() -> None:
    """The address, the fields and the token of "Webhooks security", and what Twilio's client expects of them."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert sign("12345", url, fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


async def test_a_text_from_a_phone_comes_as_a_signed_form_with_twilios_fields(world: World) -> None:
    sid = await world.text("¿Cuánto cuesta? 💊 & más = “caro”+")
    await until(lambda: world.product.webhooks)
    heard = world.product.webhooks[0]
    assert heard.is_signed
    assert heard.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert heard.form == {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": DANA,
        "To": PLAN,
        "Body": "¿Cuánto cuesta? 💊 & más = “caro”+",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "FromCity": "PHILADELPHIA",
        "FromState": "PA",
        "FromZip": "19104",
        "FromCountry": "US",
        "ToCity": "PHILADELPHIA",
        "ToState": "PA",
        "ToZip": "19104",
        "ToCountry": "US",
    }


async def test_an_empty_text_with_a_picture_names_its_media(world: World) -> None:
    sid = await world.text("", num_media=1)
    await until(lambda: world.product.webhooks)
    form = world.product.webhooks[0].form
    assert sid.startswith("MM")
    assert (form["Body"], form["NumMedia"], form["MediaContentType0"]) == ("", "1", "image/jpeg")
    assert f"/Messages/{sid}/Media/ME" in form["MediaUrl0"]
    assert world.product.webhooks[0].is_signed


async def test_delivery_is_told_step_by_step_to_the_address_that_was_given(world: World) -> None:
    message = await world.send(status_callback=world.status_url("d%201%2F"))
    await until(lambda: len(world.product.callbacks) == 3)
    assert [heard.status for heard in world.product.callbacks] == ["queued", "sent", "delivered"]
    assert all(heard.is_signed for heard in world.product.callbacks)
    assert {heard.form["MessageSid"] for heard in world.product.callbacks} == {message.sid}
    assert world.product.callbacks[0].form == {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": "queued",
        "SmsStatus": "queued",
        "To": DANA,
        "From": PLAN,
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
    }


async def test_without_a_callback_address_nothing_is_told(world: World) -> None:
    await world.send()
    await until(lambda: world.carrier.network.list_texts()[0].status.value == "delivered")
    await never(lambda: world.product.callbacks)


async def test_a_text_that_cannot_be_delivered_says_why(world: World) -> None:
    await world.break_down(outcomes=[{"status": "undelivered", "error_code": 30003}, {"status": "failed"}])
    undelivered = await world.send(status_callback=world.status_url())
    await until(lambda: len(world.product.callbacks) == 3)
    assert [heard.status for heard in world.product.callbacks] == ["queued", "sent", "undelivered"]
    assert world.product.callbacks[-1].form["ErrorCode"] == "30003"
    fetched = await world.ask(lambda: world.client().messages(undelivered.sid).fetch())
    assert (fetched.status, fetched.error_code) == ("undelivered", 30003)
    await world.send(status_callback=world.status_url())
    await until(lambda: len(world.product.callbacks) == 5)
    assert [heard.status for heard in world.product.callbacks[3:]] == ["queued", "failed"]


async def test_a_text_that_is_never_delivered_stays_sent(world: World) -> None:
    await world.break_down(outcomes=[{"status": "sent"}])
    await world.send(status_callback=world.status_url())
    await until(lambda: len(world.product.callbacks) == 2)
    await never(lambda: len(world.product.callbacks) > 2)
    assert world.carrier.network.list_texts()[0].status.value == "sent"


async def test_a_webhook_comes_as_often_as_asked_and_is_the_same_each_time(world: World) -> None:
    await world.break_down(webhooks={"copies": 10})
    await world.text("once")
    await until(lambda: len(world.product.webhooks) == 11)
    assert len({tuple(sorted(heard.form.items())) for heard in world.product.webhooks}) == 1
    assert len({heard.headers["I-Twilio-Idempotency-Token"] for heard in world.product.webhooks}) == 1


async def test_a_webhook_is_told_again_later(world: World) -> None:
    sid = await world.text("once")
    await until(lambda: world.product.webhooks)
    await world.control("POST", "redeliveries", json={"sid": sid, "times": 3})
    await until(lambda: len(world.product.webhooks) == 4)
    assert len({tuple(sorted(heard.form.items())) for heard in world.product.webhooks}) == 1


async def test_webhooks_come_in_reverse(world: World) -> None:
    await world.break_down(webhooks={"reorder": 3})
    for body in ("1", "2", "3", "4"):
        await world.text(body)
        if body == "2":
            await never(lambda: world.product.webhooks)
    await until(lambda: len(world.product.webhooks) == 4)
    assert [heard.form["Body"] for heard in world.product.webhooks if heard.form["Body"] != "4"] == ["3", "2", "1"]


async def test_what_is_held_back_can_be_released(world: World) -> None:
    await world.break_down(webhooks={"reorder": 3})
    await world.text("1")
    await world.text("2")
    await never(lambda: world.product.webhooks)
    await world.control("POST", "release")
    assert [heard.form["Body"] for heard in world.product.webhooks] == ["2", "1"]


async def test_status_callbacks_come_in_reverse(world: World) -> None:
    await world.break_down(callbacks={"reorder": 3})
    await world.send(status_callback=world.status_url())
    await until(lambda: len(world.product.callbacks) == 3)
    assert [heard.status for heard in world.product.callbacks] == ["delivered", "sent", "queued"]


async def test_requests_are_lost_and_the_next_one_is_not(world: World) -> None:
    await world.break_down(webhooks={"lose": 1}, callbacks={"lose": 2})
    await world.text("1")
    await world.text("2")
    await world.send(status_callback=world.status_url())
    await until(lambda: world.product.webhooks and world.product.callbacks)
    assert [heard.form["Body"] for heard in world.product.webhooks] == ["2"]
    assert [heard.status for heard in world.product.callbacks] == ["delivered"]


async def test_signatures_are_wrong_or_missing_on_demand(world: World) -> None:
    await world.break_down(webhooks={"tamper": 1})
    await world.text("1")
    await until(lambda: len(world.product.webhooks) == 1)
    await world.break_down(webhooks={"unsigned": 1})
    await world.text("2")
    await until(lambda: len(world.product.webhooks) == 2)
    await world.text("3")
    await until(lambda: len(world.product.webhooks) == 3)
    assert [heard.is_signed for heard in world.product.webhooks] == [False, False, True]
    assert ["X-Twilio-Signature" in heard.headers for heard in world.product.webhooks] == [True, False, True]


async def test_a_delay_holds_up_requests_and_rest_answers(world: World) -> None:
    await world.break_down(webhooks={"delay_s": 0.4}, rest_delay_s=0.4)
    await world.text("1")
    await never(lambda: world.product.webhooks, for_s=0.2)
    await until(lambda: world.product.webhooks)
    started = asyncio.get_running_loop().time()
    await world.send()
    assert asyncio.get_running_loop().time() - started >= 0.4


@pytest.mark.parametrize("status", [403, 500, 503])
async def test_a_refusal_is_not_told_again(world: World, status: int) -> None:
    world.product.answer = status
    sid = await world.text("1")
    await until(lambda: world.product.webhooks)
    await never(lambda: len(world.product.webhooks) > 1)
    requests = (await world.control("GET", f"requests?sid={sid}"))["requests"]
    assert [(one["kind"], one["answer"], one["error_code"]) for one in requests] == [("webhook", status, 11200)]


async def test_an_answer_that_is_not_twiml_is_noted(world: World) -> None:
    world.product.content_type = "application/json"
    sid = await world.text("1")
    await until(lambda: world.product.webhooks)
    await asyncio.sleep(0.05)
    requests = (await world.control("GET", f"requests?sid={sid}"))["requests"]
    assert [one["error_code"] for one in requests] == [12300]


async def test_a_product_that_is_away_is_tried_once_more_and_then_given_up() -> None:
    port, calls = free_port(), []
    async with open_world(webhook_url=f"http://127.0.0.1:{port}/sms/twilio") as world:
        sid = await world.text("1")
        answers: list[object] = []

        async def look() -> None:
            answers[:] = (await world.control("GET", f"requests?sid={sid}"))["requests"]

        while not answers:
            await look()
            await asyncio.sleep(0.02)
        assert [(one["answer"], one["error_code"]) for one in answers] == [(None, 11205)]  # type: ignore[index]

        async def hear(request: web.Request) -> web.Response:
            calls.append(request.path)
            return web.Response(text="<Response/>", content_type="text/xml")

        app = web.Application()
        app.router.add_post("/sms/twilio", hear)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await never(lambda: calls)
        await runner.cleanup()
