"""Which documents and facts hold for this payer, in this state, on this day?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from knowledge.plan_calendar import DEFAULT_TIME_ZONE
from knowledge.plan_calendar import today as today_in
from knowledge.policies.editions import covers, with_ends, with_later
from knowledge.policies.model import (
    DEFINITION,
    DETAIL,
    DocumentKind,
    DocumentLookup,
    DocumentRecord,
    Fact,
    Passage,
    PayerId,
    Plan,
    PolicyDocument,
    Scope,
    VersionId,
)


class PolicyStore(Protocol):
    """Where plans, documents and facts are kept. Every method raises StoreUnavailable when it can't answer."""

    async def list_plans(self) -> tuple[Plan, ...]: ...

    async def list_versions(self) -> tuple[PolicyDocument, ...]:
        """Every version ever stored, in the order of storing; the same object until the content changes."""
        ...

    async def list_facts(self, topic: str, payer: PayerId | None) -> tuple[Fact, ...]:
        """All facts of the topic that are payer-neutral or this payer's, whatever their dates; none withdrawn."""
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
        self._dated: Mapping[VersionId, PolicyDocument] = {}
        self._narrower: Mapping[VersionId, Sequence[VersionId]] = {}

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
        documents = await self._find_current(scope, day)
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

    async def find_documents(
        self, scope: Scope, as_of: date | None = None, *, number: str | None = None
    ) -> DocumentLookup:
        """The payer's policies and member pages, sorted into in force, not yet, ended and out of scope.

        With `number` the document is found whoever's it is; one that is not this scope's stands in
        `out_of_scope`. Where no payer is known, a document asked for by number is sorted by its dates alone.
        """
        day = as_of or await self._find_today(scope)
        documents = [
            document
            for document in (await self._find_dated()).values()
            if (document.payer == scope.payer if number is None else _has_number(document, number))
            and not (document.is_draft or document.is_withdrawn or document.is_cancelled)
        ]
        in_force, not_yet, ended, out_of_scope = [], [], [], []
        # Once for each payer, not for each document: there may be hundreds.
        asked = {document.payer: replace(scope, payer=scope.payer or document.payer) for document in documents}
        scopes = {payer: await self._possible_scopes(asked[payer]) for payer in asked}
        current = {payer: await self._find_current(asked[payer], day) for payer in asked}
        for document in sorted(documents, key=lambda found: (found.rank, found.in_force_from, found.id)):
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
        """What is in force on that day for that scope, neutral sources included, by rank; never another payer's."""
        current = (await self._find_current(scope, as_of or await self._find_today(scope))).values()
        return tuple(sorted(current, key=lambda document: (document.payer is None, document.rank, document.id)))

    async def list_current(self, scope: Scope, as_of: date | None = None) -> tuple[DocumentRecord, ...]:
        """`list_current_documents`, each with its passages and facts."""
        records = {record.document.version_id: record for record in await self.list_records()}
        found = await self.list_current_documents(scope, as_of)
        return tuple(records[document.version_id] for document in found if document.version_id in records)

    async def list_records(self) -> tuple[DocumentRecord, ...]:
        """Every version that is, was or may come into force, drafts included; the same object until one changes."""
        return await self._store.list_records()

    async def list_versions(self, payer: PayerId | None = None) -> tuple[PolicyDocument, ...]:
        """Every version ever stored, withdrawn ones and drafts included, in the order of storing; for operators."""
        found = [document for document in (await self._find_dated()).values() if payer in (None, document.payer)]
        return tuple(sorted(found, key=lambda document: document.sequence))

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

    async def _find_dated(self) -> Mapping[VersionId, PolicyDocument]:
        """Every version with the day from which a later one rules; worked out anew when the content changes."""
        versions = await self._store.list_versions()
        if versions is not self._seen:
            self._dated = {document.version_id: document for document in with_ends(versions)}
            self._narrower = {
                document.version_id: [each.version_id for each in later if not covers(each, document)]
                for document, later in with_later(self._dated.values())
            }
            self._seen = versions
        return self._dated

    async def _find_current(self, scope: Scope, day: date) -> Mapping[VersionId, PolicyDocument]:
        """What is in force on that day for that scope.

        A later edition for a part of the states alone rules there; while the state is unknown, neither is spoken.
        """
        scopes = await self._possible_scopes(scope)
        dated = await self._find_dated()

        def rules(document: PolicyDocument) -> bool:
            later = (dated[version] for version in self._narrower.get(document.version_id, ()))
            return not any(each.in_force_on(day) and any(map(each.applies_to, scopes)) for each in later)

        return {
            version: document
            for version, document in dated.items()
            if document.in_force_on(day) and all(map(document.applies_to, scopes)) and rules(document)
        }

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
    return document.number is not None and document.number.upper() == number.strip().upper()


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
