"""What came of a text is read from the gateway's record as the web channel's comes from the API."""

from __future__ import annotations

import aiohttp

from tests.databases import open_database
from tests.product import RunningProduct
from tests.texter import Texter
from tests.understanding.sets import Dialogue, Turn
from tests.understanding.texting import list_phones, needs_a_phone, walk_by_text

_SAID = (
    Turn("what is zolgensma?", False, {}, False, {}),
    Turn("find a hospital near me", False, {}, True, {}),
    Turn("STOP", False, {"outcome": "opted_out"}, False, {}),
    Turn("START", False, {"outcome": "opted_in"}, False, {}),
)
_TEXTS = Dialogue("one", "sms", {}, {"plan": "caresource", "zip_code": "43004"}, _SAID)
# The other tests' phones are of another area or of lower numbers.
_PHONE = "+14845550199"


async def test_a_dialogue_by_text_is_read_from_the_record(running_product: RunningProduct) -> None:
    database = open_database(running_product.database_url)
    try:
        async with aiohttp.ClientSession() as http:
            carrier = Texter(http, running_product.base_url, _PHONE)
            await carrier.let_carrier_handle_keywords("gateway")
            walk = await walk_by_text(http, running_product.base_url, database, _TEXTS, _PHONE)
            await carrier.let_carrier_handle_keywords("default")
    finally:
        await database.close()
    topics = [first.topics for _, first, _ in walk.turns]
    assert topics == [("therapy_info",), ("facility_search",), ("sms_stop",), ("sms_help",)]
    said = [{reply["outcome"] for reply in first.replies} for _, first, _ in walk.turns]
    # Of CareSource no list of hospitals is on file: the number texted told the plan.
    assert "answer" in said[0]
    assert said[1:] == [{"no_facility"}, {"opted_out"}, {"opted_in"}]
    assert walk.turns[0][1].entities["therapy"] == ("zolgensma",)
    assert walk.turns[0][1].replies[0]["citations"]


def test_only_what_a_text_alone_can_do_needs_a_phone() -> None:
    assert needs_a_phone(_TEXTS)
    assert not needs_a_phone(Dialogue("two", "sms", {}, {}, _SAID[:2]))


def test_there_are_phones_for_every_text_of_the_sets() -> None:
    phones = list(list_phones())
    assert len(phones) == len(set(phones)) == 700
