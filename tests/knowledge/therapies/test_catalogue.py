"""The catalogue: what the shipped entries say of a product and of a condition."""

from __future__ import annotations

from datetime import date

from knowledge.bootstrap import Knowledge
from knowledge.shipped.files import read_shipped_content
from knowledge.therapies.model import MarketStatus, TherapyKind

CONTENT = read_shipped_content()
THERAPIES = {therapy.id: therapy for therapy in CONTENT.therapies}


async def test_every_product_and_condition_is_in_the_catalogue(shipped: Knowledge) -> None:
    found = [await shipped.therapies.find_therapy(therapy) for therapy in THERAPIES]
    assert found == list(CONTENT.therapies)
    assert [await shipped.therapies.find_condition(entry.id) for entry in CONTENT.conditions] == [*CONTENT.conditions]
    assert (len(THERAPIES), len(CONTENT.conditions)) == (34, 28)
    ended = {therapy.id for therapy in CONTENT.therapies if therapy.us_status is MarketStatus.DISCONTINUED}
    assert ended == {"beqvez", "roctavian"}


async def test_a_product_is_found_with_typed_fields(shipped: Knowledge) -> None:
    casgevy = await shipped.therapies.find_therapy("casgevy")
    assert casgevy is not None
    assert casgevy.kind is TherapyKind.EX_VIVO_GENE_EDITING
    assert casgevy.conditions == ("beta_thalassemia", "sickle_cell")
    assert casgevy.approved_on == date(2023, 12, 8)
    assert casgevy.age_min_years == 2


def test_not_every_product_is_one_dose() -> None:
    assert THERAPIES["zolgensma"].one_time is True
    assert THERAPIES["vyjuvek"].one_time is False
    assert THERAPIES["adstiladrin"].one_time is False
    assert THERAPIES["encelto"].one_time is None


async def test_zolgensma_and_itvisma_do_not_share_an_age(shipped: Knowledge) -> None:
    zolgensma = await shipped.therapies.find_therapy("zolgensma")
    itvisma = await shipped.therapies.find_therapy("itvisma")
    assert zolgensma is not None
    assert itvisma is not None
    assert (zolgensma.age_max_years, itvisma.age_min_years) == (1, 2)


async def test_a_condition_names_what_is_sold_and_what_is_not_any_more(shipped: Knowledge) -> None:
    hemophilia_a = await shipped.therapies.find_condition("hemophilia_a")
    assert hemophilia_a is not None
    assert hemophilia_a.therapies == ()
    assert hemophilia_a.discontinued_therapies == ("roctavian",)
    assert [other.id for other in hemophilia_a.not_to_confuse_with] == ["hemophilia_b"]


def test_a_condition_is_not_the_product_of_another() -> None:
    for condition in CONTENT.conditions:
        for therapy in condition.therapies + condition.discontinued_therapies:
            assert condition.id in THERAPIES[therapy].conditions
    for therapy in THERAPIES.values():
        assert therapy.conditions


async def test_what_is_not_in_the_catalogue_is_not_found(shipped: Knowledge) -> None:
    assert await shipped.therapies.find_therapy("aspirin") is None
    assert await shipped.therapies.find_condition("flu") is None


def test_no_name_stands_for_two_things() -> None:
    owners: dict[str, set[str]] = {}
    for entry in (*CONTENT.therapies, *CONTENT.conditions):
        for name in (*entry.names, *entry.aliases, *entry.misspellings):
            owners.setdefault(name.casefold(), set()).add(entry.id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}
