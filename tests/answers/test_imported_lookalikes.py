"""Is a policy told for nothing but what its title names: never for a look-alike, nor for what stands in its text?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from actions.policy_match import build_matcher
from knowledge.bootstrap import build_knowledge
from knowledge.policies.model import PolicyDocument
from tests.actions.cast import NOW
from tests.answers.asking import INDEPENDENCE, Question, RealStage, Spoken
from tests.answers.importing import import_policy, open_content, stage_with
from tests.answers.test_imported_words import HEAD

RULES = """**Effective Date:** 10/01/2026
**Policy Type:** Medical Policy

## A. Description

{text}

## B. Policy

I. One infusion is considered medically necessary when all of these are met:

- The member is less than 2 years of age.
- A genetic test names the disease.
"""
# Each with the number that it is found by; none of them is on Itvisma, Hemgenix, Kymriah or Casgevy.
POLICIES = {
    "08.04.01": ("Onasemnogene abeparvovec-xioi (Zolgensma)", "Itvisma is another product with nearly the same name."),
    "08.04.02": ("Gene Therapy for Hemophilia A", "A lack of factor VIII. Hemophilia B and Hemgenix are not meant."),
    "08.04.03": ("Infused Drugs", "This policy does not apply to Kymriah or to Casgevy at all."),
    "08.04.04": ("CAR-T Cell Therapy for Leukemia", "Of those, Kymriah is one."),
    "08.04.05": ("Appeals", "A letter must reach us in sixty days after gene therapy was denied."),
    "08.04.06": ("Medical Necessity", "What is needed for gene therapy is told here."),
    "08.04.09": ("Antibody Testing Before Kebilidi", "Antibodies are counted first."),
    "08.04.10": ("Skysona and Lenmeldy", "Two products are named."),
    "08.04.07": ("Durable Equipment for Sickle Cell Disease", "A pump is measured by weight of the member."),
}


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStage]:
    """What ships, and these policies of Independence, imported as files and in force."""
    texts = {
        number: HEAD.format(number=number, title=title) + RULES.format(text=text)
        for number, (title, text) in POLICIES.items()
    }
    with stage_with(sqlite_template, tmp_path_factory.mktemp("lookalikes"), texts) as stage:
        yield stage


async def hear(stage: RealStage, topic: str, text: str, about: str | None) -> Spoken:
    return (await stage.ask(Question(topic, INDEPENDENCE, text=text, about=about)))[0]


@pytest.mark.parametrize("topic", ["candidacy", "coverage_general", "precertification", "cost", "policy_lookup"])
@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("who can get itvisma", "itvisma"),
        ("who can get hemgenix for hemophilia b", "hemgenix"),
        ("who can get a gene therapy for hemophilia b", "hemophilia_b"),
        ("who can get kymriah for lymphoma", "kymriah"),
        ("which policy applies to casgevy", "casgevy"),
        ("is medical necessity needed for zynteglo", "zynteglo"),
        ("who can get gene therapy for durable sickle cell disease equipment", "sickle_cell"),
    ],
)
async def test_a_policy_on_something_else_is_told_for_none_of_these(
    stage: RealStage, topic: str, text: str, about: str | None
) -> None:
    said = await hear(stage, topic, text, about)

    assert not {citation.get("number") for citation in said.citations} & set(POLICIES)


@pytest.mark.parametrize("topic", ["coverage_general", "precertification", "cost"])
async def test_a_policy_on_no_therapy_is_never_the_one_just_for_it(stage: RealStage, topic: str) -> None:
    for text in (
        "does it cover gene therapy after appeals",
        "what is a medical necessity for gene therapy",
        "is there a gene therapy for hemophilia b",
    ):
        assert not {each.get("number") for each in (await hear(stage, topic, text, None)).citations} & set(POLICIES)


@pytest.mark.parametrize(
    ("about", "number"), [("zolgensma", "08.04.01"), ("hemophilia_a", "08.04.02"), ("zynteglo", None)]
)
async def test_what_its_title_names_is_told_from_it(stage: RealStage, about: str, number: str | None) -> None:
    for topic in ("candidacy", "policy_lookup"):
        said = await hear(stage, topic, "who can get it", about)
        assert {each.get("number") for each in said.citations} & set(POLICIES) == ({number} if number else set())


async def test_a_policy_on_anything_is_still_found_by_its_title(stage: RealStage) -> None:
    said = await hear(stage, "policy_lookup", "what does the appeals policy say", None)

    assert {citation.get("number") for citation in said.citations} == {"08.04.05"}


async def test_a_condition_has_no_policy_of_its_own_where_a_product_for_it_has_one(stage: RealStage) -> None:
    for topic in ("candidacy", "coverage_general", "policy_lookup"):
        said = await hear(stage, topic, "who can get gene therapy for spinal muscular atrophy", "sma")
        # The look-up lists it among what is on file, by its title.
        expected = {"08.04.01"} if topic == "policy_lookup" else set()
        assert {each.get("number") for each in said.citations} & set(POLICIES) == expected
        assert said.key not in ("utter_policy_lookup_in_force", "utter_policy_lookup_says")


async def test_a_title_in_the_message_counts_before_the_product_talked_about_earlier(stage: RealStage) -> None:
    stage.begin(INDEPENDENCE)
    stage.slots |= {"therapy": "zolgensma"}
    said = await stage.run("action_answer_policy_lookup", "policy_lookup", text="what does the appeals policy say")

    assert {citation.get("number") for citation in said.reply["citations"]} == {"08.04.05"}


OWN, CLASS, OTHER = 1, 2, None


@pytest.mark.parametrize(
    ("title", "standing"),
    [
        ("Onasemnogene abeparvovec-xioi (Zolgensma)", {"zolgensma": OWN, "itvisma": OTHER, "sma": OTHER}),
        ("ONASEMNOGENE ABEPARVOVEC-BRVE", {"itvisma": OWN, "zolgensma": OTHER, "sma": OTHER}),
        ("Itvisma\u00ae for Spinal Muscular Atrophy", {"itvisma": OWN, "zolgensma": OTHER, "sma": OTHER}),
        # It is the name of both.
        ("Onasemnogene abeparvovec", {"zolgensma": OTHER, "itvisma": OTHER}),
        ("Zolgensma and Itvisma", {"zolgensma": OTHER, "itvisma": OTHER}),
        ("Intrathecal Zolgensma", {"zolgensma": OTHER, "itvisma": OTHER}),
        ("Gene Therapy for Spinal Muscular Atrophy", {"sma": OWN, "zolgensma": OTHER, "itvisma": OTHER}),
        ("Gene Therapy for Spinal Muscular Atrophy Type 1", {"sma": OTHER}),
        (
            "Gene Therapy for Hemophilia A",
            {"hemophilia_a": OWN, "hemophilia_b": OTHER, "roctavian": OTHER, "hemgenix": OTHER, "beqvez": OTHER},
        ),
        (
            "Hemophilia B Gene Therapy",
            {"hemophilia_b": OWN, "hemophilia_a": OTHER, "hemgenix": OTHER, "beqvez": OTHER, "roctavian": OTHER},
        ),
        ("Gene Therapy for Hemophilia", {"hemophilia_a": OTHER, "hemophilia_b": OTHER, "hemgenix": OTHER}),
        ("Gene Therapy for Hemophilia A and B", {"hemophilia_b": OTHER, "hemgenix": OTHER}),
        ("Etranacogene dezaparvovec (Hemgenix)", {"hemgenix": OWN, "beqvez": OTHER, "roctavian": OTHER}),
        ("Etranacogene dezaparvovec-abcd", {"hemgenix": OTHER}),
        ("Hemgenix for Hemophilia A", {"hemgenix": OTHER, "hemophilia_a": OTHER, "roctavian": OTHER}),
        ("Fidanacogene elaparvovec-dzkt", {"beqvez": OWN, "hemgenix": OTHER, "hemophilia_b": OTHER}),
        ("Valoctocogene roxaparvovec-rvox (Roctavian)", {"roctavian": OWN, "hemgenix": OTHER, "beqvez": OTHER}),
        ("Gene Therapy for Leber Hereditary Optic Neuropathy", {"lhon": OWN, "rpe65_retinal_dystrophy": OTHER}),
        ("Gene Therapy for Leber Hereditary Optic Neuropathy (LHON)", {"lhon": OWN, "luxturna": OTHER}),
        ("Gene Therapy for RPE65 Retinal Disease", {"rpe65_retinal_dystrophy": OWN, "lhon": OTHER, "luxturna": OTHER}),
        ("Voretigene neparvovec-rzyl (Luxturna)", {"luxturna": OWN, "lhon": OTHER}),
        ("Gene Therapies for Inherited Retinal Dystrophy", {"lhon": OTHER, "luxturna": OTHER}),
        ("Gene Therapy for Uveal Melanoma", {"melanoma": OTHER, "amtagvi": OTHER}),
        ("Sickle Cell Disease", {"sickle_cell": OTHER, "casgevy": OTHER}),
        ("Gene Editing for Sickle Cell Disease", {"sickle_cell": OWN, "casgevy": OTHER, "lyfgenia": OTHER}),
        ("Gene Therapy", {"zolgensma": CLASS, "kymriah": CLASS, "sma": CLASS, "lhon": OTHER, "lantidra": OTHER}),
        ("CAR-T Cell Therapy", {"kymriah": CLASS, "zolgensma": OTHER, "sickle_cell": OTHER, "b_all": CLASS}),
        ("Cellular Therapy", {"casgevy": CLASS, "kymriah": CLASS, "zolgensma": OTHER, "sma": OTHER}),
        ("Infusion Drugs", {"kymriah": OTHER, "zolgensma": OTHER}),
    ],
)
async def test_a_title_stands_for_what_it_names_and_for_no_look_alike(
    stage: RealStage, title: str, standing: dict[str, int | None]
) -> None:
    document = cast("PolicyDocument", SimpleNamespace(title=title))
    found = {about: (await build_matcher(about, stage.services, "words")).rank(document) for about in standing}

    assert found == standing


@pytest.mark.parametrize(
    ("number", "text", "about"),
    [
        ("08.04.01", "what does 08.04.01 say about itvisma", "itvisma"),
        ("08.04.01", "does 08.04.01 cover kymriah", "kymriah"),
        ("08.04.01", "does 08.04.01 apply to itvisma", "itvisma"),
        ("08.04.02", "does 08.04.02 cover hemophilia b", "hemophilia_b"),
        ("08.04.02", "criteria for hemgenix in 08.04.02", "hemgenix"),
    ],
)
async def test_its_number_makes_no_policy_one_on_something_else(
    stage: RealStage, number: str, text: str, about: str
) -> None:
    said = (await stage.ask(Question("policy_lookup", INDEPENDENCE, text=text, about=about, number=number)))[0]

    assert said.key == "utter_policy_lookup_not_said"


@pytest.mark.parametrize(
    ("number", "text", "about"),
    [
        ("08.04.01", "does 08.04.01 cover zolgensma", "zolgensma"),
        ("08.04.01", "criteria of 08.04.01 for spinal muscular atrophy", "sma"),
        ("08.04.02", "criteria of 08.04.02 for roctavian", "roctavian"),
        ("08.04.02", "criteria of 08.04.02 for hemophilia a", "hemophilia_a"),
    ],
)
async def test_by_its_number_a_policy_is_told_for_its_product_and_its_condition(
    stage: RealStage, number: str, text: str, about: str
) -> None:
    said = (await stage.ask(Question("policy_lookup", INDEPENDENCE, text=text, about=about, number=number)))[0]

    assert said.key in ("utter_policy_lookup_in_force", "utter_policy_lookup_says")
    assert "B.I" in {citation.get("section") for citation in said.citations}


@pytest.mark.parametrize("text", ["which policy applies to lyfgenia", "does 08.04.08 apply to lyfgenia"])
async def test_a_policy_on_all_of_them_is_told_with_what_it_says_of_the_one_that_is_asked_about(
    sqlite_template: Path, tmp_path: Path, text: str
) -> None:
    policy = HEAD.format(number="08.04.08", title="Cellular and Gene Therapy")
    policy += RULES.format(text="This policy does not apply to Lyfgenia.")
    database = open_content(sqlite_template, tmp_path)
    import_policy(database, tmp_path, "class", policy)
    said = await hear(RealStage(knowledge=build_knowledge(database, lambda: NOW)), "policy_lookup", text, "lyfgenia")
    await database.close()

    assert said.key == "utter_policy_lookup_says"
    assert "does not apply to Lyfgenia" in said.text


@pytest.mark.parametrize("about", ["skysona", "lenmeldy"])
async def test_a_policy_on_two_products_is_listed_and_found_by_its_title_and_is_neithers_own(
    stage: RealStage, about: str
) -> None:
    which = await hear(stage, "policy_lookup", f"which policy applies to {about}", about)
    called = await hear(stage, "policy_lookup", "what does the skysona and lenmeldy policy say", about)

    assert which.key == "utter_policy_lookup_no_text"
    assert {each.get("number") for each in which.citations} & set(POLICIES) == {"08.04.10"}
    assert {each.get("number") for each in called.citations} == {"08.04.10"}


@pytest.mark.parametrize("topic", ["candidacy", "coverage_general", "policy_lookup"])
async def test_a_policy_on_what_comes_before_a_product_is_not_the_products_own(stage: RealStage, topic: str) -> None:
    said = await hear(stage, topic, "is kebilidi covered and who can get it", "kebilidi")

    # It may be named as one that is on file, and no more.
    assert said.key not in ("utter_policy_lookup_in_force", "utter_policy_lookup_says")
    assert topic == "policy_lookup" or "08.04.09" not in {each.get("number") for each in said.citations}


async def test_a_section_that_may_not_be_quoted_takes_the_place_of_no_answer(stage: RealStage) -> None:
    said = await hear(stage, "candidacy", "who can get zolgensma", "zolgensma")

    assert said.key != "utter_policy_lookup_says"
    assert said.facts
