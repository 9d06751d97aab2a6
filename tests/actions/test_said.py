"""A text knows what it was made of, for as long as nobody puts it together in another way."""

from __future__ import annotations

from datetime import date

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.phrases import Phrases
from actions.replies import Replies
from actions.said import Said, join_said, node_of, say_fact, say_field, say_passage, trees_of, wordings_of
from bot.conversations.model import Channel
from knowledge.policies.model import DocumentId, DocumentKind, Fact, FactId, Passage, VersionId
from knowledge.reliance.model import BrokenRecord, as_json, digest_of, read_node
from tests.actions.cast import make_document

_DOCUMENT = make_document(None, DocumentKind.PUBLIC_SOURCE, id=DocumentId("page"), checksum="0123456789abcdef" * 4)
_FACT = Fact(FactId("page.one"), "cost", 1, "Ask first.", _DOCUMENT, "A", ())
_PASSAGE = Passage(VersionId("page@0123456789ab"), 3, "D.I", "Rules", "First rule. Second rule.", None)
_AND, _RULE = "{first} and {last}", "The plan says: {rule}"
_PHRASES = Phrases({"utter_part_and": _AND, "utter_x_part_rule": _RULE})


def test_a_fact_travels_by_reference_through_phrases_and_joins() -> None:
    rule = _PHRASES.say("utter_x_part_rule", rule=say_fact(_FACT), unused="never recorded")
    said = _PHRASES.join(["On 05/01/2026:", "", rule], separator="\n\n")
    assert said == "On 05/01/2026:\n\nThe plan says: Ask first."
    tree = {"fact": "page.one", "version": "page@0123456789ab"}
    phrase = {"phrase": "utter_x_part_rule", "wording": digest_of(_RULE), "values": {"rule": tree}}
    assert trees_of({"statement": said}) == {"statement": {"join": "\n\n", "parts": ["On 05/01/2026:", phrase]}}
    assert wordings_of([said, "plain"]) == {digest_of(_RULE): _RULE}


def test_a_row_of_names_keeps_what_each_name_was_made_of() -> None:
    names = ["A", say_field("B", "b", "c0ffee", "brand"), "C"]
    said = _PHRASES.list_of(names)
    assert said == "A, B and C"
    assert as_json(node_of(said)) == {
        "phrase": "utter_part_and",
        "wording": digest_of(_AND),
        "values": {
            "first": {"join": ", ", "parts": ["A", {"catalogue": "b", "checksum": "c0ffee", "field": "brand"}]},
            "last": "C",
        },
    }
    assert node_of(_PHRASES.list_of(names[1:2])) == node_of(names[1])
    assert node_of(_PHRASES.list_of([])) == ""


def test_a_part_of_a_passage_is_kept_by_its_place() -> None:
    said = say_passage(_PASSAGE, excerpt=(12, 24))
    assert said == "Second rule."
    tree = {"passage": 3, "section": "D.I", "version": "page@0123456789ab", "excerpt": [12, 24]}
    assert as_json(node_of(said)) == tree
    with pytest.raises(ValueError, match="payer"):
        say_passage(_PASSAGE, of_payer=True)


@pytest.mark.parametrize("changed", [f"{say_fact(_FACT)}", say_fact(_FACT) + "", say_fact(_FACT).upper(), "".join("a")])
def test_a_text_put_together_in_another_way_is_a_value_of_its_own(changed: str) -> None:
    assert not isinstance(changed, Said)
    assert node_of(changed) == changed


def test_every_kind_of_node_is_read_as_it_was_kept() -> None:
    parts = [
        "plain",
        say_fact(_FACT),
        say_passage(_PASSAGE, excerpt=(0, 11)),
        say_passage(_PASSAGE),
        say_field("05/24/2019", "zolgensma", "c0ffee", "approved_on", as_day=True),
        _PHRASES.say("utter_x_part_rule", rule=say_fact(_FACT)),
    ]
    node = node_of(join_said(parts))
    assert read_node(as_json(node)) == node


@pytest.mark.parametrize("damaged", [None, 7, {}, {"fact": "x"}, {"join": " "}, {"phrase": "x", "wording": "y"}, [1]])
def test_what_is_no_tree_is_refused(damaged: object) -> None:
    with pytest.raises(BrokenRecord):
        read_node(damaged)


def test_a_reply_says_what_its_values_were_made_of_and_for_which_day() -> None:
    dispatcher = CollectingDispatcher()
    replies = Replies(dispatcher, Channel.WEB, "cost", date(2026, 11, 22))
    replies.say("utter_cost_answer", "answer", statement=say_fact(_FACT))
    replies.say("utter_cost_answer", "answer", statement="x", as_of=date(2026, 5, 1))
    first, second = (message["reply"]["reliance"] for message in dispatcher.messages)
    assert first == {
        "as_of": "2026-11-22",
        "values": {"statement": {"fact": "page.one", "version": "page@0123456789ab"}},
    }
    assert second == {"as_of": "2026-05-01", "values": {"statement": "x"}}
    # On the wire a value is a string like any other.
    assert type(dispatcher.messages[0]["statement"]) is str
