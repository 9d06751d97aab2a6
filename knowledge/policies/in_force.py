"""Which of the versions on file are in force for a scope on a day? Worked out once for all that ask for the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from knowledge.policies.editions import covers, with_ends, with_later
from knowledge.policies.model import PolicyDocument, Scope, VersionId

# Every member's scope and the days of a month or two; a member may ask about any day.
_MOST_KEPT = 200


@dataclass(frozen=True)
class Current:
    """What is in force for one scope on one day: by version, and as it is listed, neutral sources last."""

    by_version: Mapping[VersionId, PolicyDocument]
    listed: tuple[PolicyDocument, ...]


class InForce:
    """The versions with the day from which a later one rules, and what is in force of them.

    `versions` is every one, as given. `stated` are those that may be named, in force or not: neither drafts nor
    withdrawn nor cancelled, by rank, first day and id.
    """

    def __init__(self, versions: Iterable[PolicyDocument]) -> None:
        self.versions = tuple(with_ends(versions))
        self._by_id = {document.version_id: document for document in self.versions}
        self.stated = tuple(
            sorted(
                (
                    document
                    for document in self.versions
                    if not (document.is_draft or document.is_withdrawn or document.is_cancelled)
                ),
                key=lambda document: (document.rank, document.in_force_from, document.id),
            )
        )
        # For each version the later ones that are for a part of its states or lines of business alone.
        self._narrower = {
            document.version_id: [each for each in later if not covers(each, document)]
            for document, later in with_later(self.versions)
        }
        self._kept: dict[tuple[tuple[Scope, ...], date], Current] = {}

    def find(self, scopes: tuple[Scope, ...], day: date) -> Current:
        """What is in force on that day in all of these scopes; the same object while it is kept.

        A later edition for a part of the states alone takes the earlier one's place there for good, also where it has
        ended itself since; while the state is unknown, neither is spoken.
        """
        known = self._kept.get((scopes, day))
        if known is not None:
            return known
        found = {
            version: document
            for version, document in self._by_id.items()
            if self._rules(version, document, scopes, day)
        }
        listed = sorted(found.values(), key=lambda document: (document.payer is None, document.rank, document.id))
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[scopes, day] = current = Current(found, tuple(listed))
        return current

    def _rules(self, version: VersionId, document: PolicyDocument, scopes: tuple[Scope, ...], day: date) -> bool:
        if not (document.in_force_on(day) and all(map(document.applies_to, scopes))):
            return False
        later = self._narrower.get(version, ())
        return not any(each.in_force_from <= day and any(map(each.applies_to, scopes)) for each in later)
