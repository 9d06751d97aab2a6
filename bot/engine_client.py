"""How does the gateway reach the engine? The only way to it: one turn in, one answer out, within a time limit."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from pydantic import BaseModel, ConfigDict, ValidationError

_READINESS_TIMEOUT_S = 1.5
# Spaces and slashes of any kind at the beginning: Rasa takes "/name" as an intent that was understood for certain.
_COMMAND_MARKS = "/\u2044\u2215\uff0f \t\r\n\u00a0\u200b\u2060\ufeff"
_NOTHING_LEFT = "?"


class EngineUnavailable(Exception):
    """The engine gave no usable answer: it is down, starting, too slow, or refused; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class EngineButton(_Frozen):
    """A quick reply."""

    title: str
    value: str


class EngineAwaiting(_Frozen):
    """The field that a reply asks for."""

    field: str
    kind: str


class EngineReply(_Frozen):
    """One reply: the key of its response, its text, and everything of the envelope that came with it."""

    key: str
    text: str
    quick_replies: tuple[EngineButton, ...] = ()
    topic: str | None = None
    outcome: str | None = None
    citations: tuple[dict[str, str], ...] = ()
    cards: tuple[dict[str, Any], ...] = ()
    facts: tuple[str, ...] = ()
    awaiting: EngineAwaiting | None = None


class EngineUnderstood(_Frozen):
    """What the member's message was taken to mean."""

    topics: tuple[str, ...] = ()
    language: str = "und"
    entities: dict[str, tuple[str, ...]] = {}
    confidence: float = 0.0


class EngineTurn(_Frozen):
    """The engine's answer to one message."""

    turn_id: str
    replies: tuple[EngineReply, ...]
    understood: EngineUnderstood
    model_id: str | None = None


class EngineReadiness(_Frozen):
    """Whether the engine can take turns, and with which model."""

    ready: bool
    model_id: str | None = None


class EngineClient:
    """A connection pool to one engine; made inside a running event loop, closed by `close`."""

    def __init__(self, base_url: str, secret: str, timeout_s: float) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._http = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {secret}"},
            connector=aiohttp.TCPConnector(limit=0),
            timeout=self._timeout,
        )

    async def take_turn(
        self,
        *,
        turn_id: str,
        conversation_id: str,
        channel: str,
        text: str | None = None,
        choice: str | None = None,
        locale: str | None = None,
    ) -> EngineTurn:
        """One turn: `text` that a person typed, or the `choice` of a button. Raises EngineUnavailable.

        The same turn id again gives the recorded answer.
        """
        body = {
            "turn_id": turn_id,
            "conversation_id": conversation_id,
            "channel": channel,
            "text": None if text is None else disarm(text),
            "choice": choice,
            "locale": locale,
        }
        try:
            async with self._http.post(f"{self._base_url}/turns", json=body) as response:
                if response.status != 200:
                    raise EngineUnavailable(f"ENGINE_STATUS_{response.status}")
                return EngineTurn.model_validate_json(await response.read())
        except asyncio.TimeoutError:
            raise EngineUnavailable("ENGINE_TIMEOUT") from None
        except aiohttp.ClientError:
            raise EngineUnavailable("ENGINE_UNREACHABLE") from None
        except ValidationError:
            # `from None`: the validation error quotes the answer, and with it the member's words.
            raise EngineUnavailable("ENGINE_NONSENSE") from None

    async def is_ready(self) -> EngineReadiness:
        """Asks the engine; an engine that cannot be asked is not ready."""
        try:
            timeout = aiohttp.ClientTimeout(total=_READINESS_TIMEOUT_S)
            async with self._http.get(f"{self._base_url}/readyz", timeout=timeout) as response:
                body = await response.json()
                return EngineReadiness(ready=response.status == 200, model_id=body.get("model_id"))
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
            return EngineReadiness(ready=False)

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.close()


def disarm(text: str) -> str:
    """A person's words as the engine may read them: never empty, and never a command of Rasa's."""
    return text.lstrip(_COMMAND_MARKS) or _NOTHING_LEFT
