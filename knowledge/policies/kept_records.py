"""How are all versions kept in memory, whole, without reading any of them twice? What a version says never changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from knowledge.policies.model import DocumentRecord, PolicyDocument, VersionId

# Versions in one read: 500 policies of 20 pages are 30 MB, and a read that takes seconds is given up.
_PORTION = 20

ReadRecords = Callable[[Sequence[VersionId]], Awaitable[tuple[DocumentRecord, ...]]]


class KeptRecords:
    """Keeps what was read of each version; `read` reads some of them and raises StoreUnavailable."""

    def __init__(self, read: ReadRecords) -> None:
        self._read = read
        self._kept: dict[VersionId, DocumentRecord] = {}
        self._versions: tuple[PolicyDocument, ...] | None = None
        self._records: tuple[DocumentRecord, ...] = ()
        self._reading = asyncio.Lock()

    async def list(self, versions: tuple[PolicyDocument, ...]) -> tuple[DocumentRecord, ...]:
        """The records of those that are not withdrawn, in this order; the same object for the same versions.

        What was read before a failure is not read again. Raises StoreUnavailable.
        """
        if versions is self._versions:
            return self._records
        # One at a time: all ask after a change of the content, and each would read everything.
        async with self._reading:
            # Also the same after a change that was none of theirs.
            if versions != self._versions:
                self._records = await self._build(versions)
            self._versions = versions
            return self._records

    async def _build(self, versions: tuple[PolicyDocument, ...]) -> tuple[DocumentRecord, ...]:
        standing = [document for document in versions if not document.is_withdrawn]
        missing = [document.version_id for document in standing if document.version_id not in self._kept]
        for start in range(0, len(missing), _PORTION):
            found = await self._read(missing[start : start + _PORTION])
            self._kept.update((record.document.version_id, record) for record in found)
        kept = [(self._kept.get(document.version_id), document) for document in standing]
        records = tuple(_with_document(record, document) for record, document in kept if record)
        self._kept = {record.document.version_id: record for record in records}
        return records


def _with_document(record: DocumentRecord, document: PolicyDocument) -> DocumentRecord:
    """The record as it stands now: a version says the same for ever, but it may be activated or archived."""
    if record.document == document:
        return record
    return replace(record, document=document, facts=tuple(replace(fact, document=document) for fact in record.facts))
