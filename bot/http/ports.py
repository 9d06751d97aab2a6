"""Which port can a process of ours be told to listen on, so that it is still free when it does, and at its restart?"""

from __future__ import annotations

import random
import socket

from bot.failures import OperatorError

# Below what Linux, macOS and the registered range give to outgoing connections (32,768 and 49,152 upwards): a port
# from there may be the near end of somebody's connection by the time that it is needed, for as long as that lasts.
_CANDIDATES = range(15_000, 32_000)
_MOST_TRIES = 200


class NoPortFree(OperatorError):
    """So many ports are taken that none was found."""


def free_port() -> int:
    """A loopback port that nothing listens on now. Raises NoPortFree when a great many are taken."""
    for port in random.SystemRandom().sample(_CANDIDATES, _MOST_TRIES):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise NoPortFree(
        f"None of {_MOST_TRIES} ports tried between {_CANDIDATES.start} and {_CANDIDATES.stop} is free for the engine: "
        "stop what takes them."
    )
