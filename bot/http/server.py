"""How does an application listen, and how does it stop without losing what is under way?

Stopping has three steps, so that a caller can do something in between: nothing new comes in and what is under way
comes to its end (`drain`), open sockets get their goodbye and the rest is closed (`close`).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from aiohttp import web

log = structlog.get_logger()

# Longer than the 60 s for which proxies keep a connection open; it also ends one whose request never comes to an end.
IDLE_S = 75.0
# More than there are members who come back at one moment after a restart.
_BACKLOG = 1024
_SEND_BUFFER_BYTES = 128 * 1024
# Of a body that was refused the rest is read for so long, so that the client gets to read why.
_LINGERING_S = 3.0
# What is still under way after the drain is not going to end.
_CUT_OFF_S = 0.3

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Lets something come to its end and begins nothing new, for so many seconds.
Finish = Callable[[float], Awaitable[None]]

_FINISH = web.AppKey("finish", list[Finish])


def finish_before_end(app: web.Application, finish: Finish) -> None:
    """When the application's server stops, this comes to its end beside the requests, before anything is closed."""
    app.setdefault(_FINISH, []).append(finish)


class Server:
    """One application on one listening socket."""

    def __init__(self, app: web.Application, listener: socket.socket) -> None:
        self._app = app
        # Every connection inherits it. By itself the kernel keeps some megabytes for a client that does not read.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        self._listener = listener
        self._requests = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._is_stopping = False
        app.middlewares.insert(0, self._count)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            keepalive_timeout=IDLE_S,
            lingering_time=_LINGERING_S,
            shutdown_timeout=_CUT_OFF_S,
        )
        self._site: web.SockSite | None = None

    async def start(self) -> None:
        """Begins to listen."""
        await self._runner.setup()
        self._site = web.SockSite(self._runner, self._listener, backlog=_BACKLOG)
        await self._site.start()

    async def drain(self, timeout_s: float) -> None:
        """Takes no new connection, and lets what is under way come to its end, for so long."""
        self._is_stopping = True
        if self._site is not None:
            await self._site.stop()
        finishing = (finish(timeout_s) for finish in self._app.get(_FINISH, ()))
        ended = await asyncio.gather(self._finish_requests(timeout_s), *finishing, return_exceptions=True)
        failures = [type(error).__name__ for error in ended if isinstance(error, BaseException)]
        if failures or self._requests:
            log.warning("server.not_drained", requests=self._requests, failures=failures)

    async def close(self) -> None:
        """Ends everything that is still open; what stopped before changes nothing."""
        if self._runner.server is not None:
            # Before the connections are closed: a socket whose connection reads no more hears no goodbye.
            await self._app.shutdown()
        await self._runner.cleanup()

    async def _finish_requests(self, timeout_s: float) -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._idle.wait(), timeout_s)

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            # It stays open for hours; what is under way on it comes to its end by itself.
            return await handler(request)
        self._requests += 1
        self._idle.clear()
        try:
            response = await handler(request)
            if self._is_stopping and not response.prepared:
                response.force_close()
            return response
        finally:
            self._requests -= 1
            if not self._requests:
                self._idle.set()
