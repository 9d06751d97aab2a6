"""Does the same text come out again? Made from the stored versions, templates and values; the message is not read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from knowledge.policies.model import DocumentRecord
from knowledge.reliance.model import (
    CatalogueNode,
    FactNode,
    JoinNode,
    Node,
    PassageNode,
    PhraseNode,
    RelianceRecord,
    digest_of,
)

_PLACE = re.compile(r"\{([A-Za-z_]\w*)\}")


class NotReplayable(Exception):
    """The text cannot be made again; `code` says what is missing, the message which one, never a value of a member."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(f"{code}: {what}")
        self.code = code
        self.what = what


@dataclass(frozen=True)
class Stored:
    """What a record points to, as it is stored: versions by id, catalogue entries by id and checksum, templates."""

    documents: Mapping[str, DocumentRecord] = field(default_factory=dict)
    entries: Mapping[tuple[str, str], Mapping[str, object]] = field(default_factory=dict)
    wordings: Mapping[str, str] = field(default_factory=dict)


def render(record: RelianceRecord, stored: Stored) -> str:
    """The text that comes out of a record. Raises NotReplayable."""
    return _fill(record.wording, record.values, stored)


def render_node(node: Node, stored: Stored) -> str:
    """The text of one value. Raises NotReplayable."""
    if isinstance(node, str):
        return node
    if isinstance(node, FactNode):
        return _find_fact(node, stored)
    if isinstance(node, PassageNode):
        return _find_passage(node, stored)
    if isinstance(node, CatalogueNode):
        return _find_field(node, stored)
    if isinstance(node, PhraseNode):
        return _fill(node.wording, node.values, stored)
    return _join(node, stored)


def _join(node: JoinNode, stored: Stored) -> str:
    return node.separator.join(render_node(part, stored) for part in node.parts)


def _fill(digest: str, values: Mapping[str, Node], stored: Stored) -> str:
    template = stored.wordings.get(digest)
    if template is None:
        raise NotReplayable("WORDING_MISSING", digest)
    if digest_of(template) != digest:
        raise NotReplayable("WORDING_CHANGED", digest)

    def put(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise NotReplayable("VALUE_MISSING", match[1])
        return render_node(values[match[1]], stored)

    return _PLACE.sub(put, template)


def _find_fact(node: FactNode, stored: Stored) -> str:
    text = next((fact.text for fact in _find_version(node.version, stored).facts if fact.id == node.fact), None)
    if text is None:
        raise NotReplayable("FACT_MISSING", f"{node.fact} of {node.version}")
    return text


def _find_passage(node: PassageNode, stored: Stored) -> str:
    passages = _find_version(node.version, stored).passages
    passage = next((passage for passage in passages if passage.position == node.position), None)
    text = (passage.payer_text if node.of_payer else passage.rendering) if passage else None
    if text is None:
        raise NotReplayable("PASSAGE_MISSING", f"{node.section} of {node.version}")
    return text[slice(*node.excerpt)] if node.excerpt else text


def _find_version(version: str, stored: Stored) -> DocumentRecord:
    if version not in stored.documents:
        raise NotReplayable("VERSION_MISSING", version)
    return stored.documents[version]


def _find_field(node: CatalogueNode, stored: Stored) -> str:
    where = f"{node.field} of {node.entry}@{node.checksum[:12]}"
    found: object = stored.entries.get((node.entry, node.checksum))
    if found is None:
        raise NotReplayable("CATALOGUE_VERSION_MISSING", where)
    for step in node.field.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, (list, tuple)) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            found = None
    if found is None:
        raise NotReplayable("FIELD_MISSING", where)
    # As plan documents write a day, and as it was written when it was said (actions/spoken.py).
    return f"{date.fromisoformat(str(found)):%m/%d/%Y}" if node.as_day else str(found)
