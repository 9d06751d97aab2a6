"""Does a citation lead to something that is in force that day for that payer?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from actions.therapy_parts import cite
from knowledge.bootstrap import Knowledge
from knowledge.policies.model import DocumentRecord, FactId, PayerId, Scope
from knowledge.shipped.files import ShippedContent
from knowledge.therapies.model import Term

Key = str


def key_of(citation: Mapping[str, str]) -> Key:
    """One citation as a key, whatever the order of its fields."""
    return json.dumps(dict(citation), sort_keys=True)


def cited_by(record: DocumentRecord) -> set[Key]:
    """Every way to cite this document: whole, by a passage's section, by a fact."""
    document = record.document
    sections = {None, *(passage.section for passage in record.passages)}
    whole = {key_of(document.citation(section).as_json()) for section in sections}
    return whole | {key_of(fact.citation().as_json()) for fact in record.facts}


class Sources:
    """What may be cited, by scope and day, straight from what is shipped and stored."""

    def __init__(self, knowledge: Knowledge, content: ShippedContent) -> None:
        self._knowledge = knowledge
        # By whose it is: a term may be one payer's, all else belongs to none.
        self._catalogue: dict[PayerId | None, set[Key]] = {None: set()}
        for entry in content.catalogue:
            owner = entry.payer if isinstance(entry, Term) else None
            keys = {key_of(citation.as_json()) for citation in cite(entry.sources)}
            self._catalogue.setdefault(owner, set()).update(keys)
        self._networks: dict[PayerId, set[Key]] = {}
        for record in content.facilities:
            for membership in record.memberships:
                self._networks.setdefault(membership.payer, set()).add(key_of(membership.citation().as_json()))
        self._current: dict[tuple[Scope, date], tuple[set[Key], set[FactId]]] = {}

    async def resolves(self, citation: Mapping[str, str], scope: Scope, day: date) -> bool:
        """True for a passage, fact or catalogue entry in force that day for that payer, or its network's own source."""
        documents, _ = await self._find(scope, day)
        networks = self._networks.get(scope.payer, set()) if scope.payer else set()
        catalogue = self._catalogue[None] | self._catalogue.get(scope.payer, set())
        return key_of(citation) in documents | catalogue | networks

    async def has_fact(self, fact: str, scope: Scope, day: date) -> bool:
        """True for a fact that is in force that day for that payer."""
        _, facts = await self._find(scope, day)
        return fact in facts

    async def _find(self, scope: Scope, day: date) -> tuple[set[Key], set[FactId]]:
        if (scope, day) not in self._current:
            current = await self._knowledge.policies.list_current_documents(scope, day)
            versions = {document.version_id for document in current}
            on_file = await self._knowledge.policies.list_records()
            records = [record for record in on_file if record.document.version_id in versions]
            citations = {key for record in records for key in cited_by(record)}
            self._current[scope, day] = (citations, {fact.id for record in records for fact in record.facts})
        return self._current[scope, day]
