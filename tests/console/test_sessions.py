"""How long a session lasts, and what keeps it."""

from __future__ import annotations

from structlog.testing import capture_logs

from tests.console.desk import Browser, Desk, Waiting


async def beat(browser: Browser, *, active: bool) -> int | None:
    """The seconds that are left, None when the session has ended."""
    answer = await browser.call("POST", "heartbeat", {"active": active})
    return answer.body["idle_seconds_left"] if answer.status == 200 else None


async def test_fifteen_minutes_without_activity_end_the_session(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    await dana.claim(waiting)
    desk.clock.pass_time(minutes=14, seconds=59)
    assert (await dana.call("GET", "queue")).status == 200
    desk.clock.pass_time(seconds=1)
    for method, path in (("GET", "queue"), ("GET", "session")):
        answer = await dana.call(method, path)
        assert (answer.status, answer.code) == (401, "SIGN_IN_REQUIRED")
    assert (await dana.write(waiting, "Too late.")).status == 401
    assert "Too late." not in await desk.texts(waiting.id)
    desk.clock.pass_time(seconds=1)
    await desk.sweep.run_once()
    assert await desk.holder(waiting.id) == ("waiting", None)


async def test_the_log_tells_who_came_and_went_and_what_they_left(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    await dana.claim(waiting)
    with capture_logs() as log:
        await dana.sign_in("dana")
        await dana.call("PUT", "duty", {"on_duty": False})
        await dana.call("DELETE", "session")
    me = {"coach_id": dana.coach["id"], "log_level": "info"}
    assert log == [
        # The new session is there before the one that it replaces ends: nothing is given back between them.
        {"event": "console.signed_out", "cause": "replaced", "off_duty": False, **me},
        {"event": "console.signed_in", **me},
        {"event": "coach.off_duty", **me},
        {"event": "console.signed_out", "cause": "asked", "off_duty": True, **me},
        {"event": "handoff.released", "conversation_id": waiting.id, **me},
    ]


async def test_heartbeats_alone_do_not_keep_the_session(desk: Desk, dana: Browser) -> None:
    left = []
    for _ in range(45):
        desk.clock.pass_time(seconds=20)
        left.append(await beat(dana, active=False))
    assert left[0] == 880
    assert left[43] == 20
    assert left[44] is None


async def test_reading_alone_does_not_keep_the_session(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    statuses = []
    for _ in range(15):
        desk.clock.pass_time(minutes=1)
        statuses.append((await dana.call("GET", f"conversations/{waiting.id}")).status)
    assert statuses == [200] * 14 + [401]


async def test_an_active_heartbeat_keeps_the_session(desk: Desk, dana: Browser) -> None:
    for _ in range(10):
        desk.clock.pass_time(minutes=10)
        assert await beat(dana, active=True) == 900


async def test_doing_something_keeps_the_session(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    for _ in range(4):
        desk.clock.pass_time(minutes=10)
        assert (await dana.call("POST", f"conversations/{waiting.id}/notes", {"text": "a"})).status == 201


async def test_what_is_refused_for_its_token_keeps_nothing(desk: Desk, dana: Browser) -> None:
    desk.clock.pass_time(minutes=10)
    assert (await dana.call("POST", "heartbeat", {"active": True}, csrf="wrong")).status == 403
    desk.clock.pass_time(minutes=5)
    assert (await dana.call("GET", "session")).status == 401


async def test_twelve_hours_end_the_session_whatever_is_done(desk: Desk, dana: Browser) -> None:
    for _ in range(71):
        desk.clock.pass_time(minutes=10)
        assert await beat(dana, active=True) is not None
    assert await beat(dana, active=True) == 600
    desk.clock.pass_time(minutes=10)
    assert await beat(dana, active=True) is None


async def test_a_heartbeat_is_presence(desk: Desk, dana: Browser) -> None:
    desk.clock.pass_time(seconds=61)
    assert await desk.coaches.list_on_duty() == ()
    assert (await dana.call("POST", "heartbeat", {"active": False})).body["on_duty"] is True
    assert [coach.username for coach in await desk.coaches.list_on_duty()] == ["dana"]


async def test_off_duty_stays_signed_in(desk: Desk, dana: Browser) -> None:
    answer = await dana.call("PUT", "duty", {"on_duty": False})
    assert answer.body["coach"]["on_duty"] is False
    assert (await dana.call("GET", "session")).body["coach"]["on_duty"] is False
    assert (await dana.call("GET", "coaches")).body == {"coaches": []}
