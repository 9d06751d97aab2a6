"""How is the product put together? The composition root: the only module that knows every part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from aiohttp import web

from actions.server import build_executor, create_actions_app
from actions.services import ActionServices
from bot.channels.intake import Intake
from bot.channels.live import LiveHub
from bot.channels.rate_limit import RateLimits
from bot.channels.web.app import WebSettings, create_web_app
from bot.channels.web.identity import Portal
from bot.channels.wording import WordingError, load_wording
from bot.conversations.ids import RandomIds
from bot.conversations.service import ConversationService, ConversationSettings
from bot.conversations.store import SqlConversationStore
from bot.database import Database
from bot.database.migrate import migrate
from bot.engine_client import EngineClient
from bot.failures import StartFailed
from bot.safety.lexicon import load_gate
from bot.settings import Settings, SettingsError
from knowledge.bootstrap import Knowledge, build_knowledge
from knowledge.content_files import ContentError
from knowledge.importing import import_file, load_content

ROOT = Path(__file__).parents[1]
RESPONSES = ROOT / "data" / "responses"
DEMO_MEMBERS = ROOT / "bot" / "demo" / "members.csv"


def utc_now() -> datetime:
    """The clock of everything that is put together here."""
    return datetime.now(timezone.utc)


def open_database(settings: Settings) -> Database:
    """The database of the settings, not yet connected. Raises SettingsError."""
    try:
        return Database.open(settings.database_url)
    except ValueError as error:
        raise SettingsError(f"GENE_GUIDE_DATABASE_URL cannot be used: {error}.") from None


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
        import_file(database, "members", DEMO_MEMBERS, now=utc_now())
    return (
        f"The database is up to date: {content.plans} plans, {content.documents} documents, {content.facts} facts, "
        f"{content.therapies} therapies, {content.facilities} facilities."
    )


@dataclass(frozen=True)
class Core:
    """What gateway and actions share: the database and the services on it."""

    database: Database
    knowledge: Knowledge
    conversations: ConversationService


@asynccontextmanager
async def open_core(settings: Settings) -> AsyncIterator[Core]:
    """Opens the database and builds the services; closes it at the end."""
    database = open_database(settings)
    try:
        yield Core(
            database=database,
            knowledge=build_knowledge(database, utc_now),
            conversations=ConversationService(
                SqlConversationStore(database),
                utc_now,
                RandomIds(),
                ConversationSettings(
                    token_lifetime=timedelta(hours=settings.conversation_ttl_hours),
                    verified_for=timedelta(minutes=settings.verified_minutes),
                ),
            ),
        )
    finally:
        await database.close()


def build_gateway(settings: Settings, core: Core, engine: EngineClient) -> web.Application:
    """What members reach. Raises SettingsError, StartFailed."""
    try:
        wording = load_wording(RESPONSES)
    except WordingError as error:
        raise StartFailed(f"The gateway's wording cannot be used: {error}.") from None
    live = LiveHub()
    intake = Intake(core.conversations, engine, load_gate(), wording, live)
    limits = RateLimits.per_minute(
        conversations=settings.conversations_per_minute, messages=settings.messages_per_minute
    )
    try:
        return create_web_app(
            settings=WebSettings(
                demo=settings.demo,
                embed_origins=tuple(settings.embed_origins.split()),
                trusted_proxies=settings.trusted_proxies,
                rate_limits=RateLimits.demo() if settings.demo else limits,
                portal=_read_portal(settings),
            ),
            intake=intake,
            conversations=core.conversations,
            live=live,
            plans=core.knowledge.policies,
            database=core.database,
            engine_readiness=engine.is_ready,
            find_member=core.knowledge.eligibility.find_vouched_member,
        )
    except ValueError as error:
        raise SettingsError(f"The portal's key cannot be used: {error}.") from None


def build_actions(core: Core, secret: str) -> web.Application:
    """What the engine calls."""
    services = ActionServices(
        policies=core.knowledge.policies,
        therapies=core.knowledge.therapies,
        facilities=core.knowledge.facilities,
        eligibility=core.knowledge.eligibility,
        conversations=core.conversations,
    )
    return create_actions_app(build_executor(services, RESPONSES), secret)


def _read_portal(settings: Settings) -> Portal | None:
    if not settings.portal_public_key:
        return None
    try:
        key = Path(settings.portal_public_key).read_bytes()
    except OSError as error:
        raise SettingsError(f"GENE_GUIDE_PORTAL_PUBLIC_KEY cannot be read: {error.strerror}.") from None
    return Portal(key, settings.portal_issuer, settings.portal_audience)
