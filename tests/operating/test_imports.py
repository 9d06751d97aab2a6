"""What an operator brings in is used at once, by the product as it runs, without touching code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.member import Member
from tests.product import ROOT, RunningProduct, start_product

MEMBERS = (
    "member_number,first_name,date_of_birth,zip_code,relationship,subscriber_number,plan_id,state,funding,"
    "starts_on,ends_on,medical_benefit,approval_required,is_sample\n"
)
FACILITIES = (
    "facility_id,name,street,city,state,zip_code,latitude,longitude,phone,url,payer,network_name,therapies,"
    "age_groups,from_on,to_on,verified_on,source_title,source_url,source_publisher\n"
    "north-star,North Star Sample Hospital,1 Sample Way,Anchorage,AK,99501,61.2176,-149.8997,907-555-0100,,"
    "independence,Advanced Network for Gene-Based Therapeutics,zolgensma,adult;pediatric,2026-01-01,,2026-11-01,"
    "A sample list,https://example.org/list,A sample publisher\n"
)
DOCUMENT = """\
document:
  id: caresource-sample-9999
  payer: caresource
  payer_name: CareSource
  number: MP-MM-9999
  title: Sample policy for a test
  kind: medical_policy
  lines_of_business: [marketplace]
  states: [OH]
  issued_on: 2026-06-01
  effective_on: 2026-07-01
  read_on: 2026-11-21
  url: https://example.org/sample-policy
passages:
  - section: A
    heading: Subject
    rendering: This sample policy is about a test.
facts:
  - id: sample-9999-subject
    topic: policy_lookup
    position: 10
    section: A
    text: CareSource's sample policy MP-MM-9999 is about a test.
"""


@pytest.fixture(scope="module")
def own_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    product = start_product(tmp_path_factory.mktemp("own"))
    yield product
    product.stop()


async def test_a_member_who_is_imported_can_look_at_the_record_at_once(
    own_product: RunningProduct, tmp_path: Path
) -> None:
    row = "GG7654321,Rowan,1969-04-30,99501,subscriber,,caresource,IN,insured,2026-02-01,,yes,yes,yes\n"
    imported = _import(own_product, "members", tmp_path / "members.csv", MEMBERS + row)
    assert imported.returncode == 0, imported.stderr
    assert "1 added" in imported.stdout
    async with aiohttp.ClientSession() as http:
        member = Member(http, own_product.base_url)
        await member.open(plan="caresource", state="IN")
        await member.say("is my plan active")
        await member.say("gg7654321, born 4/30/1969")
        assert member.state["verified"] is True
        assert member.last_replies[-1]["outcome"] == "eligibility"


async def test_a_bad_row_is_named_and_nothing_is_imported(own_product: RunningProduct, tmp_path: Path) -> None:
    rows = (
        "GG7654322,Robin,1969-04-30,99501,subscriber,,caresource,IN,insured,2026-02-01,,yes,yes,yes\n"
        "GG7654323,Sasha,30 April,99501,subscriber,,caresource,IN,insured,2026-02-01,,yes,yes,yes\n"
    )
    refused = _import(own_product, "members", tmp_path / "members.csv", MEMBERS + rows)
    assert refused.returncode == 1
    assert "row 3" in refused.stderr.lower()
    assert "date_of_birth" in refused.stderr
    assert "Sasha" not in refused.stderr
    async with aiohttp.ClientSession() as http:
        member = Member(http, own_product.base_url)
        await member.open(plan="caresource", state="IN")
        await member.say("is my plan active")
        await member.say("GG7654322 04/30/1969")
        assert member.state["verified"] is False


async def test_an_imported_facility_is_found_from_a_zip_code_that_no_other_test_uses(
    own_product: RunningProduct, tmp_path: Path
) -> None:
    imported = _import(own_product, "facilities", tmp_path / "facilities.csv", FACILITIES)
    assert imported.returncode == 0, imported.stderr
    async with aiohttp.ClientSession() as http:
        member = Member(http, own_product.base_url)
        await member.open(plan="independence")
        await member.say("nearest hospital to 99508")
        cards = [card for reply in member.last_replies for card in reply["cards"]]
        assert cards[0]["name"] == "North Star Sample Hospital"
        assert cards[0]["distance_miles"] < 10
        assert cards[1]["distance_miles"] > 3000


async def test_an_imported_policy_is_found_by_its_number_and_on_its_days(
    own_product: RunningProduct, tmp_path: Path
) -> None:
    imported = _import(own_product, "knowledge", tmp_path / "policy.yml", DOCUMENT)
    assert imported.returncode == 0, imported.stderr
    async with aiohttp.ClientSession() as http:
        member = Member(http, own_product.base_url)
        await member.open(plan="caresource", state="OH")
        await member.say("what does policy MP-MM-9999 say")
        reply = member.last_replies[-1]
        assert reply["outcome"] == "policy"
        assert {citation["number"] for citation in reply["citations"]} == {"MP-MM-9999"}
        await member.say("was MP-MM-9999 in force on 06/30/2026?")
        assert "07/01/2026" in member.last_replies[-1]["text"]


def _import(product: RunningProduct, area: str, file: Path, content: str) -> subprocess.CompletedProcess[str]:
    file.write_text(content, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", area, "import", str(file)],
        cwd=ROOT,
        env={**os.environ, "GENE_GUIDE_DATABASE_URL": product.database_url},
        capture_output=True,
        text=True,
        timeout=120,
    )
