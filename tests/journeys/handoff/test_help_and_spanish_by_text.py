"""HELP, and a member who texts in Spanish."""

from __future__ import annotations

from tests.journeys.handoff.conftest import Cast
from tests.journeys.handoff.wording import as_a_text
from tests.texter import CARESOURCE


async def test_help_is_answered_in_both_languages_and_opens_nothing(cast: Cast) -> None:
    dana = await cast.coach("dana")
    phone = cast.texter()
    await phone.let_carrier_handle_keywords("gateway")
    for words, locale in (("HELP", "en"), ("info", "en"), ("AYUDA", "es")):
        await phone.text(words)
        await phone.reads(as_a_text("utter_sms_help_card", locale))
    await phone.let_carrier_handle_keywords("default")
    await phone.reads_nothing()
    assert await dana.list_queue() == []


async def test_a_request_in_spanish_to_a_coach_and_back(cast: Cast) -> None:
    phone = cast.texter(CARESOURCE)
    await phone.text("asesor")
    await phone.reads(as_a_text("utter_sms_greeting", "es"))
    offer = await phone.reads("(?s)^(?:Ahora no hay ningún asesor|No hay asesor).*\n\n1\\) ")
    assert "No health coach" not in offer

    # A call is agreed on in Spanish, up to the number.
    await phone.text("la primera")
    await phone.reads(as_a_text("utter_callback_confirm_phone_sms", "es"))
    await phone.text("retirar")
    await phone.reads(as_a_text("utter_handoff_cancelled", "es"))

    dana = await cast.coach("dana")
    await phone.text("quiero hablar con una enfermera")
    await phone.reads("^Hay un asesor de salud de turno")
    (item,) = await dana.list_queue()
    assert (item["locale"], item["plan_id"], item["channel"]) == ("es", "caresource", "sms")
    await dana.claim(item["conversation_id"])
    await phone.reads(as_a_text("utter_coach_joined", "es", coach=dana.name))
    await dana.write(item["conversation_id"], "¿En qué puedo ayudarle?")
    await phone.reads("¿En qué puedo ayudarle\\?$")
    await dana.give_back(item["conversation_id"], "answered")
    await phone.reads(as_a_text("utter_handoff_resumed_answered", "es"))
    await phone.reads_nothing()


async def test_an_opt_out_in_spanish_is_confirmed_in_spanish(cast: Cast) -> None:
    phone = cast.texter()
    await phone.text("no me manden mas mensajes")
    await phone.reads(as_a_text("utter_sms_opted_out", "es"))
    await phone.text("¿está cubierta la terapia?")
    await phone.reads_nothing()


async def test_danger_in_spanish_is_answered_in_spanish_and_put_first(cast: Cast) -> None:
    dana = await cast.coach("dana")
    phone = cast.texter()
    await phone.text("mi hijo no puede respirar")
    await phone.reads(as_a_text("utter_safety_emergency", "es"))
    (item,) = await dana.list_queue()
    assert (item["urgency"], item["cause"]) == ("urgent", "safety")
    await phone.reads_nothing()
