"""Every shipped sentence: has a source, is plain to read, promises nothing, and keeps the payers apart."""

from __future__ import annotations

import re

import pytest

from actions.topic_answers import MOST_SENTENCES, count_sentences
from knowledge.policies.claims import find_claim
from knowledge.policies.model import DETAIL, DocumentRecord, Fact
from knowledge.shipped.files import ShippedContent, read_shipped_content
from knowledge.therapies.model import TherapyKind
from knowledge.topics import INFORMATIONAL_TOPICS
from tests.knowledge.reading_grade import count_syllables, reading_grade

CONTENT = read_shipped_content()
FACTS = [fact for record in CONTENT.documents for fact in record.facts]
PASSAGES = [(record, passage) for record in CONTENT.documents for passage in record.passages]
MEDICINES = [name for therapy in CONTENT.therapies for name in (therapy.brand, therapy.proper_name)]

OTHER_PAYER = {"independence": r"\bCareSource", "caresource": r"\bIndependence\b|\bIBX\b"}
PAYER_NAME = {"independence": "Independence", "caresource": "CareSource"}


ABOUT_A_PRODUCT = {"safety_risks", "process_followup"}
# Topics on which only a payer's own word helps.
NOTHING_NEUTRAL = {"coach_about", "evidence_of_coverage", "policy_lookup"}
# Sources that may no longer hold, with the year that they are of.
OLD_SOURCES = {"ibx-coach-article": 2018}


@pytest.fixture(scope="module")
def content() -> ShippedContent:
    return CONTENT


def fact_id(value: object) -> str:
    return value.id if isinstance(value, Fact) else str(value)


@pytest.mark.parametrize("fact", FACTS, ids=fact_id)
def test_a_fact_is_a_plain_thought_with_a_source(fact: Fact) -> None:
    document = fact.document
    assert document.url or (document.number and document.payer)
    assert document.in_force_from
    citation = fact.citation().as_json()
    assert {"document", "payer", "read_on"} <= set(citation)
    assert reading_grade(fact.text, MEDICINES) <= 8
    assert len(fact.text.split()) <= 40
    assert fact.text[-1] in ".?!"
    assert find_claim(fact.text) is None
    assert fact.text.split()[0] not in {"It", "They", "Their", "That", "This", "Then", "So"}, "not whole by itself"


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.document.payer], ids=fact_id)
def test_a_payers_fact_names_its_payer_and_no_other(fact: Fact) -> None:
    payer = str(fact.document.payer)
    assert PAYER_NAME[payer] in fact.text
    assert not re.search(OTHER_PAYER[payer], fact.text)


@pytest.mark.parametrize("fact", [fact for fact in FACTS if not fact.document.payer], ids=fact_id)
def test_a_neutral_fact_names_no_payer(fact: Fact) -> None:
    assert not re.search("|".join(OTHER_PAYER.values()), fact.text)


@pytest.mark.parametrize(
    ("record", "section"),
    [(record, passage.section) for record, passage in PASSAGES],
    ids=lambda value: str(value)[:40],
)
def test_a_passage_is_our_own_plain_rendering(record: DocumentRecord, section: str) -> None:
    passage = next(found for found in record.passages if found.section == section)
    assert passage.payer_text is None
    assert reading_grade(passage.rendering, MEDICINES) <= 8
    assert find_claim(passage.rendering) is None


def test_every_informational_topic_has_facts_where_sources_were_found(content: ShippedContent) -> None:
    told = {(fact.topic, fact.document.payer) for fact in FACTS}
    # What Independence publishes names no risks: those come from sources that belong to no plan.
    assert {topic for topic, payer in told if payer == "independence"} == INFORMATIONAL_TOPICS - {"safety_risks"}
    assert INFORMATIONAL_TOPICS - {topic for topic, payer in told if payer is None} == NOTHING_NEUTRAL
    assert {topic for topic, payer in told if payer == "caresource"} == INFORMATIONAL_TOPICS


def test_the_two_payers_kinds_of_therapy_are_never_blended() -> None:
    kinds = {fact.id: fact.text for fact in FACTS if fact.topic == "therapy_basics" and fact.document.payer}
    assert "replacement" in kinds["ibx-basics-kinds"]
    assert "editing" in kinds["ibx-basics-kinds"]
    assert not any("replacement" in text for name, text in kinds.items() if name.startswith("cs-"))


def test_times_that_do_not_bind_these_plans_are_not_promised() -> None:
    assert not any(re.search(r"\b(?:7|seven) (?:calendar )?days\b|CMS-0057", fact.text) for fact in FACTS)


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.topic in ABOUT_A_PRODUCT], ids=fact_id)
def test_what_is_about_car_t_is_never_told_of_another_therapy(fact: Fact) -> None:
    if "CAR-T" in fact.text:
        car_t = {therapy.id for therapy in CONTENT.therapies if therapy.kind is TherapyKind.CAR_T}
        only_car_t = {condition.id for condition in CONTENT.conditions if set(condition.therapies) & car_t}
        assert fact.subjects == car_t | only_car_t
        assert all(set(condition.therapies) <= car_t for condition in CONTENT.conditions if condition.id in only_car_t)


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.document.payer_name == "HealthCare.gov"], ids=fact_id)
def test_a_federal_rule_says_which_plans_it_is_for(fact: Fact) -> None:
    assert fact.text.startswith("For Marketplace and most employer plans")


def test_what_a_therapy_costs_a_member_comes_before_deals_with_its_maker() -> None:
    deals = [fact for fact in FACTS if fact.topic == "cost" and re.search(r"outcomes-based|such deals", fact.text)]
    assert len(deals) == 5
    assert all(DETAIL in fact.tags for fact in deals)


@pytest.mark.parametrize("fact", FACTS, ids=fact_id)
def test_a_fact_is_short_enough_to_be_an_answer(fact: Fact) -> None:
    assert 1 <= count_sentences(fact.text) <= MOST_SENTENCES


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.document.id in OLD_SOURCES], ids=fact_id)
def test_what_an_old_source_says_bears_its_year_and_a_hint_to_check(fact: Fact) -> None:
    assert str(OLD_SOURCES[fact.document.id]) in fact.text
    assert "That is old, so ask" in fact.text


def test_an_address_that_was_not_opened_is_said_to_be_so() -> None:
    told = [fact for fact in FACTS if "medpolicy.ibx.com" in fact.text]
    assert [fact.document.id for fact in told] == ["ibx-policy-library"]
    assert "did not open it" in told[0].text
    assert "not opened" in told[0].document.title


def test_nobody_is_told_that_one_dose_is_all() -> None:
    assert not any(re.search(r"\bone[- ](?:dose|time)\b", fact.text) for fact in FACTS)


def test_the_two_source_documents_are_on_file_as_they_state_themselves(content: ShippedContent) -> None:
    documents = {record.document.id: record.document for record in content.documents}
    page = documents["ibx-gene-based-therapies"]
    assert (page.effective_on, page.read_on.isoformat()) == (None, "2026-11-21")
    policy = documents["caresource-mp-ad-1623"]
    assert (policy.number, policy.states, policy.version) == ("MP-AD-1623", ("GA", "IN", "OH", "WV"), None)
    assert policy.issued_on is not None
    assert policy.effective_on is not None
    assert (policy.issued_on.isoformat(), policy.effective_on.isoformat()) == ("2026-01-28", "2026-05-01")


def test_a_citation_bears_the_sources_own_date(content: ShippedContent) -> None:
    versions = {record.document.id: record.document.citation().version for record in content.documents}
    assert versions["ibx-services-requiring-precertification"] == "dated 2023-04-01"
    assert versions["caresource-mp-ad-1623"] == "dated 2026-01-28"
    assert versions["ibx-gene-based-therapies"] is None


def test_every_catalogue_entry_has_a_source_with_the_day_it_was_read(content: ShippedContent) -> None:
    for entry in (*content.therapies, *content.conditions):
        assert entry.sources
        assert all(source.read_on and source.url.startswith("https://") for source in entry.sources)


def test_no_source_is_the_machine_it_was_written_on(content: ShippedContent) -> None:
    urls = [record.document.url for record in content.documents if record.document.url]
    assert all(url.startswith(("https://", "http://www.ibx.com/")) for url in urls)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("care", 1), ("table", 2), ("genes", 1), ("diseases", 3), ("CareSource", 2), ("therapies", 3), ("FDA", 3)],
)
def test_syllables_are_counted_as_they_are_read(word: str, syllables: int) -> None:
    assert count_syllables(word) == syllables


def test_the_reading_grade_tells_plain_from_hard() -> None:
    assert reading_grade("The cat sat on the mat.") < 1
    assert reading_grade("Administrative determinations necessitate comprehensive documentation.") > 12
    assert reading_grade("Elevidys helps.", ["Elevidys"]) == reading_grade("drug helps.")
