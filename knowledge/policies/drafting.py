"""What becomes of a document that was read? A draft with an operator's corrections, or the list of what is missing."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pydantic import TypeAdapter, ValidationError

from knowledge.policies.files import Id, State, Url
from knowledge.policies.model import (
    DocumentId,
    DocumentKind,
    DocumentRecord,
    Passage,
    PayerId,
    Plan,
    PolicyDocument,
    VersionId,
)
from knowledge.policies.numbers import number_key
from knowledge.policies.reading.labels import Field
from knowledge.policies.reading.model import ReadPolicy

# An answer to `--states` or `--line-of-business`: the document is for all of them.
ALL = "all"
_LONGEST_ID = 100
_LONGEST_HEADING = 300


@dataclass(frozen=True)
class Corrections:
    """What an operator says in place of the document; None and empty: nothing. ("all",): not limited."""

    payer: str | None = None
    number: str | None = None
    title: str | None = None
    kind: DocumentKind | None = None
    lines_of_business: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    effective_on: date | None = None
    url: str | None = None
    id: str | None = None


class DraftRefused(Exception):
    """What is missing or wrong, each in one sentence part that names the option that mends it."""

    code = "DRAFT_REFUSED"

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))


def make_draft(
    read: ReadPolicy, said: Corrections, plans: Sequence[Plan], on_file: Sequence[PolicyDocument], read_on: date
) -> DocumentRecord:
    """The version that the document becomes; one of a document on file gets that document's id. Raises DraftRefused."""
    merged = replace(
        read,
        payer=PayerId(said.payer) if said.payer else read.payer,
        number=said.number or read.number,
        title=said.title or read.title,
        kind=said.kind or read.kind,
        lines_of_business=_limited(said.lines_of_business, read.lines_of_business),
        states=tuple(state.upper() for state in _limited(said.states, read.states)),
        effective_on=said.effective_on or read.effective_on,
    )
    plan = next((plan for plan in plans if plan.payer == merged.payer), None)
    reasons = [*_missing(merged, said), *_wrong(merged, said, plan, read_on)]
    if any(document.id == said.id and document.payer != merged.payer for document in on_file):
        reasons.append("--id is the id of another payer's document")
    if reasons or plan is None or merged.title is None or merged.kind is None:
        raise DraftRefused(reasons)
    document = PolicyDocument(
        id=_find_id(merged, said, on_file),
        payer=plan.payer,
        payer_name=plan.payer_name,
        number=merged.number,
        title=merged.title,
        kind=merged.kind,
        lines_of_business=merged.lines_of_business,
        states=merged.states,
        version=merged.version,
        issued_on=merged.issued_on,
        effective_on=merged.effective_on,
        revised_on=merged.revised_on,
        archived_on=merged.archived_on,
        read_on=read_on,
        url=said.url,
        checksum="",
        rank=merged.kind.rank,
    )
    document = replace(document, checksum=_checksum(document, merged))
    return DocumentRecord(document, _passages(document.version_id, merged), facts=())


def _limited(said: tuple[str, ...], read: tuple[str, ...]) -> tuple[str, ...]:
    return () if said == (ALL,) else said or read


def _missing(merged: ReadPolicy, said: Corrections) -> Iterable[str]:
    if not merged.payer:
        yield "its payer is not clear: say which with --payer"
    if not merged.title:
        yield "it has no title: give one with --title"
    if not merged.kind:
        yield "its type is not clear: say which with --kind"
    if not merged.number and not said.url:
        yield "it has neither a number nor an address: give --number or --url"
    if Field.EFFECTIVE.value in merged.must_be_given and not said.effective_on:
        yield "it states several effective dates: say which with --effective-on"
    if Field.ARCHIVED.value in merged.must_be_given:
        yield "it states several archived dates: mend the file, or bring it in as YAML"
    if "states" in merged.must_be_given and not said.states:
        yield "which states are ticked is not to be seen: name them with --states (or --states all)"
    if "lines of business" in merged.must_be_given and not said.lines_of_business:
        yield "no line of business is ticked: name them with --line-of-business (or all)"


def _wrong(merged: ReadPolicy, said: Corrections, plan: Plan | None, read_on: date) -> Iterable[str]:
    if merged.payer and plan is None:
        yield f"no plan of payer {merged.payer} is on file"
    begins = merged.effective_on or read_on
    if merged.archived_on and merged.archived_on < begins:
        yield f"it ended on {merged.archived_on}, before it begins ({begins}): check --effective-on"
    checks = [("--id", Id, said.id), ("--url", Url, said.url)]
    checks += [("--states", State, state) for state in merged.states]
    checks += [("--line-of-business", Id, line) for line in merged.lines_of_business]
    for option, form, value in checks:
        if value is not None and not _fits(form, value):
            yield f"{option} has a value that is none"
    if merged.number and len(merged.number) > 40:
        yield "--number is longer than a number is"


def _fits(form: object, value: str) -> bool:
    try:
        TypeAdapter(form).validate_python(value)
    except ValidationError:
        return False
    return True


def _find_id(merged: ReadPolicy, said: Corrections, on_file: Sequence[PolicyDocument]) -> DocumentId:
    """The id of the document on file that this is a version of, else a new one of payer and number or title."""
    if said.id:
        return DocumentId(said.id)
    lines = set(merged.lines_of_business)
    own = [document for document in on_file if document.payer == merged.payer]
    if merged.number:
        same = [each for each in reversed(own) if number_key(each.number or "") == number_key(merged.number)]
        # One number can be a policy of several lines of business, each with its own text: first the one of just these.
        same.sort(key=lambda document: set(document.lines_of_business) != lines)
        for document in same:
            if not lines or not document.lines_of_business or lines & set(document.lines_of_business):
                return document.id
    else:
        for document in (each for each in reversed(own) if not each.number):
            if (said.url and document.url == said.url) or _fold(document.title) == _fold(merged.title or ""):
                return document.id
    wanted = DocumentId(_slug(f"{merged.payer}-{merged.number or merged.title}"))
    if lines and any(document.id == wanted for document in own):
        return DocumentId(_slug(f"{wanted}-{'-'.join(sorted(lines))}"))
    return wanted


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _slug(text: str) -> str:
    """The text as an id; where letters had to be left out, digits tell it from others of which the same is left."""
    plain = unicodedata.normalize("NFKD", text)
    slug = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")
    if len(slug) <= _LONGEST_ID and not any(letter.isalpha() and not letter.isascii() for letter in plain):
        return slug or "document"
    digits = hashlib.sha256(_fold(text).encode()).hexdigest()[:8]
    return "-".join(filter(None, (slug[: _LONGEST_ID - 9].strip("-"), digits)))


def _checksum(document: PolicyDocument, merged: ReadPolicy) -> str:
    """The same for the same content, on whatever day and from whatever format it was read."""
    kept = ("id", "payer", "number", "title", "kind", "lines_of_business", "states", "version", "url")
    days = ("issued_on", "effective_on", "revised_on", "archived_on")
    content = {name: getattr(document, name) for name in kept} | {name: str(getattr(document, name)) for name in days}
    content["passages"] = [(passage.section, passage.heading, passage.text) for passage in merged.passages]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _passages(version: VersionId, merged: ReadPolicy) -> tuple[Passage, ...]:
    # Nobody has said it in our words yet: the payer's own text alone is kept.
    return tuple(
        Passage(version, position, passage.section, passage.heading[:_LONGEST_HEADING], "", passage.text)
        for position, passage in enumerate(merged.passages, start=1)
    )
