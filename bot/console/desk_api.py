"""What is on the desk? The queue, the coaches on duty, and the promised calls."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.console.door import SIGNED
from bot.console.requests import FinishCallback, TakeCallback
from bot.console.views import view_callback, view_coach, view_queue_item
from bot.conversations.callbacks import CallbackService
from bot.conversations.coach_service import CoachService
from bot.conversations.handoff import CallbackNotFound
from bot.conversations.handoff_service import HandoffService
from bot.http.operations import MAX_SEQ
from bot.http.problems import refuse_field
from bot.http.reading import read_body, read_seq


class DeskApi:
    """The handlers, named as the operations are."""

    def __init__(self, handoffs: HandoffService, callbacks: CallbackService, coaches: CoachService) -> None:
        self._handoffs = handoffs
        self._callbacks = callbacks
        self._coaches = coaches

    async def show_queue(self, request: web.Request) -> web.Response:
        """Who waits, who is with whom, who is on duty, and how many calls were promised."""
        items, on_duty, callbacks = await asyncio.gather(
            self._handoffs.list_queue(), self._coaches.list_on_duty(), self._callbacks.list_callbacks()
        )
        return web.json_response(
            {
                "items": [view_queue_item(item) for item in items],
                "on_duty": [view_coach(coach.ref) for coach in on_duty],
                "callbacks_open": sum(callback.status == "open" for callback in callbacks),
            }
        )

    async def list_coaches(self, request: web.Request) -> web.Response:
        """The coaches on duty."""
        return web.json_response({"coaches": [view_coach(coach.ref) for coach in await self._coaches.list_on_duty()]})

    async def list_callbacks(self, request: web.Request) -> web.Response:
        """The promised calls."""
        done = read_seq(request, "done") or 0
        if done > 1:
            raise refuse_field("done", "OUT_OF_RANGE")
        callbacks = await self._callbacks.list_callbacks(include_done=bool(done))
        return web.json_response({"callbacks": [view_callback(callback) for callback in callbacks]})

    async def take_callback(self, request: web.Request) -> web.Response:
        """This coach is going to call."""
        body = await read_body(request, TakeCallback)
        callback = await self._callbacks.take_callback(_callback_id(request), request[SIGNED].coach.id, body.version)
        return web.json_response({"callback": view_callback(callback)})

    async def finish_callback(self, request: web.Request) -> web.Response:
        """How the call went."""
        body = await read_body(request, FinishCallback)
        callback = await self._callbacks.finish_callback(
            _callback_id(request), request[SIGNED].coach.id, body.version, reached=body.reached, note=body.note
        )
        return web.json_response({"callback": view_callback(callback)})


def _callback_id(request: web.Request) -> int:
    """The call-back's number in the address. Raises CallbackNotFound for what cannot be one."""
    text = request.match_info["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MAX_SEQ):
        raise CallbackNotFound
    return int(text)
