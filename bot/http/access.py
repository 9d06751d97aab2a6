"""Which requests came in, and how did they end? An id for each, one event and a counter; no address and no token."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import structlog
from aiohttp import web

from bot.http.problems import PROBLEM_CODE
from bot.metrics import REQUESTS, SOCKETS_OPEN
from bot.request_ids import HEADER, read_request_id, request_id_bound

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_ID = web.RequestKey("request_id", str)
# Nobody waits for the answer any more, and none is given; no status of HTTP says so, nginx writes this one.
_CLIENT_LEFT = 499
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
    request[_ID] = read_request_id(request.headers.get(HEADER))
    with request_id_bound(request[_ID]):
        status, code = _CLIENT_LEFT, None
        try:
            with _counted_while_open(request):
                response = await handler(request)
            status, code = response.status, response.get(PROBLEM_CODE)
            return response
        except web.HTTPException as error:
            status = error.status
            raise
        except Exception:
            status = 500
            raise
        finally:
            _log(request, status, code, started)


@contextmanager
def _counted_while_open(request: web.Request) -> Iterator[None]:
    route = _template(request)
    if not route.endswith("/socket") or request.headers.get("Upgrade", "").lower() != "websocket":
        yield
        return
    with SOCKETS_OPEN.labels(route).track_inprogress():
        yield


def _log(request: web.Request, status: int, code: str | None, started: float) -> None:
    method = request.method if request.method in _METHODS else "OTHER"
    route = _template(request)
    REQUESTS.labels(method, route, str(status)).inc()
    # The code says why it was refused, as the problem document does.
    why = {} if code is None else {"code": code}
    event = {
        "method": method,
        "route": route,
        "status": status,
        **why,
        "ms": round((time.monotonic() - started) * 1000),
    }
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
    # Prepared after the handler is done, where the log's id is bound no more.
    request_id = request.get(_ID)
    if request_id is not None:
        response.headers[HEADER] = request_id
