"""The sentence model: pieces of words as its vocabulary has them, likeness by meaning, and the vectors kept ahead."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from knowledge.meaning.sentence_model import Meaning, MeaningUnavailable
from knowledge.meaning.word_pieces import WordPieces
from knowledge.search.asked_before import read_asked_before
from knowledge.search.contents import build_index, read_records
from knowledge.search.vectors import SHIPPED, Vectors, key_of
from tests.search.shipped import open_shipped
from tests.search.written import shipped_texts


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


async def test_a_text_of_any_length_has_the_vector_that_ships(meaning: Meaning, tmp_path: Path) -> None:
    async with open_shipped(tmp_path) as shipped:
        entries = build_index(await shipped.catalogue.read_catalogue()).entries
    with numpy.load(SHIPPED, allow_pickle=False) as file:
        kept = dict(zip(file["keys"].tolist(), file["vectors"].astype(numpy.float32), strict=True))
    texts = sorted(shipped_texts(entries, read_asked_before()), key=lambda text: (len(text), text))
    # Of the longest, the matrices are taken in other blocks.
    found = [(meaning.read(text), kept[key_of(text)]) for text in (*texts[::150], texts[-1]) if key_of(text) in kept]

    assert len(texts[0]) < 20 < 300 < len(texts[-1])
    assert len(found) > 10
    assert min(float(now @ then) for now, then in found) > 0.9999


async def test_what_ships_was_read_ahead_so_that_a_start_does_not_wait_for_it(tmp_path: Path) -> None:
    async with open_shipped(tmp_path) as shipped:
        records = await shipped.knowledge.policies.list_records()
        entries = build_index(await shipped.catalogue.read_catalogue()).extend(read_records(records)).entries
    with numpy.load(SHIPPED, allow_pickle=False) as file:
        kept = set(file["keys"].tolist())
    texts = set(shipped_texts(entries, read_asked_before()))
    # A sentence or two that were mended since take no time; after more, `python -m tests.search.calibrate`.
    assert sum(key_of(text) not in kept for text in texts) <= 25
