"""Which requests came in, and how did they end? An id for each, one event and a counter; no address and no token."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from bot.metrics import REQUESTS
from bot.request_ids import HEADER, current_request_id, read_request_id, request_id_bound

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Whatever else a client calls its method is its own word.
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")


def record_requests(app: web.Application) -> None:
    """Gives every request of the application its id, which the answer carries, too, and logs how it ended.

    Looking is logged at debug, because pages look all the time; what changes something at info, our faults as warnings.
    """
    app.middlewares.insert(0, _record)
    app.on_response_prepare.append(_tell_id)


@web.middleware
async def _record(request: web.Request, handler: Handler) -> web.StreamResponse:
    started = time.monotonic()
    with request_id_bound(read_request_id(request.headers.get(HEADER))):
        status = 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            _log(request, status, started)


def _log(request: web.Request, status: int, started: float) -> None:
    method = request.method if request.method in _METHODS else "OTHER"
    route = _template(request)
    REQUESTS.labels(method, route, str(status)).inc()
    event = {"method": method, "route": route, "status": status, "ms": round((time.monotonic() - started) * 1000)}
    if status >= 500:
        log.warning("request.done", **event)
    elif method in ("GET", "HEAD"):
        log.debug("request.done", **event)
    else:
        log.info("request.done", **event)


def _template(request: web.Request) -> str:
    """The route as it was declared, with the names of its parts: ids and tokens stand in none."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"


async def _tell_id(request: web.Request, response: web.StreamResponse) -> None:
    request_id = current_request_id()
    if request_id is not None:
        response.headers[HEADER] = request_id
