"""Which versions belong together, and which of them ends another?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from knowledge.policies.model import PolicyDocument
from knowledge.policies.numbers import number_key


def with_ends(versions: Iterable[PolicyDocument]) -> Iterable[PolicyDocument]:
    """Of a document's versions the one that began last rules; of two that began on one day, the one stored last.

    A version ends with a later one that is for all of its states and lines of business.
    """
    kept = list(versions)
    later = {document.version_id: others for document, others in with_later(kept)}
    for document in kept:
        successor = next((each for each in later.get(document.version_id, ()) if covers(each, document)), None)
        yield replace(document, superseded_on=successor.in_force_from) if successor else document


def with_later(versions: Iterable[PolicyDocument]) -> Iterable[tuple[PolicyDocument, Sequence[PolicyDocument]]]:
    """Each version that is to be spoken some day, with the later ones of the same document, in their order."""
    groups: dict[tuple[str, ...], list[PolicyDocument]] = {}
    for document in versions:
        if document.is_draft or document.is_withdrawn or document.is_never_spoken:
            continue
        # Versions of one id belong together, and of one number: a later one may have another number, or another id.
        # That one for other lines of business does not end it is for `covers` to say.
        group = [document]
        for known in {id(found): found for key in _keys(document) if (found := groups.get(key))}.values():
            group += known
        groups.update((key, group) for member in group for key in _keys(member))
    for documents in {id(group): group for group in groups.values()}.values():
        documents.sort(key=lambda document: (document.in_force_from, document.sequence))
        for number, document in enumerate(documents, start=1):
            yield document, documents[number:]


def covers(later: PolicyDocument, earlier: PolicyDocument) -> bool:
    """True where the later version is for every state and line of business that the earlier one is for."""
    return all(
        not new or (bool(old) and set(old) <= set(new))
        for new, old in ((later.states, earlier.states), (later.lines_of_business, earlier.lines_of_business))
    )


def _keys(document: PolicyDocument) -> tuple[tuple[str, ...], ...]:
    number = (
        (document.payer, "", number_key(document.number)) if document.payer and document.number else document.series
    )
    return (document.payer or "", document.id), number
