"""How does the gateway talk to the engine? A private HTTP server with one secret and a handful of routes."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from structlog.contextvars import bound_contextvars

from bot.engine.actions_endpoint import REQUEST_ID_HEADER
from bot.engine.reading import BadChoice
from bot.engine.steps import measuring
from bot.engine.tracker_store import DialogueStore, StoreUnavailable
from bot.engine.turns import Turn, TurnTaker

log = structlog.get_logger()

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CHANNELS = ("web", "sms")
LOCALES = ("en", "es")
# The contract's 2,000 characters, each of which JSON may write as twelve.
_LARGEST_BODY = 64 * 1024
_LONGEST_TEXT = 4_000
_LONGEST_ID = 64
_OPEN_ROUTES = ("/livez", "/readyz")


class BadTurn(Exception):
    """The request is not a turn; carries the name of the first field that is wrong."""

    code = "BAD_TURN"

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def create_app(turns: TurnTaker, store: DialogueStore, secret: str) -> web.Application:
    """The engine's routes; every one but the two health routes needs `Authorization: Bearer <secret>`."""
    routes = _Routes(turns, store)
    app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[_name_request, _errors, _require(secret)])
    app.router.add_post("/turns", routes.take_turn)
    app.router.add_delete("/conversations/{conversation_id}", routes.forget)
    app.router.add_get("/livez", routes.livez)
    app.router.add_get("/readyz", routes.readyz)
    return app


class _Routes:
    def __init__(self, turns: TurnTaker, store: DialogueStore) -> None:
        self._turns = turns
        self._store = store

    async def take_turn(self, request: web.Request) -> web.Response:
        with measuring() as figures:
            result = await self._turns.take(read_turn(await _json(request)))
        return web.Response(text=result, content_type="application/json", headers=figures.headers())

    async def forget(self, request: web.Request) -> web.Response:
        await self._turns.forget(request.match_info["conversation_id"])
        return web.Response(status=204)

    async def livez(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(self, request: web.Request) -> web.Response:
        try:
            await self._store.ping()
        except StoreUnavailable as error:
            return web.json_response({"status": error.code, "model_id": self._turns.model_id}, status=503)
        return web.json_response({"status": "ready", "model_id": self._turns.model_id})


def read_turn(body: Any) -> Turn:
    """Reads the body of `POST /turns`: exactly one of text and choice. Raises BadTurn."""
    if not isinstance(body, dict):
        raise BadTurn("body")
    turn = Turn(
        turn_id=_text(body, "turn_id", _LONGEST_ID),
        conversation_id=_text(body, "conversation_id", _LONGEST_ID),
        channel=_one_of(body, "channel", CHANNELS),
        text=_text(body, "text", _LONGEST_TEXT) if body.get("text") is not None else None,
        choice=_text(body, "choice", _LONGEST_TEXT) if body.get("choice") is not None else None,
        locale=_one_of(body, "locale", LOCALES) if body.get("locale") is not None else None,
        unheard=_ids(body, "unheard"),
    )
    if (turn.text is None) == (turn.choice is None):
        raise BadTurn("text")
    return turn


def _text(body: dict[str, Any], field: str, longest: int) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise BadTurn(field)
    return value


def _ids(body: dict[str, Any], field: str) -> tuple[str, ...]:
    values = body.get(field, [])
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise BadTurn(field)
    return tuple(values)


def _one_of(body: dict[str, Any], field: str, allowed: tuple[str, ...]) -> str:
    value = body.get(field)
    if value not in allowed:
        raise BadTurn(field)
    return str(value)


async def _json(request: web.Request) -> Any:
    try:
        return json.loads(await request.read())
    except ValueError:
        raise BadTurn("body") from None


def _require(secret: str) -> Middleware:
    expected = f"Bearer {secret}".encode()

    @web.middleware
    async def require(request: web.Request, handler: _Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode("utf-8", "replace")
        if request.path not in _OPEN_ROUTES and not hmac.compare_digest(given, expected):
            return web.json_response({"code": "UNAUTHORIZED"}, status=401)
        return await handler(request)

    return require


@web.middleware
async def _name_request(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """The gateway's id of the request stands in every line of this turn, and goes on to the actions."""
    with bound_contextvars(request_id=request.headers.get(REQUEST_ID_HEADER, "")[:_LONGEST_ID] or None):
        return await handler(request)


@web.middleware
async def _errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except BadTurn as error:
        return web.json_response({"code": error.code, "field": error.field}, status=400)
    except BadChoice as error:
        return web.json_response({"code": error.code}, status=400)
    except StoreUnavailable as error:
        log.error("engine.store_unavailable", code=error.code)
        return web.json_response({"code": error.code}, status=503)
    except web.HTTPException as error:
        return web.json_response({"code": f"HTTP_{error.status}"}, status=error.status)
    except Exception as error:
        log.error("engine.request_failed", exc_info=error)
        return web.json_response({"code": "ENGINE_FAILED"}, status=500)
