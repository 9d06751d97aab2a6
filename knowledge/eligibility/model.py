"""Who was verified, what does the plan record say, and what is unknown?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Literal, NewType

from knowledge.policies.model import PlanId

MemberId = NewType("MemberId", str)

ADULT_AGE_YEARS = 18


class Answer(str, Enum):
    """A three-valued answer; what the record does not say is UNKNOWN, never NO."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Funding(str, Enum):
    """Who carries the plan's risk: the insurer, or the employer (whose own plan rules then count)."""

    INSURED = "insured"
    SELF_FUNDED = "self_funded"
    UNKNOWN = "unknown"


class VerificationOutcome(str, Enum):
    """How an attempt to prove one's identity ended. A wrong date and no such member are the same NO_MATCH.

    ABANDONED: the source took longer than anybody waited; nothing was compared and nothing is counted.
    """

    VERIFIED = "verified"
    NO_MATCH = "no_match"
    LOCKED = "locked"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Verification:
    """The result of one attempt; `member_id` only when verified."""

    outcome: VerificationOutcome
    member_id: MemberId | None


@dataclass(frozen=True)
class EligibilitySettings:
    """How many wrong attempts lock, and for how long.

    Behind one origin (a network address) may be a whole clinic, so its limit is larger.
    """

    failures_before_lock: int = 3
    origin_failures_before_lock: int = 10
    lock: timedelta = timedelta(minutes=15)


@dataclass(frozen=True)
class FailureCount:
    """Wrong attempts of one conversation, for one member number, or from one origin."""

    failures: int
    last_failure_at: datetime
    locked_until: datetime | None

    def is_locked(self, now: datetime) -> bool:
        """True while attempts are refused without looking at them."""
        return self.locked_until is not None and now < self.locked_until


def count_failure(before: FailureCount | None, now: datetime, *, limit: int, lock: timedelta) -> FailureCount:
    """The count after one more wrong attempt; the one that reaches `limit` locks.

    Failures older than the lock time no longer count.
    """
    still_counts = before is not None and before.locked_until is None and now - before.last_failure_at < lock
    failures = (before.failures if before is not None and still_counts else 0) + 1
    return FailureCount(failures, now, now + lock if failures >= limit else None)


@dataclass(frozen=True)
class Member:
    """One person of the member file. `subscriber` None: this person holds the plan."""

    id: MemberId
    member_number: str
    date_of_birth: date
    relationship: str
    subscriber: MemberId | None
    is_sample: bool

    @property
    def is_subscriber(self) -> bool:
        """True for the person who holds the plan."""
        return self.subscriber is None

    def age_on(self, day: date) -> int:
        """Completed years on that day."""
        born = self.date_of_birth
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True)
class Coverage:
    """One period of cover under one plan; `starts_on` and `ends_on` are both covered days.

    `recorded_at` is when the member file last said so.
    """

    plan_id: PlanId
    plan_name: str | None
    line_of_business: str | None
    state: str | None
    funding: Funding
    starts_on: date | None
    ends_on: date | None
    medical_benefit: Answer
    approval_required: Answer
    source: str
    recorded_at: datetime

    def active_on(self, day: date) -> Answer:
        """YES or NO where the record's dates settle it, else UNKNOWN."""
        if self.ends_on is not None and self.ends_on < day:
            return Answer.NO
        if self.starts_on is None:
            return Answer.UNKNOWN
        return Answer.YES if self.starts_on <= day else Answer.NO


@dataclass(frozen=True)
class MemberRecord:
    """A member with every period of cover on file, newest first."""

    member: Member
    coverages: tuple[Coverage, ...]

    def coverage_for(self, day: date) -> Coverage | None:
        """The period that answers for that day: the active one, else one that may be, else the newest."""
        for wanted in (Answer.YES, Answer.UNKNOWN, Answer.NO):
            for coverage in self.coverages:
                if coverage.active_on(day) is wanted:
                    return coverage
        return None


@dataclass(frozen=True)
class MemberEntry:
    """One row of a member file: a person and one period of cover."""

    member_number: str
    first_name: str
    date_of_birth: date
    zip_code: str
    relationship: str
    subscriber_number: str | None
    plan_id: PlanId
    state: str | None
    funding: Funding
    starts_on: date | None
    ends_on: date | None
    medical_benefit: Answer
    approval_required: Answer
    is_sample: bool


@dataclass(frozen=True)
class DependentAnswer:
    """A child under 18 on the verified parent's plan: no name, no number, no birth date.

    Everything is the child's own period of cover; nothing is taken over from the parent's.
    """

    relationship: str
    age_group: Literal["pediatric"]
    active: Answer
    starts_on: date | None
    ends_on: date | None
    medical_benefit: Answer
    approval_required: Answer
    funding: Funding
    source: str
    as_of: datetime


@dataclass(frozen=True)
class EligibilityAnswer:
    """What the plan record says for one service day. Active never means that a therapy is covered.

    `as_of` is when the source last confirmed the record; `service_day` the day asked about. `is_minor` tells that the
    verified member is under 18 today, so that this is a child's record.
    """

    relationship: str
    is_minor: bool
    active: Answer
    starts_on: date | None
    ends_on: date | None
    plan_id: PlanId | None
    plan_name: str | None
    line_of_business: str | None
    state: str | None
    funding: Funding
    medical_benefit: Answer
    approval_required: Answer
    source: str
    as_of: datetime
    service_day: date
    dependents: tuple[DependentAnswer, ...]
    is_sample: bool


@dataclass(frozen=True)
class AuditEvent:
    """Who looked, at whose record, why, at which level of identity, and how it ended. Never what was seen.

    `conversation_id` is None where the conversation begins with the event: a portal's token comes first.
    """

    at: datetime
    actor: Literal["member", "assistant", "coach", "operator"]
    conversation_id: str | None
    member_id: MemberId | None
    purpose: str
    level: Literal["anonymous", "verified"]
    outcome: str


class UnknownMember(Exception):
    """No member with that id is on file."""

    code = "UNKNOWN_MEMBER"


def normalise_member_number(written: str) -> str:
    """Upper-case, without spaces and dashes of any kind."""
    return re.sub(r"[\s\-\u2010-\u2015]", "", written).upper()
