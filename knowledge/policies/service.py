"""Which documents and facts hold for this payer, in this state, on this day?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from knowledge.plan_calendar import DEFAULT_TIME_ZONE
from knowledge.plan_calendar import today as today_in
from knowledge.policies.in_force import Current, InForce
from knowledge.policies.model import (
    DEFINITION,
    DETAIL,
    DocumentKind,
    DocumentLookup,
    DocumentRecord,
    Fact,
    FactId,
    Passage,
    PayerId,
    Plan,
    PolicyDocument,
    Scope,
    VersionId,
)
from knowledge.policies.numbers import number_key


class PolicyStore(Protocol):
    """Where plans, documents and facts are kept. Every method raises StoreUnavailable when it can't answer."""

    async def list_plans(self) -> tuple[Plan, ...]: ...

    async def list_versions(self) -> tuple[PolicyDocument, ...]:
        """Every version ever stored, in the order of storing; the same object until the content changes."""
        ...

    async def list_facts(self, topic: str, payer: PayerId | None) -> tuple[Fact, ...]:
        """All facts of the topic that are payer-neutral or this payer's, whatever their dates; none withdrawn."""
        ...

    async def list_named_facts(self, ids: Collection[str]) -> tuple[Fact, ...]:
        """All facts with one of these ids, whosever and whatever their dates; none withdrawn."""
        ...

    async def list_passages(self, version: VersionId) -> tuple[Passage, ...]: ...

    async def list_records(self) -> tuple[DocumentRecord, ...]:
        """Every version that is not withdrawn, whole; the same object until the content changes."""
        ...

    async def find_version(self, version: VersionId) -> DocumentRecord | None: ...


class PolicyService:
    """Reads plans, documents and facts; nothing that is out of scope or not in force is handed out as current.

    `as_of` None is today in the time zone of the scope's plan.
    """

    def __init__(self, store: PolicyStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._seen: tuple[PolicyDocument, ...] | None = None
        self._in_force = InForce(())

    async def list_plans(self) -> tuple[Plan, ...]:
        """Every plan on file, in the order in which a member is offered them."""
        return await self._store.list_plans()

    async def find_plan(self, plan_id: str) -> Plan | None:
        """The plan with that id, None if there is none."""
        return next((plan for plan in await self._store.list_plans() if plan.id == plan_id), None)

    async def find_facts(
        self, topic: str, scope: Scope, as_of: date | None = None, *, about: str | None = None
    ) -> tuple[Fact, ...]:
        """What may be said on `topic` to a member of this scope on that day; empty when nothing is on file.

        Order: the payer's own facts before the payer-neutral ones, each by rank, then position; facts tagged
        `detail` (for "tell me more") after all others. Facts that are only about some therapies or conditions come
        back, first, for `about` one of those ids; those tagged `general` also, in their place, where `about` is
        None. Never two payers' facts at once.
        """
        day = as_of or await self._find_today(scope)
        documents = (await self._find_current(scope, day)).by_version
        current = [
            replace(fact, document=documents[fact.document.version_id])
            for fact in await self._store.list_facts(topic, scope.payer)
            if fact.document.version_id in documents and fact.fits(about)
        ]
        has_own_definition = any(fact.document.payer and DEFINITION in fact.tags for fact in current)
        spoken = [
            fact for fact in current if fact.document.payer or not (has_own_definition and DEFINITION in fact.tags)
        ]
        return tuple(sorted(spoken, key=lambda fact: _speaking_order(fact, about)))

    async def find_named_facts(self, ids: Sequence[str], scope: Scope, as_of: date | None = None) -> tuple[Fact, ...]:
        """Those of the facts with these ids that may be said to a member of this scope on that day, in this order."""
        documents = (await self._find_current(scope, as_of or await self._find_today(scope))).by_version
        current = {
            fact.id: replace(fact, document=documents[fact.document.version_id])
            for fact in await self._store.list_named_facts(ids)
            if fact.document.version_id in documents
        }
        return tuple(current[FactId(name)] for name in ids if name in current)

    async def find_documents(
        self, scope: Scope, as_of: date | None = None, *, number: str | None = None
    ) -> DocumentLookup:
        """The payer's policies and member pages, sorted into in force, not yet, ended and out of scope.

        With `number`, or the id of a document that has none, it is found whoever's it is; one that is not this
        scope's stands in `out_of_scope`. Where no payer is known, it is sorted by its dates alone.
        """
        day = as_of or await self._find_today(scope)
        documents = [
            document
            for document in (await self._read_in_force()).stated
            if (document.payer == scope.payer if number is None else _has_number(document, number))
        ]
        in_force, not_yet, ended, out_of_scope = [], [], [], []
        # Once for each payer, not for each document: there may be hundreds.
        asked = {document.payer: replace(scope, payer=scope.payer or document.payer) for document in documents}
        scopes = {payer: await self._possible_scopes(asked[payer]) for payer in asked}
        current = {payer: (await self._find_current(asked[payer], day)).by_version for payer in asked}
        for document in documents:
            if number is None and document.kind is DocumentKind.PUBLIC_SOURCE:
                continue
            if not all(map(document.applies_to, scopes[document.payer])):
                out_of_scope.append(document)
            elif document.version_id in current[document.payer]:
                in_force.append(document)
            elif document.in_force_from > day:
                not_yet.append(document)
            else:
                ended.append(document)
        return DocumentLookup(tuple(in_force), tuple(not_yet), tuple(ended), tuple(out_of_scope))

    async def list_passages(self, version: VersionId) -> tuple[Passage, ...]:
        """The sections of one version in its own order; empty where none are on file."""
        return await self._store.list_passages(version)

    async def list_current_documents(self, scope: Scope, as_of: date | None = None) -> tuple[PolicyDocument, ...]:
        """What is in force on that day for that scope, neutral sources included, by rank; never another payer's.

        The same object until the content changes, for as long as it is kept.
        """
        return (await self._find_current(scope, as_of or await self._find_today(scope))).listed

    async def list_records(self) -> tuple[DocumentRecord, ...]:
        """Every version that is, was or may come into force, drafts included; the same object until one changes."""
        return await self._store.list_records()

    async def list_versions(self, payer: PayerId | None = None) -> tuple[PolicyDocument, ...]:
        """Every version ever stored, withdrawn ones and drafts included, in the order of storing.

        Without a payer the same object until the content changes.
        """
        versions = (await self._read_in_force()).versions
        return versions if payer is None else tuple(document for document in versions if document.payer == payer)

    async def find_version(self, version: VersionId) -> DocumentRecord | None:
        """One version with its passages and facts, whatever became of it; None if it was never stored."""
        return await self._store.find_version(version)

    def today(self, plan: Plan | None) -> date:
        """The current day where the plan is; New York's where no plan is known."""
        return today_in(plan.time_zone if plan else DEFAULT_TIME_ZONE, self._clock())

    async def _find_today(self, scope: Scope) -> date:
        plans = [plan for plan in await self._store.list_plans() if plan.payer == scope.payer]
        own = [plan for plan in plans if scope.line_of_business in (None, plan.line_of_business)]
        return self.today(next(iter(own or plans), None))

    async def _read_in_force(self) -> InForce:
        """Every version, dated; worked out anew when the content changes."""
        versions = await self._store.list_versions()
        if versions is not self._seen:
            self._in_force, self._seen = InForce(versions), versions
        return self._in_force

    async def _find_current(self, scope: Scope, day: date) -> Current:
        scopes = await self._possible_scopes(scope)
        return (await self._read_in_force()).find(scopes, day)

    async def _possible_scopes(self, scope: Scope) -> tuple[Scope, ...]:
        """Every scope that the known parts allow: an unknown state may be any state of the payer's plans.

        A document must hold in all of them. So a policy for GA, IN, OH and WV is spoken to a member of a plan
        sold in just these four, and a page for Indiana alone is not, until the state is known.
        """
        if scope.payer is None or (scope.line_of_business and scope.state):
            return (scope,)
        plans = [
            plan
            for plan in await self._store.list_plans()
            if plan.payer == scope.payer and scope.line_of_business in (None, plan.line_of_business)
        ]
        if not plans:
            return (scope,)
        return tuple(
            Scope(scope.payer, plan.line_of_business, state) for plan in plans for state in _states(scope, plan)
        )


def _has_number(document: PolicyDocument, number: str) -> bool:
    if document.number is None:
        return document.id == number
    return number_key(document.number) == number_key(number)


def _states(scope: Scope, plan: Plan) -> Iterable[str | None]:
    return [scope.state] if scope.state else plan.states or [None]


def _speaking_order(fact: Fact, about: str | None) -> tuple[bool, bool, bool, int, int, str]:
    return (
        DETAIL in fact.tags,
        about not in fact.subjects,
        fact.document.payer is None,
        fact.document.rank,
        fact.position,
        fact.id,
    )
