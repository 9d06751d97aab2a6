"""Why was this said, and does the same come out again today?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, Protocol

from pydantic import TypeAdapter, ValidationError

from knowledge.citations import Citation
from knowledge.policies.model import DocumentRecord, FactId, PolicyDocument, VersionId
from knowledge.policies.service import PolicyService
from knowledge.reliance.model import (
    BrokenRecord,
    CatalogueNode,
    FactNode,
    PassageNode,
    PhraseNode,
    RelianceRecord,
)
from knowledge.reliance.replay import NotReplayable, Stored, render, render_node
from knowledge.therapies.model import Source

_SOURCES = TypeAdapter(tuple[Source, ...])

# Why a text does not come out again.
ReplayCode = Literal[
    "NOT_RECORDED",
    "RECORD_UNREADABLE",
    "WORDING_MISSING",
    "WORDING_CHANGED",
    "VALUE_MISSING",
    "VERSION_MISSING",
    "FACT_MISSING",
    "PASSAGE_MISSING",
    "CATALOGUE_VERSION_MISSING",
    "FIELD_MISSING",
    "TEXT_DIFFERS",
]


class RecordSource(Protocol):
    """Where records, templates and catalogue versions are kept; every method raises StoreUnavailable."""

    async def find_record(self, message_id: str) -> RelianceRecord | None:
        """What a message was made of. Raises BrokenRecord."""
        ...

    async def find_wordings(self, digests: Iterable[str]) -> Mapping[str, str]:
        """The templates with these digests, as far as they are kept."""
        ...

    async def find_entries(self, asked: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Mapping[str, object]]:
        """The catalogue entries with these ids and checksums, as far as they are kept."""
        ...


@dataclass(frozen=True)
class SpokenFact:
    """A fact as it stands in its version; `text` is None where that is missing."""

    id: str
    section: str | None
    text: str | None


@dataclass(frozen=True)
class CitedVersion:
    """A version that the message leans on: the document with its days, the sections cited, the facts spoken.

    `document` is None where the version is missing. `sections` are the marks, each with its heading if there is one.
    """

    version: str
    document: PolicyDocument | None
    sections: tuple[tuple[str, str | None], ...]
    facts: tuple[SpokenFact, ...]


@dataclass(frozen=True)
class CatalogueUse:
    """Fields of a catalogue entry, as it stood under this checksum, and the sources that it named then.

    `spoken` has each field with the text that was said of it, None where that is missing.
    """

    entry: str
    checksum: str
    spoken: tuple[tuple[str, str | None], ...]
    sources: tuple[Citation, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields, each once."""
        return tuple(dict.fromkeys(name for name, _ in self.spoken))


@dataclass(frozen=True)
class Replay:
    """Whether the same text comes out again; where it does not, a code and what it is about."""

    same: bool
    code: str | None = None
    what: str | None = None


@dataclass(frozen=True)
class Explanation:
    """What one message relied on; `values` are the texts of the values in it, as far as they can be made again."""

    as_of: date | None
    wording: str | None
    template: str | None
    values: Mapping[str, str] = field(repr=False)
    versions: tuple[CitedVersion, ...]
    catalogue: tuple[CatalogueUse, ...]
    replay: Replay


class RelianceService:
    """Explains messages from what was recorded with them."""

    def __init__(self, records: RecordSource, policies: PolicyService) -> None:
        self._records = records
        self._policies = policies

    async def explain(self, message_id: str, text: str) -> Explanation:
        """What the message with this text relied on, and whether it comes out again byte for byte.

        `text` is only compared with. A replay that fails has one of `ReplayCode`. Raises StoreUnavailable.
        """
        try:
            record = await self._records.find_record(message_id)
        except BrokenRecord as error:
            return _unexplained(error.code)
        if record is None:
            return _unexplained("NOT_RECORDED")
        stored = await self._find_stored(record)
        dated = {document.version_id: document for document in await self._policies.list_versions()}
        return Explanation(
            as_of=record.as_of,
            wording=record.wording,
            template=stored.wordings.get(record.wording),
            values=_read_values(record, stored),
            versions=tuple(_read_version(version, record, stored, dated) for version in _versions_of(record)),
            catalogue=_read_catalogue(record, stored),
            replay=_replay(record, stored, text),
        )

    async def _find_stored(self, record: RelianceRecord) -> Stored:
        nodes = record.nodes
        documents: dict[str, DocumentRecord] = {}
        for version in _versions_of(record):
            found = await self._policies.find_version(VersionId(version))
            if found is not None:
                documents[version] = found
        entries = {(node.entry, node.checksum) for node in nodes if isinstance(node, CatalogueNode)}
        wordings = {node.wording for node in nodes if isinstance(node, PhraseNode)} | {record.wording}
        return Stored(documents, await self._records.find_entries(entries), await self._records.find_wordings(wordings))


def _unexplained(code: str) -> Explanation:
    return Explanation(None, None, None, {}, (), (), Replay(False, code))


def _replay(record: RelianceRecord, stored: Stored, text: str) -> Replay:
    try:
        same = render(record, stored) == text
    except NotReplayable as error:
        return Replay(False, error.code, error.what)
    return Replay(True) if same else Replay(False, "TEXT_DIFFERS")


def _versions_of(record: RelianceRecord) -> tuple[str, ...]:
    spoken = [node.version for node in record.nodes if isinstance(node, (FactNode, PassageNode))]
    return tuple(dict.fromkeys([*spoken, *(source["version"] for source in record.sources)]))


def _read_values(record: RelianceRecord, stored: Stored) -> Mapping[str, str]:
    values: dict[str, str] = {}
    for name, node in record.values.items():
        try:
            values[name] = render_node(node, stored)
        except NotReplayable:
            continue
    return values


def _read_field(node: CatalogueNode, stored: Stored) -> str | None:
    try:
        return render_node(node, stored)
    except NotReplayable:
        return None


def _read_version(
    version: str, record: RelianceRecord, stored: Stored, dated: Mapping[VersionId, PolicyDocument]
) -> CitedVersion:
    found = stored.documents.get(version)
    known = {fact.id: fact for fact in found.facts} if found else {}
    headings = {passage.section: passage.heading for passage in found.passages} if found else {}
    facts = []
    for node in record.nodes:
        if isinstance(node, FactNode) and node.version == version:
            fact = known.get(FactId(node.fact))
            facts.append(SpokenFact(node.fact, fact.section if fact else None, fact.text if fact else None))
    passages = [node.section for node in record.nodes if isinstance(node, PassageNode) and node.version == version]
    cited = [source["section"] for source in record.sources if source["version"] == version and "section" in source]
    marks = dict.fromkeys([*passages, *(fact.section for fact in facts if fact.section), *cited])
    # With the day from which a later version rules, where there is one.
    document = dated.get(VersionId(version), found.document) if found else None
    return CitedVersion(version, document, tuple((mark, headings.get(mark)) for mark in marks), tuple(facts))


def _read_catalogue(record: RelianceRecord, stored: Stored) -> tuple[CatalogueUse, ...]:
    used: dict[tuple[str, str], CatalogueUse] = {}
    for node in record.nodes:
        if isinstance(node, CatalogueNode):
            key = (node.entry, node.checksum)
            use = used.get(key) or CatalogueUse(*key, (), _read_sources(stored.entries.get(key, {})))
            spoken = dict.fromkeys([*use.spoken, (node.field, _read_field(node, stored))])
            used[key] = replace(use, spoken=tuple(spoken))
    return tuple(used.values())


def _read_sources(entry: Mapping[str, object]) -> tuple[Citation, ...]:
    """The sources of an entry as it was stored; none where another release wrote them in another way."""
    try:
        return tuple(source.citation() for source in _SOURCES.validate_python(entry.get("sources", ())))
    except ValidationError:
        return ()
