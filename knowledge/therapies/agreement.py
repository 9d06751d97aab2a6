"""Do the entries of the catalogue agree with each other? What one file cannot say wrong alone, two of them can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Set

from knowledge.content_files import ContentError
from knowledge.policies.model import PayerId
from knowledge.therapies.model import Condition, MarketStatus, OtherProduct, Term, Therapy, Unverified
from knowledge.topics import INFORMATIONAL_TOPICS

# What must be empty where it is marked as not verified: nobody can speak what is not there.
_FIELDS = {
    Unverified.AGES: "ages",
    Unverified.ROUTE: "route",
    Unverified.SETTING: "setting",
    Unverified.REPEAT: "one_time",
}


def find_slips(
    catalogue: Iterable[Therapy | OtherProduct | Condition | Term], payers: Set[PayerId]
) -> Iterator[ContentError]:
    """Everything in which the entries contradict each other or name what is not there."""
    catalogue = tuple(catalogue)
    terms = [entry for entry in catalogue if isinstance(entry, Term)]
    entries = [entry for entry in catalogue if not isinstance(entry, Term)]
    known = {entry.id for entry in entries}
    yield from _repeated([entry.id for entry in catalogue])
    conditions = {entry.id for entry in entries if isinstance(entry, Condition)}
    status: dict[str, MarketStatus] = {entry.id: entry.us_status for entry in entries if isinstance(entry, Therapy)}
    for entry in entries:
        if isinstance(entry, Condition):
            yield from _of_condition(entry, status)
        else:
            yield from _unknown(entry.id, "conditions", entry.conditions, conditions)
        if not isinstance(entry, OtherProduct):
            others = [other.id for other in entry.not_to_confuse_with if other.id]
            yield from _unknown(entry.id, "not_to_confuse_with", others, known - {entry.id})
        if isinstance(entry, Therapy):
            yield from _of_therapy(entry, entries)
    for term in terms:
        if term.payer and term.payer not in payers:
            yield ContentError("terms", term.id, "payer: no plan of this payer is on file")
        if term.answered_by and term.answered_by not in INFORMATIONAL_TOPICS:
            yield ContentError("terms", term.id, f"answered_by: {term.answered_by} is not an informational topic")


def _of_condition(condition: Condition, status: dict[str, MarketStatus]) -> Iterator[ContentError]:
    named = (
        ("therapies", condition.therapies, MarketStatus.MARKETED),
        ("discontinued_therapies", condition.discontinued_therapies, MarketStatus.DISCONTINUED),
    )
    for field, therapies, wanted in named:
        yield from _unknown(condition.id, field, therapies, status)
        for therapy in therapies:
            if status.get(therapy, wanted) is not wanted:
                reason = f"{field}: {therapy} is {status[therapy].value}"
                yield ContentError(f"{condition.id}.yml", condition.id, reason)


def _of_therapy(therapy: Therapy, entries: Iterable[Therapy | OtherProduct | Condition]) -> Iterator[ContentError]:
    named_by = {
        entry.id
        for entry in entries
        if isinstance(entry, Condition) and therapy.id in (*entry.therapies, *entry.discontinued_therapies)
    }
    for condition in sorted(named_by ^ set(therapy.conditions)):
        yield ContentError(f"{therapy.id}.yml", therapy.id, f"conditions: {condition} says otherwise")
    for mark in therapy.unverified:
        field = _FIELDS.get(mark)
        if field and getattr(therapy, field) is not None:
            yield ContentError(f"{therapy.id}.yml", therapy.id, f"unverified: {field} is filled all the same")


def _repeated(ids: Iterable[str]) -> Iterator[ContentError]:
    for entry_id, times in Counter(ids).items():
        if times > 1:
            yield ContentError(f"{entry_id}.yml", entry_id, "the id stands in another entry, too")


def _unknown(entry: str, field: str, named: Iterable[str], known: Iterable[str]) -> Iterator[ContentError]:
    missing = sorted(set(named) - set(known))
    if missing:
        yield ContentError(f"{entry}.yml", entry, f"{field}: {missing[0]} is not in the catalogue")
