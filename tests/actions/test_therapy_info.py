"""Every product, every condition and what is beside them, as the actions tell it from the shipped content."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from actions.topic_answers import MOST_SENTENCES, count_sentences
from bot.conversations.model import Channel
from bot.safety.lint import find_fault
from knowledge.reliance.model import CatalogueNode, PhraseNode, read_node, walk
from knowledge.shipped.files import read_shipped_content
from knowledge.therapies.model import Condition, Entry, OtherProduct, Standing, Therapy, Unverified
from tests.actions.stage import Ran
from tests.answers.asking import Asker, RealStage
from tests.knowledge.reading_grade import reading_grade

CONTENT = read_shipped_content()
ENTRIES = [entry for entry in CONTENT.catalogue if isinstance(entry, (Therapy, OtherProduct, Condition))]
BY_ID: Mapping[str, Entry] = {entry.id: entry for entry in CONTENT.catalogue}
MOST_GRADE = 8
MOST_STEPS = 8
_CONDITIONS = [entry for entry in ENTRIES if isinstance(entry, Condition)]
# Names of medicines and conditions are what they are.
NAMES = [
    *(name for entry in ENTRIES if not isinstance(entry, Condition) for name in (entry.brand, entry.proper_name)),
    *(name for entry in _CONDITIONS for name in (entry.name, *entry.names, *entry.aliases)),
    *(other.name for entry in ENTRIES if not isinstance(entry, OtherProduct) for other in entry.not_to_confuse_with),
]


def entry_id(entry: object) -> str:
    return str(getattr(entry, "id", entry))


async def ask(stage: RealStage, *names: str, text: str = "words") -> Ran:
    """A question that names these entries."""
    entities = [("condition" if isinstance(BY_ID[name], Condition) else "therapy", name) for name in names]
    found: dict[str, list[str]] = {}
    for kind, name in entities:
        found.setdefault(kind, []).append(name)
    # As Rasa fills them: one name alone, several as a list.
    stage.slots |= {kind: each[0] if len(each) == 1 else each for kind, each in found.items()}
    return await stage.run("action_answer_therapy_info", "therapy_info", text=text, entities=entities)


async def ask_all(stage: RealStage, name: str) -> list[Ran]:
    """The answer with everything that "tell me more" adds."""
    ran = [await ask(stage, name)]
    while stage.slots.get("facts_given") is not None:
        assert len(ran) < MOST_STEPS
        ran.append(await stage.run("action_answer_more", "more", text="more"))
    return ran


def nodes_of(ran: Ran) -> list[object]:
    """What the reply's text was made of."""
    return [each for tree in ran.reply["reliance"]["values"].values() for each in walk(read_node(tree))]


def fields_of(ran: Ran, entry: str | None = None) -> set[str]:
    """The fields of the catalogue that were spoken, of one entry or of all."""
    fields = [node for node in nodes_of(ran) if isinstance(node, CatalogueNode)]
    return {node.field for node in fields if entry in (None, node.entry)}


def phrases_of(ran: Ran) -> set[str]:
    return {node.key for node in nodes_of(ran) if isinstance(node, PhraseNode)}


@pytest.mark.parametrize("entry", ENTRIES, ids=entry_id)
async def test_every_step_is_short_plain_sourced_and_promises_nothing(stage: RealStage, entry: Entry) -> None:
    said = await ask_all(stage, entry.id)
    texts = [ran.values["statement"] for ran in said]
    assert len(set(texts)) == len(texts)
    for ran, text in zip(said, texts, strict=True):
        assert ran.outcomes == ["answer"]
        assert ran.reply["topic"] == "therapy_info"
        assert count_sentences(text) <= MOST_SENTENCES
        assert reading_grade(text, NAMES) <= MOST_GRADE, text
        assert find_fault(text) is None
        assert ran.reply["citations"]
        assert all(citation["read_on"] and citation["url"] for citation in ran.reply["citations"])
        own = {source.url for source in BY_ID[entry.id].sources}  # type: ignore[attr-defined]
        assert own & {citation["url"] for citation in ran.reply["citations"]}


@pytest.mark.parametrize("product", CONTENT.other_products, ids=entry_id)
async def test_every_sentence_about_a_product_beside_the_catalogue_begins_with_a_capital(
    stage: RealStage, product: OtherProduct
) -> None:
    for ran in await ask_all(stage, product.id):
        sentences = ran.values["statement"].split(". ")
        assert [sentence for sentence in sentences if sentence[0].islower()] == []


def test_ages_are_said_as_people_or_as_adults_or_children() -> None:
    whom = ("adults", "children", "boys", "people ")
    assert [entry.id for entry in CONTENT.therapies if entry.ages and not entry.ages.startswith(whom)] == []
    assert [entry.id for entry in CONTENT.therapies if entry.ages and "people of" in entry.ages] == []


@pytest.mark.parametrize("therapy", CONTENT.therapies, ids=entry_id)
async def test_the_first_answer_says_what_for_whom_how_where_since_when_and_whether_it_is_sold(
    stage: RealStage, therapy: Therapy
) -> None:
    ran = await ask(stage, therapy.id)
    wanted = {"brand", "proper_name", "approved_on", "dosing", "ages", "route", "setting"}
    assert fields_of(ran, therapy.id) >= {name for name in wanted if getattr(therapy, name) is not None}
    assert all("name" in fields_of(ran, condition) for condition in therapy.conditions)
    is_sold = "utter_therapy_info_part_what" in phrases_of(ran)
    assert is_sold is (therapy.id not in {"beqvez", "roctavian"})
    # What nobody verified is said to be so, and not said otherwise.
    opened = {f"utter_therapy_info_part_open_{mark.value}" for mark in therapy.unverified}
    assert {key for key in phrases_of(ran) if "_part_open_" in key} == opened


@pytest.mark.parametrize("therapy", CONTENT.therapies, ids=entry_id)
async def test_all_steps_together_leave_nothing_of_the_entry_out(stage: RealStage, therapy: Therapy) -> None:
    said = await ask_all(stage, therapy.id)
    spoken = {field for ran in said for field in fields_of(ran, therapy.id)}
    keys = {key for ran in said for key in phrases_of(ran)}
    assert {f"not_to_confuse_with.{at}.reason" for at in range(len(therapy.not_to_confuse_with))} <= spoken
    assert ("gene" in spoken) is bool(therapy.gene)
    assert ("target" in spoken) is bool(therapy.target)
    assert ("utter_therapy_info_part_accelerated" in keys) is therapy.accelerated_approval
    facts = [fact for ran in said for fact in ran.reply.get("facts", [])]
    changes = {f"label_changes.{at}.what" for at in range(len(therapy.label_changes))}
    assert facts or changes <= spoken


@pytest.mark.parametrize("entry", ENTRIES, ids=entry_id)
async def test_every_field_that_is_spoken_stands_in_the_version_that_is_named(stage: RealStage, entry: Entry) -> None:
    for ran in await ask_all(stage, entry.id):
        for node in nodes_of(ran):
            if isinstance(node, CatalogueNode):
                assert BY_ID[node.entry].checksum == node.checksum


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("zolgensma", "itvisma"), ("itvisma", "zolgensma"), ("lhon", "rpe65_retinal_dystrophy"),
        ("rpe65_retinal_dystrophy", "lhon"), ("hemophilia_a", "hemophilia_b"), ("hemophilia_b", "hemophilia_a"),
        ("dmd", "sma"), ("mps_iiia", "mps_ii"),
    ],
)  # fmt: skip
async def test_the_look_alike_that_matters_is_in_the_first_answer(stage: RealStage, name: str, other: str) -> None:
    entry = BY_ID[name]
    assert isinstance(entry, (Therapy, Condition))
    at = [look_alike.id for look_alike in entry.not_to_confuse_with].index(other)
    assert {f"not_to_confuse_with.{at}.name", f"not_to_confuse_with.{at}.reason"} <= fields_of(await ask(stage, name))


async def test_who_writes_hemophilia_hears_of_both_and_what_tells_them_apart(stage: RealStage) -> None:
    ran = await ask(stage, "hemophilia_a", "hemophilia_b", text="gene therapy for hemophilia")
    assert fields_of(ran, "roctavian") == fields_of(ran, "hemgenix") == {"brand"}
    assert {"name", "not_to_confuse_with.0.reason"} <= fields_of(ran, "hemophilia_a")
    assert "name" in fields_of(ran, "hemophilia_b")
    # In other topics it is neither, and for what comes next it is asked: nothing of one is told of the other.
    both = [("condition", "hemophilia_a"), ("condition", "hemophilia_b")]
    now = await stage.run("action_answer_process_followup", "process_followup", entities=both)
    assert fields_of(now) == set()
    later = await stage.run("action_answer_process_followup", "process_followup", text="how long does it take")
    assert later.outcomes == ["clarify"]
    assert fields_of(later) == set()
    assert (await stage.run("action_answer_more", "more", text="more")).outcomes != ["failure"]


async def test_a_slip_between_two_conditions_is_answered_for_both(stage: RealStage) -> None:
    ran = await ask(stage, "dmd", "sma", text="gene therapy for spinal muscular dystrophy")
    assert "brand" in fields_of(ran, "elevidys") & fields_of(ran, "itvisma")
    assert "utter_therapy_info_part_difference" in phrases_of(ran)


async def test_who_asks_about_sma_hears_that_its_two_products_are_not_one(stage: RealStage) -> None:
    assert {"brand", "not_to_confuse_with.0.reason"} <= fields_of(await ask(stage, "sma"), "zolgensma")


async def test_a_product_asked_for_with_its_condition_is_the_answer(stage: RealStage) -> None:
    ran = await ask(stage, "zolgensma", "sma", text="is zolgensma for sma")
    assert "approved_on" in fields_of(ran, "zolgensma")
    assert fields_of(ran, "sma") == {"name"}


async def test_a_product_asked_for_with_a_foreign_condition_is_told_apart_from_it(stage: RealStage) -> None:
    ran = await ask(stage, "luxturna", "lhon", text="is luxturna for lhon")
    assert "utter_therapy_info_part_no_gene_therapy_for_condition" in phrases_of(ran)
    assert "brand" in fields_of(ran, "luxturna")


@pytest.mark.parametrize("product", CONTENT.other_products, ids=entry_id)
async def test_what_is_beside_the_catalogue_is_named_as_that_with_the_day_of_the_list(
    stage: RealStage, product: OtherProduct
) -> None:
    ran = await ask(stage, product.id)
    is_outside = product.standing is Standing.OUTSIDE_SCOPE
    assert ran.keys == ["utter_therapy_info_outside" if is_outside else "utter_therapy_info_not_approved"]
    said = f"utter_therapy_info_part_{'outside' if is_outside else 'not_approved'}"
    assert said in phrases_of(ran)
    assert "checked_on" in fields_of(ran)
    # Whatever is asked of it: it is never taken for one of the therapies.
    stage.slots = {"plan": "independence", "therapy": product.id}
    for topic in ("coverage_general", "process_followup", "candidacy", "safety_risks"):
        ran = await stage.run(f"action_answer_{topic}", topic, entities=[("plan", "independence")])
        assert said in phrases_of(ran)


@pytest.mark.parametrize("condition", CONTENT.other_conditions, ids=entry_id)
async def test_a_condition_without_a_product_is_said_to_have_none(stage: RealStage, condition: Condition) -> None:
    ran = await ask(stage, condition.id)
    assert ran.keys == ["utter_therapy_info_not_approved"]
    assert "utter_therapy_info_part_no_gene_therapy_for_it" in phrases_of(ran)


@pytest.mark.parametrize(("topic", "marks"), [
    ("process_followup", {Unverified.ROUTE, Unverified.SETTING, Unverified.SCHEDULE, Unverified.REPEAT}),
    ("candidacy", {Unverified.AGES}),
])  # fmt: skip
async def test_other_topics_say_too_what_is_not_verified(stage: RealStage, topic: str, marks: set[Unverified]) -> None:
    for therapy in CONTENT.therapies:
        stage.slots = {"plan": "independence", "therapy": therapy.id}
        ran = await stage.run(f"action_answer_{topic}", topic, entities=[("plan", "independence")])
        opened = {f"utter_therapy_info_part_open_{mark.value}" for mark in therapy.unverified if mark in marks}
        assert {key for key in phrases_of(ran) if "_part_open_" in key} == opened, therapy.id


async def test_on_a_phone_the_rest_is_offered_in_words(stage: RealStage) -> None:
    stage.begin(Asker(), Channel.SMS)
    ran = await ask(stage, "zolgensma")
    assert "utter_more_part_text" in phrases_of(ran)
    assert ran.titles == []


async def test_a_hospital_for_what_is_beside_the_catalogue_is_asked_for_by_its_name(stage: RealStage) -> None:
    entities = [("therapy", "anito_cel"), ("zip_code", "19104"), ("plan", "independence")]
    ran = await stage.run("action_answer_facility_search", "facility_search", entities=entities)
    assert ("anito_cel", "brand") in {
        (each.entry, each.field) for each in nodes_of(ran) if isinstance(each, CatalogueNode)
    }
