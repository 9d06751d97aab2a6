"""How are the knowledge services put together? The one place that knows their stores."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.database import Database
from knowledge.content_store import ContentReader
from knowledge.eligibility.model import EligibilitySettings
from knowledge.eligibility.service import EligibilityService
from knowledge.eligibility.store import SqlAuditLog, SqlEligibilityStore
from knowledge.facilities.places import find_place, is_city
from knowledge.facilities.service import FacilityService
from knowledge.facilities.store import SqlFacilityStore
from knowledge.policies.service import PolicyService
from knowledge.policies.store import SqlPolicyStore
from knowledge.reliance.service import RelianceService
from knowledge.reliance.store import RelianceStore
from knowledge.search.service import SearchService
from knowledge.search.store import SqlCatalogueStore
from knowledge.therapies.service import TherapyService
from knowledge.therapies.store import SqlTherapyStore


@dataclass(frozen=True)
class Knowledge:
    """The services that everything outside this package uses."""

    policies: PolicyService
    therapies: TherapyService
    facilities: FacilityService
    eligibility: EligibilityService
    reliance: RelianceService
    search: SearchService


def warm_up() -> None:
    """Loads the places that the first search would load; under load that takes longer than a member may wait."""
    is_city("Philadelphia")
    find_place("19104")


def build_knowledge(
    database: Database,
    clock: Callable[[], datetime],
    *,
    members: Database | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    fresh_for_s: float = 0.0,
) -> Knowledge:
    """Builds the services on a migrated database; `clock` gives the current moment, aware.

    `members` is where members' records are read, where that is another way than `database`. New content is spoken
    `fresh_for_s` seconds after its import at the latest; members' records are read each time.
    """
    content = ContentReader(database, monotonic, fresh_for_s)
    policies = PolicyService(SqlPolicyStore(content), clock)
    therapies = SqlTherapyStore(content)
    return Knowledge(
        policies=policies,
        therapies=TherapyService(therapies),
        facilities=FacilityService(SqlFacilityStore(content)),
        eligibility=build_eligibility(database, clock, members),
        reliance=RelianceService(RelianceStore(database), policies),
        search=SearchService(policies, SqlCatalogueStore(content, therapies)),
    )


def build_eligibility(
    database: Database, clock: Callable[[], datetime], members: Database | None = None
) -> EligibilityService:
    """The one door to members' records, which are read in `members`, else in `database`."""
    return EligibilityService(
        SqlEligibilityStore(database, members), SqlAuditLog(database), clock, EligibilitySettings()
    )
