"""Where do the words of a value come from? A text that carries its own provenance from the look-up to the record.

A `Said` is an ordinary string. What is done to it with the functions here or with `Phrases` keeps its tree; any other
way to put strings together (`+`, `" ".join`, an f-string) gives a plain string, which is recorded as a value of its
own. So a fact, a passage or a field of the catalogue goes through here on its whole way into a reply.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from knowledge.policies.model import Fact, Passage
from knowledge.reliance.model import (
    CatalogueNode,
    FactNode,
    JoinNode,
    Json,
    Node,
    PassageNode,
    PhraseNode,
    as_json,
    walk,
)


class Said(str):
    """A text with the tree that it was made from; cut or changed it is a plain `str` again."""

    __slots__ = ("node",)

    node: Node

    @classmethod
    def of(cls, text: str, node: Node) -> Said:
        """`text`, which is what comes out of `node`."""
        said = cls(text)
        said.node = node
        return said


def node_of(text: str) -> Node:
    """What a text was made from; a plain string is a value of its own."""
    return text.node if isinstance(text, Said) else str(text)


def say_fact(fact: Fact) -> Said:
    """The text of a fact."""
    return Said.of(fact.text, FactNode(fact.document.version_id, fact.id))


def say_passage(passage: Passage, *, of_payer: bool = False, excerpt: tuple[int, int] | None = None) -> Said:
    """A passage, or the characters from one place in it to before another (`excerpt`).

    Our rendering, or with `of_payer` the payer's own text. Raises ValueError where that is not on file.
    """
    text = passage.payer_text if of_payer else passage.rendering
    if text is None:
        raise ValueError("the passage has no text of the payer")
    if excerpt is not None:
        text = text[slice(*excerpt)]
    return Said.of(text, PassageNode(passage.version, passage.position, passage.section, of_payer, excerpt))


def say_field(text: str, entry: str, checksum: str, field: str, *, as_day: bool = False) -> Said:
    """A field of a catalogue entry, as it is said; `field` and `as_day` as in `CatalogueNode`."""
    return Said.of(text, CatalogueNode(entry, checksum, field, as_day))


def join_said(parts: Iterable[str], separator: str = " ") -> Said:
    """The parts that say something, in order."""
    kept = [part for part in parts if part]
    if len(kept) < 2:
        alone = kept[0] if kept else ""
        return Said.of(alone, node_of(alone))
    return Said.of(separator.join(kept), JoinNode(separator, tuple(map(node_of, kept))))


def trees_of(values: Mapping[str, str]) -> dict[str, Json]:
    """The tree of each value, in JSON."""
    return {name: as_json(node_of(value)) for name, value in values.items()}


def wordings_of(values: Iterable[str]) -> dict[str, str]:
    """The templates of all phrases in these texts, by digest."""
    nodes = (node for value in values if isinstance(value, Said) for node in walk(value.node))
    return {node.wording: node.template for node in nodes if isinstance(node, PhraseNode)}
