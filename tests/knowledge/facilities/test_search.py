"""Which facility is named for a ZIP code, a plan, a therapy, an age and a day."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.bootstrap import Knowledge
from knowledge.facilities.model import FacilitySearch, UnknownZipCode
from knowledge.facilities.places import find_place
from knowledge.policies.model import PayerId

TODAY = date(2026, 11, 21)
INDEPENDENCE = PayerId("independence")


def found(search: FacilitySearch) -> list[str]:
    return [match.facility.id for match in search.matches]


async def test_19104_gives_penn_medicine_and_chop_under_a_mile(shipped: Knowledge) -> None:
    search = await shipped.facilities.search(zip_code="19104", payer=INDEPENDENCE, as_of=TODAY)
    assert found(search) == ["penn-medicine", "chop"]
    assert [match.distance_miles for match in search.matches] == [0.8, 0.9]
    assert search.place == "Philadelphia, PA"
    assert search.network_name == "Advanced Network for Gene-Based Therapeutics"


async def test_a_card_carries_source_and_date(shipped: Knowledge) -> None:
    search = await shipped.facilities.search(zip_code="19104", payer=INDEPENDENCE, as_of=TODAY)
    card = search.matches[1].card()
    assert card["serves"] == ["pediatric"]
    assert card["verified_on"] == "2023-03-21"
    assert card["network"] == {"name": search.network_name, "payer": "Independence Blue Cross"}
    assert str(card["map_url"]).startswith("https://www.openstreetmap.org/?mlat=39.94")
    citation = search.matches[1].citation().as_json()
    assert (citation["payer"], citation["version"]) == ("PhillyVoice", "dated 2023-03-21")
    assert "effective_on" not in citation, "the report states no such day"
    assert citation["url"].startswith("https://")
    assert search.matches[1].source_title == citation["document"]


# Miles on the WGS 84 ellipsoid (Vincenty's inverse formula), worked out apart from this code: to Penn and to CHOP.
MILES = {
    "08540": (41.04, 41.10),
    "17033": (80.34, 80.38),
    "15224": (253.77, 253.81),
    "10001-1234": (83.85, 83.90),
    "90210": (2399.58, 2399.61),
    "00501": (128.15, 128.18),
    "19101": (5.40, 5.45),
    "00901": (1576.19, 1576.09),
    "96799": (7134.35, 7134.36),
}


async def test_distances_hold_for_any_zip_code(shipped: Knowledge) -> None:
    for zip_code, (to_penn, to_chop) in MILES.items():
        search = await shipped.facilities.search(zip_code=zip_code, payer=INDEPENDENCE, as_of=TODAY)
        miles = {match.facility.id: match.distance_miles for match in search.matches}
        assert miles == pytest.approx({"penn-medicine": to_penn, "chop": to_chop}, rel=0.01, abs=0.05), zip_code
        assert found(search)[0] == ("penn-medicine" if to_penn < to_chop else "chop")


@pytest.mark.parametrize(
    "zip_code",
    [
        "",
        "1910",
        "191045",
        "abcde",
        "19104-",
        "19104-12",
        "00000",
        "99999",
        "09001",
        "１９１０４",
        "19104\n19104",
        "-19104",
    ],
)
def test_what_is_no_place_is_an_unknown_zip_code(zip_code: str) -> None:
    with pytest.raises(UnknownZipCode):
        find_place(zip_code)


async def test_a_search_from_no_place_is_refused(shipped: Knowledge) -> None:
    with pytest.raises(UnknownZipCode):
        await shipped.facilities.search(zip_code="00000", payer=INDEPENDENCE, as_of=TODAY)


# Therapy, age group, and the facilities for which the source names them.
FITS: list[tuple[str | None, str | None, list[str]]] = [
    ("zolgensma", None, ["chop"]),
    ("skysona", "pediatric", ["chop"]),
    ("luxturna", None, ["penn-medicine", "chop"]),
    ("hemgenix", "adult", ["penn-medicine"]),
    ("hemgenix", "pediatric", []),
    ("hemgenix", None, ["penn-medicine"]),
    (None, "pediatric", ["chop"]),
    (None, "adult", ["penn-medicine"]),
    ("zolgensma", "adult", []),
    ("casgevy", None, []),
]


async def test_only_what_the_source_names_fits(shipped: Knowledge) -> None:
    for therapy, age_group, expected in FITS:
        search = await shipped.facilities.search(
            zip_code="19104", payer=INDEPENDENCE, as_of=TODAY, therapy=therapy, age_group=age_group
        )
        assert found(search) == expected, (therapy, age_group)
        assert search.network_name is not None
        assert search.for_adults_only is ((therapy, age_group) == ("hemgenix", "pediatric"))


async def test_a_payer_without_a_network_on_file_has_no_network(shipped: Knowledge) -> None:
    search = await shipped.facilities.search(zip_code="19104", payer=PayerId("caresource"), as_of=TODAY)
    assert search.network_name is None
    assert search.matches == ()


async def test_before_the_networks_first_day_there_is_none(shipped: Knowledge) -> None:
    search = await shipped.facilities.search(zip_code="19104", payer=INDEPENDENCE, as_of=date(2023, 2, 28))
    assert search.network_name is None
    first_day = await shipped.facilities.search(zip_code="19104", payer=INDEPENDENCE, as_of=date(2023, 3, 1))
    assert len(first_day.matches) == 2


async def test_no_more_than_the_limit(shipped: Knowledge) -> None:
    search = await shipped.facilities.search(zip_code="19104", payer=INDEPENDENCE, as_of=TODAY, limit=1)
    assert found(search) == ["penn-medicine"]
