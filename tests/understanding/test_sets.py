"""The held-out sets are the frozen ones, and none of their texts stands in the training data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.understanding.copies import Example, find_near_copies, list_examples
from tests.understanding.sets import find_changed_files, list_texts, load_dialogues, load_entities, load_messages


def test_the_sets_are_the_frozen_ones() -> None:
    assert find_changed_files() == []


def test_every_message_and_dialogue_is_read() -> None:
    turns = [turn for dialogue in load_dialogues() for turn in dialogue.turns]
    assert (len(load_messages()), len(load_entities()), len(load_dialogues()), len(turns)) == (838, 690, 80, 341)


def test_no_held_out_text_nor_a_near_copy_is_trained_on() -> None:
    # Places alone, from `python -m tests.understanding.copies`: whoever mends the data must not learn the messages.
    examples = list_examples()
    assert len(examples) > 5000
    assert [*find_near_copies(list_texts(), examples).values()] == []


@pytest.mark.parametrize(
    ("line", "copies"),
    [
        ("How long does the whole treatment usually take", 1),
        ("how long does the [whole](size) treatment usualy take??", 1),
        ("how long does the approval usually take", 0),
    ],
)
def test_a_near_copy_is_seen(line: str, copies: int, tmp_path: Path) -> None:
    (tmp_path / "cost.yml").write_text(f"nlu:\n  - intent: cost\n    examples: |\n      - {line}\n", encoding="utf-8")
    found = find_near_copies(["How long does the whole treatment usually take?"], list_examples(tmp_path))
    assert [*found.values()] == [["cost.yml:4"]] * copies


def test_what_everybody_types_is_left_out() -> None:
    assert find_near_copies(["yes please do"], [Example("Yes, please do!", "affirm.yml:1")]) == {}
