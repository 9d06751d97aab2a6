"""The sentence model: pieces of words as its vocabulary has them, likeness by meaning, and the vectors kept ahead."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.search.meaning import Meaning, MeaningUnavailable
from knowledge.search.vectors import Vectors
from knowledge.search.word_pieces import WordPieces


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    return Meaning.load()


def test_what_means_the_same_is_more_alike_than_what_shares_a_word(meaning: Meaning) -> None:
    asked = meaning.read("how do I fight a denial")
    same = float(asked @ meaning.read("File an appeal when the plan says no."))
    word = float(asked @ meaning.read("A fight broke out at the game."))
    assert same > word
    assert float(asked @ asked) == pytest.approx(1.0, abs=1e-5)


def test_words_are_taken_apart_as_the_vocabulary_has_them() -> None:
    names = ["[CLS]", "[SEP]", "[UNK]", "gene", "##s", "the", "-", "cafe"]
    pieces = WordPieces({name: number for number, name in enumerate(names)})

    assert pieces.read("The GENES-genes café", 12) == [0, 5, 3, 4, 6, 3, 4, 7, 1]
    assert pieces.read("xyz", 12) == [0, 2, 1]
    assert pieces.read("gene " * 50, 6) == [0, 3, 3, 3, 3, 1]


def test_a_kept_vector_is_nearly_the_computed_one(meaning: Meaning, tmp_path: Path) -> None:
    Vectors(meaning, {}, None).save(["A gene is a piece of DNA."], tmp_path / "kept.npz")
    kept = Vectors.load(meaning, tmp_path / "kept.npz")
    own = meaning.read("A gene is a piece of DNA.")

    assert float(kept.read("A gene is a piece of DNA.") @ own) == pytest.approx(1.0, abs=1e-3)


def test_a_missing_model_is_said_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MeaningUnavailable, match="environments"):
        Meaning.load()
