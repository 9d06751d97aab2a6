"""Can this process serve members now, and if not, which part is missing?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
from aiohttp import web

from bot.database import Database, StoreUnavailable
from bot.database.migrate import is_current
from bot.database.write_check_store import WriteCheck
from bot.http.views import JsonObject

log = structlog.get_logger()

_ENGINE_TIMEOUT_S = 2.0


class EngineReadiness(Protocol):
    """Whether the engine can take turns, and with which model."""

    @property
    def ready(self) -> bool:
        """True when a turn would be taken now."""
        ...

    @property
    def model_id(self) -> str | None:
        """The model that answers."""
        ...

    @property
    def reason(self) -> str | None:
        """A code that says why it is not ready."""
        ...


class Health:
    """The two questions of an operator: does it live, and is it ready."""

    def __init__(self, database: Database, engine_readiness: Callable[[], Awaitable[EngineReadiness]]) -> None:
        self._database = database
        self._write_check = WriteCheck(database)
        self._engine_readiness = engine_readiness

    async def show_liveness(self, request: web.Request) -> web.Response:
        """200 while the process runs."""
        return web.json_response({"status": "ok"})

    async def show_readiness(self, request: web.Request) -> web.Response:
        """200 when every part is there, else 503; both list the parts."""
        parts = await self.read_parts()
        ready = all(part["status"] == "ok" for part in parts.values())
        return web.json_response(
            {"status": "ready" if ready else "not_ready", "parts": parts}, status=200 if ready else 503
        )

    async def read_parts(self) -> dict[str, JsonObject]:
        """Database, migrations and engine, each with its `status`; one that is not "ok" says why with a `code`."""
        record, engine = await asyncio.gather(self._read_database(), self._read_engine())
        return {**record, "engine": engine}

    async def _read_database(self) -> dict[str, JsonObject]:
        try:
            current, writable = await asyncio.gather(self._database.read(is_current), self._write_check.is_writable())
        except StoreUnavailable:
            code = StoreUnavailable.code
            return {
                "database": {"status": "unavailable", "code": code},
                "migrations": {"status": "unknown", "code": code},
            }
        if not current:
            # The table that would be written may be one of those that are to come.
            return {"database": {"status": "ok"}, "migrations": {"status": "pending", "code": "MIGRATIONS_PENDING"}}
        ok: JsonObject = {"status": "ok"}
        refuses: JsonObject = {"status": "unavailable", "code": "STORE_NOT_WRITABLE"}
        return {"database": ok if writable else refuses, "migrations": ok}

    async def _read_engine(self) -> JsonObject:
        try:
            engine = await asyncio.wait_for(self._engine_readiness(), _ENGINE_TIMEOUT_S)
        except Exception as error:
            log.warning("health.engine_unknown", error=type(error).__name__)
            return {"status": "unavailable", "code": "ENGINE_UNKNOWN"}
        if engine.ready:
            return {"status": "ok", "model_id": engine.model_id}
        return {"status": "unavailable", "model_id": engine.model_id, "code": engine.reason}
