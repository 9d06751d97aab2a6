"""How are the custom actions called so that no failure of theirs ends in silence or in a hanging turn?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import structlog
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from structlog.contextvars import get_contextvars

from bot.engine.action_results import ResultCheck
from bot.engine.steps import note_failure

log = structlog.get_logger()

FAILURE_RESPONSE = "utter_failure_action"
REQUEST_ID_HEADER = "X-Request-Id"
# All action calls of one turn together; the gateway gives the whole turn 2.8 s.
TIMEOUT_S = 2.5
# A long answer with its cards and citations is some twenty kilobytes.
_LONGEST_RESULT = 1024 * 1024


class ActionFailed(Exception):
    """An action did not do its work; `code` says how it failed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ActionsConnection:
    """The connection to the actions' private route: one session, the secret, and the check of what comes back."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._session: aiohttp.ClientSession | None = None
        self._results = ResultCheck()

    async def call(self, body: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        """The checked result of one action. Raises ActionFailed, and ClientResponseError when it declined to run."""
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=False)
        try:
            async with self._session.post(
                self._url,
                json=body,
                headers=self._headers_of_call(),
                timeout=aiohttp.ClientTimeout(total=timeout_s),
                allow_redirects=False,
            ) as response:
                status, content = response.status, await _read(response)
        except asyncio.TimeoutError:
            raise ActionFailed("TIMEOUT") from None
        except aiohttp.ClientError:
            raise ActionFailed("UNREACHABLE") from None
        return self._checked(status, content)

    def _headers_of_call(self) -> dict[str, str]:
        request_id = get_contextvars().get("request_id")
        return {**self._headers, REQUEST_ID_HEADER: request_id} if request_id else self._headers

    async def close(self) -> None:
        """Closes the session."""
        if self._session is not None:
            await self._session.close()

    def _checked(self, status: int, content: bytes) -> dict[str, Any]:
        if status not in (200, 400):
            raise ActionFailed(f"STATUS_{status}")
        try:
            result = json.loads(content)
        except (ValueError, RecursionError):
            raise ActionFailed("NOT_JSON") from None
        if status == 400:
            if isinstance(result, dict) and isinstance(result.get("action_name"), str):
                # A form's way to say that another rule should answer; Rasa knows what to do with it.
                raise ClientResponseError(status, "", json.dumps({"action_name": result["action_name"]}))
            raise ActionFailed("STATUS_400")
        if not self._results.is_result(result) or not self._results.is_readable(result):
            raise ActionFailed("NOT_A_RESULT")
        return dict(result)


class TurnActions(EndpointConfig):
    """The actions as Rasa sees them during one turn.

    The first failure is answered with the plain reply `utter_failure_action`, `on_failure` hears of it, and no
    further action of this turn is called: what comes after a failed step would build on nothing.
    """

    def __init__(
        self,
        connection: ActionsConnection,
        on_failure: Callable[[ActionFailed], None],
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        super().__init__(url="private")
        self._connection = connection
        self._on_failure = on_failure
        self._deadline = asyncio.get_running_loop().time() + timeout_s
        self._failed = False

    async def request(self, *args: Any, json: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Runs the action that Rasa asks for. Raises ClientResponseError when the action declined to run."""
        action = str(json.get("next_action"))
        if self._failed:
            return _stop(json)
        try:
            remaining_s = self._deadline - asyncio.get_running_loop().time()
            if remaining_s <= 0:
                raise ActionFailed("TIMEOUT")
            # No action of ours asks for the domain, a few kilobytes that never change; the SDK insists on the key.
            return await self._connection.call({**json, "domain": {}}, remaining_s)
        except ActionFailed as failure:
            log.error("engine.action_failed", action=action, code=failure.code)
            note_failure(action, failure.code)
            self._failed = True
            self._on_failure(failure)
            return {**_stop(json), "responses": [{"response": FAILURE_RESPONSE}]}


async def _read(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > _LONGEST_RESULT:
            raise ActionFailed("TOO_LONG")
    return bytes(content)


def check_results_in_the_connection() -> None:
    """Switches off Rasa's own check of results, which compiles its schema on every call; ours has passed by then."""
    RemoteAction._validate_action_result = lambda self, result: True


def _stop(body: dict[str, Any]) -> dict[str, Any]:
    """A result that ends the turn: a form unsets what nobody checked and asks again, everything else listens."""
    action = str(body.get("next_action"))
    if action.startswith("validate_"):
        unchecked = _candidates((body.get("tracker") or {}).get("events") or [])
        return {"events": [{"event": "slot", "name": name, "value": None} for name in unchecked], "responses": []}
    if action == "action_validate_slot_mappings":
        return {"events": [], "responses": []}
    return {"events": [{"event": "followup", "name": "action_listen"}], "responses": []}


def _candidates(events: list[dict[str, Any]]) -> list[str]:
    """The slots that a form wants checked: Rasa puts them behind the form's name at the end of the events."""
    names: list[str] = []
    for event in reversed(events):
        if event.get("event") != "slot":
            break
        names.append(str(event.get("name")))
    return names
