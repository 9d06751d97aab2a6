"""How does a member file get in? From a CSV file with one row for each member and period of cover.

Columns (all in the header, in any order):

member_number      letters and digits; spaces and dashes are dropped, letters made capital
first_name         kept with the record
date_of_birth      YYYY-MM-DD
zip_code           five digits
relationship       subscriber, spouse, child or other
subscriber_number  the member number of the person who holds the plan; empty for the subscriber
plan_id            a plan on file
state              two letters; empty: unknown
funding            insured or self_funded; empty: unknown
starts_on, ends_on first and last covered day (YYYY-MM-DD); empty: start unknown, no end on file
medical_benefit, approval_required   yes or no; empty: unknown
is_sample          yes for a fictional member, else no

A member with several periods of cover has several rows; the personal columns are the same in each. A member on file
is updated; a period is the same one when plan and first day are the same. What the file does not name stays, so cover
that ended is kept. All or nothing; a problem names row and column, never a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from bot.database import Database
from knowledge.csv_files import ImportRefused, ImportReport, Problem, Row, check_harmless, read_csv
from knowledge.eligibility import import_store
from knowledge.eligibility.model import Answer, Funding, MemberEntry, normalise_member_number
from knowledge.policies.model import PlanId

_FIRST_BIRTH = date(1900, 1, 1)


def _checked_number(written: str) -> str:
    number = normalise_member_number(written)
    if not (4 <= len(number) <= 32 and number.isascii() and number.isalnum()):
        raise ValueError("must be 4 to 32 letters and digits")
    return number


MemberNumber = Annotated[str, AfterValidator(_checked_number)]
YesOrNo = Literal["yes", "no"]


class MemberRow(BaseModel):
    """One row of the file."""

    model_config = ConfigDict(frozen=True)

    member_number: MemberNumber
    first_name: Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(check_harmless)]
    date_of_birth: date
    zip_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
    relationship: Literal["subscriber", "spouse", "child", "other"]
    subscriber_number: MemberNumber | None
    plan_id: str
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None
    funding: Literal["insured", "self_funded"] | None
    starts_on: date | None
    ends_on: date | None
    medical_benefit: YesOrNo | None
    approval_required: YesOrNo | None
    is_sample: YesOrNo

    @model_validator(mode="after")
    def _parts_agree(self) -> MemberRow:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("ends_on is before starts_on")
        if (self.relationship == "subscriber") != (self.subscriber_number is None):
            raise ValueError("subscriber_number is for everybody but the subscriber")
        return self

    def entry(self) -> MemberEntry:
        """The row as the record keeps it: what is not said is unknown."""
        return MemberEntry(
            member_number=self.member_number,
            first_name=self.first_name,
            date_of_birth=self.date_of_birth,
            zip_code=self.zip_code,
            relationship=self.relationship,
            subscriber_number=self.subscriber_number,
            plan_id=PlanId(self.plan_id),
            state=self.state,
            funding=Funding(self.funding or "unknown"),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            medical_benefit=Answer(self.medical_benefit or "unknown"),
            approval_required=Answer(self.approval_required or "unknown"),
            is_sample=self.is_sample == "yes",
        )

    def person(self) -> tuple[object, ...]:
        """The personal columns, which are the same in every row of a member."""
        return (
            self.first_name,
            self.date_of_birth,
            self.zip_code,
            self.relationship,
            self.subscriber_number,
            self.is_sample,
        )


def import_members(database: Database, path: Path, *, now: datetime | None = None) -> ImportReport:
    """Takes a member file in; the report counts rows. Raises ImportRefused, StoreUnavailable."""
    moment = now or datetime.now(timezone.utc)
    rows = read_csv(path, MemberRow)
    known = database.write_now(import_store.find_known_ids)
    problems = list(_problems(rows, known, moment.date()))
    if problems:
        raise ImportRefused(problems)
    entries = tuple(row.values.entry() for row in rows)
    return database.write_now(
        lambda connection: import_store.upsert_members(connection, entries, moment, lambda: uuid4().hex)
    )


def _problems(rows: list[Row[MemberRow]], known: import_store.KnownIds, today: date) -> Iterable[Problem]:
    people: dict[str, tuple[object, ...]] = {}
    periods: set[tuple[str, str, date | None]] = set()
    subscribers = {row.values.member_number for row in rows if row.values.subscriber_number is None}
    dependents = {row.values.member_number for row in rows} - subscribers
    for row in rows:
        values = row.values
        if not _FIRST_BIRTH <= values.date_of_birth <= today:
            yield Problem(row.number, "date_of_birth", "not between 1900 and today")
        if values.plan_id not in known.plans:
            yield Problem(row.number, "plan_id", "no such plan is on file")
        if people.setdefault(values.member_number, values.person()) != values.person():
            yield Problem(row.number, "member_number", "an earlier row says something else about this member")
        period = (values.member_number, values.plan_id, values.starts_on)
        if period in periods:
            yield Problem(row.number, None, "the same period of cover stands in an earlier row")
        periods.add(period)
        holder = values.subscriber_number
        if holder and holder not in subscribers and (holder in dependents or holder not in known.subscribers):
            yield Problem(row.number, "subscriber_number", "no subscriber with this number")
