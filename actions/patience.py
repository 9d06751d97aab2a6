"""How long does an action wait for a look-up that leaves the process?

All actions of one turn have 2.5 s together (bot/engine/actions_endpoint.py), however many questions a message asks: of
them the look-ups may take `TURN_BUDGET_S`, and one that comes after that is late at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

# Whose rules count: a member who has proven it is not answered by another plan's.
PLAN_BUDGET_S = 0.7
# What the member asked for; after this it is looked up behind the turn.
RECORD_BUDGET_S = 0.9
# One question looks at most twice for the plan of a verified member, by a form and by the answer, and once for itself.
TURN_BUDGET_S = 2 * PLAN_BUDGET_S + RECORD_BUDGET_S
# The next message of a member begins anew.
_TURN_S = 2.5

_running: set[asyncio.Future[Any]] = set()


class LookUpIsLate(Exception):
    """The source did not answer within the budget."""

    code = "LOOK_UP_LATE"


@dataclass
class _Waited:
    since: float
    seconds: float = 0.0


_waited: dict[str, _Waited] = {}


async def within(budget_s: float, look_up: Coroutine[Any, Any, T], *, conversation_id: str) -> T:
    """What the look-up gives within the budget and what the turn has left. Raises LookUpIsLate, and what it raises.

    A late look-up still comes to its end, because a look at a record must be audited; its result goes nowhere.
    """
    task = asyncio.ensure_future(look_up)
    waited = _find_waited(conversation_id)
    began = time.monotonic()
    done, _ = await asyncio.wait({task}, timeout=max(0.0, min(budget_s, TURN_BUDGET_S - waited.seconds)))
    waited.seconds += time.monotonic() - began
    if done:
        return task.result()
    # Kept until it ends: the event loop alone holds a task only weakly.
    _running.add(task)
    task.add_done_callback(_end)
    raise LookUpIsLate


def _find_waited(conversation_id: str) -> _Waited:
    now = time.monotonic()
    for each in [each for each, waited in _waited.items() if now - waited.since > _TURN_S]:
        del _waited[each]
    return _waited.setdefault(conversation_id, _Waited(now))


def _end(task: asyncio.Future[Any]) -> None:
    _running.discard(task)
    if not task.cancelled():
        # Nobody waits for it any more; unread, it would be reported as forgotten.
        task.exception()
