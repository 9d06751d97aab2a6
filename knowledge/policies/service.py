"""Which documents and facts hold for this payer, in this state, on this day?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from knowledge.plan_calendar import DEFAULT_TIME_ZONE
from knowledge.plan_calendar import today as today_in
from knowledge.policies.model import (
    DEFINITION,
    DETAIL,
    DocumentId,
    DocumentKind,
    DocumentLookup,
    Fact,
    Passage,
    PayerId,
    Plan,
    PolicyDocument,
    Scope,
)


class PolicyStore(Protocol):
    """Where plans, documents and facts are kept. Every method raises StoreUnavailable when it can't answer."""

    async def list_plans(self) -> tuple[Plan, ...]: ...

    async def list_facts(self, topic: str, payer: PayerId | None) -> tuple[Fact, ...]:
        """All facts of the topic that are payer-neutral or this payer's, whatever their dates."""
        ...

    async def list_documents(self, payer: PayerId | None, number: str | None) -> tuple[PolicyDocument, ...]:
        """With a number: every document that carries it. Without: the payer's own documents."""
        ...

    async def list_passages(self, document: DocumentId) -> tuple[Passage, ...]: ...


class PolicyService:
    """Reads plans, documents and facts; nothing that is out of scope or not in force is handed out as current."""

    def __init__(self, store: PolicyStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def list_plans(self) -> tuple[Plan, ...]:
        """Every plan on file, in the order in which a member is offered them."""
        return await self._store.list_plans()

    async def find_plan(self, plan_id: str) -> Plan | None:
        """The plan with that id, None if there is none."""
        return next((plan for plan in await self._store.list_plans() if plan.id == plan_id), None)

    async def find_facts(self, topic: str, scope: Scope, as_of: date, *, about: str | None = None) -> tuple[Fact, ...]:
        """What may be said on `topic` to a member of this scope on that day; empty when nothing is on file.

        Order: the payer's own facts before the payer-neutral ones, each by rank, then position; facts tagged
        `detail` (for "tell me more") after all others. Facts that are only about some therapies or conditions come
        back, first, for `about` one of those ids; those tagged `general` also, in their place, where `about` is
        None. Never two payers' facts at once.
        """
        scopes = await self._possible_scopes(scope)
        current = [
            fact
            for fact in await self._store.list_facts(topic, scope.payer)
            if fact.document.in_force_on(as_of)
            and all(fact.document.applies_to(possible) for possible in scopes)
            and fact.fits(about)
        ]
        has_own_definition = any(fact.document.payer and DEFINITION in fact.tags for fact in current)
        spoken = [
            fact for fact in current if fact.document.payer or not (has_own_definition and DEFINITION in fact.tags)
        ]
        return tuple(sorted(spoken, key=lambda fact: _speaking_order(fact, about)))

    async def find_documents(self, scope: Scope, as_of: date, *, number: str | None = None) -> DocumentLookup:
        """The payer's policies and member pages, sorted into in force, not yet, ended and out of scope.

        With `number` the document is found whoever's it is; one that is not this scope's stands in
        `out_of_scope`. Where no payer is known, a document asked for by number is sorted by its dates alone.
        """
        documents = await self._store.list_documents(scope.payer, number)
        in_force, not_yet, ended, out_of_scope = [], [], [], []
        for document in sorted(documents, key=lambda found: (found.rank, found.in_force_from, found.id)):
            if number is None and document.kind is DocumentKind.PUBLIC_SOURCE:
                continue
            asked = scope if scope.payer or number is None else replace(scope, payer=document.payer)
            if not all(document.applies_to(possible) for possible in await self._possible_scopes(asked)):
                out_of_scope.append(document)
            elif document.has_ended_on(as_of):
                ended.append(document)
            elif document.in_force_on(as_of):
                in_force.append(document)
            else:
                not_yet.append(document)
        return DocumentLookup(tuple(in_force), tuple(not_yet), tuple(ended), tuple(out_of_scope))

    async def list_passages(self, document: DocumentId) -> tuple[Passage, ...]:
        """The sections of one document in its own order; empty where none are on file."""
        return await self._store.list_passages(document)

    def today(self, plan: Plan | None) -> date:
        """The current day where the plan is; New York's where no plan is known."""
        return today_in(plan.time_zone if plan else DEFAULT_TIME_ZONE, self._clock())

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
