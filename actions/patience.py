"""How long does an action wait for a look-up that leaves the process?

All actions of one turn have 2.5 s together (bot/engine/actions_endpoint.py). A turn asks the source of the records at
most twice for the plan of a verified member, by a form and by the answer, and once for what the member asked: 2.3 s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

# Whose rules count: a member who has proven it is not answered by another plan's.
PLAN_BUDGET_S = 0.7
# What the member asked for; after this it is looked up behind the turn.
RECORD_BUDGET_S = 0.9

_running: set[asyncio.Future[Any]] = set()


class LookUpIsLate(Exception):
    """The source did not answer within the budget."""

    code = "LOOK_UP_LATE"


async def within(budget_s: float, look_up: Coroutine[Any, Any, T]) -> T:
    """What the look-up gives within the budget. Raises LookUpIsLate, and what the look-up raises until then.

    A late look-up still comes to its end, because a look at a record must be audited; its result goes nowhere.
    """
    task = asyncio.ensure_future(look_up)
    done, _ = await asyncio.wait({task}, timeout=budget_s)
    if done:
        return task.result()
    # Kept until it ends: the event loop alone holds a task only weakly.
    _running.add(task)
    task.add_done_callback(_end)
    raise LookUpIsLate


def _end(task: asyncio.Future[Any]) -> None:
    _running.discard(task)
    if not task.cancelled():
        # Nobody waits for it any more; unread, it would be reported as forgotten.
        task.exception()
