"""Who is signed in here? A cookie that only its hash is kept of, a CSRF token bound to it, and an end for both."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

import structlog
from aiohttp import web

from bot.conversations.coach_service import IDLE_AFTER, SESSION_LIFETIME, CoachService
from bot.conversations.handoff import Coach, CoachSession
from bot.conversations.handoff_service import HandoffService
from bot.conversations.ids import hash_token, opens

log = structlog.get_logger()

COOKIE = "gene_guide_console"
COOKIE_PATH = "/api/v1/console"
CSRF_HEADER = "X-CSRF-Token"


_TOUCHED_EVERY = timedelta(seconds=5)


class SignInRequired(Exception):
    """Nobody is signed in here, or no longer."""

    code = "SIGN_IN_REQUIRED"


class CsrfInvalid(Exception):
    """The request does not carry the token of its session: another site may have sent it."""

    code = "CSRF_INVALID"


@dataclass(frozen=True)
class Signed:
    """A signed-in console: its coach, and the cookie's token."""

    session: CoachSession
    token: str = field(repr=False)

    @property
    def coach(self) -> Coach:
        """Who is signed in."""
        return self.session.coach

    @property
    def key(self) -> str:
        """What the record knows the session by."""
        return hash_token(self.token)

    @property
    def csrf_token(self) -> str:
        """What every changing request must carry beside the cookie."""
        return csrf_token_of(self.token)


class Sessions:
    """Opens, reads and ends sessions; `is_secure` is whether coaches come over https."""

    def __init__(
        self, coaches: CoachService, handoffs: HandoffService, clock: Callable[[], datetime], *, is_secure: bool
    ) -> None:
        self._coaches = coaches
        self._handoffs = handoffs
        self._clock = clock
        self._is_secure = is_secure
        self._listeners: list[Callable[[str], None]] = []

    def on_end(self, listener: Callable[[str], None]) -> None:
        """`listener` is told the key of every session that ends here."""
        self._listeners.append(listener)

    async def open(self, coach: Coach, replaced: str) -> Signed:
        """A new session with a new token; the session of the token that the browser had before ends."""
        token = secrets.token_urlsafe(32)
        await self._coaches.open_session(coach.id, hash_token(token), hash_token(csrf_token_of(token)))
        before = await self._coaches.find_session(hash_token(replaced)) if replaced else None
        if before is not None:
            await self.end(Signed(before, replaced), cause="replaced")
        log.info("console.signed_in", coach_id=coach.id)
        return await self.find(token)

    async def find(self, token: str) -> Signed:
        """The session of this token. Raises SignInRequired."""
        if not token:
            raise SignInRequired
        session = await self._coaches.find_session(hash_token(token))
        if session is None:
            raise SignInRequired
        return Signed(session, token)

    async def access(self, request: web.Request) -> Signed:
        """The session of this request's cookie. Raises SignInRequired."""
        return await self.find(read_cookie(request))

    async def touch(self, signed: Signed) -> None:
        """A person did something; what was noted some seconds ago is not written again at every key."""
        if abs(self._clock() - signed.session.active_at) >= _TOUCHED_EVERY:
            await self._coaches.touch_session(signed.key)

    async def end(self, signed: Signed, *, cause: str = "asked") -> None:
        """Ends the session. Unless another console of its coach is alive, what they hold goes back to the queue.

        Sessions in which nobody does anything are ended by the sweep over the record.
        """
        off_duty = await self._coaches.end_session(signed.key, signed.coach.id)
        log.info("console.signed_out", coach_id=signed.coach.id, cause=cause, off_duty=off_duty)
        if off_duty:
            await self._handoffs.release_all(signed.coach.id)
        for listener in self._listeners:
            listener(signed.key)

    def seconds_left(self, signed: Signed) -> int:
        """How long the session lasts if nobody does anything."""
        ends = min(signed.session.active_at + IDLE_AFTER, signed.session.created_at + SESSION_LIFETIME)
        return max(0, int((ends - self._clock()).total_seconds()))

    def set_cookie(self, response: web.Response, signed: Signed) -> None:
        """Gives the token to the browser, for this API alone and out of reach of any script."""
        response.set_cookie(
            COOKIE, signed.token, path=COOKIE_PATH, httponly=True, samesite="Strict", secure=self._is_secure
        )

    def clear_cookie(self, response: web.Response) -> None:
        """Takes the token from the browser."""
        response.del_cookie(COOKIE, path=COOKIE_PATH, httponly=True, samesite="Strict", secure=self._is_secure)


def check_csrf(request: web.Request, signed: Signed) -> None:
    """The request was made by our page. Raises CsrfInvalid."""
    if not opens(request.headers.get(CSRF_HEADER, ""), signed.session.csrf_hash):
        raise CsrfInvalid


def read_cookie(request: web.Request) -> str:
    """The session's token, empty when there is none."""
    return request.cookies.get(COOKIE, "")


def csrf_token_of(token: str) -> str:
    """The CSRF token of a session: as hard to guess as the session's own, and the same in all its tabs."""
    mac = hmac.new(token.encode("utf-8", "replace"), b"csrf", sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
