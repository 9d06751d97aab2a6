"""How does the gateway ask the engine for a turn? Its only way: one HTTP client, checked answers, one way to fail."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import aiohttp
from pydantic import TypeAdapter, ValidationError

from bot.metrics import record_action_failures, record_engine_steps
from bot.request_ids import HEADER, current_request_id

_NOTHING_TO_READ = "?"
_READINESS_TIMEOUT_S = 1.5


class EngineUnavailable(Exception):
    """The engine gave no usable answer: not reached, too slow, refused, or nonsense. `reason` says which."""

    code = "ENGINE_UNAVAILABLE"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class EngineQuickReply:
    """A button: what the member reads, and the opaque value that choosing it sends."""

    title: str
    value: str


@dataclass(frozen=True)
class EngineAwaiting:
    """What a reply asks for: a field of the contract, and the kind of answer that fits."""

    field: str
    kind: str


@dataclass(frozen=True)
class EngineLookUp:
    """What an action could not look up within the turn: what it is, the service day, and whom it is about."""

    kind: Literal["plan_record"]
    day: date
    for_whom: str | None = None


@dataclass(frozen=True)
class EngineReliance:
    """What a reply was made of, as `Reliance` (knowledge/reliance/model.py) keeps it."""

    template: str
    values: Mapping[str, str | dict[str, object]] = field(default_factory=dict)
    as_of: date | None = None
    wordings: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class EngineReply:
    """One message of the assistant, with the key of its response and what an action put beside the words."""

    key: str
    text: str
    quick_replies: tuple[EngineQuickReply, ...] = ()
    topic: str | None = None
    outcome: str | None = None
    citations: tuple[Mapping[str, str], ...] = ()
    cards: tuple[Mapping[str, object], ...] = ()
    facts: tuple[str, ...] = ()
    awaiting: EngineAwaiting | None = None
    look_up: EngineLookUp | None = None
    reliance: EngineReliance | None = None


@dataclass(frozen=True)
class EngineUnderstood:
    """What the message was taken to mean; topics in the order of the message, confidence from 0 to 1."""

    topics: tuple[str, ...] = ()
    language: str = "und"
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    confidence: float = 0.0


@dataclass(frozen=True)
class EngineTurn:
    """The engine's answer to one member message."""

    turn_id: str
    replies: tuple[EngineReply, ...]
    understood: EngineUnderstood
    model_id: str


@dataclass(frozen=True)
class EngineReadiness:
    """Whether the engine can take turns, and with which model; `model_id` is None while it is not reached.

    `reason` is a code for the operator, and None when it is ready: ENGINE_NOT_REACHED while nobody listens (it starts,
    or is started again), ENGINE_TOO_SLOW while it hangs, ENGINE_NONSENSE, or the code that the engine itself gives.
    """

    ready: bool
    model_id: str | None
    reason: str | None = None


@dataclass(frozen=True)
class _Readiness:
    """What the engine's `/readyz` says."""

    status: str
    model_id: str | None = None


class EngineClient:
    """Talks to one engine. Every call ends within `timeout_s`, and none is repeated: a turn's id makes that safe."""

    def __init__(self, base_url: str, secret: str, timeout_s: float = 2.8) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None
        self._turn = TypeAdapter(EngineTurn)
        self._readiness = TypeAdapter(_Readiness)
        self._answers = 0

    async def take_turn(
        self,
        *,
        turn_id: str,
        conversation_id: str,
        channel: str,
        text: str | None = None,
        choice: str | None = None,
        locale: str | None = None,
        unheard: Sequence[str] = (),
        within_s: float | None = None,
    ) -> EngineTurn:
        """One turn; `text` is what a member typed, `choice` the value of the quick reply they chose.

        `within_s` is what is left of the time that the member was promised, where that is less than `timeout_s`.
        `unheard` are turns whose answers never came through: if the dialogue ended with one of them, it is taken back
        first, so that the member goes on from what they have read.
        The conversation's last turn_id again gets its first answer again, and nothing is done twice.
        Raises EngineUnavailable.
        """
        body: dict[str, object] = {"turn_id": turn_id, "conversation_id": conversation_id, "channel": channel}
        body |= {"text": readable_text(text) if text is not None else None, "choice": choice}
        body |= {"locale": locale, "unheard": list(unheard) or None}
        content = await self._request(
            "POST", "/turns", {key: value for key, value in body.items() if value is not None}, within_s
        )
        try:
            return self._turn.validate_json(content)
        except ValidationError:
            raise EngineUnavailable("not a turn") from None

    async def forget(self, conversation_id: str) -> None:
        """Makes the engine forget the conversation's dialogue. Raises EngineUnavailable."""
        await self._request("DELETE", f"/conversations/{conversation_id}")

    async def is_ready(self) -> EngineReadiness:
        """Asks the engine whether it can take turns; an engine that is not reached is not ready."""
        try:
            timeout = aiohttp.ClientTimeout(total=min(self._timeout_s, _READINESS_TIMEOUT_S))
            async with self._open_session().get(f"{self._base_url}/readyz", timeout=timeout) as response:
                told = self._readiness.validate_json(await response.read())
                if response.status == 200:
                    return EngineReadiness(True, told.model_id)
                return EngineReadiness(False, told.model_id, told.status)
        except asyncio.TimeoutError:
            return EngineReadiness(False, None, "ENGINE_TOO_SLOW")
        except aiohttp.ClientError:
            return EngineReadiness(False, None, "ENGINE_NOT_REACHED")
        except ValidationError:
            return EngineReadiness(False, None, "ENGINE_NONSENSE")

    async def is_alive(self, timeout_s: float) -> bool:
        """Whether the engine answers anything within this time: this question, or a member's turn meanwhile.

        A busy engine that gets through its turns is alive, however late this answer comes.
        """
        before = self._answers
        try:
            timeout = aiohttp.ClientTimeout(total=timeout_s)
            async with self._open_session().get(f"{self._base_url}/livez", timeout=timeout) as response:
                await response.read()
                return True
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return self._answers > before

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def _request(
        self, method: str, path: str, body: Mapping[str, object] | None = None, within_s: float | None = None
    ) -> bytes:
        total_s = self._timeout_s if within_s is None else min(self._timeout_s, within_s)
        timeout = aiohttp.ClientTimeout(total=total_s)
        try:
            async with self._open_session().request(
                method, f"{self._base_url}{path}", json=body, headers=self._headers_of_call(), timeout=timeout
            ) as response:
                content = await response.read()
                record_engine_steps(response.headers.get("Server-Timing", ""))
                record_action_failures(response.headers.get("X-Action-Failures", ""))
                self._answers += 1
        except asyncio.TimeoutError:
            raise EngineUnavailable("too slow") from None
        except aiohttp.ClientError as error:
            raise EngineUnavailable(f"not reached: {type(error).__name__}") from None
        if response.status not in (200, 204):
            raise EngineUnavailable(f"refused: {response.status}")
        return content

    def _headers_of_call(self) -> dict[str, str]:
        request_id = current_request_id()
        return {**self._headers, HEADER: request_id} if request_id else self._headers

    def _open_session(self) -> aiohttp.ClientSession:
        # Inside the loop and not before: a session belongs to the loop that it is made in.
        if self._session is None:
            # No limit of its own: how many turns are under way is decided where they are taken, and a look at whether
            # the engine lives must never wait behind them.
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self._session


def readable_text(text: str) -> str:
    """What a member typed, so that nothing of it can be taken for a command of Rasa's: no slashes in front.

    Text of slashes alone becomes "?". The engine does the same once more; neither trusts the other.
    """
    text = text.strip()
    while text.startswith("/"):
        text = text[1:].strip()
    return text or _NOTHING_TO_READ
