"""What differs between two versions, and what leans on that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from actions.phrases import RESPONSES_DIR
from actions.record_answer import _RULE_TOPICS
from knowledge.policies.differences import Change, compare, show_words
from knowledge.policies.leaning import Frame, Leaning, find_leaning, read_frames
from knowledge.policies.model import DocumentKind, DocumentRecord, Fact, FactId, Passage
from knowledge.topics import INFORMATIONAL_TOPICS
from tests.actions.stage import Stage
from tests.knowledge.policies.versions import make_edition

BASE = make_edition("Base.")
A = ("A", "Subject", "What it is about.")
D1 = ("D.I", "Policy", "Ask within 30 days of the letter. The plan decides.")
D2 = ("D.II", "Appeals", "Write to the plan.")


def record(
    passages: Sequence[tuple[str, str, str]],
    facts: Sequence[tuple[str, str, str | None, str]] = (),
    **document: object,
) -> DocumentRecord:
    """A version with these passages (section, heading, words) and facts (id, topic, section, text)."""
    made = replace(BASE.document, **document)  # type: ignore[arg-type]
    return DocumentRecord(
        made,
        tuple(Passage(made.version_id, place, *passage, None) for place, passage in enumerate(passages, start=1)),
        tuple(
            Fact(FactId(name), topic, place, text, made, section, ())
            for place, (name, topic, section, text) in enumerate(facts, start=1)
        ),
    )


def changes(older: DocumentRecord, newer: DocumentRecord) -> list[tuple[str, str]]:
    return [(change.change.value, change.passage.section) for change in compare(older, newer).passages]


def test_two_versions_that_say_the_same_do_not_differ() -> None:
    again = record([A, D1], checksum="f" * 64, sequence=9, is_draft=True)
    assert compare(record([A, D1]), again).is_empty


def test_passages_are_added_removed_and_changed_by_their_section() -> None:
    longer = ("D.I", "Policy", "Ask within 60 days of the letter. The plan decides.")
    assert changes(record([A, D1]), record([D1, D2])) == [("added", "D.II"), ("removed", "A")]
    assert changes(record([A, D1]), record([A, longer])) == [("changed", "D.I")]
    assert changes(record([A]), record([("A", "Title", A[2])])) == [("changed", "A")]


def test_the_payers_own_text_counts_as_much_as_ours() -> None:
    older = record([A])
    newer = replace(older, passages=(replace(older.passages[0], payer_text="Theirs."),))
    assert changes(older, newer) == [("changed", "A")]


def test_a_passage_with_the_same_words_under_another_mark_has_moved() -> None:
    assert changes(record([A, D1]), record([A, ("D.II", *D1[1:]), ("D.I", "New", "New.")])) == [
        ("added", "D.II"),
        ("changed", "D.I"),
    ]
    older, newer = record([A, D1]), record([A, ("E", *D1[1:])])
    assert changes(older, newer) == [("moved", "E")]
    assert compare(older, newer).sections_touched == {"D.I"}


def test_a_mark_that_stands_twice_is_told_apart_by_its_place() -> None:
    twice = [("1", "One", "One."), ("1", "Two", "Two.")]
    assert changes(record(twice), record([twice[0], ("1", "Two", "Two, new.")])) == [("changed", "1")]
    assert changes(record(twice), record(twice[:1])) == [("removed", "1")]


def test_metadata_is_compared_as_people_write_it() -> None:
    newer = record([A], effective_on=date(2027, 5, 1), states=("OH",), kind=DocumentKind.MEDICAL_POLICY, version="2")
    found = {field.name: (field.before, field.after) for field in compare(record([A]), newer).fields}
    assert found == {
        "kind": ("administrative policy", "medical policy"),
        "states": ("GA, IN, OH, WV", "OH"),
        "version": ("", "2"),
        "effective_on": ("05/01/2026", "05/01/2027"),
    }


def test_facts_are_compared_by_their_ids() -> None:
    older = record([A], [("a", "cost", "A", "One."), ("b", "cost", "A", "Two.")])
    newer = record([A], [("a", "cost", "A", "One, new."), ("c", "cost", "A", "Three.")])
    found = [(change.change, (change.after or change.before).id) for change in compare(older, newer).facts]  # type: ignore[union-attr]
    assert found == [(Change.CHANGED, "a"), (Change.ADDED, "c"), (Change.REMOVED, "b")]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Same. Ask in 30 days. Same.", "Same. Ask in 60 days. Same.", ("Ask in [-30-] {+60+} days.",)),
        ("One. Two.", "One. Two. Three.", ("{+Three.+}",)),
        ("One.", "", ("[-One.-]",)),
        ("Same words.", "Same   words.", ()),
        (
            "a b c d e f g h i 1 a b c d e f g h i j k l m n o 2 z",
            "a b c d e f g h i 3 a b c d e f g h i j k l m n o 4 z",
            ("... d e f g h i [-1-] {+3+} a b c d e f ... j k l m n o [-2-] {+4+} z",),
        ),
    ],
)
def test_only_the_words_that_changed_are_shown(before: str, after: str, shown: tuple[str, ...]) -> None:
    assert show_words(before, after) == shown


OLDER = record(
    [A, D1, D2],
    [
        ("a", "cost", "A", "About A."),
        ("d1", "appeal_denial", "D.I", "About D.I."),
        ("d2", "candidacy", "D.II", "About D.II."),
        ("whole", "policy_lookup", None, "About all of it."),
    ],
)
FRAMES = (
    Frame("utter_appeal_denial_answer", frozenset({"appeal_denial"}), frozenset()),
    Frame("utter_candidacy_answer", frozenset({"candidacy"}), frozenset()),
    Frame("utter_cost_answer", frozenset({"cost"}), frozenset()),
    Frame("utter_states_it_itself", frozenset(), frozenset({"d1"})),
)


def leaning(newer: DocumentRecord, *others: Fact) -> Leaning:
    return find_leaning(OLDER, newer, compare(OLDER, newer), [*OLDER.facts, *others], FRAMES)


def ids(facts: Sequence[Fact]) -> list[str]:
    return [fact.id for fact in facts]


def test_what_cites_a_changed_section_leans_on_it_with_its_topics_and_responses() -> None:
    facts = [(fact.id, fact.topic, fact.section, fact.text) for fact in OLDER.facts]
    found = leaning(record([A, ("D.I", "Policy", "New."), D2], facts))
    assert ids(found.facts) == ["d1", "whole"]
    assert found.topics == ("appeal_denial", "policy_lookup")
    assert found.responses == ("utter_appeal_denial_answer", "utter_states_it_itself")
    assert (found.unsaid, found.others) == ((), ())


def test_what_the_newer_version_does_not_have_is_said_no_more() -> None:
    found = leaning(record([A, D1, D2], [("a", "cost", "A", "About A.")]))
    assert ids(found.unsaid) == ["d1", "d2", "whole"]
    assert found.topics == ("appeal_denial", "candidacy", "policy_lookup")


def test_facts_of_other_documents_lean_on_it_where_they_name_its_number() -> None:
    named = make_edition("Look in mp-mm-0001.", document="other").facts[0]
    longer = make_edition("Look in MP-MM-00012 and XMP-MM-0001.", document="another").facts[0]
    found = leaning(record([A, D1]), named, longer)
    assert ids(found.others) == ["other-fact"]
    assert "candidacy" in found.topics


def test_what_may_quote_any_passage_leans_on_one_that_no_fact_cites() -> None:
    quoting = Frame("utter_free_question_answer", INFORMATIONAL_TOPICS, frozenset())
    older, newer = record([A]), record([("A", "Subject", "New.")])
    found = find_leaning(older, newer, compare(older, newer), [], [*FRAMES, quoting])
    assert (found.facts, found.responses) == ((), ("utter_free_question_answer",))
    assert any(frame.quotes for frame in read_frames(RESPONSES_DIR))


def test_nothing_leans_on_what_did_not_change() -> None:
    again = record([A, D1, D2], [(fact.id, fact.topic, fact.section, fact.text) for fact in OLDER.facts])
    named = make_edition("Look in MP-MM-0001.", document="other").facts[0]
    assert leaning(again, named) == Leaning((), (), (), (), ())


def test_responses_say_which_facts_they_speak(tmp_path: Path) -> None:
    (tmp_path / "cost.yml").write_text(
        "responses:\n"
        "  utter_framed: [{text: 'See: {statement}', metadata: {topic: cost}}, {text: short, channel: sms}]\n"
        "  utter_of_any_topic: [{text: '{statement}'}]\n"
        "  utter_of_others: [{text: '{statement}', metadata: {topic: eligibility_member, speaks: [cost]}}]\n"
        "  utter_states_a_fact: [{text: It is so., metadata: {facts: [fact-1]}}]\n"
        "  utter_states_none: [{text: Hello., metadata: {topic: cost}}]\n",
        encoding="utf-8",
    )
    assert read_frames(tmp_path) == (
        Frame("utter_framed", frozenset({"cost"}), frozenset()),
        Frame("utter_of_any_topic", INFORMATIONAL_TOPICS, frozenset()),
        Frame("utter_of_others", frozenset({"cost"}), frozenset()),
        Frame("utter_states_a_fact", frozenset(), frozenset({"fact-1"})),
    )


def test_every_informational_topic_has_a_response_of_its_own_that_speaks_its_facts() -> None:
    frames = read_frames(RESPONSES_DIR)
    own = {topic for topic in INFORMATIONAL_TOPICS for frame in frames if frame.topics == {topic}}
    assert own == INFORMATIONAL_TOPICS


@pytest.mark.parametrize("plan", [{"plan_id": "caresource", "state": "OH"}, {}])
async def test_what_the_actions_say_with_facts_is_among_the_responses_that_speak_them(plan: dict[str, str]) -> None:
    frames = {frame.key: frame for frame in read_frames(RESPONSES_DIR)}
    stage = Stage(**plan, verified="GG1000005" if plan else None)  # type: ignore[arg-type]
    said: list[tuple[str, str]] = []
    for topic in (*sorted(INFORMATIONAL_TOPICS), *(["eligibility_member"] if plan else [])):
        stage.slots = {} if plan else {"plan": "unknown"}
        ran = await stage.run(f"action_answer_{topic}", topic)
        more = await stage.run("action_answer_more", "more")
        for response in (*ran.responses, *more.responses):
            # The id of a fact of this cast is "<document>/<topic>/<position>".
            facts = (response.get("reply") or {}).get("facts", ())
            said += [(response["response"], fact.split("/")[1]) for fact in facts]
    assert {topic for _, topic in said} >= {"safety_risks", "appeal_denial"}
    assert [(key, topic) for key, topic in said if key not in frames or topic not in frames[key].topics] == []
    assert ("utter_eligibility_member_record" in dict(said)) is bool(plan)


def test_a_record_says_which_rules_it_speaks() -> None:
    frames = {frame.key: frame for frame in read_frames(RESPONSES_DIR)}
    assert frames["utter_eligibility_member_record"].topics == set(_RULE_TOPICS)
