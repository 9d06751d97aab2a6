"""Who and what the action tests are about: two plans, their sources, three members, two hospitals, and the fakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from typing import Any

from rasa_sdk.executor import ActionExecutor

from actions.server import build_executor
from actions.services import ActionServices
from bot.conversations.model import (
    Channel,
    ConversationContext,
    ConversationId,
    Draft,
    HandoffCancellation,
    HandoffCause,
    HandoffRequest,
    Holder,
)
from bot.conversations.requests import HandoffRequests
from bot.conversations.service import ConversationService
from knowledge.eligibility.model import (
    Answer,
    AuditEvent,
    Coverage,
    EligibilitySettings,
    FailureCount,
    Funding,
    Member,
    MemberId,
    MemberRecord,
)
from knowledge.eligibility.service import AuditLog, EligibilityService, EligibilityStore, FailureTransition
from knowledge.facilities.model import Facility, FacilityId, Membership
from knowledge.facilities.service import FacilityService, FacilityStore
from knowledge.policies.model import (
    DocumentId,
    DocumentKind,
    DocumentRecord,
    Fact,
    FactId,
    Passage,
    PayerId,
    Plan,
    PlanId,
    PolicyDocument,
    Scope,
    VersionId,
)
from knowledge.policies.service import PolicyService, PolicyStore
from knowledge.search.model import SearchResult
from knowledge.search.service import SearchService
from knowledge.therapies.model import (
    Condition,
    ConditionId,
    MarketStatus,
    OtherProduct,
    Source,
    Term,
    Therapy,
    TherapyId,
    TherapyKind,
)
from knowledge.therapies.service import TherapyService, TherapyStore

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=timezone.utc)
TODAY = date(2026, 11, 21)
CONVERSATION = "c" * 32

INDEPENDENCE = Plan(
    PlanId("independence"), PayerId("independence"), "Independence Blue Cross", "Independence Blue Cross",
    "commercial", (), "America/New_York", ("IBX",),
)  # fmt: skip
CARESOURCE = Plan(
    PlanId("caresource"), PayerId("caresource"), "CareSource", "CareSource Marketplace",
    "marketplace", ("GA", "IN", "OH", "WV"), "America/New_York", (),
)  # fmt: skip


def make_document(plan: Plan | None, kind: DocumentKind, **changes: Any) -> PolicyDocument:
    """A source of this plan's payer, in force since it was read; None makes it nobody's."""
    document = PolicyDocument(
        id=DocumentId("page"), payer=plan.payer if plan else None, payer_name=plan.payer_name if plan else "FDA",
        number=None, title="Page", kind=kind, lines_of_business=(), states=(), version=None, issued_on=None,
        effective_on=None, revised_on=None, archived_on=None, read_on=date(2026, 1, 2), url="https://example.org/",
        checksum="", rank=kind.rank,
    )  # fmt: skip
    return replace(document, **changes)


IBX_PAGE = make_document(INDEPENDENCE, DocumentKind.MEMBER_PAGE, id=DocumentId("ibx-page"))
FDA_PAGE = make_document(None, DocumentKind.PUBLIC_SOURCE, id=DocumentId("fda-page"))
MP_AD_1623 = make_document(
    CARESOURCE, DocumentKind.ADMINISTRATIVE_POLICY, id=DocumentId("mp-ad-1623"), number="MP-AD-1623",
    title="Gene therapies",
    lines_of_business=("marketplace",), states=("GA", "IN", "OH", "WV"), issued_on=date(2026, 1, 28),
    effective_on=date(2026, 5, 1),
)  # fmt: skip


def make_fact(topic: str, document: PolicyDocument, position: int = 1, *, sentences: int = 1, tag: str = "") -> Fact:
    """A fact of so many sentences; its id says where it comes from."""
    fact_id = FactId(f"{document.id}/{topic}/{position}")
    text = " ".join([f"F{position} says so."] * sentences)
    return Fact(fact_id, topic, position, text, document, None, (tag,) if tag else ())


FACTS = (
    make_fact("therapy_basics", FDA_PAGE),
    make_fact("therapy_basics", IBX_PAGE, tag="definition"),
    make_fact("therapy_basics", MP_AD_1623, tag="definition"),
    *(make_fact("coverage_general", IBX_PAGE, position, sentences=2 if position < 3 else 1) for position in (1, 2, 3)),
    make_fact("coverage_general", MP_AD_1623),
    make_fact("precertification", IBX_PAGE),
    make_fact("precertification", MP_AD_1623),
    make_fact("policy_lookup", IBX_PAGE),
    make_fact("policy_lookup", MP_AD_1623),
    make_fact("appeal_denial", FDA_PAGE, sentences=2),
    make_fact("appeal_denial", FDA_PAGE, 2, sentences=2),
    make_fact("process_followup", FDA_PAGE),
    make_fact("safety_risks", MP_AD_1623),
    make_fact("safety_risks", FDA_PAGE),
    make_fact("therapy_info", FDA_PAGE, tag="zolgensma"),
    make_fact("therapy_info", FDA_PAGE, 2, tag="roctavian"),
)

_FDA_LIST = (Source("List", "FDA", "https://example.org/list", None, TODAY),)
ZOLGENSMA = Therapy(
    id=TherapyId("zolgensma"), brand="Zolgensma", proper_name="onasemnogene abeparvovec-xioi", manufacturer="Novartis",
    kind=TherapyKind.IN_VIVO_GENE_ADDITION, gene="SMN1", conditions=(ConditionId("sma"),),
    route="infusion into a vein", setting="hospital", dosing="once", one_time=True, ages="children under 2 years",
    age_min_years=0, age_max_years=1, approved_on=date(2019, 5, 24), accelerated_approval=False,
    us_status=MarketStatus.MARKETED, names=(), aliases=(), misspellings=(), sources=_FDA_LIST,
)  # fmt: skip
ROCTAVIAN = replace(
    ZOLGENSMA, id=TherapyId("roctavian"), brand="Roctavian", us_status=MarketStatus.DISCONTINUED, ages=None,
    route=None, dosing=None,
)  # fmt: skip
SMA = Condition(
    ConditionId("sma"), "spinal muscular atrophy", "SMN1", (), (TherapyId("zolgensma"),), (), (), (), (), (), _FDA_LIST
)

PENN = Facility(
    FacilityId("penn"), "Penn Medicine", "3400 Spruce St", "Philadelphia", "PA", "19104", 39.95, -75.19, "215-555-0100",
    None, (), (),
)  # fmt: skip
CHOP = replace(PENN, id=FacilityId("chop"), name="Children's Hospital of Philadelphia", latitude=39.94, phone=None)
PENN_MEMBERSHIP = Membership(
    PENN.id, INDEPENDENCE.payer, INDEPENDENCE.payer_name, "Advanced Network", (), ("adult",), date(2023, 1, 1), None,
    date(2026, 1, 2), date(2026, 1, 2), "Page", "https://example.org/",
)  # fmt: skip
CHOP_MEMBERSHIP = replace(PENN_MEMBERSHIP, facility=CHOP.id, age_groups=("pediatric",))


def make_record(number: str, plan: Plan, *, subscriber: str | None = None, **changes: Any) -> MemberRecord:
    """A fictional member, born 04/12/1985 unless a child, whose coverage has been active since the year began."""
    coverage = Coverage(
        plan_id=plan.id, plan_name=plan.name, line_of_business=plan.line_of_business, state="OH",
        funding=Funding.INSURED, starts_on=date(2026, 1, 1), ends_on=None, medical_benefit=Answer.YES,
        approval_required=Answer.YES, source="Sample member file", recorded_at=NOW,
    )  # fmt: skip
    born = date(2024, 5, 1) if subscriber else date(1985, 4, 12)
    parent = MemberId(subscriber) if subscriber else None
    member = Member(MemberId(number), number, born, "child" if subscriber else "subscriber", parent, is_sample=True)
    return MemberRecord(member, (replace(coverage, **changes),))


MAYA = make_record("GG1000001", INDEPENDENCE)
PARENT = make_record("GG1000002", INDEPENDENCE)
CHILD = make_record("GG1000003", INDEPENDENCE, subscriber="GG1000002")
ENDED = make_record("GG1000004", INDEPENDENCE, ends_on=date(2026, 6, 30))
VAGUE = make_record("GG1000005", CARESOURCE, approval_required=Answer.UNKNOWN, medical_benefit=Answer.UNKNOWN)


class FakePolicyStore(PolicyStore):
    """The sources above."""

    async def list_plans(self) -> tuple[Plan, ...]:
        return (INDEPENDENCE, CARESOURCE)

    async def list_facts(self, topic: str, payer: PayerId | None) -> tuple[Fact, ...]:
        return tuple(fact for fact in FACTS if fact.topic == topic and fact.document.payer in (None, payer))

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

    async def record_plan(self, conversation_id: str, plan_id: str, state: str | None) -> None:
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


@dataclass(frozen=True)
class Ran:
    """What one action said and what it left behind."""

    responses: list[dict[str, Any]]
    events: list[dict[str, Any]]

    @property
    def keys(self) -> list[str]:
        return [response["response"] for response in self.responses]

    @property
    def outcomes(self) -> list[str]:
        return [response["reply"]["outcome"] for response in self.responses]

    @property
    def reply(self) -> dict[str, Any]:
        """The envelope of the last reply."""
        return self.responses[-1]["reply"]

    @property
    def values(self) -> dict[str, Any]:
        """The last reply's values."""
        return self.responses[-1]

    @property
    def titles(self) -> list[str]:
        """The last reply's buttons."""
        return [button["payload"] for button in self.responses[-1]["buttons"]]

    @property
    def payers(self) -> set[str]:
        """Whose sources the last reply cites."""
        return {citation["payer"] for citation in self.reply.get("citations", [])}

    @property
    def slots(self) -> dict[str, Any]:
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}

    @property
    def follows(self) -> str | None:
        """The action or form that the dialogue goes on with."""
        return next((event["name"] for event in self.events if event["event"] == "followup"), None)


class FakeSearch(SearchService):
    """Finds for each payer what a test put there; None is what anyone may be told."""

    def __init__(self) -> None:
        self.found: dict[PayerId | None, SearchResult] = {}
        self.asked: list[tuple[str, PayerId | None]] = []

    async def find(self, question: str, scope: Scope, as_of: date, *, limit: int = 3) -> SearchResult:
        self.asked.append((question, scope.payer))
        return self.found.get(scope.payer, SearchResult((), False, 0))

    async def find_lead(self, question: str, facts: Sequence[Fact]) -> Fact | None:
        return None


def _opened_form(written: str) -> list[dict[str, Any]]:
    """The message that a form asked for the plan after."""
    return [{"event": "user", "text": written}, {"event": "active_loop", "name": "plan_form"}]


@dataclass
class Stage:
    """The actions on the fakes, and a conversation to run them in; slots stay from one run to the next."""

    plan_id: str | None = None
    state: str | None = None
    channel: Channel = Channel.WEB
    verified: str | None = None
    locale: str = "en"
    slots: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.members = FakeEligibilityStore()
        self.conversations = FakeConversations(
            ConversationContext(
                conversation_id=ConversationId(CONVERSATION),
                channel=self.channel,
                plan_id=self.plan_id,
                state=self.state,
                locale=self.locale,
                verified_member_id=self.verified,
                holder=Holder.ASSISTANT,
            )
        )
        self.handoffs = FakeHandoffs(self.conversations)
        self.search = FakeSearch()
        self.services = ActionServices(
            policies=PolicyService(FakePolicyStore(), lambda: NOW),
            therapies=TherapyService(FakeTherapyStore()),
            facilities=FacilityService(FakeFacilityStore()),
            eligibility=EligibilityService(self.members, self.members, lambda: NOW, EligibilitySettings()),
            search=self.search,
            conversations=self.conversations,
            handoffs=self.handoffs,
        )
        self.executor: ActionExecutor = build_executor(self.services)

    async def run(
        self,
        action: str,
        intent: str = "inform",
        *,
        text: str = "words",
        form: str | None = None,
        asked: str | None = None,
        last_outcome: str | None = None,
        last_topic: str | None = None,
        already_run: Sequence[str] = (),
        entities: Sequence[tuple[str, str]] = (),
        wrote_before_form: str | None = None,
    ) -> Ran:
        """Runs one action on a message with this intent and these entities; `form` is open and has `asked`."""
        message = {
            "text": text,
            "intent": {"name": intent},
            "entities": [{"entity": name, "value": value} for name, value in entities],
        }
        done = [{"event": "action", "name": name} for name in already_run]
        envelope = {"outcome": last_outcome, "topic": last_topic}
        said_before = {"event": "bot", "metadata": {"reply": envelope}} if last_outcome else None
        tracker = {
            "sender_id": CONVERSATION,
            "slots": {**self.slots, "requested_slot": asked},
            "latest_message": message,
            "events": [
                *(_opened_form(wrote_before_form) if wrote_before_form else []),
                *([said_before] if said_before else []),
                {"event": "user", "input_channel": self.channel.value},
                *done,
            ],
            "active_loop": {"name": form} if form else {},
        }
        result = await self.executor.run({"next_action": action, "tracker": tracker, "domain": {}})
        assert result is not None
        ran = Ran(result.responses, result.events)
        self.slots |= ran.slots
        return ran
