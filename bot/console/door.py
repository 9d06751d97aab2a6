"""May this request come in? Rate, origin, session and CSRF token, checked before a handler sees anything."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from aiohttp import web

from bot.console.sessions import Sessions, Signed, check_csrf
from bot.http.operations import Operation
from bot.http.rate_limit import Limit, RateLimiter
from bot.http.reading import read_client

SIGNED = web.RequestKey("signed", Signed)

SESSION = "session"
CSRF = "csrf"

# What the page sends without anybody's doing; reading is such as well. Everything else keeps the session open.
_BY_ITSELF = ("give_heartbeat", "sign_out")


class OriginNotAllowed(Exception):
    """A page of another site sent this."""

    code = "ORIGIN_NOT_ALLOWED"


class Door:
    """Lets requests in, or refuses them. `public_url` is where coaches reach us if the Host header does not say it."""

    def __init__(self, sessions: Sessions, requests: Limit, trusted_proxies: int, public_url: str) -> None:
        self._sessions = sessions
        self._requests = RateLimiter(requests, time.monotonic)
        self._trusted_proxies = trusted_proxies
        self._public_host = urlsplit(public_url).netloc.lower()

    async def let_in(self, request: web.Request, operation: Operation) -> None:
        """Everything that is asked before the handler runs; afterwards the request knows who is signed in.

        Raises RateLimited, OriginNotAllowed, SignInRequired, CsrfInvalid.
        """
        self._requests.check(self.client_of(request))
        self._check_origin(request)
        if SESSION in operation.security:
            request[SIGNED] = signed = await self._sessions.access(request)
            if CSRF in operation.security:
                check_csrf(request, signed)
            if operation.method != "GET" and operation.id not in _BY_ITSELF:
                await self._sessions.touch(signed)

    def client_of(self, request: web.Request) -> str:
        """The address that limits are counted for."""
        return read_client(request, self._trusted_proxies)

    def _check_origin(self, request: web.Request) -> None:
        """A browser says which page sends a request that changes something or opens a socket; it must be ours."""
        origin = request.headers.get("Origin")
        if origin is None:
            return
        asking = urlsplit(origin)
        ours = {host for host in (request.host.lower(), self._public_host) if host}
        if asking.scheme not in ("http", "https") or asking.netloc.lower() not in ours:
            raise OriginNotAllowed
