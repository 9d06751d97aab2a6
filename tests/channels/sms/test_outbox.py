"""Every delivery reaches the phone once, in order, whatever the carrier does and whichever process ends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.channels.sms import app as app_module
from bot.channels.sms.outbox_store import OutboxStore
from bot.channels.sms.segments import count_segments
from bot.database import Database, StoreUnavailable
from bot.demo.carrier.faults import Outcome, RestFailure
from bot.demo.carrier.keywords import OptOutMode
from tests.channels.gateway import reply
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import DANA, MARCUS, Rig, open_rig
from tests.databases import open_database


async def begun(rig: Rig, until: Until, phone: str = DANA) -> None:
    """A conversation whose first texts are through."""
    await rig.text("hello canary", phone=phone)
    await until(rig.is_idle)


def tried_later(rig: Rig, attempts: int = 1) -> Any:
    async def holds() -> bool:
        rows = await rig.deliveries()
        return any(row.attempts >= attempts and row.error_code is not None for row in rows)

    return holds


async def test_a_status_is_followed_to_the_phone(rig: Rig, until: Until) -> None:
    await begun(rig, until)

    async def delivered() -> bool:
        return await rig.statuses() == ["delivered", "delivered"]

    await until(delivered)
    assert len({row.provider_sid for row in await rig.deliveries()}) == 2


async def test_an_answer_that_was_lost_is_not_sent_again(rig: Rig, until: Until) -> None:
    rig.carrier.faults.callbacks.lose = 1000
    await begun(rig, until)
    rig.carrier.faults.drop_answers = 1
    await rig.text("and now?")
    await until(tried_later(rig))
    assert (await rig.statuses())[-1] == "sending"
    rig.clock.pass_time(seconds=30)
    await until(rig.is_idle)
    assert len(rig.phone()) == 3
    assert (await rig.deliveries())[-1].provider_sid is not None


async def test_a_status_callback_can_come_before_its_answer(rig: Rig, until: Until) -> None:
    await begun(rig, until)
    rig.carrier.faults.drop_answers = 1
    await rig.text("and now?")

    async def delivered() -> bool:
        return await rig.statuses() == ["delivered"] * 3

    # No time passes for the gateway: the callback alone says that the carrier has taken it.
    await until(delivered)
    assert len(rig.phone()) == 3


async def test_the_same_words_twice_are_two_texts(rig: Rig, until: Until) -> None:
    rig.carrier.faults.callbacks.lose = 1000
    await begun(rig, until)
    rig.carrier.faults.drop_answers = 1
    await rig.text("again")
    await until(tried_later(rig))
    rig.clock.pass_time(seconds=30)
    await until(rig.is_idle)
    # The engine answers with the same words each time: three turns and the greeting.
    await rig.text("again")
    await until(rig.is_idle)
    assert len(rig.phone()) == 4
    assert len({row.provider_sid for row in await rig.deliveries()}) == 4


@pytest.mark.parametrize("fault", ["drop_requests", "drop_answers"])
async def test_a_connection_that_breaks_loses_and_doubles_nothing(sqlite_rig: Rig, until: Until, fault: str) -> None:
    await begun(sqlite_rig, until)
    setattr(sqlite_rig.carrier.faults, fault, 2)
    await sqlite_rig.text("one")
    await until(sqlite_rig.as_time_passes(sqlite_rig.is_idle))
    assert len(sqlite_rig.phone()) == 3


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (500, 20500), (503, 20503), (401, 20003)])
async def test_a_busy_or_broken_carrier_is_asked_again(sqlite_rig: Rig, until: Until, status: int, code: int) -> None:
    await begun(sqlite_rig, until)
    sqlite_rig.carrier.faults.rest = [RestFailure(status=status, code=code, times=1)]
    await sqlite_rig.text("one")
    await until(tried_later(sqlite_rig))
    assert (await sqlite_rig.deliveries())[-1].error_code == str(code)
    assert len(sqlite_rig.phone()) == 2
    sqlite_rig.clock.pass_time(minutes=1)
    await until(sqlite_rig.is_idle)
    assert len(sqlite_rig.phone()) == 3


async def test_what_fails_waits_longer_each_time(sqlite_rig: Rig, until: Until) -> None:
    await begun(sqlite_rig, until)
    sqlite_rig.carrier.faults.rest = [RestFailure(status=429, code=20429, times=1000)]
    await sqlite_rig.text("one")
    waits = []
    for attempt in range(1, 6):

        async def waits_again(attempt: int = attempt) -> bool:
            row = (await sqlite_rig.deliveries())[-1]
            return (row.status, row.attempts) == ("queued", attempt)

        await until(waits_again)
        row = (await sqlite_rig.deliveries())[-1]
        waits.append((row.due_at - row.updated_at).total_seconds())
        sqlite_rig.clock.pass_time(seconds=waits[-1] + 0.1)
    assert all(2.0 ** (attempt - 1) <= wait <= 2.0**attempt for attempt, wait in enumerate(waits, 1))


async def test_after_a_day_a_delivery_is_given_up(sqlite_rig: Rig, until: Until) -> None:
    await begun(sqlite_rig, until)
    sqlite_rig.carrier.faults.rest = [RestFailure(status=503, code=20503, times=1000)]
    await sqlite_rig.text("one")
    await until(tried_later(sqlite_rig))
    sqlite_rig.clock.pass_time(hours=25)
    await until(sqlite_rig.is_idle)
    row = (await sqlite_rig.deliveries())[-1]
    assert (row.status, row.error_code) == ("failed", "20503")


@pytest.mark.parametrize("code", [21211, 21614, 21408])
async def test_a_number_that_cannot_be_texted_is_tried_once(sqlite_rig: Rig, until: Until, code: int) -> None:
    await begun(sqlite_rig, until)
    sqlite_rig.carrier.faults.rest = [RestFailure(status=400, code=code, times=1)]
    await sqlite_rig.text("one")
    await until(sqlite_rig.is_idle)
    row = (await sqlite_rig.deliveries())[-1]
    assert (row.status, row.error_code, row.attempts) == ("failed", str(code), 1)
    assert not await sqlite_rig.opted_out()


async def test_a_carrier_that_says_opted_out_is_believed(rig: Rig, until: Until) -> None:
    await begun(rig, until)
    rig.carrier.faults.rest = [RestFailure(status=400, code=21610, times=1)]
    await rig.text("one")
    await until(rig.is_idle)
    row = (await rig.deliveries())[-1]
    assert (row.status, row.error_code, row.attempts) == ("failed", "21610", 1)
    assert await rig.opted_out()
    sent = len(rig.phone())
    await rig.text("two")
    await until(rig.is_idle)
    assert len(rig.phone()) == sent


async def test_a_delivery_that_fails_under_way_is_known_to_have_failed(rig: Rig, until: Until) -> None:
    await begun(rig, until)
    rig.carrier.faults.outcomes = [Outcome(status="undelivered", error_code=30003)]
    await rig.text("one")

    async def failed() -> bool:
        row = (await rig.deliveries())[-1]
        return (row.status, row.error_code) == ("undelivered", "30003")

    await until(failed)


async def test_order_is_kept_while_the_first_is_tried_again(rig: Rig, until: Until) -> None:
    await begun(rig, until)
    rig.carrier.faults.rest = [RestFailure(status=429, code=20429, times=1)]
    for word in ("one", "two", "three"):
        rig.gateway.engine.replies = [reply(f"Answer {word}.")]

        async def answered(count: int = len(await rig.deliveries()) + 1) -> bool:
            return len(await rig.deliveries()) == count

        await rig.text(word)
        await until(answered)
    assert len(rig.phone()) == 2
    # Another phone does not wait for this one.
    await rig.text("hello", phone=MARCUS)

    async def marcus_has_both() -> bool:
        return len(rig.phone(MARCUS)) == 2

    await until(marcus_has_both)
    rig.clock.pass_time(minutes=1)
    await until(rig.is_idle)
    assert rig.phone()[2:] == ["Answer one.", "Answer two.", "Answer three."]


async def test_a_long_answer_comes_as_several_texts_in_order(rig: Rig, until: Until) -> None:
    await begun(rig, until)
    sentences = [f"Sentence number {number} says something of use." for number in range(90)]
    rig.gateway.engine.replies = [reply(" ".join(sentences))]
    await rig.text("tell me more")
    await until(rig.is_idle)
    parts = rig.phone()[2:]
    assert len(parts) > 1
    assert " ".join(parts) == " ".join(sentences)
    assert all(count_segments(part) <= 10 for part in parts)
    assert [(row.part, row.of) for row in (await rig.deliveries())[2:]] == [
        (part, len(parts)) for part in range(1, len(parts) + 1)
    ]


async def test_two_gateways_on_one_database_send_everything_once(rig: Rig, until: Until) -> None:
    await rig.add_gateway(poll_s=0.01)
    await rig.add_gateway(poll_s=0.01)
    phones = [f"+121555501{number:02}" for number in range(10, 22)]
    rig.carrier.faults.rest_delay_s = 0.05
    await asyncio.gather(*(rig.text(f"hello {turn}", phone=phone) for phone in phones for turn in range(3)))
    await until(rig.is_idle)
    assert {phone: len(rig.phone(phone)) for phone in phones} == dict.fromkeys(phones, 4)
    assert [row.attempts for row in await rig.deliveries()] == [1] * 48


async def test_what_a_process_left_behind_is_taken_up_once(rig: Rig, until: Until) -> None:
    await begun(rig, until)
    rig.carrier.faults.callbacks.lose = 1000
    # The process ends between the carrier's yes and its own note of it.
    with pytest.MonkeyPatch.context() as crash:

        async def die(*arguments: object, **fields: object) -> bool:
            raise StoreUnavailable("the process is gone")

        crash.setattr(OutboxStore, "settle", die)
        await rig.text("one")

        async def sent() -> bool:
            return len(rig.phone()) == 3

        await until(sent)
        await rig.stop(rig.gateway)
    assert (await rig.statuses())[-1] == "sending"
    await rig.add_gateway()
    rig.clock.pass_time(minutes=1)
    await until(rig.is_idle)
    assert len(rig.phone()) == 3
    assert (await rig.deliveries())[-1].provider_sid is not None


async def test_a_claim_that_came_to_nothing_is_sent_when_its_lease_is_over(
    rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(rig, until)
    # Slower than what a stopping process has for its last work.
    monkeypatch.setattr(app_module, "_LAST_WORK_S", 0.1)
    rig.carrier.faults.rest_delay_s = 30
    await rig.text("one")

    async def claimed() -> bool:
        return (await rig.statuses())[-1] == "sending"

    await until(claimed)
    await rig.stop(rig.gateway)
    rig.carrier.faults.rest_delay_s = 0
    await rig.add_gateway()
    await asyncio.sleep(0.3)
    assert (await rig.statuses())[-1] == "sending"
    rig.clock.pass_time(minutes=1)
    await until(rig.is_idle)
    assert len(rig.phone()) == 3


async def test_a_stopping_process_finishes_what_is_in_flight(
    rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(rig, until)
    # Time enough on any machine.
    monkeypatch.setattr(app_module, "_LAST_WORK_S", 60.0)
    rig.carrier.faults.rest_delay_s = 0.5
    await rig.text("one")

    async def claimed() -> bool:
        return (await rig.statuses())[-1] == "sending"

    await until(claimed)
    await rig.stop(rig.gateway)
    assert (await rig.statuses())[-1] in ("accepted", "sent", "delivered")


async def test_a_database_that_is_away_for_a_while_loses_nothing(
    sqlite_rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(sqlite_rig, until)
    refused: list[object] = []

    async def refuse(*arguments: object, **fields: object) -> Any:
        refused.append(arguments)
        raise StoreUnavailable("away")

    with monkeypatch.context() as away:
        away.setattr(Database, "read", refuse)
        await sqlite_rig.text("one")
        before = len(refused)

        async def is_felt() -> bool:
            return len(refused) > before + 2

        await until(is_felt)
        assert len(sqlite_rig.phone()) == 2
    sqlite_rig.clock.pass_time(minutes=1)
    await until(sqlite_rig.is_idle)
    assert len(sqlite_rig.phone()) == 3


async def test_in_the_carriers_own_mode_a_stop_ends_everything(sqlite_url: str, until: Until) -> None:
    database = open_database(sqlite_url)
    async with open_rig(database, mode=OptOutMode.DEFAULT) as rig:
        await rig.text("hello")
        await until(rig.is_idle)
        await rig.text("STOP")
        await until(rig.is_idle)
        # The carrier confirms in its own words, and refuses ours.
        assert len(rig.phone()) == 3
        assert (await rig.deliveries())[-1].error_code == "21610"
        assert await rig.opted_out()
        await rig.text("START")
        await until(rig.is_idle)
        assert not await rig.opted_out()
        await rig.text("hello")
        await until(rig.is_idle)
        assert (await rig.statuses())[-1] != "failed"
    await database.close()


async def test_no_text_or_number_is_in_the_log_of_failures(
    sqlite_rig: Rig, until: Until, log: list[dict[str, object]]
) -> None:
    sqlite_rig.carrier.faults.rest = [RestFailure(status=500, code=20500, times=1)]
    await sqlite_rig.text("canary")
    await until(tried_later(sqlite_rig))
    assert {"sms.received", "sms.try_later"} <= {str(entry["event"]) for entry in log}
