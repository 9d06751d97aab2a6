"""Which figures are read only when somebody asks for them? Those of the database and of the engine, and readiness."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot import metrics
from bot.database import StoreUnavailable
from bot.figures_store import FiguresStore, StoredFigures, Waiting
from bot.http.views import JsonObject

log = structlog.get_logger()


class Figures:
    """Brings the gauges up to date; `read_parts` gives the parts of `/readyz`."""

    def __init__(
        self,
        store: FiguresStore,
        read_parts: Callable[[], Awaitable[dict[str, JsonObject]]],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._read_parts = read_parts
        self._clock = clock

    async def refresh(self) -> None:
        """Reads everything anew; what cannot be read now is no number (NaN)."""
        stored, parts = await asyncio.gather(self._read_stored(), self._read_parts())
        _show_stored(stored)
        for name, part in parts.items():
            metrics.READY.labels(name).set(part["status"] == "ok")
        engine = parts["engine"]
        metrics.ENGINE_UP.set(engine["status"] == "ok")
        metrics.ENGINE_INFO.clear()
        if engine.get("model_id"):
            metrics.ENGINE_INFO.labels(str(engine["model_id"])).set(1)

    async def _read_stored(self) -> StoredFigures:
        try:
            return await self._store.read(self._clock())
        except StoreUnavailable:
            log.warning("metrics.store_unavailable")
            nothing = Waiting(math.nan, math.nan)
            return StoredFigures(nothing, math.nan, nothing, nothing, nothing)


def _show_stored(found: StoredFigures) -> None:
    for count, oldest, waiting in (
        (metrics.HANDOFFS_WAITING, metrics.HANDOFF_OLDEST, found.handoffs),
        (metrics.TEXTS_WAITING, metrics.INBOX_LAG, found.texts_in),
        (metrics.LOOKUPS_WAITING, metrics.LOOKUP_OLDEST, found.lookups),
        (metrics.DELIVERIES_WAITING, metrics.OUTBOX_LAG, found.texts_out),
    ):
        count.set(waiting.count)
        oldest.set(waiting.oldest_s)
    metrics.COACHES_ON_DUTY.set(found.coaches_on_duty)
