"""How do plans and documents reach the tables? Shipped content replaces itself; an import is the operator's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa

from knowledge.content_store import mark_changed
from knowledge.csv_files import ImportReport
from knowledge.origin import Origin
from knowledge.policies.days import check_activation, check_retirement
from knowledge.policies.editions import with_ends
from knowledge.policies.holdings import Holdings
from knowledge.policies.model import (
    DocumentOfAnotherPayer,
    DocumentRecord,
    Fact,
    FactOfAnotherDocument,
    HasEnded,
    Passage,
    PayerWithoutPlan,
    Plan,
    PolicyDocument,
    VersionId,
    VersionNotFound,
)
from knowledge.policies.store import facts, find_plans, list_versions, passages, plans, policy_documents


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


def find_operators_own(connection: sa.Connection) -> tuple[PolicyDocument, ...]:
    """What an operator decided on: every version imported (and activated, where it was a draft) or archived.

    A version that was imported and cancelled before its first day decides nothing.
    """
    is_imported = policy_documents.c.origin == Origin.IMPORTED.value
    imported = set(connection.execute(sa.select(policy_documents.c.version_id).where(is_imported)).scalars())
    return tuple(
        document
        for document in list_versions(connection)
        if (
            not (document.is_draft or document.is_never_spoken)
            if document.version_id in imported
            else document.retired_on is not None
        )
    )


def import_document(connection: sa.Connection, record: DocumentRecord, now: datetime) -> ImportReport:
    """Takes an operator's reviewed document in: the version that rules from its day on, where that is to come.

    One whose own day has passed rules from today on: nobody was told of it before. Raises HasEnded (that very version
    was in force and is no more), FactOfAnotherDocument, DocumentOfAnotherPayer, PayerWithoutPlan.
    """
    document, plans_on_file = record.document, find_plans(connection).values()
    if document.payer and document.payer not in {plan.payer for plan in plans_on_file}:
        raise PayerWithoutPlan(document.payer)
    holdings = Holdings.of(list_versions(connection), plans_on_file, now)
    today = holdings.today(document.payer)
    versions = [known for known in holdings.versions if known.id == document.id and not known.is_withdrawn]
    stored = next((known for known in versions if known.version_id == document.version_id), None)
    if stored and stored.ends_on and (stored.retired_on or (stored.has_ended_on(today) and not stored.is_cancelled)):
        raise HasEnded(stored.in_force_from, stored.ends_on)
    if stored and not (stored.is_draft or stored.is_cancelled):
        return ImportReport(added=0, updated=0, unchanged=1)
    active_on = today if document.in_force_from < today else None
    add_version(connection, replace(record, document=replace(document, active_on=active_on)), Origin.IMPORTED, now)
    return ImportReport(added=int(not versions), updated=int(bool(versions)), unchanged=0)


def add_version(
    connection: sa.Connection, record: DocumentRecord, origin: Origin, now: datetime, *, is_draft: bool = False
) -> VersionId:
    """Stores the version, after every other one; one that is stored already only takes that place again.

    Raises FactOfAnotherDocument, DocumentOfAnotherPayer.
    """
    document = record.document
    mark_changed(connection)
    _refuse_id_of_another_payer(connection, document)
    _refuse_facts_of_others(connection, record)
    standing: dict[str, object] = {
        "sequence": _next_sequence(connection),
        "origin": origin.value,
        "is_draft": is_draft,
        "is_withdrawn": False,
    }
    if origin is Origin.IMPORTED:
        standing["active_on"] = document.active_on
    again = _of(document.version_id, sa.update(policy_documents)).values(**standing)
    if connection.execute(again).rowcount:
        return document.version_id
    values = {**_document_values(document), **standing, "added_at": now}
    connection.execute(sa.insert(policy_documents).values(**values))
    if record.passages:
        connection.execute(sa.insert(passages), [_passage_values(passage) for passage in record.passages])
    if record.facts:
        connection.execute(sa.insert(facts), [_fact_values(fact) for fact in record.facts])
    return document.version_id


def replace_shipped(connection: sa.Connection, records: Iterable[DocumentRecord], now: datetime) -> None:
    """Makes these records what is shipped; withdraws the other versions that an earlier release shipped.

    A document that is an operator's own, by its id or its number, stays as it is.
    """
    mark_changed(connection)
    own = find_operators_own(connection)
    ids, series = {document.id for document in own}, {document.series for document in own}
    shipped = [record for record in records if record.document.id not in ids and record.document.series not in series]
    kept = {record.document.version_id for record in shipped}
    for document in list_versions(connection):
        if document.version_id in kept or document.id in ids or document.series in series:
            continue
        connection.execute(
            _of(document.version_id, sa.update(policy_documents))
            .where(policy_documents.c.origin == Origin.SHIPPED.value)
            .values(is_withdrawn=True)
        )
    for record in shipped:
        add_version(connection, record, Origin.SHIPPED, now)


def activate(
    connection: sa.Connection, version: VersionId, on: date, *, today: date, was_stopped: bool = False
) -> None:
    """Lets a draft be spoken from that day on, or moves a day that has not come yet, or gives a cancelled version one.

    Raises VersionNotFound, and what `check_activation` raises.
    """
    document = _get(connection, version)
    check_activation(document, on, today, was_stopped=was_stopped)
    retired_on = None if document.is_cancelled else document.retired_on
    mark_changed(connection)
    values = {"is_draft": False, "active_on": on, "retired_on": retired_on, "sequence": _next_sequence(connection)}
    connection.execute(_of(version, sa.update(policy_documents)).values(**values))


def retire(connection: sa.Connection, version: VersionId, on: date, *, today: date, at_once: bool = False) -> None:
    """Lets the version be spoken no more from that day on; on the day it would begin, it never was in force.

    Raises VersionNotFound, and what `check_retirement` raises.
    """
    document = _get(connection, version)
    check_retirement(document, on, today, at_once=at_once)
    mark_changed(connection)
    connection.execute(_of(version, sa.update(policy_documents)).values(retired_on=on))


def _get(connection: sa.Connection, version: VersionId) -> PolicyDocument:
    dated = with_ends(list_versions(connection))
    found = next((known for known in dated if known.version_id == version), None)
    if found is None or found.is_withdrawn:
        raise VersionNotFound(version)
    return found


def _next_sequence(connection: sa.Connection) -> int:
    return (connection.execute(sa.select(sa.func.max(policy_documents.c.sequence))).scalar() or 0) + 1


def _of(version: VersionId, statement: sa.Update) -> sa.Update:
    return statement.where(policy_documents.c.version_id == version)


def _refuse_id_of_another_payer(connection: sa.Connection, document: PolicyDocument) -> None:
    others = (
        sa.select(policy_documents.c.version_id)
        .where(policy_documents.c.id == document.id, policy_documents.c.is_withdrawn.is_(False))
        .where(policy_documents.c.payer.is_distinct_from(document.payer))
        .limit(1)
    )
    if connection.execute(others).first():
        raise DocumentOfAnotherPayer(document.id)


def _refuse_facts_of_others(connection: sa.Connection, record: DocumentRecord) -> None:
    taken = (
        sa.select(facts.c.id)
        .join(policy_documents)
        .where(facts.c.id.in_([fact.id for fact in record.facts]))
        .where(policy_documents.c.id != record.document.id, policy_documents.c.is_withdrawn.is_(False))
        .limit(1)
    )
    found = connection.execute(taken).scalar()
    if found is not None:
        raise FactOfAnotherDocument(found)


def _document_values(document: PolicyDocument) -> dict[str, object]:
    values: dict[str, object] = {
        column.name: getattr(document, column.name)
        for column in policy_documents.c
        if column.name not in ("added_at", "origin")
    }
    values["kind"] = document.kind.value
    values["lines_of_business"] = list(document.lines_of_business)
    values["states"] = list(document.states)
    return values


def _passage_values(passage: Passage) -> dict[str, object]:
    return {
        "version_id": passage.version,
        "position": passage.position,
        "section": passage.section,
        "heading": passage.heading,
        "rendering": passage.rendering,
        "payer_text": passage.payer_text,
    }


def _fact_values(fact: Fact) -> dict[str, object]:
    return {
        "id": fact.id,
        "version_id": fact.document.version_id,
        "topic": fact.topic,
        "position": fact.position,
        "text": fact.text,
        "section": fact.section,
        "tags": list(fact.tags),
    }
