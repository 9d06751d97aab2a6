"""A text comes out of the stored versions, templates and values alone, or it is said plainly why it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge.policies.model import (
    DocumentId,
    DocumentKind,
    DocumentRecord,
    Fact,
    FactId,
    Passage,
    PolicyDocument,
    VersionId,
)
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
from knowledge.reliance.replay import NotReplayable, Stored, render

VERSION = VersionId("page@0123456789ab")
_DOCUMENT = PolicyDocument(
    id=DocumentId("page"),
    payer=None,
    payer_name="A publisher",
    number=None,
    title="A page",
    kind=DocumentKind.PUBLIC_SOURCE,
    lines_of_business=(),
    states=(),
    version=None,
    issued_on=None,
    effective_on=None,
    revised_on=None,
    archived_on=None,
    read_on=date(2026, 11, 21),
    url=None,
    checksum="0123456789abcdef" * 4,
    rank=5,
)
_FACT = Fact(FactId("page.one"), "cost", 1, "Braces {stay} and %s, too.", _DOCUMENT, "A", ())
_PASSAGE = Passage(VERSION, 3, "D.I", "Rules", "First rule. Second rule.", None)
_ENTRY = {"brand": "Zolgensma", "approved_on": "2019-05-24", "names": ["a", "b"], "age_max_years": 1.0, "gene": None}
_FRAME, _PHRASE = "{opening}\n\n{statement} Ask a coach.", "The plan says: {rule}"
STORED = Stored(
    documents={VERSION: DocumentRecord(_DOCUMENT, (_PASSAGE,), (_FACT,))},
    entries={("zolgensma", "c0ffee"): _ENTRY},
    wordings={digest_of(text): text for text in (_FRAME, _PHRASE)},
)


def record(**values: Node) -> RelianceRecord:
    return RelianceRecord(digest_of(_FRAME), {"opening": "On 05/01/2026:", "statement": "", **values}, date(2026, 5, 1))


@pytest.mark.parametrize(
    ("node", "text"),
    [
        ("plain", "plain"),
        (FactNode(VERSION, "page.one"), "Braces {stay} and %s, too."),
        (PassageNode(VERSION, 3, "D.I"), "First rule. Second rule."),
        (PassageNode(VERSION, 3, "D.I", excerpt=(12, 24)), "Second rule."),
        (CatalogueNode("zolgensma", "c0ffee", "brand"), "Zolgensma"),
        (CatalogueNode("zolgensma", "c0ffee", "names.1"), "b"),
        (CatalogueNode("zolgensma", "c0ffee", "approved_on", as_day=True), "05/24/2019"),
        (PhraseNode("p", digest_of(_PHRASE), {"rule": FactNode(VERSION, "page.one")}), "The plan says: " + _FACT.text),
        (JoinNode(", ", ("a", CatalogueNode("zolgensma", "c0ffee", "brand"))), "a, Zolgensma"),
        (JoinNode(" ", ()), ""),
    ],
)
def test_each_kind_of_node_comes_out_as_it_was_said(node: Node, text: str) -> None:
    assert render(record(statement=node), STORED) == f"On 05/01/2026:\n\n{text} Ask a coach."


@pytest.mark.parametrize(
    ("node", "code"),
    [
        (FactNode("page@ffffffffffff", "page.one"), "VERSION_MISSING"),
        (FactNode(VERSION, "page.two"), "FACT_MISSING"),
        (PassageNode(VERSION, 4, "D.II"), "PASSAGE_MISSING"),
        (PassageNode(VERSION, 3, "D.I", of_payer=True), "PASSAGE_MISSING"),
        (CatalogueNode("zolgensma", "beef", "brand"), "CATALOGUE_VERSION_MISSING"),
        (CatalogueNode("zolgensma", "c0ffee", "gene"), "FIELD_MISSING"),
        (CatalogueNode("zolgensma", "c0ffee", "names.2"), "FIELD_MISSING"),
        (CatalogueNode("zolgensma", "c0ffee", "brand.0"), "FIELD_MISSING"),
        (PhraseNode("p", "no-such-digest", {}), "WORDING_MISSING"),
        (PhraseNode("p", digest_of(_PHRASE), {}), "VALUE_MISSING"),
    ],
)
def test_what_is_missing_is_named_by_a_code(node: Node, code: str) -> None:
    with pytest.raises(NotReplayable) as refused:
        render(record(statement=node), STORED)
    assert refused.value.code == code


def test_a_template_that_was_changed_in_its_place_is_noticed() -> None:
    changed = replace(STORED, wordings={**STORED.wordings, digest_of(_FRAME): "Something else: {statement}"})
    with pytest.raises(NotReplayable) as refused:
        render(record(), changed)
    assert refused.value.code == "WORDING_CHANGED"
