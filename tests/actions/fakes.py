"""What the actions ask in their tests: services and stores of a dozen lines that hold the cast."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.conversations.model import (
    ConversationContext,
    Draft,
    HandoffCancellation,
    HandoffCause,
    HandoffRequest,
    Holder,
)
from bot.conversations.requests import HandoffRequests
from bot.conversations.service import ConversationService
from knowledge.eligibility.model import (
    AuditEvent,
    FailureCount,
    Member,
    MemberId,
    MemberRecord,
)
from knowledge.eligibility.service import AuditLog, EligibilityStore, FailureTransition
from knowledge.facilities.model import Facility, Membership
from knowledge.facilities.service import FacilityStore
from knowledge.policies.model import (
    DocumentRecord,
    Fact,
    Passage,
    PayerId,
    Plan,
    PolicyDocument,
    Scope,
    VersionId,
)
from knowledge.policies.service import PolicyStore
from knowledge.search.model import SearchResult
from knowledge.search.service import SearchService
from knowledge.therapies.model import (
    Condition,
    OtherProduct,
    Term,
    Therapy,
)
from knowledge.therapies.service import TherapyStore
from tests.actions.cast import (
    CARESOURCE,
    CHILD,
    CHOP,
    CHOP_MEMBERSHIP,
    ENDED,
    FACTS,
    FDA_PAGE,
    IBX_PAGE,
    INDEPENDENCE,
    MAYA,
    MP_AD_1623,
    PARENT,
    PENN,
    PENN_MEMBERSHIP,
    ROCTAVIAN,
    SMA,
    VAGUE,
    ZOLGENSMA,
)


class FakePolicyStore(PolicyStore):
    """The sources above."""

    async def list_plans(self) -> tuple[Plan, ...]:
        return (INDEPENDENCE, CARESOURCE)

    async def list_facts(self, topic: str, payer: PayerId | None) -> tuple[Fact, ...]:
        return tuple(fact for fact in FACTS if fact.topic == topic and fact.document.payer in (None, payer))

    async def list_named_facts(self, ids: Collection[str]) -> tuple[Fact, ...]:
        return tuple(fact for fact in FACTS if fact.id in ids)

    async def list_versions(self) -> tuple[PolicyDocument, ...]:
        return (IBX_PAGE, FDA_PAGE, MP_AD_1623)

    async def list_passages(self, version: VersionId) -> tuple[Passage, ...]:
        return ()

    async def list_records(self) -> tuple[DocumentRecord, ...]:
        return tuple(
            DocumentRecord(document, (), tuple(fact for fact in FACTS if fact.document == document))
            for document in await self.list_versions()
        )

    async def find_version(self, version: VersionId) -> DocumentRecord | None:
        return next((record for record in await self.list_records() if record.document.version_id == version), None)


class FakeTherapyStore(TherapyStore):
    """Two products and one condition."""

    async def find_therapy(self, therapy_id: str) -> Therapy | None:
        return {"zolgensma": ZOLGENSMA, "roctavian": ROCTAVIAN}.get(therapy_id)

    async def find_other_product(self, product_id: str) -> OtherProduct | None:
        return None

    async def find_condition(self, condition_id: str) -> Condition | None:
        return SMA if condition_id == SMA.id else None

    async def list_names(self) -> Mapping[str, tuple[str, ...]]:
        products = {each.id: (each.brand, each.proper_name) for each in (ZOLGENSMA, ROCTAVIAN)}
        return {**products, SMA.id: (SMA.name,)}

    async def list_terms(self) -> tuple[Term, ...]:
        return ()


class FakeFacilityStore(FacilityStore):
    """Two hospitals in Independence's network, none in CareSource's."""

    async def list_members(self, payer: PayerId) -> tuple[tuple[Facility, Membership], ...]:
        members = ((PENN, PENN_MEMBERSHIP), (CHOP, CHOP_MEMBERSHIP))
        return tuple(member for member in members if member[1].payer == payer)


class FakeEligibilityStore(EligibilityStore, AuditLog):
    """The members above; keeps every audit event."""

    def __init__(self) -> None:
        self.records = {record.member.id: record for record in (MAYA, PARENT, CHILD, ENDED, VAGUE)}
        self.counts: dict[str, FailureCount | None] = {}
        self.audited: list[AuditEvent] = []

    async def find_member(self, member_number: str) -> Member | None:
        record = self.records.get(MemberId(member_number))
        return record.member if record else None

    async def find_record(self, member_id: MemberId) -> MemberRecord | None:
        return self.records.get(member_id)

    async def list_dependents(self, subscriber: MemberId) -> tuple[MemberRecord, ...]:
        return tuple(record for record in self.records.values() if record.member.subscriber == subscriber)

    async def change_failure_counts(self, keys: tuple[str, ...], change: FailureTransition) -> None:
        self.counts |= dict(zip(keys, change(tuple(self.counts.get(key) for key in keys)), strict=True))

    async def record(self, event: AuditEvent) -> None:
        self.audited.append(event)


class FakeConversations(ConversationService):
    """One conversation in memory; remembers what was recorded."""

    def __init__(self, context: ConversationContext) -> None:
        self.context = context

    async def get_context(self, conversation_id: str) -> ConversationContext:
        return self.context

    async def record_plan(self, conversation_id: str, plan_id: str | None, state: str | None) -> None:
        self.context = replace(self.context, plan_id=plan_id, state=state or self.context.state)

    async def record_verification(self, conversation_id: str, member_id: str) -> None:
        self.context = replace(self.context, verified_member_id=member_id)


class FakeHandoffs(HandoffRequests):
    """The one conversation's request for a coach; remembers reason and cause."""

    def __init__(self, conversations: FakeConversations) -> None:
        self._conversation = conversations
        self.requests: list[tuple[str, HandoffCause]] = []

    async def request_handoff(
        self,
        conversation_id: str,
        *,
        reason: str,
        cause: HandoffCause,
        announces: bool = False,
        warning: Draft | None = None,
    ) -> HandoffRequest:
        context = self._conversation.context
        already = context.holder is Holder.WAITING
        self.requests += [] if already else [(reason, cause)]
        self._conversation.context = replace(context, holder=Holder.WAITING)
        return HandoffRequest(1, already)

    async def cancel_handoff(self, conversation_id: str, *, announces: bool = False) -> HandoffCancellation:
        context = self._conversation.context
        self._conversation.context = replace(context, holder=Holder.ASSISTANT)
        return HandoffCancellation(context.holder)


class FakeSearch(SearchService):
    """Finds for each payer what a test put there; None is what anyone may be told."""

    def __init__(self) -> None:
        self.found: dict[PayerId | None, SearchResult] = {}
        self.asked: list[tuple[str, PayerId | None]] = []
        self.inside: dict[str, SearchResult] = {}
        self.led: list[str] = []

    async def find(self, question: str, scope: Scope, as_of: date, *, limit: int = 3) -> SearchResult:
        self.asked.append((question, scope.payer))
        return self.found.get(scope.payer, SearchResult((), False, 0))

    async def find_in(self, question: str, document: PolicyDocument, *, limit: int = 3) -> SearchResult:
        return self.inside.get(question, SearchResult((), False, 0))

    async def find_lead(self, question: str, facts: Sequence[Fact]) -> Fact | None:
        self.led.append(question)
        return None
