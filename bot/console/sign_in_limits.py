"""How often may somebody try to sign in? Five wrong tries in 15 minutes, for each name and for each address."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

from bot.http.rate_limit import MAX_CLIENTS, RateLimited

WRONG_TRIES = 5
WINDOW_S = 15 * 60


class SignInLimits:
    """Counts tries in memory; `clock` gives monotonic seconds.

    A try counts from its beginning, because checking takes a while and many may come at once; a right one is taken
    back.
    """

    def __init__(self, clock: Callable[[], float], max_keys: int = MAX_CLIENTS) -> None:
        self._clock = clock
        self._max_keys = max_keys
        self._tries: OrderedDict[str, list[float]] = OrderedDict()

    def begin(self, username: str, address: str) -> None:
        """Counts one more try. Raises RateLimited, and counts nothing then."""
        now = self._clock()
        keys = _keys(username, address)
        lasting = {key: [at for at in self._tries.get(key, ()) if now - at < WINDOW_S] for key in keys}
        waits = [tries[-WRONG_TRIES] + WINDOW_S - now for tries in lasting.values() if len(tries) >= WRONG_TRIES]
        if waits:
            raise RateLimited(max(1, math.ceil(max(waits))))
        for key, tries in lasting.items():
            self._tries.pop(key, None)
            self._tries[key] = [*tries, now]
        while len(self._tries) > self._max_keys:
            self._tries.popitem(last=False)

    def succeed(self, username: str, address: str) -> None:
        """The last try was right: the name begins anew, the address has one try less on its account."""
        self.take_back(username, address)
        self._tries.pop(_keys(username, address)[0], None)

    def take_back(self, username: str, address: str) -> None:
        """The last try was none: nobody said whether it was right."""
        for key in _keys(username, address):
            remaining = self._tries.pop(key, [])[:-1]
            if remaining:
                self._tries[key] = remaining

    def __len__(self) -> int:
        """How many names and addresses are remembered."""
        return len(self._tries)


def _keys(username: str, address: str) -> tuple[str, str]:
    return f"name:{username}", f"address:{address}"
