"""What do the texts on file mean? Vectors that are kept by the text they belong to, so that each is computed once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy
from numpy.typing import NDArray

from knowledge.search.meaning import WIDTH, Meaning

Floats: TypeAlias = NDArray[numpy.float32]

# The shipped texts' vectors, computed ahead by `python -m tests.search.calibrate`; what is missing there is computed.
SHIPPED = Path(__file__).with_name("vectors.npz")


class Vectors:
    """Vectors by text. Reading one that is not kept computes it, which takes some milliseconds."""

    def __init__(self, meaning: Meaning, kept: Mapping[str, Floats] | None = None) -> None:
        self._meaning = meaning
        self._kept = dict(kept or {})

    @classmethod
    def load(cls, meaning: Meaning, path: Path = SHIPPED) -> Vectors:
        """With those of the shipped texts; without any where the file is missing."""
        if not path.exists():
            return cls(meaning)
        with numpy.load(path, allow_pickle=False) as file:
            keys, values = file["keys"].tolist(), file["vectors"].astype(numpy.float32)
        return cls(meaning, dict(zip(keys, values, strict=True)))

    def read(self, text: str) -> Floats:
        """The vector of a text on file, which is kept from then on."""
        key = _key(text)
        if key not in self._kept:
            self._kept[key] = self._meaning.read(text)
        return self._kept[key]

    @property
    def width(self) -> int:
        """How many numbers a vector has."""
        return WIDTH

    def read_question(self, question: str) -> Floats:
        """The vector of what a member wrote; it is not kept."""
        return self._meaning.read(question)

    def save(self, texts: Iterable[str], path: Path = SHIPPED) -> None:
        """Writes the vectors of these texts, in half precision: they are 0.8 KB each."""
        texts = sorted(set(texts))
        vectors = numpy.array([self.read(text) for text in texts], numpy.float16)
        numpy.savez_compressed(path, keys=numpy.array([_key(text) for text in texts]), vectors=vectors)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
