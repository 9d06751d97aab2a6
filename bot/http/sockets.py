"""How do open sockets end when the process stops? All at once: one that does not answer holds up no other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import WSCloseCode, web

# Of all sockets together, when the process stops.
_LAST_GOODBYE_S = 0.5


async def leave(sockets: Iterable[web.WebSocketResponse]) -> None:
    """Closes every socket as going away, and waits no longer than half a second for whoever says nothing back."""
    leaving = [asyncio.create_task(socket.close(code=WSCloseCode.GOING_AWAY)) for socket in tuple(sockets)]
    if not leaving:
        return
    _, late = await asyncio.wait(leaving, timeout=_LAST_GOODBYE_S)
    for goodbye in late:
        goodbye.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)
