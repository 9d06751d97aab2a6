"""A phone that floods us, or a machine, gets one reply and then none; danger, STOP and COACH are heard."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.channels.sms.inbox_store import InboxStore, sms_inbox
from bot.channels.sms.model import Addresses, DeliveryKind, InboundText, Reply
from bot.channels.sms.pace import LOOK_BACK, MOST_TEXTS, WINDOW, Pace, find_pace
from bot.conversations.handoff import Role
from bot.conversations.model import Author, Channel, Holder
from bot.database import Database
from tests.channels.gateway import wording
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import DANA, MARCUS, OTHER_PLAN, PLAN, Rig

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
DANGER = "my son stopped breathing canary"
HERE, OTHER_PHONE, OTHER_NUMBER = Addresses(DANA, PLAN), Addresses(MARCUS, PLAN), Addresses(DANA, OTHER_PLAN)


def said(key: str, language: str = "en") -> str:
    return wording().say(key, Channel.SMS, language).replace("’", "'")


async def send(rig: Rig, until: Until, text: str, phone: str = DANA) -> list[str]:
    before = len(rig.phone(phone))
    await rig.text(text, phone=phone)
    await until(rig.is_idle)
    return [each.replace("’", "'") for each in rig.phone(phone)[before:]]


async def flood(rig: Rig, times: int = MOST_TEXTS, addresses: Addresses = HERE) -> None:
    """So many texts that came just now and were acted on, whatever was said to them."""
    now = rig.clock()
    rows = [
        {
            "message_sid": f"SM{index:032x}",
            "member_address": addresses.member,
            "plan_address": addresses.plan,
            "num_media": 0,
            "received_at": now - timedelta(seconds=times - index),
            "handled_at": now,
        }
        for index in range(times)
    ]
    await rig.database.write(lambda connection: connection.execute(sa.insert(sms_inbox), rows))


def times(*seconds_ago: float) -> list[datetime]:
    return sorted(NOW - timedelta(seconds=each) for each in seconds_ago)


def test_twenty_texts_in_five_minutes_are_calm_and_one_more_is_not() -> None:
    assert find_pace([NOW], was_told=False) is Pace.CALM
    assert find_pace(times(*range(20)), was_told=False) is Pace.CALM
    assert find_pace(times(*range(21)), was_told=False) is Pace.TOO_FAST
    # 20 steps of 15 s are five minutes.
    assert find_pace(times(*range(0, 301, 15)), was_told=False) is Pace.CALM
    assert find_pace(times(*range(0, 300, 14)), was_told=False) is Pace.TOO_FAST


def test_a_flood_is_told_of_once_until_five_minutes_were_calmer() -> None:
    assert find_pace(times(*range(22)), was_told=True) is Pace.STILL_TOO_FAST
    # What made it too fast so far was danger, and nobody has been told to slow down.
    assert find_pace(times(*range(22)), was_told=False) is Pace.TOO_FAST
    flood_before = range(310, 335)
    assert find_pace(times(0, *flood_before), was_told=True) is Pace.CALM
    assert find_pace(times(*range(21), *flood_before), was_told=True) is Pace.TOO_FAST
    assert find_pace(times(*range(0, int(LOOK_BACK.total_seconds()), 10)), was_told=True) is Pace.STILL_TOO_FAST


async def test_a_flood_gets_one_reply_and_all_of_it_is_recorded(rig: Rig, until: Until) -> None:
    assert (await send(rig, until, "hello"))[-1] == "An answer."
    sent = [f"text {number}" for number in range(MOST_TEXTS + 4)]
    for text in sent:
        await rig.text(text)
    await until(rig.is_idle)
    assert rig.phone()[1:] == ["An answer."] * MOST_TEXTS + [said("utter_sms_too_fast")]
    assert len(rig.gateway.engine.turns) == MOST_TEXTS
    members = [message.text for message in await rig.transcript() if message.author is Author.MEMBER]
    assert members == ["hello", *sent]
    rig.clock.pass_time(minutes=5)
    assert await send(rig, until, "and now?") == ["An answer."]


async def test_a_second_flood_after_a_calm_is_told_again(sqlite_rig: Rig, until: Until) -> None:
    await flood(sqlite_rig)
    assert (await send(sqlite_rig, until, "one"))[-1] == said("utter_sms_too_fast")
    assert await send(sqlite_rig, until, "two") == []
    sqlite_rig.clock.pass_time(minutes=11)
    rename = sa.update(sms_inbox).values(message_sid=sms_inbox.c.message_sid + "x")
    await sqlite_rig.database.write(lambda connection: connection.execute(rename))
    await flood(sqlite_rig)
    assert await send(sqlite_rig, until, "three") == [said("utter_sms_too_fast")]


@pytest.mark.parametrize("addresses", [OTHER_PHONE, OTHER_NUMBER])
async def test_a_flood_of_another_phone_or_to_another_number_is_none_of_ours(
    sqlite_rig: Rig, until: Until, addresses: Addresses
) -> None:
    await flood(sqlite_rig, 30, addresses)
    assert (await send(sqlite_rig, until, "hello"))[-1] == "An answer."


async def test_danger_in_a_flood_is_answered_and_put_before_a_coach_each_time(rig: Rig, until: Until) -> None:
    await send(rig, until, "hello")
    await flood(rig)
    assert await send(rig, until, DANGER) == [said("utter_safety_emergency")]
    (item,) = await rig.gateway.handoffs.list_queue()
    assert item.urgency.value == "urgent"
    # The warning was no reply to the flood: the next one says why nothing comes.
    assert await send(rig, until, "one") == [said("utter_sms_too_fast")]
    assert await send(rig, until, "two") == []
    assert await send(rig, until, DANGER) == [said("utter_safety_emergency")]


async def test_stop_and_start_in_a_flood_do_what_they_say(rig: Rig, until: Until) -> None:
    await flood(rig, 25)
    await send(rig, until, "one")
    assert await send(rig, until, "stop texting me") == [said("utter_sms_opted_out")]
    assert await rig.opted_out()
    assert await send(rig, until, "two") == []
    assert await send(rig, until, "START") == [said("utter_sms_opted_in")]
    assert not await rig.opted_out()


async def test_coach_in_a_flood_is_a_request_for_one(rig: Rig, until: Until) -> None:
    await flood(rig, 25)
    await send(rig, until, "one")
    assert len(await send(rig, until, "COACH")) == 1
    assert (await rig.conversation()).holder is Holder.WAITING


@pytest.mark.parametrize("text", ["HELP", "", "2"])
async def test_nothing_else_in_a_flood_is_answered(sqlite_rig: Rig, until: Until, text: str) -> None:
    await send(sqlite_rig, until, "hello")
    await flood(sqlite_rig, 25)
    assert await send(sqlite_rig, until, text) == [said("utter_sms_too_fast")]
    assert await send(sqlite_rig, until, text) == []


async def test_who_writes_many_short_texts_to_a_coach_is_not_told_to_slow_down(sqlite_rig: Rig, until: Until) -> None:
    rig = sqlite_rig
    await send(rig, until, "coach")
    coaches, handoffs = rig.gateway.coaches, rig.gateway.handoffs
    coach = await coaches.add_coach(username="c", name="Dana R., RN", role=Role.COACH, password_hash="-")
    assert coach is not None
    await coaches.set_duty(coach.id, True)
    conversation = await rig.conversation()
    await handoffs.claim(conversation.id, coach.id, conversation.handoff_version)
    await until(rig.is_idle)
    await flood(rig, 25)
    assert await send(rig, until, "so") == []
    assert (await rig.transcript())[-1].text == "so"


async def test_a_flood_told_of_in_spanish_is_told_in_spanish(sqlite_rig: Rig, until: Until) -> None:
    await flood(sqlite_rig)
    assert (await send(sqlite_rig, until, "ayuda"))[-1] == said("utter_sms_too_fast", "es")


async def test_two_gateways_read_the_same_pace(database: Database) -> None:
    stores = [InboxStore(database), InboxStore(database)]
    texts = [InboundText(f"SM{index:032x}", HERE, "again") for index in range(MOST_TEXTS + 2)]
    for index, text in enumerate(texts):
        await stores[index % 2].receive(text, NOW + timedelta(seconds=index // 2))
    for store in stores:
        read = [await store.read_pace(text) for text in texts]
        assert read == [Pace.CALM] * MOST_TEXTS + [Pace.TOO_FAST] * 2
    told = Reply("a" * 32, "words", DeliveryKind.SLOW_DOWN)
    await stores[0].finish_text(texts[-2], NOW + timedelta(seconds=12), reply=told)
    assert await stores[1].read_pace(texts[-1]) is Pace.STILL_TOO_FAST
    later = InboundText("SM" + "f" * 32, HERE, "again")
    await stores[1].receive(later, NOW + timedelta(seconds=11) + WINDOW)
    assert await stores[0].read_pace(later) is Pace.CALM
