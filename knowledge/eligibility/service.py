"""Is this the member, and what does the plan record say about them?"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from knowledge.eligibility.model import (
    ADULT_AGE_YEARS,
    Answer,
    AuditEvent,
    Coverage,
    DependentAnswer,
    EligibilityAnswer,
    EligibilitySettings,
    FailureCount,
    Funding,
    Member,
    MemberId,
    MemberRecord,
    UnknownMember,
    Verification,
    VerificationOutcome,
    count_failure,
    normalise_member_number,
)
from knowledge.plan_calendar import DEFAULT_TIME_ZONE, today
from knowledge.policies.model import PlanId

# Compared with when no member has the number, so that the answer costs the same. No member is born that day.
_NOBODYS_BIRTH_DATE = date(1, 1, 1)

FailureTransition = Callable[[tuple[FailureCount | None, ...]], tuple[FailureCount | None, ...]]


class EligibilityStore(Protocol):
    """Where member records are kept. Every method raises StoreUnavailable when it can't answer."""

    async def find_member(self, member_number: str) -> Member | None: ...

    async def find_record(self, member_id: MemberId) -> MemberRecord | None: ...

    async def list_dependents(self, subscriber: MemberId) -> tuple[MemberRecord, ...]: ...

    async def change_failure_counts(self, keys: tuple[str, ...], change: FailureTransition) -> None:
        """Hands the counts under `keys` to `change` and keeps what it returns, in one transaction.

        No other attempt under any of these keys comes between. None is "no failures".
        """
        ...


class AuditLog(Protocol):
    """Where look-ups are recorded, append-only. Raises StoreUnavailable when it can't record."""

    async def record(self, event: AuditEvent) -> None: ...


@dataclass(frozen=True)
class _Limit:
    """Under which key wrong attempts are counted, how many lock it, and whether the right data clears it."""

    key: str
    failures: int
    is_forgiven: bool


@dataclass
class _Judgement:
    """What one attempt came to, decided inside the transaction that counts it."""

    outcome: VerificationOutcome = VerificationOutcome.LOCKED


class EligibilityService:
    """The one door to member records: nothing is handed out before it is audited."""

    def __init__(
        self,
        store: EligibilityStore,
        audit: AuditLog,
        clock: Callable[[], datetime],
        settings: EligibilitySettings,
    ) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._settings = settings

    async def verify(
        self,
        *,
        member_number: str,
        date_of_birth: date,
        conversation_id: str,
        origin: str | None = None,
        budget_s: float | None = None,
    ) -> Verification:
        """Checks a member number (in any writing) with a date of birth.

        The third failure of a conversation, or for a member number, locks it for 15 minutes, and so does the tenth
        from one `origin` (the network address, where the channel knows it); while it is locked even the right data
        is refused. Whether a number exists can't be told from outcome or time.

        The source has `budget_s` seconds, after which the attempt is abandoned. Once it has answered, the attempt
        comes to its end: what is counted and audited is what the member hears.
        """
        number = normalise_member_number(member_number)
        now = self._clock()
        try:
            member = await asyncio.wait_for(self._store.find_member(number), budget_s)
        except asyncio.TimeoutError:
            await self._record_attempt(now, conversation_id, None, VerificationOutcome.ABANDONED)
            return Verification(VerificationOutcome.ABANDONED, None)
        expected = member.date_of_birth if member else _NOBODYS_BIRTH_DATE
        is_right = hmac.compare_digest(expected.isoformat(), date_of_birth.isoformat()) and member is not None
        limits = self._limits(conversation_id, number, origin)
        judgement = _Judgement()

        def judge(counts: tuple[FailureCount | None, ...]) -> tuple[FailureCount | None, ...]:
            if any(count is not None and count.is_locked(now) for count in counts):
                # Not counted: a lock that every further attempt prolongs would shut a member out for good.
                judgement.outcome = VerificationOutcome.LOCKED
                return counts
            if is_right:
                judgement.outcome = VerificationOutcome.VERIFIED
                return tuple(None if limit.is_forgiven else count for limit, count in zip(limits, counts, strict=True))
            after = tuple(
                count_failure(count, now, limit=limit.failures, lock=self._settings.lock)
                for limit, count in zip(limits, counts, strict=True)
            )
            locks = any(count.is_locked(now) for count in after)
            judgement.outcome = VerificationOutcome.LOCKED if locks else VerificationOutcome.NO_MATCH
            return after

        await self._store.change_failure_counts(tuple(limit.key for limit in limits), judge)
        member_id = member.id if member and judgement.outcome is VerificationOutcome.VERIFIED else None
        await self._record_attempt(now, conversation_id, member_id, judgement.outcome)
        return Verification(judgement.outcome, member_id)

    async def look_up(
        self, *, member_id: MemberId, as_of: date, conversation_id: str, purpose: str
    ) -> EligibilityAnswer:
        """What the record of a verified member says for the service day `as_of`; what it does not say is unknown.

        Dependents: only for the person who holds the plan, only children on the same plan who are under 18 both today
        and on that day: a grown child's record is the child's own, whichever day is asked about. Raises
        UnknownMember.
        """
        record = await self._store.find_record(member_id)
        if record is None:
            await self._record_look_up(member_id, conversation_id, purpose, "unknown_member")
            raise UnknownMember
        answer = await self._answer(record, as_of)
        await self._record_look_up(member_id, conversation_id, purpose, f"active_{answer.active.value}")
        return answer

    async def find_vouched_member(self, member_number: str) -> MemberId | None:
        """The member for whom the plan's own portal vouches, None if no member has that number; audited.

        The caller has checked the portal's signature: this proves nothing by itself.
        """
        member = await self._store.find_member(normalise_member_number(member_number))
        await self._audit.record(
            AuditEvent(
                at=self._clock(),
                actor="member",
                conversation_id=None,
                member_id=member.id if member else None,
                purpose="portal_token",
                level="verified" if member else "anonymous",
                outcome="verified" if member else "no_match",
            )
        )
        return member.id if member else None

    async def is_own_number(self, member_id: MemberId, member_number: str, *, conversation_id: str) -> bool:
        """True where the number is this verified member's; a stranger's and nobody's are the same False. Audited."""
        member = await self._store.find_member(normalise_member_number(member_number))
        is_own = member is not None and member.id == member_id
        await self._record_look_up(member_id, conversation_id, "own_number", "own" if is_own else "not_own")
        return is_own

    async def find_plan_id(self, member_id: MemberId, *, conversation_id: str | None = None) -> PlanId | None:
        """The plan of the member's active cover, else of the newest on file; None if there is none. Audited."""
        record = await self._store.find_record(member_id)
        coverage = record.coverage_for(self._today()) if record else None
        outcome = ("plan_found" if coverage else "no_plan") if record else "unknown_member"
        await self._record_look_up(member_id, conversation_id, "plan_of_member", outcome)
        return coverage.plan_id if coverage else None

    async def _answer(self, record: MemberRecord, day: date) -> EligibilityAnswer:
        coverage = record.coverage_for(day)
        return EligibilityAnswer(
            relationship=record.member.relationship,
            is_minor=record.member.age_on(self._today()) < ADULT_AGE_YEARS,
            active=coverage.active_on(day) if coverage else Answer.UNKNOWN,
            starts_on=coverage.starts_on if coverage else None,
            ends_on=coverage.ends_on if coverage else None,
            plan_id=coverage.plan_id if coverage else None,
            plan_name=coverage.plan_name if coverage else None,
            line_of_business=coverage.line_of_business if coverage else None,
            state=coverage.state if coverage else None,
            funding=coverage.funding if coverage else Funding.UNKNOWN,
            medical_benefit=coverage.medical_benefit if coverage else Answer.UNKNOWN,
            approval_required=coverage.approval_required if coverage else Answer.UNKNOWN,
            source=coverage.source if coverage else "",
            as_of=coverage.recorded_at if coverage else self._clock(),
            service_day=day,
            dependents=await self._minor_dependents(record, day),
            is_sample=record.member.is_sample,
        )

    async def _minor_dependents(self, record: MemberRecord, day: date) -> tuple[DependentAnswer, ...]:
        own = record.coverage_for(day)
        if own is None or not record.member.is_subscriber:
            return ()
        answers = []
        for dependent in await self._store.list_dependents(record.member.id):
            coverage = dependent.coverage_for(day)
            is_minor = dependent.member.age_on(max(day, self._today())) < ADULT_AGE_YEARS
            if is_minor and coverage and coverage.plan_id == own.plan_id:
                answers.append(_dependent_answer(dependent.member, coverage, day))
        return tuple(answers)

    def _today(self) -> date:
        return today(DEFAULT_TIME_ZONE, self._clock())

    def _limits(self, conversation_id: str, member_number: str, origin: str | None) -> tuple[_Limit, ...]:
        # Only the number's own count is cleared by the right data: whoever knows one member's data could
        # otherwise go on guessing at others'.
        limits = (
            _Limit(f"conversation:{conversation_id}", self._settings.failures_before_lock, is_forgiven=False),
            _Limit(f"member_number:{_digest(member_number)}", self._settings.failures_before_lock, is_forgiven=True),
        )
        if origin is None:
            return limits
        by_origin = _Limit(f"origin:{_digest(origin)}", self._settings.origin_failures_before_lock, is_forgiven=False)
        return (*limits, by_origin)

    async def _record_attempt(
        self, now: datetime, conversation_id: str, member_id: MemberId | None, outcome: VerificationOutcome
    ) -> None:
        await self._audit.record(
            AuditEvent(
                at=now,
                actor="member",
                conversation_id=conversation_id,
                member_id=member_id,
                purpose="verification",
                level="verified" if outcome is VerificationOutcome.VERIFIED else "anonymous",
                outcome=outcome.value,
            )
        )

    async def _record_look_up(
        self, member_id: MemberId, conversation_id: str | None, purpose: str, outcome: str
    ) -> None:
        await self._audit.record(
            AuditEvent(
                at=self._clock(),
                actor="assistant",
                conversation_id=conversation_id,
                member_id=member_id,
                purpose=purpose,
                level="verified",
                outcome=outcome,
            )
        )


def _dependent_answer(dependent: Member, coverage: Coverage, day: date) -> DependentAnswer:
    return DependentAnswer(
        relationship=dependent.relationship,
        age_group="pediatric",
        active=coverage.active_on(day),
        starts_on=coverage.starts_on,
        ends_on=coverage.ends_on,
        medical_benefit=coverage.medical_benefit,
        approval_required=coverage.approval_required,
        funding=coverage.funding,
        source=coverage.source,
        as_of=coverage.recorded_at,
    )


def _digest(text: str) -> str:
    # Hashed, so that the table of failures is no list of the numbers and addresses that people tried.
    return hashlib.sha256(text.encode()).hexdigest()
