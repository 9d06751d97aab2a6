"""The held-out sets are the frozen ones, and the training data comes no nearer to their texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.understanding.copies import Example, find_near_copies, list_examples
from tests.understanding.sets import find_changed_files, list_texts, load_dialogues, load_entities, load_messages

# What stood in the training data when it was first compared. It may only fall, and 0 is the aim:
# `python -m tests.understanding.copies` tells which examples to take out.
COPIES_LEFT = 32


def test_the_sets_are_the_frozen_ones() -> None:
    assert find_changed_files() == []


def test_every_message_and_dialogue_is_read() -> None:
    turns = [turn for dialogue in load_dialogues() for turn in dialogue.turns]
    assert (len(load_messages()), len(load_entities()), len(load_dialogues()), len(turns)) == (838, 690, 80, 341)


def test_no_more_held_out_texts_are_trained_on() -> None:
    # Counts alone: whoever mends the data must not learn the messages from a failing test.
    examples = list_examples()
    assert len(examples) > 5000
    assert len(find_near_copies(list_texts(), examples)) <= COPIES_LEFT


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
