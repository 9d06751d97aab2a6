"""A password is checked once and off the event loop, whether or not the coach is known; a flood is turned away."""

from __future__ import annotations

import asyncio
import threading

import pytest
from argon2 import PasswordHasher

from bot.console.passwords import Passwords
from bot.http.rate_limit import RateLimited


class WatchedHasher(PasswordHasher):
    """A cheap hasher that remembers what it verified, and where."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified: list[str | bytes] = []
        self.threads: set[threading.Thread] = set()
        self.running = 0
        self.most_running = 0
        self.go_on = threading.Event()
        self.go_on.set()

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        self.verified.append(hash)
        self.threads.add(threading.current_thread())
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        self.go_on.wait(10)
        try:
            return super().verify(hash, password)
        finally:
            self.running -= 1


async def test_an_unknown_coach_costs_what_a_known_one_costs() -> None:
    hasher = WatchedHasher()
    passwords = Passwords(hasher)
    kept = passwords.hash("right")
    assert (await passwords.check("right", kept)).is_right
    assert not (await passwords.check("wrong", kept)).is_right
    assert not (await passwords.check("right", None)).is_right
    assert len(hasher.verified) == 3
    costs = {str(each).split("$")[3] for each in hasher.verified}
    assert costs == {"m=8,t=1,p=1"}
    assert threading.main_thread() not in hasher.threads


async def test_nobody_knows_the_password_of_nobody() -> None:
    hasher = WatchedHasher()
    passwords = Passwords(hasher)
    assert not (await passwords.check("", None)).is_right
    assert Passwords(hasher)._nobody != passwords._nobody


async def test_a_flood_takes_two_threads_and_is_turned_away() -> None:
    hasher = WatchedHasher()
    passwords = Passwords(hasher)
    hasher.go_on.clear()
    checks = [asyncio.create_task(passwords.check("x", None)) for _ in range(100)]
    await asyncio.sleep(0.2)
    refused = [check for check in checks if check.done()]
    assert len(refused) == 68
    assert all(isinstance(check.exception(), RateLimited) for check in refused)
    hasher.go_on.set()
    verdicts = await asyncio.gather(*(check for check in checks if check not in refused))
    assert not any(verdict.is_right for verdict in verdicts)
    assert hasher.most_running == 2
    with pytest.raises(RateLimited):
        await refused[0]


def test_the_products_hashes_are_argon2id_with_the_librarys_parameters() -> None:
    parameters = Passwords().hash("a password").split("$")
    assert parameters[1] == "argon2id"
    assert (
        parameters[3]
        == f"m={PasswordHasher().memory_cost},t={PasswordHasher().time_cost},p={PasswordHasher().parallelism}"
    )
