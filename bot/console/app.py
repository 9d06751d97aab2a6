"""How is the console put together? Its routes, its page, and the order in which a request is checked."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.console.conversation_api import ConversationApi
from bot.console.desk_api import DeskApi
from bot.console.door import SIGNED, Door
from bot.console.explain_api import ExplainApi
from bot.console.operations import CONSOLE_API
from bot.console.passwords import Passwords
from bot.console.problems import describe
from bot.console.session_api import SessionApi
from bot.console.sessions import Sessions
from bot.console.sign_in_limits import SignInLimits
from bot.console.socket import DeskSocketApi
from bot.console.watching import Watching
from bot.conversations.callbacks import CallbackService
from bot.conversations.coach_service import CoachService
from bot.conversations.handoff_service import HandoffService
from bot.conversations.live import LiveHub
from bot.conversations.service import ConversationService
from bot.http.operations import Operation
from bot.http.page_files import PageFiles, page_headers
from bot.http.rate_limit import Limit
from knowledge.reliance.service import RelianceService

log = structlog.get_logger()

_PAGE = Path(__file__).with_name("page")
# Several desks may sit behind one address of an office, and each looks every few seconds.
_REQUESTS = Limit(per_s=50, burst=500)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class ConsoleSettings:
    """What an operator decides about the console.

    `public_url` is where coaches reach us, empty where the Host header says it; with https the cookie is sent over
    https alone. `trusted_proxies` is the number of reverse proxies whose X-Forwarded-For entry is believed.
    """

    demo: bool = False
    public_url: str = ""
    trusted_proxies: int = 0
    requests: Limit = _REQUESTS
    page_folder: Path = _PAGE


def create_console(
    app: web.Application,
    *,
    settings: ConsoleSettings,
    handoffs: HandoffService,
    callbacks: CallbackService,
    coaches: CoachService,
    conversations: ConversationService,
    reliance: RelianceService,
    live: LiveHub,
    clock: Callable[[], datetime],
    passwords: Passwords | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Adds the console to the application: its API, its socket, and the page under /console."""
    sessions = Sessions(coaches, handoffs, clock, is_secure=urlsplit(settings.public_url).scheme == "https")
    door = Door(sessions, settings.requests, settings.trusted_proxies, settings.public_url)
    conversation_api = ConversationApi(handoffs, conversations)
    sockets = DeskSocketApi(sessions, conversation_api, Watching(handoffs, conversations, live), live)
    parts = (
        SessionApi(
            sessions=sessions,
            coaches=coaches,
            passwords=passwords or Passwords(),
            limits=SignInLimits(monotonic),
            door=door,
            demo=settings.demo,
        ),
        DeskApi(handoffs, callbacks, coaches),
        conversation_api,
        ExplainApi(handoffs, reliance),
        sockets,
    )
    for operation in CONSOLE_API.operations:
        handler: Handler = next(getattr(part, operation.id) for part in parts if hasattr(part, operation.id))
        app.router.add_route(operation.method, operation.path, _checked(door, operation, handler))
    page = PageFiles(settings.page_folder)
    app.router.add_get("/console", page.show_start)
    app.router.add_get("/console/{name}", page.show_file)

    async def stop_sockets(app: web.Application) -> None:
        await sockets.stop()

    app.on_response_prepare.append(_secure)
    app.on_shutdown.append(stop_sockets)


def _checked(door: Door, operation: Operation, handler: Handler) -> Handler:
    """The handler behind the door, and the one place where an error of the console becomes an answer."""

    async def serve(request: web.Request) -> web.StreamResponse:
        try:
            await door.let_in(request, operation)
            return await handler(request)
        except Exception as error:
            problem = describe(error)
            signed = request.get(SIGNED)
            log.info(
                "console.refused",
                action=operation.id,
                code=problem.code,
                coach_id=signed.coach.id if signed else None,
            )
            return problem.response()

    return serve


async def _secure(request: web.Request, response: web.StreamResponse) -> None:
    is_page = request.path == "/console" or request.path.startswith("/console/")
    if not is_page and not request.path.startswith("/api/v1/console/"):
        return
    # Nobody frames the desk, not even the pages that may frame the chat.
    response.headers.update(page_headers("'none'"))
    response.headers["Cache-Control"] = "no-cache" if is_page else "no-store"
    response.headers.popall("Server", None)
