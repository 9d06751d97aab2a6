"""How is the product put together? The composition root: the only module that knows every part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from actions.late_record import LateRecord
from actions.phrases import Phrases
from actions.server import build_executor, create_actions_app
from actions.services import ActionServices
from bot.channels.answering import Answering
from bot.channels.intake import Intake
from bot.channels.late_answers import LateAnswers
from bot.channels.rate_limit import RateLimits
from bot.channels.text_privacy import TextPrivacy
from bot.channels.turn_limit import TurnLimit
from bot.channels.web.app import WebSettings, create_web_app
from bot.channels.web.health import Health
from bot.channels.web.identity import Portal
from bot.channels.worker import Worker
from bot.console.accounts import add_demo_coaches
from bot.console.app import ConsoleSettings, create_console
from bot.console.operations import CONSOLE_API
from bot.conversations.callbacks import CallbackService
from bot.conversations.desk_store import DeskStore
from bot.conversations.handoff_service import HandoffService
from bot.conversations.lookups_store import LookupStore
from bot.conversations.sweep import Sweep
from bot.core import DEMO, RESPONSES, Core, open_core, open_database, utc_now
from bot.database import Database
from bot.database.migrate import migrate
from bot.database.write_check_store import WriteCheck
from bot.engine_client import EngineClient
from bot.failures import StartFailed
from bot.figures import Figures
from bot.figures_store import FiguresStore
from bot.http.metrics_app import create_metrics_app
from bot.http.server import finish_before_end
from bot.safety.lexicon import load_gate
from bot.settings import Settings, SettingsError
from bot.texting import add_texting, read_texting
from knowledge.content_files import ContentError
from knowledge.importing import import_file, load_content

__all__ = [
    "Core",
    "build_actions",
    "build_gateway",
    "build_late_answers",
    "build_metrics",
    "open_core",
    "open_database",
    "prepare_database",
]

# A member who waits for a look-up does not notice a second; nobody waits for longer when the process stops.
_LOOKUPS_POLL_S = 1.0
_LAST_LOOKUP_S = 1.0
# As many as there are threads that read for them: more would spend their time waiting for each other.
_LOOKUPS_AT_ONCE = 4


def prepare_database(database: Database, *, demo: bool = False) -> str:
    """Migrates, loads the shipped content and, in demo mode, the fictional members; says what is there.

    Raises StartFailed, StoreUnavailable.
    """
    migrate(database.engine)
    try:
        content = load_content(database)
    except ContentError as error:
        raise StartFailed(f"The shipped content cannot be loaded: {error}") from None
    if demo:
        import_file(database, "members", DEMO / "members.csv", now=utc_now())
        add_demo_coaches(database, utc_now)
    return (
        f"The database is up to date: {content.plans} plans, {content.documents} documents, {content.facts} facts, "
        f"{content.therapies} therapies, {content.facilities} facilities."
    )


def build_gateway(settings: Settings, core: Core, engine: EngineClient, address: str) -> web.Application:
    """What members, coaches and the carrier reach at `address`. Raises SettingsError, StartFailed."""
    gate = load_gate()
    privacy = TextPrivacy(core.knowledge.therapies.list_names, core.conversations, core.wording)
    answering = Answering(core.conversations, core.announcements, engine, gate, core.wording, core.live, privacy)
    turns = TurnLimit(settings.most_turns)
    intake = Intake(core.conversations, core.requests, answering, engine, gate, core.wording, turns)
    limits = RateLimits.per_minute(
        conversations=settings.conversations_per_minute, messages=settings.messages_per_minute
    )
    texting = read_texting(settings, address)
    try:
        app = create_web_app(
            settings=WebSettings(
                demo=settings.demo,
                embed_origins=tuple(settings.embed_origins.split()),
                trusted_proxies=settings.trusted_proxies,
                rate_limits=RateLimits.demo() if settings.demo else limits,
                portal=_read_portal(settings),
            ),
            intake=intake,
            conversations=core.conversations,
            live=core.live,
            plans=core.knowledge.policies,
            database=core.database,
            engine_readiness=engine.is_ready,
            find_member=core.knowledge.eligibility.find_vouched_member,
            other_apis=(CONSOLE_API,),
        )
    except ValueError as error:
        raise SettingsError(f"The portal's key cannot be used: {error}.") from None
    _add_desk(app, settings, core, privacy)
    _add_late_answers(app, core)
    if texting is not None:
        add_texting(app, texting, core, intake, gate)
    return app


def _add_desk(app: web.Application, settings: Settings, core: Core, privacy: TextPrivacy) -> None:
    """The coaches' console, and the timers of everything that they do."""
    desk = DeskStore(core.database)
    handoffs = HandoffService(core.record, desk, core.coaches, core.announcements, privacy)
    create_console(
        app,
        settings=ConsoleSettings(
            demo=settings.demo, public_url=settings.public_url, trusted_proxies=settings.trusted_proxies
        ),
        handoffs=handoffs,
        callbacks=CallbackService(core.record, desk, core.coaches),
        coaches=core.coaches,
        conversations=core.conversations,
        reliance=core.knowledge.reliance,
        live=core.live,
        clock=utc_now,
    )
    sweep = Sweep(core.record, desk, core.coaches, handoffs, core.announcements, WriteCheck(core.database))

    async def sweeping(app: web.Application) -> AsyncIterator[None]:
        async with sweep.running():
            yield

    app.cleanup_ctx.append(sweeping)


def _add_late_answers(app: web.Application, core: Core) -> None:
    """What finishes the look-ups that took longer than a turn."""
    answers = build_late_answers(core)
    worker = Worker("lookups", answers.find_due, answers.handle, _LOOKUPS_POLL_S, _LOOKUPS_AT_ONCE)

    async def working(app: web.Application) -> AsyncIterator[None]:
        worker.start()
        yield
        await worker.stop(_LAST_LOOKUP_S)

    app.cleanup_ctx.append(working)
    finish_before_end(app, worker.stop)


def build_late_answers(core: Core) -> LateAnswers:
    """What finishes look-ups behind a turn, with the time that their source needs."""
    services = replace(_services(core), eligibility=core.patient_records)
    source = LateRecord(services, Phrases.load(RESPONSES))
    return LateAnswers(core.record, LookupStore(core.database), source, core.wording)


def build_actions(core: Core, secret: str) -> web.Application:
    """What the engine calls."""
    return create_actions_app(build_executor(_services(core), RESPONSES), secret)


def _services(core: Core) -> ActionServices:
    return ActionServices(
        policies=core.knowledge.policies,
        therapies=core.knowledge.therapies,
        facilities=core.knowledge.facilities,
        eligibility=core.knowledge.eligibility,
        search=core.knowledge.search,
        conversations=core.conversations,
        handoffs=core.requests,
    )


def build_metrics(core: Core, engine: EngineClient) -> web.Application:
    """What an operator's Prometheus reads of a gateway."""
    health = Health(core.database, engine.is_ready)
    return create_metrics_app(Figures(FiguresStore(core.database), health.read_parts, utc_now).refresh)


def _read_portal(settings: Settings) -> Portal | None:
    if not settings.portal_public_key:
        return None
    try:
        key = Path(settings.portal_public_key).read_bytes()
    except OSError as error:
        raise SettingsError(f"GENE_GUIDE_PORTAL_PUBLIC_KEY cannot be read: {error.strerror}.") from None
    return Portal(key, settings.portal_issuer, settings.portal_audience)
