"""What would an operator's act on the documents change, and how is it done and kept?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.database import Database
from knowledge.policies import ledger_store
from knowledge.policies.differences import Differences, compare
from knowledge.policies.holdings import Holdings, Standing
from knowledge.policies.leaning import Frame, Leaning, find_leaning
from knowledge.policies.ledger_store import Arrival, Ending, KnowledgeEvent
from knowledge.policies.model import DocumentRecord, PolicyDocument, VersionId
from knowledge.policies.store import find_facts


class NothingToArchive(Exception):
    """No version of the document is in force on that day or later; the message is its name."""

    code = "NOTHING_TO_ARCHIVE"


@dataclass(frozen=True)
class Activation:
    """What an activation would do: how the version would stand, and which others would end, as they would stand.

    `predecessor` is the version in whose place it comes; None: nothing of the document is in force before. It goes on
    beside this one where this one is for some states or lines of business alone.
    """

    document: PolicyDocument
    ended: tuple[PolicyDocument, ...]
    predecessor: PolicyDocument | None

    @property
    def goes_on(self) -> PolicyDocument | None:
        """The version that stays in force beside it."""
        before = self.predecessor
        return before if before and before.in_force_on(self.document.in_force_from) else None


@dataclass(frozen=True)
class Comparison:
    """Two versions, what differs between them, and what leans on that."""

    older: DocumentRecord
    newer: DocumentRecord
    differences: Differences
    leaning: Leaning


class Ledger:
    """The documents on file, for operators. Every method raises StoreUnavailable."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def look(self) -> Holdings:
        """Everything on file now."""
        now = self._clock()
        return self._database.read_now(lambda connection: ledger_store.look(connection, now))

    def list_events(self) -> tuple[KnowledgeEvent, ...]:
        """Every act of an operator, the oldest first."""
        return self._database.read_now(ledger_store.list_events)

    def find_arrival(self, version: VersionId) -> Arrival:
        """How the version got in. Raises VersionNotFound."""
        return self._database.read_now(lambda connection: ledger_store.find_arrival(connection, version))

    def get_record(self, version: VersionId) -> DocumentRecord:
        """The version with its passages and facts. Raises VersionNotFound."""
        return self._database.read_now(lambda connection: ledger_store.find_record(connection, version))

    def compare(self, older: VersionId, newer: VersionId, frames: Sequence[Frame]) -> Comparison:
        """What differs, and what leans on it today or later. Raises VersionNotFound."""
        holdings, before, after = self.look(), self.get_record(older), self.get_record(newer)
        spoken = {
            document.version_id
            for document in holdings.versions
            if holdings.standing(document) in (Standing.IN_FORCE, Standing.NOT_YET)
        }
        others = [fact for fact in self._database.read_now(find_facts) if fact.document.version_id in spoken]
        differences = compare(before, after)
        return Comparison(before, after, differences, find_leaning(before, after, differences, others, frames))

    def activate(self, version: VersionId, on: date, *, by: str) -> None:
        """Lets the version be spoken from that day on, and keeps who did it.

        Raises what `import_store.activate` raises; nothing is changed then.
        """
        now = self._clock()
        self._database.write_now(lambda connection: ledger_store.activate(connection, version, on, by=by, at=now))

    def archive(self, endings: Sequence[Ending], *, by: str) -> None:
        """Ends these versions, all or none, and keeps who did it. Raises what `import_store.retire` raises."""
        now = self._clock()
        self._database.write_now(lambda connection: ledger_store.archive(connection, endings, by=by, at=now))


def first_day(holdings: Holdings, document: PolicyDocument) -> date:
    """The day on which an activation holds that names none: today, or the document's own day where that is later."""
    return max(holdings.today(document.payer), document.effective_on or date.min)


def plan_activation(holdings: Holdings, document: PolicyDocument, on: date) -> Activation:
    """What would be, were the version activated for that day; whether it may be is asked when it is done."""
    last = max(known.sequence for known in holdings.versions) + 1
    active = replace(document, is_draft=False, active_on=on, retired_on=None, superseded_on=None, sequence=last)
    would_be = holdings.with_versions(
        active if known.version_id == document.version_id else replace(known, superseded_on=None)
        for known in holdings.versions
    )
    now = {known.version_id: known for known in holdings.versions}
    then = next(known for known in would_be.versions if known.version_id == document.version_id)
    changed = [known for known in would_be.versions if known.superseded_on != now[known.version_id].superseded_on]
    ended = [known for known in changed if known.superseded_on and known.version_id != document.version_id]
    begins = then.in_force_from
    others = [
        known
        for known in would_be.versions
        if known.version_id != document.version_id and (known.id == document.id or known.series == document.series)
    ]
    # Where it is for some states alone, the one before goes on elsewhere.
    before = [known for known in others if known.superseded_on == begins and not known.is_cancelled]
    before = before or [known for known in others if known.in_force_on(begins)]
    return Activation(then, tuple(ended), before[-1] if before else None)


def plan_archive(holdings: Holdings, name: str, on: date | None, *, at_once: bool = False) -> tuple[Ending, ...]:
    """What ends where this version, or all of this document, is to be spoken no more from that day on.

    Without a day: from tomorrow on, since what is in force on a day stays so, or from now on where it is `at_once`. Of
    a document also what was to begin later is cancelled. Raises NothingToArchive, and as `find_document`.
    """

    def end(document: PolicyDocument, day: date) -> Ending:
        return Ending(document, day, at_once and document.in_force_on(holdings.today(document.payer)))

    versions = (holdings.find_version(name),) if "@" in name else holdings.find_document(name)
    day = on or holdings.today(versions[0].payer) + timedelta(days=0 if at_once else 1)
    if "@" in name:
        return (end(versions[0], day),)
    coming = [
        known
        for known in versions
        if not (known.is_draft or known.is_withdrawn or known.is_cancelled) and known.in_force_from >= day
    ]
    coming.sort(key=lambda document: (document.in_force_from, document.sequence))
    # What is to come falls away, so that what has begun would go on.
    without = {document.version_id: replace(document, retired_on=document.in_force_from) for document in coming}
    would_be = holdings.with_versions(
        replace(without.get(known.version_id, known), superseded_on=None) for known in holdings.versions
    )
    # The last first: only then does nothing take the place of the one before it.
    endings = [end(document, document.in_force_from) for document in reversed(coming)]
    endings += [end(document, day) for document in would_be.find_document(name) if document.in_force_on(day)]
    if not endings:
        raise NothingToArchive(name)
    return tuple(endings)
