"""What do the texts on file mean? Vectors that are kept by the text they belong to, so that each is computed once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy

from knowledge.meaning.encoder import WIDTH, Floats
from knowledge.meaning.sentence_model import Meaning

# The shipped texts' vectors, computed ahead by `python -m tests.search.calibrate`; what is missing there is computed.
SHIPPED = Path(__file__).with_name("vectors.npz")


class Vectors:
    """Vectors by text, of length 1. Reading one that is not kept computes it, which takes some milliseconds.

    The sentence model's vectors are turned by one matrix (`adaptation`), learned from members' questions, which brings
    questions nearer to what answers them.
    """

    def __init__(self, meaning: Meaning, kept: Mapping[str, Floats], adaptation: Floats | None) -> None:
        self._meaning = meaning
        self._kept = dict(kept)
        self._adaptation = adaptation

    @classmethod
    def load(cls, meaning: Meaning, path: Path = SHIPPED) -> Vectors:
        """With those of the shipped texts; without any where the file is missing."""
        if not path.exists():
            return cls(meaning, {}, None)
        with numpy.load(path, allow_pickle=False) as file:
            keys, values = file["keys"].tolist(), file["vectors"].astype(numpy.float32)
            adaptation = file["adaptation"].astype(numpy.float32) if "adaptation" in file.files else None
        return cls(meaning, dict(zip(keys, values, strict=True)), adaptation)

    def adapted(self, adaptation: Floats | None) -> Vectors:
        """The same texts, turned by this matrix; as the sentence model has them for None."""
        return Vectors(self._meaning, self._kept, adaptation)

    def read(self, text: str) -> Floats:
        """The vector of a text on file, which is kept from then on."""
        key = key_of(text)
        if key not in self._kept:
            self._kept[key] = self._meaning.read(text)
        return self._turn(self._kept[key])

    def read_all(self, texts: Iterable[str]) -> Floats:
        """The vectors of texts on file, a row for each; they are kept from then on."""
        plain = self.adapted(None)
        rows = [plain.read(text) for text in texts]
        self._kept |= plain._kept
        return self._turn(numpy.array(rows, numpy.float32)) if rows else numpy.zeros((0, WIDTH), numpy.float32)

    def read_question(self, question: str) -> Floats:
        """The vector of what a member wrote; it is not kept."""
        return self._turn(self._meaning.read(question))

    def save(self, texts: Iterable[str], path: Path = SHIPPED) -> None:
        """Writes the vectors of these texts as the sentence model has them, and the matrix, in half precision."""
        plain, texts = self.adapted(None), sorted(set(texts))
        arrays = {
            "keys": numpy.array([key_of(text) for text in texts]),
            "vectors": numpy.array([plain.read(text) for text in texts], numpy.float16),
        }
        if self._adaptation is not None:
            arrays["adaptation"] = self._adaptation.astype(numpy.float16)
        numpy.savez_compressed(path, **arrays)

    def _turn(self, vectors: Floats) -> Floats:
        if self._adaptation is None:
            return vectors
        turned = vectors @ self._adaptation
        result: Floats = turned / numpy.linalg.norm(turned, axis=-1, keepdims=True)
        return result


def key_of(text: str) -> str:
    """Under which name a text's vector is kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]
