"""How does the engine reach the actions? One private route, with a shared secret, that always gets a reply."""

from __future__ import annotations

import hmac
import time
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionNotFoundException, Tracker

from actions.phrases import RESPONSES_DIR, Phrases
from actions.registry import build_actions
from actions.services import ActionServices
from actions.topic_action import TurnAction
from bot.metrics import ACTION, count_action_failure
from bot.request_ids import HEADER, read_request_id, request_id_bound

log = structlog.get_logger()

ROUTE = "/webhook"
# The engine sends its whole tracker with every call; a long conversation is some hundred kilobytes.
MAX_CALL_BYTES = 4 * 1024 * 1024
_FRAMES = 6

Run = Callable[[CollectingDispatcher, Tracker, dict[str, Any]], Awaitable[list[EventType]]]


def build_executor(services: ActionServices, responses_dir: Path = RESPONSES_DIR) -> ActionExecutor:
    """rasa-sdk's executor with every action of ours, each of which answers even when it fails."""
    executor = ActionExecutor()
    for action in build_actions(services, Phrases.load(responses_dir)):
        executor.register_function(action.name(), _guard(action))
    return executor


def create_actions_app(executor: ActionExecutor, secret: str) -> web.Application:
    """The private web application; a call without the secret gets 401, one for no action of ours 404.

    Raises ValueError for an empty secret, which would let anyone in.
    """
    if not secret:
        raise ValueError("the actions need a secret")

    async def run_action(request: web.Request) -> web.Response:
        if not _is_authorised(request, secret):
            return _refuse(401, "ACTIONS_UNAUTHORISED")
        try:
            call = await request.json()
        except ValueError:
            return _refuse(400, "ACTION_CALL_MALFORMED")
        if not isinstance(call, dict) or not isinstance(call.get("tracker"), dict):
            return _refuse(400, "ACTION_CALL_MALFORMED")
        # No action of ours reads the domain, so the engine may leave it out; the executor insists on the key.
        call["domain"] = {}
        try:
            # The id of the member's request, so that its lines here are found, too.
            with request_id_bound(read_request_id(request.headers.get(HEADER))):
                result = await executor.run(call)
        except ActionNotFoundException:
            return _refuse(404, "ACTION_NOT_FOUND")
        if result is None:
            return _refuse(400, "ACTION_CALL_MALFORMED")
        return web.json_response(result.model_dump())

    app = web.Application(client_max_size=MAX_CALL_BYTES)
    app.router.add_post(ROUTE, run_action)
    return app


def _guard(action: TurnAction) -> Run:
    """The action; whatever it raises ends as a reply, because the member is waiting for one."""

    async def run(dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        started = time.monotonic()
        failed = False
        try:
            return await action.run(dispatcher, tracker, domain)
        except Exception as error:
            failed = True
            # The class and code of the error, not its text: that may quote what the member wrote.
            log.error(
                "action.failed",
                action=action.name(),
                conversation_id=tracker.sender_id,
                error=type(error).__name__,
                code=_code(error),
                where=_places_of(error),
            )
            count_action_failure(action.name(), _code(error))
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_failure_action", reply={"outcome": "failure"})
            return [*_ask_again(action, tracker), *action.events_after_failure()]
        finally:
            seconds = time.monotonic() - started
            ACTION.labels(action.name()).observe(seconds)
            log.info(
                "action.done",
                action=action.name(),
                conversation_id=tracker.sender_id,
                failed=failed,
                ms=round(seconds * 1000),
            )

    return run


def _ask_again(action: TurnAction, tracker: Tracker) -> list[EventType]:
    """A form whose check failed repeats its question; without an event it would look for another answer."""
    asked = tracker.slots.get("requested_slot")
    return [SlotSet(asked, None)] if asked and action.name().startswith("validate_") else []


def _code(error: Exception) -> str:
    return str(getattr(error, "code", "ACTION_ERROR"))


def _places_of(error: Exception) -> list[str]:
    """Files and lines on the way to what raised it, that one last."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]


def _is_authorised(request: web.Request, secret: str) -> bool:
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {secret}".encode())


def _refuse(status: int, code: str) -> web.Response:
    return web.json_response({"code": code}, status=status)
