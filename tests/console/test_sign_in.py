"""Who comes in, how the cookie is kept, and how often somebody may guess."""

from __future__ import annotations

import asyncio
from http.cookies import SimpleCookie

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from bot.console.accounts import DEMO_PASSWORD
from bot.conversations.handoff import CoachCredentials
from bot.conversations.tables_store import coach_sessions
from bot.database import Database
from tests.console.desk import PASSWORD, Desk, start_desk


def cookie_of(answer: object) -> SimpleCookie:
    return SimpleCookie(answer.headers["Set-Cookie"])  # type: ignore[attr-defined]


async def test_signing_in_says_who_is_signed_in(desk: Desk) -> None:
    browser = desk.browser()
    answer = await browser.sign_in("dana")
    assert answer.status == 200
    assert answer.body["coach"] == {
        "id": desk.people["dana"].id,
        "name": "Dana R., RN",
        "role": "coach",
        "on_duty": False,
    }
    assert answer.body["idle_seconds"] == 900
    assert answer.body["demo"] is True
    assert (await browser.call("GET", "session")).body == answer.body


@pytest.mark.parametrize(
    ("username", "password"),
    [("dana", "wrong-password-123"), ("nobody", PASSWORD), ("dana", ""), ("", ""), ("dana\x00", PASSWORD)],
)
async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(desk: Desk, username: str, password: str) -> None:
    answer = await desk.browser().sign_in(username, password)
    assert (answer.status, answer.code) == (401, "SIGN_IN_REFUSED")
    assert "Set-Cookie" not in answer.headers
    assert set(answer.body) == {"type", "title", "status", "code"}


async def test_a_disabled_coach_gets_what_a_wrong_password_gets_and_is_signed_out(desk: Desk) -> None:
    browser = await desk.sign_in("dana")
    await desk.coaches.disable(desk.people["dana"].id)
    assert (await desk.browser().sign_in("dana")).code == "SIGN_IN_REFUSED"
    assert (await browser.call("GET", "queue")).code == "SIGN_IN_REQUIRED"


async def test_the_cookie_is_kept_from_scripts_and_from_other_sites(desk: Desk) -> None:
    morsel = cookie_of(await desk.browser().sign_in("dana"))["gene_guide_console"]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Strict"
    assert morsel["path"] == "/api/v1/console"
    assert not morsel["domain"]
    assert not morsel["secure"]
    assert len(morsel.value) >= 43


async def test_the_cookie_goes_over_https_alone_where_coaches_come_over_https(sqlite_database: Database) -> None:
    desk = await start_desk(sqlite_database, public_url="https://desk.example")
    assert cookie_of(await desk.browser().sign_in("dana"))["gene_guide_console"]["secure"]
    await desk.close()


async def test_the_record_keeps_hashes_and_no_token(desk: Desk) -> None:
    browser = await desk.sign_in("dana")
    rows = await desk.database.read(
        lambda connection: [tuple(row) for row in connection.execute(sa.select(coach_sessions))]
    )
    kept = repr(rows)
    assert len(rows) == 1
    assert browser.cookie not in kept
    assert browser.csrf_token not in kept


async def test_each_sign_in_makes_a_new_token_and_ends_the_one_before(desk: Desk) -> None:
    browser = await desk.sign_in("dana")
    first = browser.cookie
    await browser.sign_in("dana")
    assert browser.cookie != first
    stale = await desk.browser().call("GET", "session", headers={"Cookie": f"gene_guide_console={first}"})
    assert stale.code == "SIGN_IN_REQUIRED"
    assert (await browser.call("GET", "session")).body["coach"]["on_duty"] is True


async def test_a_token_that_somebody_planted_is_not_taken_over(desk: Desk) -> None:
    planted = "planted-token-planted-token-planted-token-x"
    victim = desk.browser()
    answer = await victim.call(
        "POST",
        "session",
        {"username": "dana", "password": PASSWORD},
        headers={"Cookie": f"gene_guide_console={planted}"},
    )
    assert answer.status == 200
    assert cookie_of(answer)["gene_guide_console"].value != planted
    attacker = await desk.browser().call("GET", "session", headers={"Cookie": f"gene_guide_console={planted}"})
    assert attacker.code == "SIGN_IN_REQUIRED"


async def test_another_coach_who_signs_in_in_the_same_browser_ends_the_session_before(desk: Desk) -> None:
    browser = await desk.sign_in("dana")
    waiting = await browser.claim(await desk.ask())
    await browser.sign_in("luis")
    assert await desk.holder(waiting.id) == ("waiting", None)
    assert await desk.coaches.list_on_duty() == ()


async def test_a_password_kept_with_older_parameters_is_hashed_anew(desk: Desk) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    await desk.coaches.set_password(desk.people["dana"].id, old)
    await desk.sign_in("dana", on_duty=False)
    known = await desk.coaches.find_by_username("dana")
    assert isinstance(known, CoachCredentials)
    assert known.password_hash != old
    assert "t=1" in known.password_hash
    await desk.sign_in("dana", on_duty=False)


async def test_a_hash_that_is_none_opens_nothing(desk: Desk) -> None:
    await desk.coaches.set_password(desk.people["dana"].id, "no-hash")
    assert (await desk.browser().sign_in("dana", "no-hash")).code == "SIGN_IN_REFUSED"


async def test_five_wrong_tries_close_the_name_for_a_quarter_of_an_hour(sqlite_database: Database) -> None:
    desk = await start_desk(sqlite_database, trusted_proxies=1)
    for number in range(5):
        address = {"X-Forwarded-For": f"192.0.2.{number}"}
        body = {"username": "dana", "password": "wrong"}
        assert (await desk.browser().call("POST", "session", body, headers=address)).status == 401
    right = {"username": "Dana ", "password": PASSWORD}
    refused = await desk.browser().call("POST", "session", right, headers={"X-Forwarded-For": "192.0.2.99"})
    assert (refused.status, refused.code) == (429, "RATE_LIMITED")
    assert refused.headers["Retry-After"] == "900"
    assert (await desk.browser().sign_in("luis")).status == 200
    desk.clock.pass_time(seconds=899)
    assert (await desk.browser().sign_in("dana")).status == 429
    desk.clock.pass_time(seconds=1)
    assert (await desk.browser().sign_in("dana")).status == 200
    await desk.close()


async def test_five_wrong_tries_close_the_address_for_every_name(desk: Desk) -> None:
    for username in ("a", "b", "c", "d", "e"):
        assert (await desk.browser().sign_in(username, "wrong")).status == 401
    assert (await desk.browser().sign_in("dana")).status == 429
    desk.clock.pass_time(minutes=15)
    assert (await desk.browser().sign_in("dana")).status == 200


async def test_right_tries_do_not_count(desk: Desk) -> None:
    for _ in range(12):
        assert (await desk.browser().sign_in("dana")).status == 200


async def test_a_hundred_tries_at_once_are_five(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.browser().sign_in("dana", f"guess-{number}") for number in range(100)))
    statuses = [answer.status for answer in answers]
    assert statuses.count(401) == 5
    assert statuses.count(429) == 95


async def test_a_sign_in_from_another_site_is_refused(desk: Desk) -> None:
    body = {"username": "dana", "password": PASSWORD}
    answer = await desk.browser().call("POST", "session", body, headers={"Origin": "https://evil.example"})
    assert (answer.status, answer.code) == (403, "ORIGIN_NOT_ALLOWED")
    assert "Set-Cookie" not in answer.headers


async def test_signing_out_takes_the_cookie_and_gives_back_what_was_held(desk: Desk) -> None:
    browser = await desk.sign_in("dana")
    waiting = await browser.claim(await desk.ask())
    token = browser.cookie
    answer = await browser.call("DELETE", "session")
    assert answer.status == 204
    assert browser.cookie == ""
    assert await desk.holder(waiting.id) == ("waiting", None)
    assert await desk.coaches.list_on_duty() == ()
    again = await desk.browser().call("GET", "session", headers={"Cookie": f"gene_guide_console={token}"})
    assert again.code == "SIGN_IN_REQUIRED"


async def test_signing_out_in_one_browser_leaves_the_other_alone(desk: Desk) -> None:
    first, second = await desk.sign_in("dana"), await desk.sign_in("dana")
    waiting = await first.claim(await desk.ask())
    assert (await first.call("DELETE", "session")).status == 204
    assert await desk.holder(waiting.id) == ("coach", "Dana R., RN")
    assert (await second.write(waiting, "Still here.")).status == 200


async def test_a_laptop_that_was_shut_keeps_nobody_at_the_sign_out(desk: Desk) -> None:
    shut, open_one = await desk.sign_in("dana"), await desk.sign_in("dana")
    waiting = await open_one.claim(await desk.ask())
    desk.clock.pass_time(seconds=61)
    assert (await open_one.call("POST", "heartbeat", {"active": True})).status == 200
    assert (await open_one.call("DELETE", "session")).status == 204
    assert await desk.holder(waiting.id) == ("waiting", None)
    assert not (await desk.coaches.get(desk.people["dana"].id)).is_on_duty
    assert (await shut.call("GET", "session")).status == 200


@pytest.mark.parametrize(("demo", "status"), [(True, 200), (False, 401)])
async def test_the_demos_password_opens_nothing_outside_the_demo(database: Database, demo: bool, status: int) -> None:
    desk = await start_desk(database, demo=demo)
    try:
        demo_hash = PasswordHasher().hash(DEMO_PASSWORD)
        await desk.coaches.set_password(desk.people["dana"].id, demo_hash)
        assert (await desk.browser().sign_in("dana", DEMO_PASSWORD)).status == status
    finally:
        await desk.close()
