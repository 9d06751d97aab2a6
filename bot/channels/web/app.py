"""How is the web entrance put together? Routes, limits, error translation, security headers, and the chat page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from bot.channels.intake import Intake
from bot.channels.rate_limit import RateLimits
from bot.channels.web.gatekeeper import Gatekeeper
from bot.channels.web.health import EngineReadiness, Health
from bot.channels.web.identity import FindMember, IdentityVerifier, Portal
from bot.channels.web.member_api import MemberApi, PlanDirectory
from bot.channels.web.operations import MEMBER_API
from bot.channels.web.problems import describe
from bot.channels.web.reading import find_words
from bot.channels.web.socket import SocketApi
from bot.conversations.live import LiveHub
from bot.conversations.model import Channel
from bot.conversations.service import ConversationService
from bot.database import Database
from bot.http.access import record_requests
from bot.http.openapi import build_document
from bot.http.operations import Api
from bot.http.page_files import PageFiles, page_headers
from bot.http.reading import MAX_BODY_BYTES
from bot.http.server import finish_before_end

_PAGE = Path(__file__).with_name("page")

# The coaches' part answers for itself: nobody takes what a coach writes for a member's cry for help.
_CONSOLE_API = "/api/v1/console"

# What a server that does not drain first leaves under way may take this long.
_LAST_WORK_S = 0.5

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class WebSettings:
    """What an operator decides about the web entrance.

    `embed_origins` are the origins whose pages may frame the chat; `trusted_proxies` the number of reverse proxies
    whose X-Forwarded-For entry is believed; `portal` the signer of identity tokens, None to accept none.
    """

    demo: bool = False
    embed_origins: tuple[str, ...] = ()
    trusted_proxies: int = 0
    rate_limits: RateLimits = field(default_factory=lambda: RateLimits.per_minute(conversations=30, messages=60))
    portal: Portal | None = None
    page_folder: Path = _PAGE


def create_web_app(
    *,
    settings: WebSettings,
    intake: Intake,
    conversations: ConversationService,
    live: LiveHub,
    plans: PlanDirectory,
    database: Database,
    engine_readiness: Callable[[], Awaitable[EngineReadiness]],
    find_member: FindMember,
    other_apis: tuple[Api, ...] = (),
) -> web.Application:
    """The web entrance, ready to be run. Raises ValueError when the portal's key cannot be used.

    `other_apis` are published beside the member API in the one document; who adds their routes is another matter.
    """
    gatekeeper = Gatekeeper(conversations, settings.rate_limits, settings.trusted_proxies)
    identity = IdentityVerifier(settings.portal, find_member) if settings.portal else None
    members = MemberApi(
        intake=intake,
        conversations=conversations,
        plans=plans,
        identity=identity,
        gatekeeper=gatekeeper,
        demo=settings.demo,
        document=build_document(MEMBER_API, *other_apis),
    )
    sockets = SocketApi(intake, conversations, live, gatekeeper)
    health = Health(database, engine_readiness)

    app = web.Application(middlewares=[_translate_errors(gatekeeper, intake)], client_max_size=MAX_BODY_BYTES)
    record_requests(app)
    for operation in MEMBER_API.operations:
        handler: Handler = getattr(sockets if operation.id == "open_socket" else members, operation.id)
        app.router.add_route(operation.method, operation.path, handler)
    app.router.add_get("/livez", health.show_liveness)
    app.router.add_get("/readyz", health.show_readiness)
    page = PageFiles(settings.page_folder)
    app.router.add_get("/", page.show_start)
    app.router.add_get("/page/{name}", page.show_file)

    async def stop_sockets(app: web.Application) -> None:
        await sockets.finish(_LAST_WORK_S)
        await intake.finish(_LAST_WORK_S)
        await sockets.stop()

    app.on_response_prepare.append(_secure(settings.embed_origins))
    app.on_shutdown.append(stop_sockets)
    for finish in (sockets.finish, intake.finish):
        finish_before_end(app, finish)
    return app


def _translate_errors(gatekeeper: Gatekeeper, intake: Intake) -> Callable[..., Awaitable[web.StreamResponse]]:
    """The one place where an error becomes an answer."""

    @web.middleware
    async def translate(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if _is_console(request.path):
                return await handler(request)
            is_api = request.path.startswith("/api/")
            # The words are read before any limit is: who is in danger is answered even where nothing is taken.
            with intake.never_silent_about_danger(await find_words(request) if is_api else "", Channel.WEB):
                # Not the page's files, which are many and cheap; and not the question whether we live.
                if is_api or request.path == "/readyz":
                    gatekeeper.check_request(request)
                return await handler(request)
        except Exception as error:
            if isinstance(error, web.HTTPException) and error.status < 400:
                raise
            return describe(error).response()

    return translate


def _is_console(path: str) -> bool:
    return path == _CONSOLE_API or path.startswith(f"{_CONSOLE_API}/")


def _secure(embed_origins: tuple[str, ...]) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    headers = page_headers(" ".join(("'self'", *embed_origins)))

    async def secure(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)
        # The page may be kept if it is asked for again each time; a conversation is never kept.
        is_page = request.path == "/" or request.path.startswith("/page/")
        response.headers["Cache-Control"] = "no-cache" if is_page else "no-store"
        # Which software answers is nobody's business.
        response.headers.popall("Server", None)

    return secure
