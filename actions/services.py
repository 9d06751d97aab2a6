"""What may an action ask? The services of the app, handed to every action by its constructor."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversations.requests import HandoffRequests
from bot.conversations.service import ConversationService
from knowledge.eligibility.service import EligibilityService
from knowledge.facilities.service import FacilityService
from knowledge.policies.service import PolicyService
from knowledge.search.service import SearchService
from knowledge.therapies.service import TherapyService


@dataclass(frozen=True)
class ActionServices:
    """Every door that an action may knock on; the composition root builds it."""

    policies: PolicyService
    therapies: TherapyService
    facilities: FacilityService
    eligibility: EligibilityService
    search: SearchService
    conversations: ConversationService
    handoffs: HandoffRequests
