"""What is a text made of? A tree whose leaves say where their words are kept, so that it can be made again from there.

A leaf is a plain string (a value of its own: a day, a name, a number) or a place in a stored version, which is never
changed: a fact, a passage or a part of it, a field of a catalogue entry. A branch is a phrase with its values, or parts
with what stands between them. In JSON a node is a string or an object; the first key says which kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

Json = str | Mapping[str, object]

# 128 bits of a SHA-256: short enough to stand in every record, and no two wordings have the same.
_DIGEST_LENGTH = 32


def digest_of(template: str) -> str:
    """The name under which a template is kept: the first 32 hex digits of its SHA-256."""
    return hashlib.sha256(template.encode()).hexdigest()[:_DIGEST_LENGTH]


@dataclass(frozen=True)
class FactNode:
    """The text of a fact of a version ("<document>@<checksum>")."""

    version: str
    fact: str

    def as_json(self) -> Json:
        """The node as it is kept."""
        return {"fact": self.fact, "version": self.version}


@dataclass(frozen=True)
class PassageNode:
    """A passage of a version by its position there; `excerpt` is the part from one character to before another.

    `of_payer` is the payer's own text, where an operator imported it, else our rendering. `section` is for people.
    """

    version: str
    position: int
    section: str
    of_payer: bool = False
    excerpt: tuple[int, int] | None = None

    def as_json(self) -> Json:
        """The node as it is kept."""
        kept: dict[str, object] = {"passage": self.position, "section": self.section, "version": self.version}
        if self.of_payer:
            kept["of_payer"] = True
        return {**kept, "excerpt": list(self.excerpt)} if self.excerpt else kept


@dataclass(frozen=True)
class CatalogueNode:
    """A field of a catalogue entry as it stood under this checksum.

    `field` is a path of names and positions with dots between ("names.0.brand"); `as_day` writes an ISO date as members
    read it ("05/24/2019").
    """

    entry: str
    checksum: str
    field: str
    as_day: bool = False

    def as_json(self) -> Json:
        """The node as it is kept."""
        kept: dict[str, object] = {"catalogue": self.entry, "checksum": self.checksum, "field": self.field}
        return {**kept, "as_day": True} if self.as_day else kept


@dataclass(frozen=True)
class PhraseNode:
    """A response filled with values. `template` travels beside the tree, and is empty where the tree was read."""

    key: str
    wording: str
    values: Mapping[str, Node]
    template: str = field(default="", compare=False, repr=False)

    def as_json(self) -> Json:
        """The node as it is kept."""
        values = {name: as_json(value) for name, value in self.values.items()}
        return {"phrase": self.key, "wording": self.wording, "values": values}


@dataclass(frozen=True)
class JoinNode:
    """Parts with the same thing between them; no parts are an empty text."""

    separator: str
    parts: tuple[Node, ...]

    def as_json(self) -> Json:
        """The node as it is kept."""
        return {"join": self.separator, "parts": [as_json(part) for part in self.parts]}


Node = str | FactNode | PassageNode | CatalogueNode | PhraseNode | JoinNode


@dataclass(frozen=True)
class Reliance:
    """What one message was made of: the template of its text, and the tree of each value in it, in JSON.

    `as_of` is the day whose facts are spoken, None where the text leans on none. `wordings` are the templates of the
    phrases in the trees, by digest. `sources` are the versions that it cites, each with its `section` if it names one.
    """

    template: str
    values: Mapping[str, Json] = field(default_factory=dict, repr=False)
    as_of: date | None = None
    wordings: Mapping[str, str] = field(default_factory=dict, repr=False)
    sources: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class RelianceRecord:
    """The same as it was kept: the template by its digest, the trees as they were stored."""

    wording: str
    values: Mapping[str, Node] = field(repr=False)
    as_of: date | None
    sources: tuple[Mapping[str, str], ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Everything in its trees."""
        return tuple(node for value in self.values.values() for node in walk(value))


class BrokenRecord(Exception):
    """What is kept is no tree: another release wrote it, or something damaged it."""

    code = "RECORD_UNREADABLE"


def as_json(node: Node) -> Json:
    """The node as it is kept."""
    return node if isinstance(node, str) else node.as_json()


def read_node(kept: object) -> Node:
    """The node that was kept. Raises BrokenRecord."""
    try:
        return _read(kept)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenRecord from error


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it, in the order of the text."""
    yield node
    within: Iterator[Node] = iter(())
    if isinstance(node, PhraseNode):
        within = iter(node.values.values())
    elif isinstance(node, JoinNode):
        within = iter(node.parts)
    for part in within:
        yield from walk(part)


def _read(kept: object) -> Node:
    if isinstance(kept, str):
        return kept
    if not isinstance(kept, Mapping):
        raise TypeError
    if "fact" in kept:
        return FactNode(version=str(kept["version"]), fact=str(kept["fact"]))
    if "passage" in kept:
        start_end = kept.get("excerpt")
        return PassageNode(
            version=str(kept["version"]),
            position=int(kept["passage"]),
            section=str(kept["section"]),
            of_payer=bool(kept.get("of_payer")),
            excerpt=(int(start_end[0]), int(start_end[1])) if start_end else None,
        )
    if "catalogue" in kept:
        return CatalogueNode(
            str(kept["catalogue"]), str(kept["checksum"]), str(kept["field"]), as_day=bool(kept.get("as_day"))
        )
    if "phrase" in kept:
        values = {str(name): _read(value) for name, value in kept["values"].items()}
        return PhraseNode(str(kept["phrase"]), str(kept["wording"]), values)
    return JoinNode(str(kept["join"]), tuple(_read(part) for part in kept["parts"]))
