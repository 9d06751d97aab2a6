"""How does an operator add coaches, and who are the demo's? Synchronous, for the command line and the start."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from bot.console.passwords import Passwords
from bot.conversations.coach_service import CoachService
from bot.conversations.coach_store import CoachStore
from bot.conversations.handoff import Coach, Role
from bot.conversations.ids import RandomIds
from bot.conversations.live import LiveHub
from bot.database import Database
from bot.failures import OperatorError

T = TypeVar("T")
Clock = Callable[[], datetime]

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
LONGEST_NAME = 80
_USERNAME = re.compile(r"[a-z0-9._-]{3,32}")

# Known to everybody who reads the docs: demo mode alone makes these coaches, and it listens on loopback only.
DEMO_PASSWORD = "gene-guide-demo"  # noqa: S105


def is_username(value: str) -> bool:
    """True for what could be a coach's user name at all; anything else never reaches the database."""
    return _USERNAME.fullmatch(value) is not None


class AccountError(OperatorError):
    """The account cannot be made or changed; the message is one sentence for the operator, without the password."""


@dataclass(frozen=True)
class DemoCoach:
    """A fictional coach."""

    username: str
    name: str
    role: Role


def demo_coaches() -> tuple[DemoCoach, ...]:
    """Two coaches and a supervisor; their password is `DEMO_PASSWORD`."""
    return (
        DemoCoach("dana", "Dana R., RN", Role.COACH),
        DemoCoach("luis", "Luis M., RN", Role.COACH),
        DemoCoach("maria", "Maria S., RN", Role.SUPERVISOR),
    )


def add_demo_coaches(database: Database, clock: Clock) -> int:
    """Adds those of the demo's coaches who are missing; says how many."""
    known = {coach.username for coach in list_coaches(database, clock)}
    missing = [coach for coach in demo_coaches() if coach.username not in known]
    for coach in missing:
        _add(database, clock, coach.username, coach.name, coach.role, Passwords().hash(DEMO_PASSWORD))
    return len(missing)


def add_coach(database: Database, clock: Clock, username: str, name: str, role: Role, password: str) -> Coach:
    """Adds a coach; `name` is what members read. Raises AccountError, StoreUnavailable."""
    if not is_username(username):
        raise AccountError("A user name has 3 to 32 of these characters: a-z 0-9 . _ -")
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise AccountError(f"A coach needs a name of up to {LONGEST_NAME} characters, as members are to read it.")
    return _add(database, clock, username, name.strip(), role, _hash(password))


def _add(database: Database, clock: Clock, username: str, name: str, role: Role, password_hash: str) -> Coach:
    service = _service(database, clock)
    coach = _run(service.add_coach(username=username, name=name, role=role, password_hash=password_hash))
    if coach is None:
        raise AccountError(f"There is a coach called {username} already.")
    return coach


def set_password(database: Database, clock: Clock, username: str, password: str) -> None:
    """Gives a coach a new password, and ends every session of theirs. Raises AccountError, StoreUnavailable."""
    coach, service = _get(database, clock, username), _service(database, clock)
    _run(service.set_password(coach.id, _hash(password)))
    _run(service.end_sessions(coach.id))


def disable(database: Database, clock: Clock, username: str) -> None:
    """The coach can sign in no more, and whoever is signed in as them is signed out. Raises AccountError."""
    coach, service = _get(database, clock, username), _service(database, clock)
    _run(service.disable(coach.id))
    _run(service.end_sessions(coach.id))


def enable(database: Database, clock: Clock, username: str) -> None:
    """The coach can sign in again. Raises AccountError."""
    coach, service = _get(database, clock, username), _service(database, clock)
    _run(service.enable(coach.id))


def list_coaches(database: Database, clock: Clock) -> tuple[Coach, ...]:
    """Every coach, disabled ones too."""
    return _run(_service(database, clock).list_coaches())


def _get(database: Database, clock: Clock, username: str) -> Coach:
    found = next((coach for coach in list_coaches(database, clock) if coach.username == username), None)
    if found is None:
        raise AccountError(f"There is no coach called {username}.")
    return found


def _hash(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    if password == DEMO_PASSWORD:
        raise AccountError("The demo's password stands in the documents and opens nothing here: choose another.")
    return Passwords().hash(password)


def _service(database: Database, clock: Clock) -> CoachService:
    # Nobody listens in this process: the consoles see the change when they read the next time.
    return CoachService(CoachStore(database), clock, RandomIds(), LiveHub())


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)
