"""No run of 12 words of a source stands in what ships."""

from __future__ import annotations

from pathlib import Path

from tests.answers.own_words import KNOWN, RUN, hash_runs, read_known, read_texts

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted([*(ROOT / "knowledge/content").rglob("*.yml"), *(ROOT / "data/responses").rglob("*.yml")])
# A sentence of nobody, and the same in a text of ours with other signs and capitals.
FOREIGN = "The quick brown fox jumps over the lazy dog while eleven owls watch from their tall old oak."
BORROWED = (
    'text: >-\n  As they say, the quick brown fox\n  jumps over "the lazy dog" while Eleven owls watch from afar.\n'
)
SHORTER = "text: The quick brown fox jumps over the lazy dog while eleven cats sleep.\n"


def test_the_runs_of_the_sources_are_on_file() -> None:
    known = read_known()
    # Two documents and some hundred notes.
    assert len(known) > 4_000
    assert KNOWN.stat().st_size == 8 * len(known)


def test_nothing_that_ships_repeats_twelve_words_of_a_source() -> None:
    known = read_known()
    texts = [(path.relative_to(ROOT), text) for path in SHIPPED for text in read_texts(path)]
    assert len(texts) > 3_000
    assert [found for found in texts if hash_runs(found[1]) & known] == []


def test_a_sentence_of_a_source_would_be_found_whatever_its_signs(tmp_path: Path) -> None:
    borrowed, shorter = tmp_path / "borrowed.yml", tmp_path / "shorter.yml"
    borrowed.write_text(BORROWED, encoding="utf-8")
    shorter.write_text(SHORTER, encoding="utf-8")
    known = hash_runs(FOREIGN)

    assert any(hash_runs(text) & known for text in read_texts(borrowed))
    assert not any(hash_runs(text) & known for text in read_texts(shorter))


def test_a_run_is_twelve_words() -> None:
    words = [f"word{number}" for number in range(RUN + 1)]
    assert [len(hash_runs(" ".join(words[:count]))) for count in (RUN - 1, RUN, RUN + 1)] == [0, 1, 2]
