"""Is this the coach's password? Argon2id, off the event loop, in the same time whether or not the name is known."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.http.rate_limit import RateLimited

# Each check takes 64 MiB and about 50 ms of a core: a flood of sign-ins must not take the machine from the members.
_AT_ONCE = 2
_MOST_WAITING = 32
_BUSY_RETRY_AFTER_S = 5


@dataclass(frozen=True)
class Verdict:
    """Whether the password is right, and a new hash when the kept one was made with older parameters."""

    is_right: bool
    new_hash: str | None = None


class Passwords:
    """Makes and checks password hashes; `hasher` decides algorithm and cost."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # Checked where no coach has the name, so that the answer's time does not tell which names there are.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(32))
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    def hash(self, password: str) -> str:
        """The hash to keep, with its parameters and a random salt in it."""
        return self._hasher.hash(password)

    async def check(self, password: str, password_hash: str | None) -> Verdict:
        """Holds the password against the hash; None, an unknown coach, is never right.

        Raises RateLimited when too many wait already.
        """
        if self._waiting >= _MOST_WAITING:
            raise RateLimited(_BUSY_RETRY_AFTER_S)
        self._waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(self._check, password, password_hash)
        finally:
            self._waiting -= 1

    def _check(self, password: str, password_hash: str | None) -> Verdict:
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return Verdict(False)
        if password_hash is None:
            return Verdict(False)
        return Verdict(True, self.hash(password) if self._hasher.check_needs_rehash(password_hash) else None)
