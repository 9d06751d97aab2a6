"""Of a policy that an operator imported: its own days are told, and it is named for what it is about alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from bot.conversations.model import Channel
from bot.database import Database
from knowledge.bootstrap import build_knowledge
from knowledge.origin import Origin
from knowledge.policies.files import read_document
from knowledge.policies.import_store import activate, add_version
from tests.actions.cast import NOW, TODAY
from tests.answers.asking import FREE, INDEPENDENCE, Question, RealStage, Spoken
from tests.answers.importing import open_content

EFFECTIVE, BETWEEN = date(2026, 6, 1), date(2026, 8, 1)
LEAD_IN = "The following uses are not covered:"
SHORT_LIST = "• A repeat infusion after an earlier dose.\n• A home infusion by a visiting nurse."
LONG_LIST = "\n".join(f"• A wheelchair lift of kind {number} for a garage." for number in range(30))
# For what it is, with what text; the number says which is which.
POLICIES: dict[str, dict[str, Any]] = {
    "08.01.70": {"title": "Knee braces", "text": "A brace helps the knee, also after gene therapy."},
    "08.01.71": {"title": "Hearing aids", "text": "An aid for both ears.", "effective_on": None},
    "08.01.72": {
        "title": "Onasemnogene abeparvovec-xioi",
        "text": "For spinal muscular atrophy.",
        "own": [
            {"section": "B", "heading": "Left out", "payer_text": f"{LEAD_IN}\n{SHORT_LIST}"},
            {"section": "C", "heading": "Devices", "payer_text": f"{LEAD_IN}\n{LONG_LIST}"},
            {
                "section": "D",
                "heading": "Codes",
                "payer_text": "Providers report the dose with code J3399. That is all.",
            },
        ],
    },
}


@pytest.fixture(scope="module")
def imported(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStage]:
    """The shipped content and these policies of Independence, activated today."""
    folder = tmp_path_factory.mktemp("imported")
    database = open_content(sqlite_template, folder)
    for number in POLICIES:
        import_policy(database, folder, number)
    yield RealStage(knowledge=build_knowledge(database, lambda: NOW))
    asyncio.run(database.close())


@pytest.fixture(scope="module")
def with_others(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStage]:
    """The same without the policy on a therapy."""
    folder = tmp_path_factory.mktemp("others")
    database = open_content(sqlite_template, folder)
    for number in ("08.01.70", "08.01.71"):
        import_policy(database, folder, number)
    yield RealStage(knowledge=build_knowledge(database, lambda: NOW))
    asyncio.run(database.close())


def import_policy(database: Database, folder: Path, number: str) -> None:
    policy, slug = POLICIES[number], number.replace(".", "-")
    path = folder / f"{number}.yml"
    document = {
        "id": f"policy-{slug}", "payer": "independence", "payer_name": "Independence Blue Cross",
        "number": number, "title": policy["title"], "kind": "medical_policy", "read_on": EFFECTIVE,
        "effective_on": policy.get("effective_on", EFFECTIVE), "url": "https://example.org/policy",
    }  # fmt: skip
    passages = [{"section": "A", "heading": "Policy", "rendering": policy["text"]}]
    passages += [{"rendering": "See there.", **passage} for passage in policy.get("own", ())]
    fact = {
        "id": f"claims-{slug}", "topic": "evidence_of_coverage", "position": 1,
        "text": "A bill is sent in after the visit.",
    }  # fmt: skip
    path.write_text(yaml.safe_dump({"document": document, "passages": passages, "facts": [fact]}), encoding="utf-8")
    record = read_document(path)

    def store(connection: sa.Connection) -> None:
        version = add_version(connection, record, Origin.IMPORTED, NOW, is_draft=True)
        activate(connection, version, TODAY, today=TODAY)

    database.write_now(store)


async def look_up(stage: RealStage, *, number: str | None = None, **question: Any) -> Spoken:
    return (await stage.ask(Question("policy_lookup", INDEPENDENCE, number=number, **question)))[0]


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (None, "utter_policy_lookup_in_force"),
        (BETWEEN, "utter_policy_lookup_not_on_file"),
        (date(2026, 5, 31), "utter_policy_lookup_not_in_force"),
    ],
)
async def test_the_effective_day_of_a_policy_is_the_one_it_states_not_that_of_its_activation(
    imported: RealStage, day: date | None, key: str
) -> None:
    found = await look_up(imported, number="08.01.72", day=day)

    assert found.key == key
    assert "effective date is 06/01/2026" in found.text
    # The day of activation is told beside it, where the text did not count yet.
    assert ("11/21/2026" in found.text.split("effective date")[1]) is (day is not None)


async def test_a_policy_that_states_no_day_is_never_said_to_be_not_yet_in_force(imported: RealStage) -> None:
    for day in (BETWEEN, date(2026, 5, 31)):
        assert (await look_up(imported, number="08.01.71", day=day)).key == "utter_policy_lookup_not_on_file"


async def test_without_a_number_the_policy_about_the_product_is_named(imported: RealStage) -> None:
    found = await look_up(imported, about="zolgensma")

    assert found.key == "utter_policy_lookup_in_force"
    assert [citation["number"] for citation in found.citations] == ["08.01.72"]


@pytest.mark.parametrize("about", [None, "zolgensma", "sma", "kymriah", "lantidra"])
async def test_without_a_number_no_policy_about_something_else_is_named(
    with_others: RealStage, about: str | None
) -> None:
    found = await look_up(with_others, about=about)

    assert found.key == "utter_policy_lookup_no_text"
    assert not {citation.get("number") for citation in found.citations} & set(POLICIES)


async def test_what_an_activation_brought_is_not_on_file_for_a_day_before_it(imported: RealStage) -> None:
    before = (await imported.ask(Question("evidence_of_coverage", INDEPENDENCE, day=BETWEEN)))[0]

    assert before.key == "utter_not_on_day"
    assert "06/01/2026" in before.text


async def test_a_text_names_no_product_or_disease_by_a_title_for_such_a_day_either(imported: RealStage) -> None:
    question = Question("evidence_of_coverage", INDEPENDENCE, Channel.SMS, day=BETWEEN)
    (before,) = await imported.ask(question)

    shown = before.text + str(before.citations)
    assert before.key == "utter_not_on_day"
    assert any(number in shown for number in POLICIES)
    assert not any(policy["title"] in shown for policy in POLICIES.values())


async def ask_freely(stage: RealStage, text: str) -> Spoken:
    return (await stage.ask(Question(FREE, INDEPENDENCE, text=text)))[0]


async def test_a_point_of_a_list_is_never_quoted_without_what_leads_into_it(imported: RealStage) -> None:
    for text in ("can a visiting nurse give the home infusion", "may I get a repeat infusion after an earlier dose"):
        found = await ask_freely(imported, text)
        assert found.key == "utter_free_question_answer"
        assert [citation.get("section") for citation in found.citations] == ["B"]
        assert f"{LEAD_IN}\n{SHORT_LIST}" in found.text
        assert "Left out" in found.text


async def test_of_a_long_list_only_its_section_is_named(imported: RealStage) -> None:
    found = await ask_freely(imported, "is a wheelchair lift for a garage of kind 12 paid")

    assert found.key == "utter_free_question_answer"
    assert "section C, Devices" in found.text
    assert "•" not in found.text


async def test_a_sentence_of_the_payers_own_text_is_quoted_as_it_stands(imported: RealStage) -> None:
    assert "J3399" in (await ask_freely(imported, "which code do providers report the dose with")).text
