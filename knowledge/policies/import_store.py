"""How do plans and documents reach the tables? Shipped content replaces itself; an import is the operator's own."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from knowledge.content_store import mark_changed
from knowledge.csv_files import ImportReport
from knowledge.origin import Origin
from knowledge.policies.model import (
    DocumentRecord,
    Fact,
    FactOfAnotherDocument,
    Passage,
    PayerWithoutPlan,
    Plan,
    PolicyDocument,
)
from knowledge.policies.store import facts, find_plans, passages, plans, policy_documents


def replace_plans(connection: sa.Connection, records: Iterable[Plan]) -> None:
    """Makes `records` the plans on file; plans come from shipped content alone."""
    mark_changed(connection)
    connection.execute(sa.delete(plans))
    for position, plan in enumerate(records):
        connection.execute(
            sa.insert(plans).values(
                id=plan.id,
                position=position,
                payer=plan.payer,
                payer_name=plan.payer_name,
                name=plan.name,
                line_of_business=plan.line_of_business,
                states=list(plan.states),
                time_zone=plan.time_zone,
                aliases=list(plan.aliases),
            )
        )


def find_checksums(connection: sa.Connection, origin: Origin) -> dict[str, str]:
    """The checksum of every document of that origin, by document id."""
    query = sa.select(policy_documents.c.id, policy_documents.c.checksum).where(
        policy_documents.c.origin == origin.value
    )
    return {row.id: row.checksum for row in connection.execute(query)}


def import_document(connection: sa.Connection, record: DocumentRecord) -> ImportReport:
    """Takes an operator's document in. Raises FactOfAnotherDocument, PayerWithoutPlan."""
    document = record.document
    if document.payer and document.payer not in {plan.payer for plan in find_plans(connection).values()}:
        raise PayerWithoutPlan(document.payer)
    if find_checksums(connection, Origin.IMPORTED).get(document.id) == document.checksum:
        return ImportReport(added=0, updated=0, unchanged=1)
    is_new = document.id not in find_checksums(connection, Origin.SHIPPED) | find_checksums(connection, Origin.IMPORTED)
    write_document(connection, record, Origin.IMPORTED)
    return ImportReport(added=int(is_new), updated=int(not is_new), unchanged=0)


def write_document(connection: sa.Connection, record: DocumentRecord, origin: Origin) -> None:
    """Adds the document with its passages and facts, in place of the one with its id.

    Raises FactOfAnotherDocument.
    """
    delete_document(connection, record.document.id)
    fact_ids = [fact.id for fact in record.facts]
    taken = connection.execute(sa.select(facts.c.id).where(facts.c.id.in_(fact_ids)).limit(1)).scalar()
    if taken is not None:
        raise FactOfAnotherDocument(taken)
    connection.execute(sa.insert(policy_documents).values(**_document_values(record.document), origin=origin.value))
    if record.passages:
        connection.execute(sa.insert(passages), [_passage_values(passage) for passage in record.passages])
    if record.facts:
        connection.execute(sa.insert(facts), [_fact_values(fact) for fact in record.facts])


def delete_document(connection: sa.Connection, document: str) -> None:
    """Removes the document with its passages and facts, if it is there."""
    mark_changed(connection)
    for table in (facts, passages):
        connection.execute(sa.delete(table).where(table.c.document_id == document))
    connection.execute(sa.delete(policy_documents).where(policy_documents.c.id == document))


def _document_values(document: PolicyDocument) -> dict[str, object]:
    values: dict[str, object] = {column.name: getattr(document, column.name) for column in policy_documents.c[:-1]}
    values["kind"] = document.kind.value
    values["lines_of_business"] = list(document.lines_of_business)
    values["states"] = list(document.states)
    return values


def _passage_values(passage: Passage) -> dict[str, object]:
    return {
        "document_id": passage.document,
        "position": passage.position,
        "section": passage.section,
        "heading": passage.heading,
        "rendering": passage.rendering,
        "payer_text": passage.payer_text,
    }


def _fact_values(fact: Fact) -> dict[str, object]:
    return {
        "id": fact.id,
        "document_id": fact.document.id,
        "topic": fact.topic,
        "position": fact.position,
        "text": fact.text,
        "section": fact.section,
        "tags": list(fact.tags),
    }
