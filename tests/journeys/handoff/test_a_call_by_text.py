"""Off hours by text: a call to the phone itself, or to another one."""

from __future__ import annotations

from tests.journeys.handoff.conftest import Cast
from tests.journeys.handoff.wording import as_a_text
from tests.texter import Texter


async def test_a_call_to_the_phone_that_texts(cast: Cast) -> None:
    phone = cast.texter()
    await _ask_for_a_call(phone)
    await phone.text("1")
    shown = f"(267) 555-{phone.phone[-4:]}"
    asked = await phone.reads(as_a_text("utter_callback_confirm_phone_sms", phone=shown))
    assert asked.endswith("1) Yes, this number\n2) Another number")
    await phone.text("yes")
    await phone.reads(as_a_text("utter_callback_recorded", phone=phone.phone[-4:]))

    dana = await cast.coach("dana")
    assert await dana.list_queue() == []
    (callback,) = await dana.list_callbacks()
    assert (callback["phone"], callback["status"]) == (phone.phone, "open")
    taken = await dana.take_callback(callback)
    missed = await dana.finish_callback(taken, reached=False, note="nobody picked up")
    assert (missed["status"], missed["attempts"]) == ("open", 1)
    made = await dana.finish_callback(await dana.take_callback(missed), reached=True, note="spoke with them")
    assert made["status"] == "done"
    await phone.reads_nothing()


async def test_a_call_to_another_phone(cast: Cast) -> None:
    phone = cast.texter()
    await _ask_for_a_call(phone)
    await phone.text("the first one")
    await phone.reads(as_a_text("utter_callback_confirm_phone_sms"))
    await phone.text("2")
    await phone.reads(as_a_text("utter_callback_ask_phone"))
    await phone.text("215 555 01")
    await phone.reads(as_a_text("utter_callback_phone_invalid"))
    await phone.text("215 555 0144")
    recorded = await phone.reads(as_a_text("utter_callback_recorded", phone="0144"))
    assert "555" not in recorded

    dana = await cast.coach("dana")
    (callback,) = await dana.list_callbacks()
    assert callback["phone"] == "+12155550144"
    await phone.reads_nothing()


async def _ask_for_a_call(phone: Texter) -> None:
    await phone.text("can a nurse call me back")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads(r"(?s)^No health coach is on duty right now\..*\n\n1\) ")
