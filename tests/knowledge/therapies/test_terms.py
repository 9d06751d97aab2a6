"""The terms: plain, sourced, one payer's kept to its members, and found however they are asked for."""

from __future__ import annotations

import re

import pytest

from knowledge.bootstrap import Knowledge
from knowledge.policies.claims import find_claim
from knowledge.policies.model import PayerId
from knowledge.shipped.files import read_shipped_content
from knowledge.therapies.model import Term
from tests.knowledge.reading_grade import reading_grade

CONTENT = read_shipped_content()
MEDICINES = [name for therapy in CONTENT.therapies for name in (therapy.brand, therapy.proper_name)]
INDEPENDENCE, CARESOURCE = PayerId("independence"), PayerId("caresource")
OF_INDEPENDENCE = {"gene_based_therapy", "nurse_health_coach", "advanced_network"}


def term_id(term: Term) -> str:
    return term.id


@pytest.mark.parametrize("term", CONTENT.terms, ids=term_id)
def test_a_term_is_one_to_three_plain_sentences_with_sources(term: Term) -> None:
    said = " ".join(filter(None, [term.definition, term.do_not_mix_up]))
    assert reading_grade(said, MEDICINES) <= 8
    assert reading_grade(term.definition, MEDICINES) <= 8
    assert len(term.definition.split()) <= 40
    assert said.endswith(".")
    assert find_claim(said) is None
    assert {"document", "payer", "read_on", "url"} <= set(term.citation().as_json())


@pytest.mark.parametrize("term", CONTENT.terms, ids=term_id)
def test_what_one_payer_says_is_scoped_and_all_else_is_neutral(term: Term) -> None:
    payers = {name for name in ("Independence", "CareSource") if name in f"{term.definition} {term.do_not_mix_up}"}
    payers |= {source.publisher.split()[0] for source in term.sources} & {"Independence", "CareSource"}
    assert payers == ({"Independence"} if term.payer else set())
    assert (term.payer == INDEPENDENCE) is (term.id in OF_INDEPENDENCE)


def test_no_two_terms_are_asked_for_in_the_same_words() -> None:
    asked = [name.casefold() for term in CONTENT.terms for name in {term.term.casefold(), *term.also_asked_as}]
    assert sorted({name for name in asked if asked.count(name) > 1}) == []


async def test_every_term_is_kept_and_found_by_every_name(shipped: Knowledge) -> None:
    terms = await shipped.therapies.list_terms()
    assert {term.id: term for term in terms} == {term.id: term for term in CONTENT.terms}
    for term in terms:
        for name in (term.term, *term.also_asked_as):
            assert await shipped.therapies.find_term(name, term.payer) == term, name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Precertification", "precertification"),
        ("prior auth", "prior_authorization"),
        ("VIRAL VECTORS", "vector"),
        ("car-t", "car_t_therapy"),
        ("out of pocket maximum", "out_of_pocket_maximum"),
        ("cytokine release syndrome", "cytokine_release_syndrome"),
        ("Evidence of Coverage (EOC)", "evidence_of_coverage"),
        ("weather", None),
        ("", None),
        ("vector analysis", None),
    ],
)
async def test_capitals_signs_and_a_plural_make_no_difference(shipped: Knowledge, text: str, found: str | None) -> None:
    term = await shipped.therapies.find_term(text)
    assert (term.id if term else None) == found


@pytest.mark.parametrize(("payer", "found"), [(INDEPENDENCE, True), (CARESOURCE, False), (None, False)])
async def test_a_term_of_one_payer_is_not_told_to_others(
    shipped: Knowledge, payer: PayerId | None, found: bool
) -> None:
    assert (await shipped.therapies.find_term("advanced network", payer) is not None) is found


def test_a_term_of_one_payer_promises_nothing_about_cost() -> None:
    costs = re.compile(r"\b(?:cost|costs|free|extra|pay|pays|charge)\b", re.IGNORECASE)
    assert [term.id for term in CONTENT.terms if term.payer and costs.search(term.definition)] == []


def test_what_payers_say_of_a_word_themselves_is_on_file() -> None:
    payers = {fact.id: fact.document.payer for record in CONTENT.documents for fact in record.facts}
    named = [name for term in CONTENT.terms for name in term.own_facts]
    assert named
    assert all(payers.get(name) for name in named)
