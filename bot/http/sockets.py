"""How is a frame refused over a socket, and how do open sockets end when the process stops?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import WSCloseCode, web

from bot.http.problems import ProblemDocument
from bot.http.views import JsonObject

# Of all sockets together, when the process stops.
_LAST_GOODBYE_S = 0.5


_OF_DOCUMENT = ("status", "code", "errors", "safety")


def refusal_frame(problem: ProblemDocument) -> JsonObject:
    """The error frame that says what the document says; `retry_after_s` is in whole seconds, where it names a time."""
    body = problem.body()
    frame: JsonObject = {"type": "error", **{name: body[name] for name in _OF_DOCUMENT if name in body}}
    retry_after = problem.headers.get("Retry-After", "")
    if retry_after.isdigit():
        frame["retry_after_s"] = int(retry_after)
    return frame


async def leave(sockets: Iterable[web.WebSocketResponse]) -> None:
    """Closes all sockets at once as going away, and waits half a second at most for whoever says nothing back."""
    leaving = [asyncio.create_task(socket.close(code=WSCloseCode.GOING_AWAY)) for socket in tuple(sockets)]
    if not leaving:
        return
    _, late = await asyncio.wait(leaving, timeout=_LAST_GOODBYE_S)
    for goodbye in late:
        goodbye.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)
