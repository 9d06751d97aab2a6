"""How are an operator's documents stored? All of a call or none, nothing twice, and with who did it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from knowledge.csv_files import ImportReport
from knowledge.origin import Origin
from knowledge.policies.import_store import add_version, import_document
from knowledge.policies.ledger_store import Act, record_event
from knowledge.policies.model import DocumentRecord, PayerWithoutPlan
from knowledge.policies.store import find_plans, list_versions


def add_drafts(connection: sa.Connection, records: Sequence[DocumentRecord], now: datetime, *, by: str) -> ImportReport:
    """Stores each record as a draft, unless that version stands on file, and keeps who did it.

    Raises PayerWithoutPlan, DocumentOfAnotherPayer.
    """
    payers = {plan.payer for plan in find_plans(connection).values()}
    standing = [document for document in list_versions(connection) if not document.is_withdrawn]
    versions, ids = {document.version_id for document in standing}, {document.id for document in standing}
    added = updated = unchanged = 0
    for record in records:
        document = record.document
        if document.payer not in payers:
            raise PayerWithoutPlan(document.payer)
        # A version that stands, active or not, stays as it stands.
        if document.version_id in versions:
            unchanged += 1
            continue
        add_version(connection, record, Origin.IMPORTED, now, is_draft=True)
        record_event(connection, Act.IMPORTED, document.version_id, by=by, at=now)
        added, updated = added + int(document.id not in ids), updated + int(document.id in ids)
        versions.add(document.version_id)
        ids.add(document.id)
    return ImportReport(added=added, updated=updated, unchanged=unchanged)


def add_reviewed(connection: sa.Connection, record: DocumentRecord, now: datetime, *, by: str) -> ImportReport:
    """Stores a reviewed document, which rules without an activation, and keeps who did it.

    Raises what `import_store.import_document` raises.
    """
    report = import_document(connection, record, now)
    if not report.unchanged:
        version = record.document.version_id
        begins = next(known.in_force_from for known in list_versions(connection) if known.version_id == version)
        record_event(connection, Act.IMPORTED, version, by=by, at=now, on=begins)
    return report
