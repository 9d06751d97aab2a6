"""Which versions of which documents are on file, how do they stand on a day, and which one does a name mean?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum

from knowledge.plan_calendar import DEFAULT_TIME_ZONE, today
from knowledge.policies.editions import with_ends
from knowledge.policies.model import PayerId, Plan, PolicyDocument, VersionId, VersionNotFound
from knowledge.policies.numbers import number_key


class AmbiguousDocument(Exception):
    """A number or the beginning of a version id means several; the arguments are what it may mean."""

    code = "DOCUMENT_AMBIGUOUS"


class NoDraft(Exception):
    """The document has no draft that could be activated; the message is its name."""

    code = "NO_DRAFT"


class Standing(str, Enum):
    """How a version stands on a day."""

    IN_FORCE = "in force"
    NOT_YET = "not yet"
    ENDED = "ended"
    CANCELLED = "cancelled"
    DRAFT = "draft"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Holdings:
    """Everything on file at one moment: the versions in the order of storing, each with the day on which it ends.

    `stopped`: when (UTC) a version was ended in the course of a day, which is the first on which it is spoken no more.
    """

    versions: tuple[PolicyDocument, ...]
    plans: tuple[Plan, ...]
    now: datetime
    stopped: Mapping[VersionId, datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, versions: Iterable[PolicyDocument], plans: Iterable[Plan], now: datetime) -> Holdings:
        """The holdings with these versions as they are stored."""
        dated = sorted(with_ends(versions), key=lambda document: document.sequence)
        return cls(tuple(dated), tuple(plans), now)

    def with_versions(self, versions: Iterable[PolicyDocument]) -> Holdings:
        """What the holdings would be with these versions instead."""
        return replace(Holdings.of(versions, self.plans, self.now), stopped=self.stopped)

    def today(self, payer: PayerId | None) -> date:
        """The day where the payer's plans are; of several zones the latest, so that no plan's day is changed late.

        A document that belongs to no plan is spoken in all of them.
        """
        return self.day_at(payer, self.now)

    def day_at(self, payer: PayerId | None, moment: datetime) -> date:
        """The day at another moment, told as `today` is."""
        zones = [plan.time_zone for plan in self.plans if payer in (None, plan.payer)] or [DEFAULT_TIME_ZONE]
        return max(today(zone, moment) for zone in zones)

    def standing(self, document: PolicyDocument) -> Standing:
        """How the version stands today."""
        day = self.today(document.payer)
        if document.is_withdrawn:
            return Standing.WITHDRAWN
        if document.is_draft:
            return Standing.DRAFT
        if document.is_cancelled and document.version_id not in self.stopped:
            return Standing.CANCELLED
        if document.has_ended_on(day):
            return Standing.ENDED
        return Standing.IN_FORCE if document.in_force_on(day) else Standing.NOT_YET

    def find_version(self, name: str) -> PolicyDocument:
        """The version with that id, or the one whose id begins so. Raises VersionNotFound, AmbiguousDocument."""
        found = [document for document in self.versions if document.version_id.startswith(name)]
        if not found or "@" not in name:
            raise VersionNotFound(name)
        if len(found) > 1:
            raise AmbiguousDocument(*(document.version_id for document in found))
        return found[0]

    def find_document(self, name: str) -> tuple[PolicyDocument, ...]:
        """The versions of the document with that id, or of the payer's number. Raises as `find_version`."""
        found = [document for document in self.versions if document.id == name]
        if not found:
            found = [known for known in self.versions if known.number and number_key(known.number) == number_key(name)]
        if not found:
            raise VersionNotFound(name)
        if len({document.payer for document in found}) > 1 and found[0].id != name:
            raise AmbiguousDocument(*dict.fromkeys(document.id for document in found))
        return tuple(found)

    def choose(self, name: str, day: date | None = None) -> PolicyDocument:
        """The version of that id, or the document's version in force on that day (default: today), else its newest.

        Raises VersionNotFound, AmbiguousDocument.
        """
        if "@" in name:
            return self.find_version(name)
        versions = self.find_document(name)
        on = day or self.today(versions[0].payer)
        in_force = [document for document in versions if document.in_force_on(on)]
        return in_force[-1] if in_force else self.newest(versions)

    def newest(self, versions: Sequence[PolicyDocument]) -> PolicyDocument:
        """What was stored last of what may still come; where nothing may, of what was not withdrawn; else of all."""
        coming = [found for found in versions if self.standing(found) in (Standing.DRAFT, Standing.NOT_YET)]
        return (coming or [found for found in versions if not found.is_withdrawn] or versions)[-1]

    def choose_draft(self, name: str) -> PolicyDocument:
        """The version of that id, or the document's newest draft. Raises NoDraft and as `choose`."""
        if "@" in name:
            return self.find_version(name)
        drafts = [document for document in self.find_document(name) if self.standing(document) is Standing.DRAFT]
        if not drafts:
            raise NoDraft(name)
        return drafts[-1]


def by_document(versions: Iterable[PolicyDocument]) -> Mapping[str, list[PolicyDocument]]:
    """The versions by document, payers before public sources, in the order of their names; the newest first."""
    found: dict[str, list[PolicyDocument]] = {}
    for document in sorted(versions, key=lambda known: (known.payer is None, known.payer or "", known.rank, known.id)):
        found.setdefault(document.id, []).insert(0, document)
    return found
