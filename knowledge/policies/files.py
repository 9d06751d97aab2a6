"""How do plans and policy documents look as files? The layout of `plans.yml` and of a document file.

A document file (shipped under `knowledge/content/documents/`, or an operator's own for `import`):

    document:
      id: caresource-mp-ad-1623       # small letters, digits, dashes
      payer: caresource               # left out for a public source that belongs to no plan
      payer_name: CareSource          # the payer's name, or the publisher's
      number: MP-AD-1623              # optional
      title: ...
      kind: administrative_policy     # see DocumentKind
      lines_of_business: [marketplace]   # left out: all
      states: [GA, IN]                # left out: all
      version: "2"                    # optional; only where the source states one
      issued_on: 2026-01-28           # optional; dates only where the source states them
      effective_on: 2026-05-01        # optional; without it the document counts from read_on
      revised_on: / archived_on:      # optional
      read_on: 2026-11-21             # required: the day the source was read
      url: https://...                # required, unless the document has a number of its payer
    passages:                         # optional, in the document's order
      - {section: D.I, heading: Policy, rendering: "our own words", payer_text: "optional"}
    facts:
      - {id: cs-eoc-decides, topic: evidence_of_coverage, position: 10, section: D.I, text: "...", tags: []}

`section` of a fact is the section of one of the passages. `tags`: therapy and condition ids, and the marks `detail`,
`definition` and `general` of `knowledge.policies.model`. A text of ours (not `payer_text`) that decides, promises or
doses is refused, see `knowledge.policies.claims`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from knowledge.content_files import ContentError, read_content_file
from knowledge.policies.claims import find_claim
from knowledge.policies.model import (
    DocumentId,
    DocumentKind,
    DocumentRecord,
    Fact,
    FactId,
    Passage,
    PayerId,
    Plan,
    PlanId,
    PolicyDocument,
)
from knowledge.topics import INFORMATIONAL_TOPICS

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{1,100}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\"'<>]+$", max_length=1000)]


def _known_topic(topic: str) -> str:
    if topic not in INFORMATIONAL_TOPICS:
        raise ValueError("not an informational topic")
    return topic


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError("not an IANA time zone") from error
    return name


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _PlanEntry(_Entry):
    id: Id
    payer: Id
    payer_name: Text
    name: Text
    line_of_business: Id
    states: tuple[State, ...] = ()
    time_zone: Annotated[str, AfterValidator(_known_time_zone)]
    names: Annotated[tuple[Text, ...], Field(min_length=1)]
    aliases: tuple[Text, ...]
    misspellings: tuple[Text, ...] = ()
    source: Text
    read_on: date


class _PlansFile(_Entry):
    plans: tuple[_PlanEntry, ...]


class _DocumentEntry(_Entry):
    id: Id
    payer: Id | None = None
    payer_name: Text
    number: Text | None = None
    title: Text
    kind: DocumentKind
    lines_of_business: tuple[Id, ...] = ()
    states: tuple[State, ...] = ()
    version: Text | None = None
    issued_on: date | None = None
    effective_on: date | None = None
    revised_on: date | None = None
    archived_on: date | None = None
    read_on: date
    url: Url | None = None
    rank: Annotated[int, Field(ge=1, le=99)] | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> _DocumentEntry:
        if self.url is None and not (self.payer and self.number):
            raise ValueError("a source: url, or payer and number")
        return self

    @model_validator(mode="after")
    def _dates_in_order(self) -> _DocumentEntry:
        if self.archived_on and self.archived_on < (self.effective_on or self.read_on):
            raise ValueError("archived_on is before the document is in force")
        return self


class _PassageEntry(_Entry):
    section: Text
    heading: Text
    rendering: Text
    payer_text: Annotated[str, StringConstraints(max_length=100_000)] | None = None


class _FactEntry(_Entry):
    id: Id
    topic: Annotated[str, AfterValidator(_known_topic)]
    position: Annotated[int, Field(ge=1)]
    section: Text | None = None
    text: Text
    tags: tuple[Id, ...] = ()


class _DocumentFile(_Entry):
    document: _DocumentEntry
    passages: tuple[_PassageEntry, ...] = ()
    facts: tuple[_FactEntry, ...] = ()

    @model_validator(mode="after")
    def _sections_resolve(self) -> _DocumentFile:
        sections = {passage.section for passage in self.passages}
        if len(sections) < len(self.passages):
            raise ValueError("two passages have the same section")
        for fact in self.facts:
            if fact.section is not None and fact.section not in sections:
                raise ValueError(f"{fact.id}: section {fact.section} is not one of the passages")
        ids = [fact.id for fact in self.facts]
        if len(set(ids)) < len(ids):
            raise ValueError("two facts have the same id")
        return self


_PLANS = TypeAdapter(_PlansFile)
_DOCUMENT = TypeAdapter(_DocumentFile)


def read_plans(path: Path) -> tuple[Plan, ...]:
    """The plans of `plans.yml` in its order. Raises ContentError."""
    return tuple(
        Plan(
            id=PlanId(entry.id),
            payer=PayerId(entry.payer),
            payer_name=entry.payer_name,
            name=entry.name,
            line_of_business=entry.line_of_business,
            states=entry.states,
            time_zone=entry.time_zone,
            aliases=(*entry.names, *entry.aliases),
        )
        for entry in read_content_file(path, _PLANS).plans
    )


def read_document(path: Path) -> DocumentRecord:
    """One document with its passages and facts. Raises ContentError."""
    file = read_content_file(path, _DOCUMENT)
    for name, text in _own_texts(file):
        if claim := find_claim(text):
            raise ContentError(path.name, name, claim)
    canonical = json.dumps(file.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    entry = file.document
    document = PolicyDocument(
        id=DocumentId(entry.id),
        payer=PayerId(entry.payer) if entry.payer else None,
        payer_name=entry.payer_name,
        number=entry.number,
        title=entry.title,
        kind=entry.kind,
        lines_of_business=entry.lines_of_business,
        states=entry.states,
        version=entry.version,
        issued_on=entry.issued_on,
        effective_on=entry.effective_on,
        revised_on=entry.revised_on,
        archived_on=entry.archived_on,
        read_on=entry.read_on,
        url=entry.url,
        checksum=hashlib.sha256(canonical.encode()).hexdigest(),
        rank=entry.rank or entry.kind.rank,
    )
    return DocumentRecord(
        document=document,
        passages=tuple(
            Passage(
                document.version_id, position, passage.section, passage.heading, passage.rendering, passage.payer_text
            )
            for position, passage in enumerate(file.passages, start=1)
        ),
        facts=tuple(
            Fact(
                id=FactId(fact.id),
                topic=fact.topic,
                position=fact.position,
                text=fact.text,
                document=document,
                section=fact.section,
                tags=fact.tags,
            )
            for fact in file.facts
        ),
    )


def _own_texts(file: _DocumentFile) -> Iterator[tuple[str, str]]:
    """Every text that a member may be shown as ours, with the name under which its author finds it."""
    yield file.document.id, file.document.title
    for passage in file.passages:
        yield f"passage {passage.section}", passage.heading
        yield f"passage {passage.section}", passage.rendering
    for fact in file.facts:
        yield fact.id, fact.text
