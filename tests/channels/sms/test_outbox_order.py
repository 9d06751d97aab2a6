"""What must be read at once waits for nothing, order is that of the record, and nothing holds up others for long."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.sms import outbox as outbox_module
from bot.channels.sms.carrier import Carrier, _describe
from bot.channels.sms.carrier import CarrierBusy as Busy
from bot.conversations.deliveries_store import deliveries
from bot.demo.carrier.faults import RestFailure
from tests.channels.gateway import reply
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import Rig
from tests.channels.sms.test_outbox import begun, tried_later
from tests.channels.sms.texts import DANGER, EMERGENCY, OPTED_OUT, plain, said


async def stuck(rig: Rig, until: Until, text: str = "one") -> None:
    """One delivery that the carrier does not take; time stands still, so it stays the first of its pair."""
    rig.gateway.engine.replies = [reply(f"Answer {text}.")]
    rig.carrier.faults.rest = [RestFailure(status=429, code=20429, times=1)]
    await rig.text(text)
    await until(tried_later(rig))


async def test_what_the_safety_gate_says_waits_for_no_other_delivery(rig: Rig, until: Until) -> None:
    await begun(rig, until)
    await stuck(rig, until)
    await rig.text(DANGER)

    async def is_warned() -> bool:
        return plain(rig.phone()[-1]) == plain(said(EMERGENCY))

    await until(is_warned)
    assert len(rig.phone()) == 3


async def test_a_confirmation_waits_for_no_other_delivery(sqlite_rig: Rig, until: Until) -> None:
    rig = sqlite_rig
    await begun(rig, until)
    # The delivery before it is under way at a carrier that does not answer.
    rig.carrier.faults.rest_delay_s = 30
    await rig.text("one")

    async def sending() -> bool:
        return (await rig.statuses())[-1] == "sending"

    await until(sending)
    rig.carrier.faults.rest_delay_s = 0
    await rig.text("STOP")

    async def is_confirmed() -> bool:
        return plain(rig.phone()[-1]) == said(OPTED_OUT)

    await until(is_confirmed)
    assert "sending" in await rig.statuses()


async def test_what_cannot_be_sent_for_two_minutes_holds_up_nothing_more(sqlite_rig: Rig, until: Until) -> None:
    rig = sqlite_rig
    await begun(rig, until)
    await stuck(rig, until)
    await rig.database.write(
        lambda connection: connection.execute(
            deliveries.update()
            .where(deliveries.c.status == "queued")
            .values(due_at=rig.clock() + timedelta(minutes=10))
        )
    )
    rig.gateway.engine.replies = [reply("Answer two.")]
    await rig.text("two")
    await asyncio.sleep(0.5)
    assert len(rig.phone()) == 2
    rig.clock.pass_time(minutes=2)

    async def second_came() -> bool:
        return rig.phone()[2:] == ["Answer two."]

    await until(second_came)
    rig.clock.pass_time(minutes=10)
    await until(rig.is_idle)
    assert rig.phone()[2:] == ["Answer two.", "Answer one."]


async def test_order_is_that_of_the_record_and_not_of_the_clocks(sqlite_rig: Rig, until: Until) -> None:
    rig = sqlite_rig
    await begun(rig, until)
    await stuck(rig, until)
    rig.gateway.engine.replies = [reply("Answer two.")]
    await rig.text("two")

    async def both_wait() -> bool:
        return (await rig.statuses()).count("queued") == 2

    await until(both_wait)
    # The second was recorded by a gateway whose clock is behind.
    newest = max(await rig.deliveries(), key=lambda row: row.place)
    earlier = deliveries.update().where(deliveries.c.id == newest.id)
    moved = earlier.values(created_at=newest.created_at - timedelta(seconds=60))
    await rig.database.write(lambda connection: connection.execute(moved))
    rig.clock.pass_time(seconds=30)
    await until(rig.is_idle)
    assert rig.phone()[2:] == ["Answer one.", "Answer two."]


@pytest.mark.parametrize("is_sent_before", [False, True])
async def test_a_fault_of_ours_is_tried_again_and_doubles_nothing(
    sqlite_rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch, is_sent_before: bool
) -> None:
    rig = sqlite_rig
    await begun(rig, until)
    real = Carrier.send

    async def fail(self: Carrier, *arguments: Any) -> Any:
        if is_sent_before:
            await real(self, *arguments)
        raise RuntimeError("canary")

    rig.carrier.faults.callbacks.lose = 1000
    with monkeypatch.context() as broken:
        broken.setattr(Carrier, "send", fail)
        await rig.text("one")
        await until(tried_later(rig))
    assert (await rig.deliveries())[-1].error_code == "UNEXPECTED"
    rig.clock.pass_time(minutes=1)
    await until(rig.is_idle)
    assert len(rig.phone()) == 3


async def test_a_fault_of_ours_is_given_up_after_a_day(
    sqlite_rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(sqlite_rig, until)

    def fail(*arguments: Any) -> Any:
        raise RuntimeError("canary")

    monkeypatch.setattr(outbox_module, "render_message", fail)
    await sqlite_rig.text("one")
    await until(tried_later(sqlite_rig))
    sqlite_rig.clock.pass_time(hours=25)
    await until(sqlite_rig.is_idle)
    row = (await sqlite_rig.deliveries())[-1]
    assert (row.status, row.error_code) == ("failed", "UNEXPECTED")


async def test_a_text_is_given_back_when_its_lease_is_nearly_over(
    sqlite_rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch, log: list[dict[str, object]]
) -> None:
    rig = sqlite_rig
    await begun(rig, until)
    real, asked = Carrier.list_sent, []

    async def slow(self: Carrier, *arguments: Any) -> Any:
        found = await real(self, *arguments)
        if not asked:
            rig.clock.pass_time(seconds=25)
        asked.append(1)
        return found

    monkeypatch.setattr(Carrier, "list_sent", slow)
    rig.carrier.faults.drop_requests = 1
    await rig.text("one")
    await until(tried_later(rig))
    rig.clock.pass_time(minutes=1)
    await until(rig.is_idle)
    # Asked again, by whoever took it next, before it was sent once.
    assert len(asked) == 2
    assert "sms.given_back" in {entry["event"] for entry in log}
    assert len(rig.phone()) == 3


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [("30", 30.0), ("86400", 900.0), ("9" * 400, None), ("²", None), ("٣", None), ("-1", None), ("1e9", None),
     ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("", None), (None, None)],
)  # fmt: skip
def test_what_the_carrier_asks_to_wait_is_digits_and_never_long(header: str | None, wait_s: float | None) -> None:
    error = _describe(429, "", header)
    assert isinstance(error, Busy)
    assert error.retry_after_s == wait_s
