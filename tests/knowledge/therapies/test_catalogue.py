"""The catalogue: what the shipped entries say of a product and of a condition."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.bootstrap import Knowledge
from knowledge.policies.claims import find_claim
from knowledge.shipped.files import read_shipped_content
from knowledge.therapies.model import (
    Condition,
    MarketStatus,
    OtherProduct,
    Standing,
    Therapy,
    TherapyKind,
    Unverified,
)
from tests.knowledge.therapies.known import ACCELERATED, AGES, APPROVED_ON, KINDS, LABEL_CHANGES, REPEATED

CONTENT = read_shipped_content()
THERAPIES = {therapy.id: therapy for therapy in CONTENT.therapies}
CONDITIONS = {entry.id: entry for entry in (*CONTENT.conditions, *CONTENT.other_conditions)}
PRODUCTS = {product.id: product for product in CONTENT.other_products}
ENTRIES = (*CONTENT.therapies, *CONTENT.other_products, *CONTENT.conditions, *CONTENT.other_conditions)
NEWEST_SOURCE = date(2026, 11, 22)
# Their genes or targets are what makes them what they are.
WITH_GENE = {
    TherapyKind.IN_VIVO_GENE_ADDITION,
    TherapyKind.EX_VIVO_GENE_ADDITION,
    TherapyKind.EX_VIVO_GENE_EDITING,
    TherapyKind.TOPICAL_GENE_THERAPY,
}


def entry_id(entry: object) -> str:
    return str(getattr(entry, "id", entry))


async def test_every_product_and_condition_is_in_the_catalogue(shipped: Knowledge) -> None:
    find = shipped.therapies
    assert [await find.find_therapy(therapy) for therapy in THERAPIES] == list(CONTENT.therapies)
    assert [await find.find_condition(entry.id) for entry in CONTENT.conditions] == [*CONTENT.conditions]
    assert [await find.find_other_product(product) for product in PRODUCTS] == list(CONTENT.other_products)
    assert [await find.find_condition(entry.id) for entry in CONTENT.other_conditions] == [*CONTENT.other_conditions]


def test_the_catalogue_is_whole() -> None:
    assert (len(THERAPIES), len(CONTENT.conditions), len(CONTENT.terms)) == (34, 28, 60)
    ended = {therapy.id for therapy in CONTENT.therapies if therapy.us_status is MarketStatus.DISCONTINUED}
    assert ended == {"beqvez", "roctavian"}
    by_standing = {
        standing: {product.id for product in PRODUCTS.values() if product.standing is standing} for standing in Standing
    }
    assert by_standing == {
        Standing.OUTSIDE_SCOPE: {"tregzi", "ryoncil", "lantidra", "omisirge", "provenge"},
        Standing.NOT_APPROVED: {"anito_cel", "navsunli", "lete_cel"},
    }
    assert {condition.id for condition in CONTENT.other_conditions} == {"lhon", "mps_ii"}


@pytest.mark.parametrize("therapy", CONTENT.therapies, ids=entry_id)
def test_a_product_has_every_field_or_says_that_it_is_not_verified(therapy: Therapy) -> None:
    assert {therapy.brand, therapy.proper_name} <= set(therapy.names)
    assert therapy.manufacturer
    assert therapy.misspellings
    assert date(2015, 1, 1) < therapy.approved_on <= NEWEST_SOURCE
    # In completed years; one half is six months.
    assert 0 <= (therapy.age_min_years or 0) <= (therapy.age_max_years or 120)
    assert bool(therapy.ages) is (Unverified.AGES not in therapy.unverified)
    assert bool(therapy.route) is (Unverified.ROUTE not in therapy.unverified)
    assert bool(therapy.setting) is (Unverified.SETTING not in therapy.unverified)
    assert therapy.dosing
    assert (therapy.one_time is None) is (Unverified.REPEAT in therapy.unverified)
    if therapy.kind in WITH_GENE:
        assert therapy.gene or therapy.target
    if therapy.kind in (TherapyKind.CAR_T, TherapyKind.TCR_T):
        assert therapy.target
    assert all(therapy.approved_on < change.day <= NEWEST_SOURCE for change in therapy.label_changes)


def test_what_the_sources_leave_open_is_marked_and_nothing_else() -> None:
    marked = {therapy.id: set(therapy.unverified) for therapy in CONTENT.therapies if therapy.unverified}
    assert marked == {
        "vyjuvek": {Unverified.AGES, Unverified.SETTING},
        "imlygic": {Unverified.AGES},
        "genglycos": {Unverified.ROUTE},
        "tudriqev": {Unverified.SCHEDULE},
        "encelto": {Unverified.REPEAT},
        "roctavian": {Unverified.LAST_US_DATE},
    }


def test_the_products_bear_the_facts_that_were_read() -> None:
    assert {therapy.id: therapy.approved_on.isoformat() for therapy in CONTENT.therapies} == APPROVED_ON
    kinds = {kind: {therapy.id for therapy in CONTENT.therapies if therapy.kind.value == kind} for kind in KINDS}
    assert kinds == KINDS
    assert {therapy.id for therapy in CONTENT.therapies if therapy.one_time is False} == REPEATED
    assert {therapy.id for therapy in CONTENT.therapies if therapy.accelerated_approval} == ACCELERATED
    limits = {therapy.id: (therapy.age_min_years, therapy.age_max_years) for therapy in CONTENT.therapies}
    assert {name: limit for name, limit in limits.items() if limit != (None, None)} == AGES
    changes = {
        therapy.id: [change.day.isoformat() for change in therapy.label_changes] for therapy in CONTENT.therapies
    }
    assert {name: days for name, days in changes.items() if days} == LABEL_CHANGES


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=entry_id)
def test_a_condition_has_a_name_a_code_and_the_products_that_name_it(condition: Condition) -> None:
    assert condition.names
    assert condition.what
    assert condition.icd10cm
    for therapy in (*condition.therapies, *condition.discontinued_therapies):
        assert condition.id in THERAPIES[therapy].conditions
    assert {THERAPIES[name].us_status for name in condition.therapies} <= {MarketStatus.MARKETED}
    assert {THERAPIES[name].us_status for name in condition.discontinued_therapies} <= {MarketStatus.DISCONTINUED}


@pytest.mark.parametrize("product", CONTENT.other_products, ids=entry_id)
def test_a_product_beside_the_catalogue_says_why_and_as_of_when(product: OtherProduct) -> None:
    assert {product.brand, product.proper_name} <= set(product.names)
    assert (product.approved_on is None) is (product.standing is Standing.NOT_APPROVED)
    assert product.checked_on <= NEWEST_SOURCE


@pytest.mark.parametrize("entry", ENTRIES, ids=entry_id)
def test_an_entry_has_sources_and_promises_nothing(entry: Therapy | OtherProduct | Condition) -> None:
    assert all(source.url.startswith("https://") and source.read_on <= NEWEST_SOURCE for source in entry.sources)
    assert all(source.source_date is None or source.source_date <= source.read_on for source in entry.sources)
    texts = [entry.reason, entry.what] if isinstance(entry, OtherProduct) else []
    texts += [entry.what] if isinstance(entry, Condition) and entry.what else []
    texts += [] if isinstance(entry, OtherProduct) else [other.reason for other in entry.not_to_confuse_with]
    texts += [change.what for change in entry.label_changes] if isinstance(entry, Therapy) else []
    assert [text for text in texts if find_claim(text)] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zolgensma", "itvisma"),
        ("hemophilia_a", "hemophilia_b"),
        ("rpe65_retinal_dystrophy", "lhon"),
        ("mps_iiia", "mps_ii"),
        ("hemgenix", "roctavian"),
        ("lyfgenia", "zynteglo"),
        ("vyjuvek", "zevaskyn"),
    ],
)
def test_look_alikes_name_each_other_with_a_reason(one: str, other: str) -> None:
    for this, that in ((one, other), (other, one)):
        entry = next(entry for entry in ENTRIES if entry.id == this)
        assert not isinstance(entry, OtherProduct)
        reasons = [look_alike.reason for look_alike in entry.not_to_confuse_with if look_alike.id == that]
        assert len(reasons) == 1
        assert not reasons[0].endswith(".")


async def test_zolgensma_and_itvisma_do_not_share_an_age(shipped: Knowledge) -> None:
    zolgensma = await shipped.therapies.find_therapy("zolgensma")
    itvisma = await shipped.therapies.find_therapy("itvisma")
    assert zolgensma is not None
    assert itvisma is not None
    assert (zolgensma.age_max_years, itvisma.age_min_years) == (1, 2)


async def test_what_is_not_in_the_catalogue_is_not_found(shipped: Knowledge) -> None:
    assert await shipped.therapies.find_therapy("aspirin") is None
    assert await shipped.therapies.find_condition("flu") is None
    # What is beside the catalogue is no therapy of it.
    assert await shipped.therapies.find_therapy("ryoncil") is None
    assert await shipped.therapies.find_other_product("zolgensma") is None


def test_a_name_stands_for_one_thing_or_for_two_that_are_told_apart() -> None:
    owners: dict[str, set[str]] = {}
    for entry in ENTRIES:
        for name in (*entry.names, *entry.aliases, *entry.misspellings):
            owners.setdefault(name.casefold(), set()).add(entry.id)
    shared = {name: ids for name, ids in owners.items() if len(ids) > 1}
    assert set(map(frozenset, shared.values())) == {
        frozenset({"hemophilia_a", "hemophilia_b"}),
        frozenset({"sma", "dmd"}),
        frozenset({"melanoma", "multiple_myeloma"}),
    }
    assert {"hemophilia", "spinal muscular dystrophy", "multiple melanoma"} <= set(shared)
    for one, other in map(sorted, shared.values()):
        assert other in {look_alike.id for look_alike in CONDITIONS[one].not_to_confuse_with}
