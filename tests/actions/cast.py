"""Who and what the action tests are about: two plans, their sources, members, therapies and hospitals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone
from typing import Any

from knowledge.eligibility.model import (
    Answer,
    Coverage,
    Funding,
    Member,
    MemberId,
    MemberRecord,
)
from knowledge.facilities.model import Facility, FacilityId, Membership
from knowledge.policies.model import (
    DocumentId,
    DocumentKind,
    Fact,
    FactId,
    PayerId,
    Plan,
    PlanId,
    PolicyDocument,
)
from knowledge.therapies.model import (
    Condition,
    ConditionId,
    MarketStatus,
    Source,
    Therapy,
    TherapyId,
    TherapyKind,
)

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
