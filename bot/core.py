"""What do the gateway and the actions share? The database and the services on it, put together once a process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from bot.conversations.announcements import Announcements
from bot.conversations.coach_service import CoachService
from bot.conversations.coach_store import CoachStore
from bot.conversations.duty import Duty
from bot.conversations.hours import HoursBook
from bot.conversations.hours_file import load_hours
from bot.conversations.ids import RandomIds
from bot.conversations.live import LiveHub
from bot.conversations.lookups import ATTEMPT_S
from bot.conversations.record import ConversationSettings, Record
from bot.conversations.requests import HandoffRequests
from bot.conversations.service import ConversationService
from bot.conversations.store import SqlConversationStore
from bot.database import DEFAULT_TIMEOUT_S, Database
from bot.failures import StartFailed
from bot.settings import Settings, SettingsError
from bot.wording import Wording, WordingError, load_wording
from knowledge.bootstrap import Knowledge, build_eligibility, build_knowledge
from knowledge.eligibility.service import EligibilityService

ROOT = Path(__file__).parents[1]
RESPONSES = ROOT / "data" / "responses"
# After an import every running process speaks of the new content within this time.
_CONTENT_FRESH_FOR_S = 1.0
DEMO = ROOT / "bot" / "demo"


def utc_now() -> datetime:
    """The clock of everything that is put together here."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Core:
    """The services that more than one part of the product uses."""

    database: Database
    knowledge: Knowledge
    # The member records, for whoever can wait for as long as one try may take.
    patient_records: EligibilityService
    wording: Wording
    live: LiveHub
    record: Record
    conversations: ConversationService
    coaches: CoachService
    announcements: Announcements
    requests: HandoffRequests


def open_database(settings: Settings, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Database:
    """The database of the settings, not yet connected. Raises SettingsError."""
    try:
        return Database.open(settings.database_url, timeout_s=timeout_s)
    except ValueError as error:
        raise SettingsError(f"GENE_GUIDE_DATABASE_URL cannot be used: {error}.") from None


@asynccontextmanager
async def open_core(settings: Settings) -> AsyncIterator[Core]:
    """Opens the database and builds the services; closes it at the end.

    Raises StartFailed, SettingsError, HoursError.
    """
    try:
        wording = load_wording(RESPONSES)
    except WordingError as error:
        raise StartFailed(f"The gateway's wording cannot be used: {error}.") from None
    hours = _read_hours(settings)
    database = open_database(settings)
    # With threads and connections of their own: a source of records that hangs must not take them from the record, and
    # what is looked up behind a turn, with much more time, must not take them from a turn.
    members, patient = open_database(settings), open_database(settings, timeout_s=ATTEMPT_S)
    try:
        yield build_core(database, wording, hours, _read_lifetimes(settings), members, patient)
    finally:
        await patient.close()
        await members.close()
        await database.close()


def build_core(
    database: Database,
    wording: Wording,
    hours: HoursBook,
    lifetimes: ConversationSettings,
    members: Database | None = None,
    patient: Database | None = None,
) -> Core:
    """The services on an open database; plan records are read in `members`, and behind a turn in `patient`."""
    live, ids = LiveHub(), RandomIds()
    record = Record(SqlConversationStore(database), utc_now, ids, lifetimes, live)
    conversations = ConversationService(record)
    coaches = CoachService(CoachStore(database), utc_now, ids, live)
    announcements = Announcements(wording, Duty(coaches, hours, utc_now))
    return Core(
        database=database,
        knowledge=build_knowledge(database, utc_now, members=members, fresh_for_s=_CONTENT_FRESH_FOR_S),
        patient_records=build_eligibility(database, utc_now, patient),
        wording=wording,
        live=live,
        record=record,
        conversations=conversations,
        coaches=coaches,
        announcements=announcements,
        requests=HandoffRequests(record, conversations, announcements),
    )


def _read_lifetimes(settings: Settings) -> ConversationSettings:
    return ConversationSettings(
        token_lifetime=timedelta(hours=settings.conversation_ttl_hours),
        text_lifetime=timedelta(hours=settings.sms_conversation_hours),
        verified_for=timedelta(minutes=settings.verified_minutes),
    )


def _read_hours(settings: Settings) -> HoursBook:
    if settings.coach_hours:
        return load_hours(Path(settings.coach_hours))
    return load_hours(DEMO / "coach_hours.yml") if settings.demo else HoursBook()
