"""How coaches are added, changed and disabled from the command line, with real argon2 hashes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bot.console import accounts
from bot.console.accounts import DEMO_PASSWORD, AccountError
from bot.console.passwords import Passwords
from bot.conversations.coach_service import CoachService
from bot.conversations.coach_store import CoachStore
from bot.conversations.handoff import Role
from bot.conversations.ids import RandomIds
from bot.conversations.live import LiveHub
from bot.database import Database
from tests.console.desk import Clock
from tests.databases import open_database

PASSWORD = "a-long-enough-password"


@pytest.fixture
def closed_loop(database_url: str) -> Iterator[Database]:
    """A database as the command line has it: without an event loop."""
    database = open_database(database_url)
    yield database
    database.engine.dispose()


def hash_of(database: Database, username: str) -> str | None:
    coaches = CoachService(CoachStore(database), Clock(), RandomIds(), LiveHub())
    known = asyncio.run(coaches.find_by_username(username))
    return known.password_hash if known else None


def fits(database: Database, username: str, password: str) -> bool:
    return asyncio.run(Passwords().check(password, hash_of(database, username))).is_right


def test_a_coach_is_added_with_an_argon2id_hash(closed_loop: Database) -> None:
    coach = accounts.add_coach(closed_loop, Clock(), "ana.b", "Ana B., RN", Role.COACH, PASSWORD)
    assert accounts.list_coaches(closed_loop, Clock()) == (coach,)
    assert (hash_of(closed_loop, "ana.b") or "").startswith("$argon2id$")
    assert fits(closed_loop, "ana.b", PASSWORD)
    assert not fits(closed_loop, "ana.b", PASSWORD + "x")


def test_a_name_is_taken_once(closed_loop: Database) -> None:
    accounts.add_coach(closed_loop, Clock(), "ana", "Ana B., RN", Role.COACH, PASSWORD)
    with pytest.raises(AccountError, match="already"):
        accounts.add_coach(closed_loop, Clock(), "ana", "Another", Role.SUPERVISOR, "another-password")
    assert fits(closed_loop, "ana", PASSWORD)


@pytest.mark.parametrize("username", ["", "ab", "Ana", "a" * 33, "ana b", "ana\n", "ána", "ana@b", "../ana"])
def test_a_user_name_has_a_plain_shape(closed_loop: Database, username: str) -> None:
    with pytest.raises(AccountError, match="user name"):
        accounts.add_coach(closed_loop, Clock(), username, "Ana", Role.COACH, PASSWORD)


@pytest.mark.parametrize("name", ["", "  ", "a" * 81, "Ana\nB", "Ana\x00"])
def test_a_name_is_what_members_can_read(closed_loop: Database, name: str) -> None:
    with pytest.raises(AccountError, match="name"):
        accounts.add_coach(closed_loop, Clock(), "ana", name, Role.COACH, PASSWORD)


@pytest.mark.parametrize("password", ["", "eleven-char", "x" * 201])
def test_a_password_has_12_to_200_characters_and_is_never_told(closed_loop: Database, password: str) -> None:
    with pytest.raises(AccountError, match="password") as refusal:
        accounts.add_coach(closed_loop, Clock(), "ana", "Ana", Role.COACH, password)
    assert not password or password not in str(refusal.value)
    assert accounts.list_coaches(closed_loop, Clock()) == ()


def test_a_new_password_replaces_the_old(closed_loop: Database) -> None:
    accounts.add_coach(closed_loop, Clock(), "ana", "Ana", Role.COACH, PASSWORD)
    accounts.set_password(closed_loop, Clock(), "ana", "another-password")
    assert fits(closed_loop, "ana", "another-password")
    assert not fits(closed_loop, "ana", PASSWORD)
    with pytest.raises(AccountError, match="no coach called bob"):
        accounts.set_password(closed_loop, Clock(), "bob", PASSWORD)


@pytest.mark.parametrize("change", ["password", "disable"])
def test_whoever_was_signed_in_is_signed_out(closed_loop: Database, change: str) -> None:
    coach = accounts.add_coach(closed_loop, Clock(), "ana", "Ana", Role.COACH, PASSWORD)
    coaches = CoachService(CoachStore(closed_loop), Clock(), RandomIds(), LiveHub())
    asyncio.run(coaches.open_session(coach.id, "token-hash", "csrf-hash"))
    asyncio.run(coaches.set_duty(coach.id, True))
    if change == "password":
        accounts.set_password(closed_loop, Clock(), "ana", "another-password")
    else:
        accounts.disable(closed_loop, Clock(), "ana")
    assert asyncio.run(coaches.find_session("token-hash")) is None
    assert asyncio.run(coaches.list_on_duty()) == ()


def test_a_disabled_coach_stays_on_the_list_and_signs_in_no_more(closed_loop: Database) -> None:
    accounts.add_coach(closed_loop, Clock(), "ana", "Ana", Role.COACH, PASSWORD)
    accounts.disable(closed_loop, Clock(), "ana")
    (coach,) = accounts.list_coaches(closed_loop, Clock())
    assert coach.disabled_at == Clock().now
    assert hash_of(closed_loop, "ana") is None


def test_the_demo_has_two_coaches_and_a_supervisor_and_adds_them_once(closed_loop: Database) -> None:
    assert accounts.add_demo_coaches(closed_loop, Clock()) == 3
    assert accounts.add_demo_coaches(closed_loop, Clock()) == 0
    roles = {coach.username: coach.role for coach in accounts.list_coaches(closed_loop, Clock())}
    assert roles == {"dana": Role.COACH, "luis": Role.COACH, "maria": Role.SUPERVISOR}
    assert fits(closed_loop, "luis", DEMO_PASSWORD)
