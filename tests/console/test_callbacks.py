"""The promised calls: listed, taken once, finished or tried again."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
import sqlalchemy as sa

from bot.conversations.tables_store import callbacks
from tests.console.desk import Browser, Desk, Json

PHONE = "+12155550107"


@pytest.fixture
async def callback(desk: Desk) -> Json:
    """A promised call, as the console lists it."""
    conversation_id = (await desk.ask()).id
    values = {
        "conversation_id": conversation_id,
        "day": date(2026, 11, 24),
        "part_of_day": "morning",
        "phone": PHONE,
        "time_zone": "America/New_York",
        "status": "open",
        "created_at": desk.clock(),
    }
    await desk.database.write(lambda connection: connection.execute(sa.insert(callbacks).values(values)))
    (found,) = await desk.callbacks.list_callbacks()
    return {"id": found.id, "version": found.version, "conversation_id": conversation_id}


async def listed(browser: Browser, done: int = 0) -> list[Json]:
    answer = await browser.call("GET", f"callbacks?done={done}")
    assert answer.status == 200
    found: list[Json] = answer.body["callbacks"]
    return found


async def test_a_promised_call_is_listed_and_counted(dana: Browser, callback: Json) -> None:
    (shown,) = await listed(dana)
    assert (shown["day"], shown["window"], shown["phone"]) == ("2026-11-24", "morning", PHONE)
    assert (shown["status"], shown["coach"], shown["attempts"], shown["note"]) == ("open", None, 0, None)
    assert (await dana.call("GET", "queue")).body["callbacks_open"] == 1


async def test_of_two_who_take_a_call_one_gets_it(dana: Browser, luis: Browser, callback: Json) -> None:
    take, body = f"callbacks/{callback['id']}/take", {"version": callback["version"]}
    answers = await asyncio.gather(dana.call("POST", take, body), luis.call("POST", take, body))
    assert sorted(answer.status for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status == 409)
    assert lost.code in ("ALREADY_CLAIMED", "VERSION_CONFLICT")
    assert (await dana.call("GET", "queue")).body["callbacks_open"] == 0


async def test_a_member_who_is_not_reached_stays_on_the_list(dana: Browser, callback: Json) -> None:
    taken = await dana.call("POST", f"callbacks/{callback['id']}/take", {"version": callback["version"]})
    tried = {"version": taken.body["callback"]["version"], "reached": False, "note": "No answer."}
    answer = await dana.call("POST", f"callbacks/{callback['id']}/finish", tried)
    assert answer.status == 200
    (shown,) = await listed(dana)
    assert (shown["status"], shown["attempts"], shown["note"], shown["coach"]) == ("open", 1, "No answer.", None)
    stale = await dana.call("POST", f"callbacks/{callback['id']}/finish", tried)
    assert (stale.status, stale.code) == (409, "VERSION_CONFLICT")
    assert (await listed(dana))[0]["attempts"] == 1


async def test_a_member_who_was_reached_leaves_the_list(dana: Browser, callback: Json) -> None:
    taken = await dana.call("POST", f"callbacks/{callback['id']}/take", {"version": callback["version"]})
    version = taken.body["callback"]["version"]
    answer = await dana.call("POST", f"callbacks/{callback['id']}/finish", {"version": version, "reached": True})
    assert answer.body["callback"]["status"] == "done"
    assert await listed(dana) == []
    assert [each["status"] for each in await listed(dana, done=1)] == ["done"]


async def test_the_call_of_another_coach_is_left_alone(dana: Browser, luis: Browser, callback: Json) -> None:
    taken = await dana.call("POST", f"callbacks/{callback['id']}/take", {"version": callback["version"]})
    version = taken.body["callback"]["version"]
    for action, more in (("take", {}), ("finish", {"reached": True})):
        answer = await luis.call("POST", f"callbacks/{callback['id']}/{action}", {"version": version, **more})
        assert (answer.status, answer.code, answer.body["coach"]) == (409, "ALREADY_CLAIMED", {"name": "Dana R., RN"})
    assert (await listed(luis))[0]["status"] == "taken"


async def test_a_coach_off_duty_takes_no_call(desk: Desk, callback: Json) -> None:
    browser = await desk.sign_in("luis", on_duty=False)
    answer = await browser.call("POST", f"callbacks/{callback['id']}/take", {"version": callback["version"]})
    assert (answer.status, answer.code) == (409, "COACH_NOT_ON_DUTY")


@pytest.mark.parametrize("done", ["2", "x", "-1", "%00"])
async def test_done_is_0_or_1(dana: Browser, done: str) -> None:
    assert (await dana.call("GET", f"callbacks?done={done}")).code == "VALIDATION_FAILED"
