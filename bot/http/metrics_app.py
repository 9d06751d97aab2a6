"""How are the figures shown? Prometheus' text, on a listener of its own that members never reach."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.metrics import REGISTRY

ROUTE = "/metrics"


async def _nothing_to_read() -> None:
    return None


def create_metrics_app(refresh: Callable[[], Awaitable[None]] = _nothing_to_read) -> web.Application:
    """The private application; `refresh` brings up to date what is read only when somebody asks."""

    async def show_metrics(request: web.Request) -> web.Response:
        await refresh()
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get(ROUTE, show_metrics)
    return app
